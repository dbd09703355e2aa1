//! Where resolution rings and the beam are on a picture.

use nanobragg::physics::geometry::position;
use nanobragg_io::preview::Geometry;

use super::FrameDescription;

/// By the definition that renders the pixels.
impl Geometry for FrameDescription {
    fn resolution_angstrom(&self, fast_px: f64, slow_px: f64) -> f64 {
        let plane = &self.panel.plane;
        let pixel = plane.pixel_size;
        let diffracted = position(plane, fast_px * pixel, slow_px * pixel, 0.0).diffracted;
        // |s| = |s1 - s0| is 1 / d.
        self.beam.wavelength_angstrom / (diffracted - plane.beam.normalize()).norm()
    }

    fn beam_px(&self) -> (f64, f64) {
        let (fast, slow) = self.panel.convention.beam_spot;
        (fast / self.panel.plane.pixel_size, slow / self.panel.plane.pixel_size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{Beam, Experiment, PixelGrid, UnitCell};

    #[test]
    fn resolution_follows_from_the_angle() {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
        experiment.beam = Beam::new(1.5e-10).unwrap();
        experiment.detector.pixels = PixelGrid::new(100, 80, 1e-3);
        let geometry = FrameDescription::of(&experiment.plan().unwrap());
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
