//! The vectorised evaluation: blocks of neighbouring pixels, term by term.
//!
//! A block of [`LANES`] pixels of a row is evaluated in phases over small arrays that the compiler turns into
//! vector instructions: positions and scattering vectors ([`block`]), then for every orientation indices,
//! structure factors and lattice factors ([`terms`]). Positions, scattering vectors and indices are computed
//! in the operations of [`crate::physics`], one rounding each, so that they have the definition's bits; only
//! the polynomials of sine and exponential ([`polynomial`]) differ, by parts in 10¹³.
//!
//! Every pixel's terms are summed in the definition's order. Machines with fused multiply-add give the same
//! bits whatever the width of their vectors; machines without differ in the last bits of the polynomials.

mod block;
mod dispatch;
mod interpolated;
mod polynomial;
mod single;
mod terms;

use super::{Precision, pixel_by_pixel};
use block::Work;
use terms::Amplitudes;

use crate::model::{PaddedGrid, Shape};
use crate::physics::{NoProbe, pixel};
use crate::plan::{Interpolation, Plan};

/// Pixels of a block.
pub(super) const LANES: usize = 64;

/// One number for each pixel of a block.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Lanes(pub [f64; LANES]);

impl Lanes {
    #[inline(always)]
    fn splat(x: f64) -> Self {
        Lanes([x; LANES])
    }
}

/// A plan and what the vectorised evaluation knows about it.
pub(super) struct FastPlan<'a> {
    plan: &'a Plan,
    grid: Option<PaddedGrid<'a>>,
    level: dispatch::Level,
    precision: Precision,
}

impl<'a> FastPlan<'a> {
    /// Prepares `plan`, or says why its terms have to be evaluated one by one.
    pub fn new(plan: &'a Plan, precision: Precision) -> Result<Self, &'static str> {
        if plan.factors.depend_on_order() {
            return Err("the quirk running_sum_factors asks for the order of terms");
        }
        let grid = plan.structure_factors.padded();
        if grid.is_some_and(|grid| grid.values.len() > u32::MAX as usize) {
            return Err("the table of structure factors has more than 2^32 entries");
        }
        Ok(FastPlan { plan, grid, level: dispatch::Level::detect(), precision })
    }

    /// Which instructions run.
    pub fn describe(&self) -> String {
        let precision = match self.precision {
            Precision::Double => "f64",
            Precision::Single => "f32",
        };
        format!("{precision} vectors, {}", self.level.name())
    }

    /// Photons of one row of the image; pixels that are not rendered stay as they are.
    pub fn render_row(&self, slow: usize, row: &mut [f64]) {
        let (_, columns) = self.plan.region.ranges();
        let mut start = columns.start;
        while start < columns.end {
            let end = (start + LANES).min(columns.end);
            self.render_block(slow, start, &mut row[start..end]);
            start = end;
        }
    }

    fn render_block(&self, slow: usize, start: usize, out: &mut [f64]) {
        let plan = self.plan;
        let fasts = start..start + out.len();
        if !fasts.clone().any(|fast| plan.region.renders(slow, fast)) {
            return;
        }
        let first = plan.region.index(slow, start);
        let last = first + out.len() - 1;
        let latched = Interpolation::UntilUnsafeIn;
        let amplitudes = match (self.grid, plan.structure_factors.bounds(), plan.interpolation) {
            (Some(grid), Some(&bounds), Interpolation::On) => Amplitudes::Tricubic(grid, bounds),
            (Some(grid), Some(&bounds), Interpolation::UntilUnsafeIn(pixel)) if last < pixel => {
                Amplitudes::Tricubic(grid, bounds)
            }
            // The block where the latch trips.
            (_, _, interpolation) if (first..=last).any(|at| interpolation == latched(at)) => {
                pixel_by_pixel(plan, slow, start, out);
                return;
            }
            (Some(grid), _, _) => Amplitudes::Nearest(grid),
            (None, _, _) => Amplitudes::Uniform(plan.structure_factors.default_f()),
        };
        let mut photons = Lanes::splat(0.0);
        let work = Work { fast: self, slow, start, amplitudes, photons: &mut photons };
        match (plan.crystal.shape.shape, self.precision) {
            (Shape::Square, Precision::Double) => self.level.run(work, terms::Square),
            (Shape::Square, Precision::Single) => self.level.run(work, single::SquareSingle),
            (Shape::Round, Precision::Double) => self.level.run(work, terms::Round),
            (Shape::Round, Precision::Single) => self.level.run(work, single::RoundSingle),
            (Shape::Gauss, Precision::Double) => self.level.run(work, terms::Gauss),
            (Shape::Gauss, Precision::Single) => self.level.run(work, single::GaussSingle),
            (Shape::Tophat, _) => self.level.run(work, terms::Tophat),
        }
        let kept = |fast| plan.region.mask.is_none() || plan.region.renders(slow, fast);
        for ((fast, out), photons) in fasts.zip(out.iter_mut()).zip(photons.0) {
            if kept(fast) {
                *out = photons;
            }
        }
        // The one pixel whose first sweep starts from the lattice at rest.
        if let Some(at) = plan.orientations.first_pixel.filter(|at| (first..=last).contains(at))
            && plan.region.renders(slow, start + at - first)
        {
            out[at - first] = pixel(plan, slow, start + at - first, &mut NoProbe);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Experiment, Misset, PixelGrid, Polarization, UnitCell};

    fn experiment(shape: Shape) -> Experiment {
        let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0), 100.0);
        experiment.crystal.shape = shape;
        experiment.crystal.cells = [5.0, 1.0, 12.0];
        experiment.crystal.misset = Misset::Angles([0.2, 0.3, 0.5]);
        experiment.beam.wavelength = 1.5e-10;
        experiment.beam.polarization = Polarization::new(0.7);
        experiment.detector.pixels = PixelGrid::new(150, 3, 5e-4);
        experiment.rendering.oversample = Some(2);
        experiment
    }

    fn row(plan: &Plan, level: dispatch::Level, precision: Precision) -> Vec<f64> {
        let fast = FastPlan { level, ..FastPlan::new(plan, precision).unwrap() };
        let mut row = vec![0.0; plan.region.image_fast];
        fast.render_row(1, &mut row);
        row
    }

    #[test]
    fn levels_with_fused_multiply_add_have_the_same_bits_and_the_baseline_nearly() {
        for shape in [Shape::Square, Shape::Round, Shape::Gauss, Shape::Tophat] {
            let plan = experiment(shape).plan().unwrap();
            for precision in [Precision::Double, Precision::Single] {
                let levels = dispatch::Level::available();
                let rows: Vec<Vec<f64>> = levels.iter().map(|&level| row(&plan, level, precision)).collect();
                let (baseline, wider) = rows.split_last().unwrap();
                for pair in wider.windows(2) {
                    assert_eq!(pair[0], pair[1], "{shape:?} {precision:?} {levels:?}");
                }
                let tolerance = if precision == Precision::Double { 1e-12 } else { 1e-4 };
                for (wide, scalar) in wider.iter().flatten().zip(baseline.iter().cycle()) {
                    let scale = if precision == Precision::Double { *scalar } else { scalar.max(1e-3) };
                    assert!(
                        (wide - scalar).abs() <= tolerance * scale,
                        "{shape:?} {precision:?}: {wide} {scalar}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_level_agrees_with_the_definition() {
        for shape in [Shape::Square, Shape::Round, Shape::Gauss, Shape::Tophat] {
            let plan = experiment(shape).plan().unwrap();
            for level in dispatch::Level::available() {
                for (fast, found) in row(&plan, level, Precision::Double).into_iter().enumerate() {
                    let expected = pixel(&plan, 1, fast, &mut NoProbe);
                    assert!(
                        (found - expected).abs() <= 1e-11 * expected,
                        "{shape:?} {level:?} {fast}: {found} {expected}"
                    );
                }
            }
        }
    }
}
