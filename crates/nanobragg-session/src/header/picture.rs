//! Where resolution rings and the beam are on a picture.

use nanobragg::physics::geometry::position;
use nanobragg::plan::Plan;
use nanobragg_io::preview::Geometry;

/// The geometry of a plan's detector, by the definition that renders its pixels.
#[derive(Clone, Copy, Debug)]
pub struct PlanGeometry<'a>(pub &'a Plan);

impl Geometry for PlanGeometry<'_> {
    fn resolution_angstrom(&self, fast_px: f64, slow_px: f64) -> f64 {
        let detector = &self.0.detector;
        let pixel = detector.pixel_size;
        let diffracted = position(detector, fast_px * pixel, slow_px * pixel, 0.0).diffracted;
        // |s| = |s1 - s0| is 1 / d.
        self.0.resolved.wavelength * 1e10 / (diffracted - detector.beam.normalize()).norm()
    }

    fn beam_px(&self) -> (f64, f64) {
        let (fast, slow) = self.0.detector.report.beam_spot;
        (fast / self.0.detector.pixel_size, slow / self.0.detector.pixel_size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{Beam, Experiment, PixelGrid, UnitCell};

    #[test]
    fn resolution_follows_from_the_angle() {
        let mut experiment = Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0), 1.0);
        experiment.beam = Beam::new(1.5e-10).unwrap();
        experiment.detector.pixels = PixelGrid::new(100, 80, 1e-3);
        let plan = experiment.plan().unwrap();
        let geometry = PlanGeometry(&plan);
        let (fast, slow) = geometry.beam_px();
        assert!(geometry.resolution_angstrom(fast, slow) > 1e6);
        // 30 mm off the beam, 100 mm behind the crystal.
        let theta = (0.3f64).atan() / 2.0;
        let expected = 1.5 / (2.0 * theta.sin());
        for (fast, slow) in [(fast + 30.0, slow), (fast, slow - 30.0), (fast - 18.0, slow + 24.0)] {
            assert!((geometry.resolution_angstrom(fast, slow) - expected).abs() < 1e-9);
        }
    }
}
