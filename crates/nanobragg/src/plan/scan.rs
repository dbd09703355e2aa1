//! Where the quirks that depend on the order of evaluation act.
//!
//! Both are settled before the render, so that pixels can be rendered in any order: the reference program's
//! state only ever changes once, at a pixel that can be found.

use rayon::prelude::*;

use super::{Interpolation, Plan};
use crate::model::{Quirk, Quirks};
use crate::physics::probe::{Probe, Scattering, TermIndex};
use crate::physics::{lattice::Indices, pixel};

/// Finds the pixels where the order-dependent quirks act and writes them into the plan.
pub(super) fn settle_order(plan: &mut Plan, quirks: Quirks) {
    // The carry-over first: the latch looks at the indices of the lattices that it settles.
    if plan.orientations.first_step_carries() {
        plan.orientations.first_pixel = first_swept_pixel(plan);
    }
    if quirks.has(Quirk::InterpolationLatch)
        && plan.interpolation == Interpolation::On
        && !always_inside(plan)
        && let Some(index) = first_unsafe_pixel(plan)
    {
        plan.interpolation = Interpolation::UntilUnsafeIn(index);
    }
}

/// The first pixel in scan order whose lattice is swept at all: where no source is cut off by `dmin`.
fn first_swept_pixel(plan: &Plan) -> Option<usize> {
    #[derive(Default)]
    struct Swept(bool);
    impl Probe<f64> for Swept {
        const RECORDS: bool = false;
        fn scattering(&mut self, _: TermIndex, _: &Scattering<'_, f64>) {
            self.0 = true;
        }
    }
    first_pixel(plan, |swept: &Swept| swept.0)
}

/// The first pixel in scan order with a term whose neighbourhood leaves the table.
fn first_unsafe_pixel(plan: &Plan) -> Option<usize> {
    #[derive(Default)]
    struct Unsafe(bool);
    impl Probe<f64> for Unsafe {
        const RECORDS: bool = false;
        fn left_table(&mut self, _: TermIndex, _: &Indices<f64>) {
            self.0 = true;
        }
    }
    first_pixel(plan, |term: &Unsafe| term.0)
}

/// The first rendered pixel in scan order whose probe has `seen` what it looks for.
fn first_pixel<P: Probe<f64> + Default>(plan: &Plan, seen: impl Fn(&P) -> bool + Sync) -> Option<usize> {
    let (rows, columns) = plan.region.ranges();
    rows.into_par_iter()
        .flat_map_iter(move |slow| columns.clone().map(move |fast| (slow, fast)))
        .filter(|&(slow, fast)| plan.region.renders(slow, fast))
        .find_first(|&(slow, fast)| {
            let mut probe = P::default();
            pixel(plan, slow, fast, &mut probe);
            seen(&probe)
        })
        .map(|(slow, fast)| plan.region.index(slow, fast))
}

/// Whether no fractional index can leave the safe part of the table: |h| ≤ |a| |q|, |q| ≤ (1 + |i|) / λ, where
/// |i| = 1 but for the quirk `vectors_as_given`.
fn always_inside(plan: &Plan) -> bool {
    let Some(bounds) = plan.structure_factors.bounds() else { return true };
    let reaches = plan.sources.iter().map(|source| (1.0 + source.incident.norm()) / source.wavelength);
    let longest = reaches.fold(0.0, f64::max);
    (0..3).all(|axis| {
        let reach = plan.crystal.lattice.vectors[axis].norm() * longest * (1.0 + 1e-9);
        reach <= f64::from(bounds.max[axis]) - 2.0 && -reach >= f64::from(bounds.min[axis]) + 2.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Convention, Crystal, Experiment, Frame, IndexBox, PixelGrid, Preset, Reflection, StructureFactors,
        UnitCell,
    };
    use nalgebra::Vector3;

    #[test]
    fn a_long_beam_vector_as_given_reaches_beyond_the_table() {
        let bounds = IndexBox { min: [-6; 3], max: [6; 3] };
        let one = [Reflection { hkl: [0; 3], f: 1.0 }];
        let table = StructureFactors::from_reflections(bounds, 0.0, one).unwrap();
        let cell = UnitCell::new(10.0, 10.0, 10.0, 90.0, 90.0, 90.0);
        let mut experiment = Experiment::new(Crystal::from_cell(cell), table);
        experiment.beam.wavelength = 5e-10;
        experiment.detector.pixels = PixelGrid::new(4, 4, 1e-3);
        experiment.quirks = Preset::Port.into();
        let mut latch = |length: f64| {
            let frame = Frame { beam: Vector3::x() * length, ..Frame::default() };
            experiment.detector.convention = Convention::Custom(frame);
            experiment.plan().unwrap().interpolation
        };
        assert_eq!(latch(1.0), Interpolation::On);
        assert_eq!(latch(5.0), Interpolation::UntilUnsafeIn(0));
    }
}
