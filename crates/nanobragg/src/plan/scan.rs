//! Where the quirks that depend on the order of evaluation act.
//!
//! Both are settled before the render, so that pixels can be rendered in any order: the reference program's
//! state only ever changes once, at a pixel that can be found.

use nalgebra::Vector3;
use rayon::prelude::*;

use super::{Interpolation, Plan};
use crate::model::{IndexBox, Quirk, Quirks};
use crate::physics::rotation::dot;
use crate::physics::{f_cell, geometry, lattice, scattering};

/// Finds the pixels where the order-dependent quirks act and writes them into the plan.
pub(super) fn settle_order(plan: &mut Plan, quirks: Quirks) {
    // The carry-over first: the latch looks at the indices of the lattices that it settles.
    if plan.orientations.first_step_carries() {
        plan.orientations.first_pixel = first_swept_pixel(plan);
    }
    if quirks.has(Quirk::InterpolationLatch)
        && plan.interpolation == Interpolation::On
        && !Reach::new(plan).is_none_or(|reach| reach.holds(plan.longest_scattering_vector()))
        && let Some(index) = first_unsafe_pixel(plan)
    {
        plan.interpolation = Interpolation::UntilUnsafeIn(index);
    }
}

/// The first pixel in scan order whose lattice is swept at all: where no source is cut off by `dmin`.
fn first_swept_pixel(plan: &Plan) -> Option<usize> {
    first_pixel(plan, |slow, fast| directions(plan, slow, fast).any(|d| incidences(plan, d).next().is_some()))
}

/// The first pixel in scan order with a term whose neighborhood leaves the table.
fn first_unsafe_pixel(plan: &Plan) -> Option<usize> {
    let reach = Reach::new(plan)?;
    first_pixel(plan, |slow, fast| reach.leaves(slow, fast))
}

/// Directions to the sub-pixels of all layers of a pixel, in the order of evaluation.
fn directions(plan: &Plan, slow: usize, fast: usize) -> impl Iterator<Item = Vector3<f64>> {
    let oversample = plan.oversample;
    let samples = (0..plan.layers.count).flat_map(move |layer| {
        (0..oversample).flat_map(move |s| (0..oversample).map(move |f| (layer, s, f)))
    });
    samples.map(move |(layer, sub_slow, sub_fast)| {
        let size = plan.detector.pixel_size / oversample as f64;
        let fdet = geometry::subpixel_center(fast, sub_fast, oversample, size);
        let sdet = geometry::subpixel_center(slow, sub_slow, oversample, size);
        let odet = plan.layers.depth_of(layer);
        geometry::position(&plan.detector, fdet, sdet, odet).diffracted
    })
}

/// Scattering vectors into direction `diffracted` of the sources that `dmin` does not cut off.
fn incidences(plan: &Plan, diffracted: Vector3<f64>) -> impl Iterator<Item = Vector3<f64>> {
    let vectors = plan
        .sources
        .iter()
        .map(move |source| scattering::scattering_vector(&diffracted, &source.incident, source.wavelength));
    vectors.filter(|q| !scattering::beyond_resolution(plan.dmin, scattering::stol(q)))
}

/// What is needed to see from the indices alone whether a term can leave the safe part of the table.
struct Reach<'a> {
    plan: &'a Plan,
    bounds: &'a IndexBox,
    /// Greatest lengths of a, b, c.
    edges: [f64; 3],
}

impl<'a> Reach<'a> {
    fn new(plan: &'a Plan) -> Option<Self> {
        let bounds = plan.structure_factors.bounds()?;
        let edges = [0, 1, 2].map(|axis| plan.crystal.lattice.vectors[axis].norm() * (1.0 + 1e-9));
        Some(Reach { plan, bounds, edges })
    }

    /// Whether the neighborhood of some term of the pixel, whose structure factor is asked for, leaves the table.
    fn leaves(&self, slow: usize, fast: usize) -> bool {
        let plan = self.plan;
        let mut at_rest = plan.orientations.first_pixel == Some(plan.region.index(slow, fast));
        directions(plan, slow, fast).any(|diffracted| {
            incidences(plan, diffracted).any(|q| {
                let first_at_rest = std::mem::take(&mut at_rest);
                (first_at_rest || !self.holds(q.norm()))
                    && self.some_orientation_leaves(&q, first_at_rest)
                    && self.some_term_leaves(&q, first_at_rest)
            })
        })
    }

    /// Whether no index can leave for a scattering vector of length `q`: |h| ≤ |a| |q|.
    fn holds(&self, q: f64) -> bool {
        (0..3).all(|axis| {
            let reach = self.edges[axis] * q;
            let (min, max) = (f64::from(self.bounds.min[axis]), f64::from(self.bounds.max[axis]));
            reach <= max - 2.0 && -reach >= min + 2.0
        })
    }

    /// Whether the indices of some orientation leave, lattice factors aside. The first step of a sweep `at_rest` has
    /// another lattice, which may leave.
    fn some_orientation_leaves(&self, q: &Vector3<f64>, at_rest: bool) -> bool {
        let orientations = &self.plan.orientations;
        let domains = orientations.domains.len();
        at_rest
            || (0..orientations.steps.len()).any(|step| {
                // Without a way out the inner loop is a plain reduction.
                (0..domains).fold(false, |leaving, domain| {
                    let [a, b, c] = &orientations.lattice(step, domain).vectors;
                    leaving | !f_cell::is_safe(self.bounds, &[dot(a, q), dot(b, q), dot(c, q)])
                })
            })
    }

    /// Whether some term leaves. Where the lattice factor is zero the structure factor is only asked for if there is
    /// water.
    fn some_term_leaves(&self, q: &Vector3<f64>, at_rest: bool) -> bool {
        let plan = self.plan;
        let orientations = &plan.orientations;
        (0..orientations.steps.len()).any(|step| {
            (0..orientations.domains.len()).any(|domain| {
                let lattice = if at_rest && step == 0 {
                    orientations.unrotated(domain)
                } else {
                    orientations.lattice(step, domain)
                };
                let indices = lattice.indices(q);
                !f_cell::is_safe(self.bounds, &indices.hkl)
                    && (plan.background.present
                        || lattice::factor(&plan.crystal.shape, &indices).product != 0.0)
            })
        })
    }
}

/// The first rendered pixel in scan order that is `sought`.
fn first_pixel(plan: &Plan, sought: impl Fn(usize, usize) -> bool + Sync) -> Option<usize> {
    let (rows, columns) = plan.region.ranges();
    rows.into_par_iter()
        .flat_map_iter(move |slow| columns.clone().map(move |fast| (slow, fast)))
        .filter(|&(slow, fast)| plan.region.renders(slow, fast))
        .find_first(|&(slow, fast)| sought(slow, fast))
        .map(|(slow, fast)| plan.region.index(slow, fast))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Beam, Convention, Crystal, Experiment, Frame, PixelGrid, Preset, Reflection, StructureFactors,
        UnitCell,
    };

    #[test]
    fn a_long_beam_vector_as_given_reaches_beyond_the_table() {
        let bounds = IndexBox { min: [-6; 3], max: [6; 3] };
        let one = [Reflection { hkl: [0; 3], f: 1.0 }];
        let table = StructureFactors::from_reflections(bounds, 0.0, one).unwrap();
        let cell = UnitCell::new(10.0, 10.0, 10.0, 90.0, 90.0, 90.0).unwrap();
        let mut experiment = Experiment::new(Crystal::from_cell(cell), table);
        experiment.beam = Beam::new(5e-10).unwrap();
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
