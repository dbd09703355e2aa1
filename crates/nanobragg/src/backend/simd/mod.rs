//! The vectorized evaluation: blocks of neighboring pixels, term by term.
//!
//! A block of [`LANES`] pixels of a row is evaluated in phases over small arrays that the compiler turns into
//! vector instructions: positions and scattering vectors ([`block`]), then for every orientation indices ([`terms`]),
//! structure factors ([`table`], [`interpolated`]) and lattice factors ([`rows`], [`ball`], [`star`], the coordinates of
//! [`shapes`](crate::shapes)). In double precision
//! positions, scattering vectors and indices are computed in the operations of [`crate::physics`], one rounding each,
//! so that they have the definition's bits; only the polynomials of sine and exponential ([`double`](crate::formula::double)) differ,
//! by parts in 10¹³. What single precision narrows, and when it does not hold, is said in [`single`](crate::formula::single) and [`turns`].
//!
//! Every pixel's terms are summed in the definition's order. Machines with fused multiply-add give the same
//! bits whatever the width of their vectors; machines without differ in the last bits of the polynomials.

#![allow(clippy::needless_range_loop, reason = "a lane has the same number in every array")]

mod ball;
mod dispatch;
mod form;
mod groups;
mod kernel;
mod quick;
mod rows;
mod star;
mod turns;

use std::sync::atomic::{AtomicBool, Ordering};

use super::row::{RowSink, Sample};
use super::{Precision, pixel_by_pixel};
use kernel::Kernel;

use crate::level::Level;
use crate::nest::block::{Amplitudes, LANES, Lanes, Place, PolarAxes, Table, Work, Workspace, polar_axes};
use crate::nest::{Sink, pixel_unless};
use crate::plan::{Interpolation, Plan};

/// A plan and what the vectorized evaluation knows about it. `S`: what looks on its blocks.
pub(super) struct FastPlan<'a, S = ()> {
    plan: &'a Plan,
    table: Option<Table<'a>>,
    kernel: Box<dyn Kernel<S>>,
    level: Level,
    /// What polarization is measured against, for every source.
    axes: Vec<PolarAxes>,
}

impl<'a> FastPlan<'a> {
    /// Prepares `plan` for images, or says why its terms have to be evaluated one by one.
    pub fn new(plan: &'a Plan, precision: Precision) -> Result<Self, &'static str> {
        FastPlan::with(plan, plan.crystal.shape.shape.visit(kernel::Image { plan, precision }))
    }
}

impl<'a, S: Sink<Lanes> + 'static> FastPlan<'a, S> {
    /// The same, in double precision, for a sink.
    pub fn tapped(plan: &'a Plan) -> Result<Self, &'static str> {
        FastPlan::with(plan, plan.crystal.shape.shape.visit(kernel::Tapped::of(plan)))
    }

    fn with(plan: &'a Plan, kernel: Box<dyn Kernel<S>>) -> Result<Self, &'static str> {
        if plan.factors.depend_on_order() {
            return Err("the quirk running_sum_factors asks for the order of terms");
        }
        let table = match plan.structure_factors.padded() {
            Some(grid) => {
                Some(Table::new(grid).ok_or("the table of structure factors has more than 2^32 entries")?)
            }
            None => None,
        };
        Ok(FastPlan { plan, table, kernel, level: Level::detect(), axes: polar_axes(plan) })
    }

    /// Evaluates a block of pixels anywhere, masked or not, of a plan whose pixels do not depend on their order.
    pub fn evaluate(
        &self,
        place: Place<'_>,
        workspace: &mut Workspace,
        sink: &mut S,
        stop: Option<&AtomicBool>,
    ) {
        let plan = self.plan;
        let amplitudes = match (&self.table, plan.structure_factors.bounds()) {
            (Some(table), Some(&bounds)) if plan.interpolation == Interpolation::On => {
                Amplitudes::Tricubic(table, bounds)
            }
            (Some(table), _) => Amplitudes::Nearest(table),
            (None, _) => Amplitudes::Uniform(plan.structure_factors.default_f()),
        };
        let axes = &self.axes;
        self.kernel.run(self.level, Work { plan, sink, place, amplitudes, axes, workspace, stop });
    }

    /// Which instructions run.
    pub fn describe(&self) -> String {
        format!("{} vectors, {}", self.kernel.precision(), self.level.name())
    }

    /// Photons of the pixels of row `slow` from `start` on; those that are not rendered stay as they are. Nothing is of use
    /// once `stop` is raised.
    pub fn render<P: Sample, R: RowSink<Block = S>>(
        &self,
        slow: usize,
        start: usize,
        workspace: &mut Workspace,
        photons: &mut [P],
        sink: &mut R,
        stop: Option<&AtomicBool>,
    ) {
        for (start, block) in (start..).step_by(LANES).zip(photons.chunks_mut(LANES)) {
            if stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
                return;
            }
            self.render_block([slow, start], workspace, block, sink, stop);
        }
    }

    fn render_block<P: Sample, R: RowSink<Block = S>>(
        &self,
        [slow, start]: [usize; 2],
        workspace: &mut Workspace,
        out: &mut [P],
        sink: &mut R,
        stop: Option<&AtomicBool>,
    ) {
        let plan = self.plan;
        let fasts = start..start + out.len();
        if !fasts.clone().any(|fast| plan.region.renders(slow, fast)) {
            return;
        }
        let first = plan.region.index(slow, start);
        let last = first + out.len() - 1;
        let amplitudes = match (&self.table, plan.structure_factors.bounds(), plan.interpolation) {
            (Some(table), Some(&bounds), Interpolation::On) => Amplitudes::Tricubic(table, bounds),
            (Some(table), Some(&bounds), Interpolation::UntilUnsafeIn(pixel)) if last < pixel => {
                Amplitudes::Tricubic(table, bounds)
            }
            // The block where the latch trips.
            (_, _, Interpolation::UntilUnsafeIn(pixel)) if (first..=last).contains(&pixel) => {
                pixel_by_pixel(plan, slow, start, out, sink, stop);
                return;
            }
            (Some(table), _, _) => Amplitudes::Nearest(table),
            (None, _, _) => Amplitudes::Uniform(plan.structure_factors.default_f()),
        };
        let axes = &self.axes;
        let sink_of_block = sink.block();
        let into = &mut *workspace;
        let place = Place::Row { slow, start };
        let work = Work { plan, sink: sink_of_block, place, amplitudes, axes, workspace: into, stop };
        self.kernel.run(self.level, work);
        let photons = P::of_block(workspace);
        if plan.region.mask.is_none() {
            out.copy_from_slice(&photons[..out.len()]);
            fasts.for_each(|fast| sink.keep(fast, fast - start));
        } else {
            for ((fast, out), photons) in fasts.zip(out.iter_mut()).zip(photons) {
                if plan.region.renders(slow, fast) {
                    *out = *photons;
                    sink.keep(fast, fast - start);
                }
            }
        }
        // The one pixel whose first sweep starts from the lattice at rest.
        if let Some(at) = plan.orientations.first_pixel.filter(|at| (first..=last).contains(at))
            && plan.region.renders(slow, start + at - first)
        {
            let fast = start + at - first;
            out[at - first] = P::of(pixel_unless(plan, slow, fast, &mut sink.pixel(fast), stop));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Pixel;
    use std::num::NonZeroU32;

    use crate::model::{
        Beam, Experiment, Misset, Mosaicity, PixelGrid, Polarization, Preset, Quirks, Rotation, Shape, Size,
        UnitCell,
    };
    use crate::nest::pixel;
    use crate::shapes::Coordinate;

    /// Spots so small that most blocks hold none, and so wide that all do.
    const CELLS: [[f64; 3]; 2] = [[5.0, 1.0, 12.0], [30.0, 25.0, 40.0]];

    fn experiment(shape: Shape, cells: [f64; 3]) -> Experiment {
        let mut experiment =
            Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0).unwrap(), 100.0);
        experiment.crystal = experiment.crystal.with_shape(shape);
        experiment.crystal = experiment.crystal.with_size(cells.map(Size::Cells)).unwrap();
        experiment.crystal = experiment.crystal.with_misset(Misset::Angles([0.2, 0.3, 0.5])).unwrap();
        let beam = Beam::new(1.5e-10).unwrap();
        experiment.beam = beam.with_polarization(Polarization::Kahn(0.7)).unwrap();
        experiment.detector.pixels = PixelGrid::new(150, 3, 5e-4);
        experiment.rendering.oversample = NonZeroU32::new(2);
        experiment
    }

    fn kinds() -> impl Iterator<Item = (Shape, [f64; 3])> {
        Shape::ALL.iter().flat_map(|&shape| CELLS.map(|cells| (shape, cells)))
    }

    fn row(plan: &Plan, level: Level, precision: Precision) -> Vec<f64> {
        let fast = FastPlan { level, ..FastPlan::new(plan, precision).unwrap() };
        let mut row = vec![0.0; plan.region.image_fast];
        fast.render(1, 0, &mut Workspace::new(), &mut row, &mut (), None);
        row
    }

    #[test]
    fn levels_with_fused_multiply_add_have_the_same_bits_and_the_baseline_nearly() {
        for (shape, cells) in kinds() {
            let plan = experiment(shape, cells).plan().unwrap();
            for precision in [Precision::Double, Precision::Single] {
                let levels = Level::available();
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
    fn what_looks_at_groups_and_in_single_precision_leave_out_is_dark() {
        let of_distance = |shape: &Shape| matches!(shape.coordinate(), Coordinate::Star { .. });
        let kinds = Shape::ALL.iter().copied().filter(of_distance).flat_map(|shape| {
            // In groups, and orientations that are too few for any.
            let sizes = [([8.0, 7.0, 10.0], 0.01), ([24.0, 20.0, 32.0], 0.01), ([60.0, 50.0, 45.0], 0.02)];
            let counts = [(70, 1), (10, 3), (1, 9), (1, 100), (2, 1), (1, 3)];
            sizes
                .into_iter()
                .flat_map(move |size| counts.map(move |(domains, steps)| (shape, size, domains, steps)))
        });
        let mut lit = std::collections::BTreeMap::new();
        for (shape, (cells, spread), domains, steps) in kinds {
            for preset in [Preset::Exact, Preset::Reference] {
                let mut experiment = experiment(shape, cells);
                let mosaicity = Mosaicity::Domains { spread, count: domains };
                experiment.crystal = experiment.crystal.with_mosaicity(mosaicity).unwrap();
                experiment.detector.pixels = PixelGrid::new(3000, 3, 2.5e-5);
                experiment.rotation = Rotation::over(0.0, 0.02, steps).unwrap();
                experiment.quirks = Quirks::from(preset);
                let plan = experiment.plan().unwrap();
                let (together, each) = (FastPlan::new(&plan, Precision::Double), FastPlan::tapped(&plan));
                let row = |fast: FastPlan<'_>| {
                    let mut row = vec![0.0f64; plan.region.image_fast];
                    fast.render(1, 0, &mut Workspace::new(), &mut row, &mut (), None);
                    row
                };
                let (together, each) = (row(together.unwrap()), row(each.unwrap()));
                let kind = format!("{shape:?}");
                *lit.entry(kind).or_insert(0) += each.iter().filter(|&&photons| photons > 0.0).count();
                for (found, expected) in together.iter().zip(each) {
                    let apart = (found - expected).abs();
                    assert!(apart <= 1e-46, "{shape:?} {domains} {steps} {preset:?}: {found} {expected}");
                }
            }
        }
        assert!(lit.values().all(|&lit| lit > 3), "{lit:?}");
    }

    #[test]
    fn every_level_agrees_with_the_definition() {
        for (shape, cells) in kinds() {
            let plan = experiment(shape, cells).plan().unwrap();
            for level in Level::available() {
                for (fast, found) in row(&plan, level, Precision::Double).into_iter().enumerate() {
                    let expected = pixel(&plan, Pixel { slow: 1, fast }, &mut ());
                    // Blocks leave out what an image cannot hold.
                    assert!(
                        (found - expected).abs() <= 1e-11 * expected + 1e-46,
                        "{shape:?} {level:?} {fast}: {found} {expected}"
                    );
                }
            }
        }
    }
}
