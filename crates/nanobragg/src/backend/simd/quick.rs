//! A look in single precision at where in a block spots can be: half the vectors that double precision takes.

use super::form::{Form, NarrowForm, are_apart, is_single, reaches};
use crate::formula::single;
use crate::nalgebra::Vector3;
use crate::nest::block::{CHUNK, LANES, Occupied, Scattered, Scratch};
use crate::plan::{MOST_COMBINED, Plan};

/// The lattices of a plan's orientations and how far from a node its spots reach, in single precision, with room for its errors.
pub(super) struct Quick {
    /// Of every orientation: a, b and c.
    lattices: Vec<[[f32; 3]; 3]>,
    form: NarrowForm,
    limit: f32,
}

/// Greatest error of an index, as a share of it: rounding of its six factors, three products and two sums.
const INDEX_ERROR: f64 = 8.0 / (1 << 24) as f64;
/// Greatest error of the form, as a share of the sum of its terms without signs.
const FORM_ERROR: f64 = 16.0 / (1 << 24) as f64;

impl Quick {
    /// For spots that end where `scale` · |δh a + δk b + δl c|² is `limit`, a, b and c being `vectors`; `None` where single
    /// precision cannot tell nodes apart, or there are too many orientations.
    pub fn of(plan: &Plan, vectors: &[Vector3<f64>; 3], scale: f64, limit: f64) -> Option<Self> {
        let orientations = &plan.orientations;
        let count = orientations.count();
        if count > MOST_COMBINED {
            return None;
        }
        let longest = plan.sources.iter().map(|source| (1.0 + source.incident.norm()) / source.wavelength);
        let longest = longest.fold(0.0, f64::max);
        let domains = orientations.domains.len();
        let mut edges = [0.0f64; 3];
        let mut lattices = Vec::with_capacity(count);
        for number in 0..count {
            let lattice = orientations.lattice(number / domains, number % domains);
            for axis in 0..3 {
                edges[axis] = edges[axis].max(lattice.vectors[axis].norm());
            }
            lattices.push(lattice.vectors.each_ref().map(|v| [v.x as f32, v.y as f32, v.z as f32]));
        }
        let blur: f64 = (0..3).map(|axis| vectors[axis].norm() * edges[axis] * longest * INDEX_ERROR).sum();
        let radius = (limit / scale).sqrt() + blur;
        let along = reaches(vectors, radius);
        let form = Form::new(vectors, scale);
        let limit = scale * radius * radius * (1.0 + 1e-6) + form.most(along) * FORM_ERROR;
        let held = are_apart(&along) && is_single(limit);
        form.narrow().filter(|_| held).map(|form| Quick { lattices, form, limit: limit as f32 })
    }

    /// Takes over the scattering vectors of a block.
    #[inline(always)]
    pub fn narrow(scattered: &Scattered, scratch: &mut Scratch) {
        for axis in 0..3 {
            for i in 0..LANES {
                scratch.q_single[axis][i] = scattered.q[axis].0[i] as f32;
            }
        }
    }

    /// Where spots can be in orientation `number` of the block that was taken over last; `None` for one that there is not.
    #[inline(always)]
    pub fn occupied<const FMA: bool>(&self, number: usize, scratch: &Scratch) -> Option<Occupied> {
        let lattice = self.lattices.get(number)?;
        let [x, y, z] = &scratch.q_single;
        let mut inside = [0u32; LANES];
        for i in 0..LANES {
            let mut offset = [0.0f32; 3];
            for axis in 0..3 {
                let v = &lattice[axis];
                let index =
                    single::mul_add::<FMA>(v[2], z[i], single::mul_add::<FMA>(v[1], y[i], v[0] * x[i]));
                offset[axis] = index - single::nearest_even::<FMA>(index);
            }
            let outside = self.form.at::<FMA>(offset) > self.limit;
            inside[i] = u32::from(!outside);
        }
        let mut any = 0;
        for i in 0..LANES {
            any |= inside[i];
        }
        let mut occupied = Occupied::NONE;
        if any != 0 {
            for (chunk, lanes) in inside.as_chunks::<CHUNK>().0.iter().enumerate() {
                let mut any = 0;
                for lane in lanes {
                    any |= lane;
                }
                if any != 0 {
                    occupied.add(chunk);
                }
            }
        }
        Some(occupied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Beam, Experiment, Rotation, UnitCell};
    use crate::nalgebra::Matrix3;
    use crate::nest::block::Workspace;
    use proptest::prelude::*;

    fn plan(edges: [f64; 3], angles: [f64; 3], wavelength_angstrom: f64) -> Plan {
        let ([a, b, c], [alpha, beta, gamma]) = (edges, angles);
        let mut experiment = Experiment::uniform(UnitCell::new(a, b, c, alpha, beta, gamma).unwrap(), 1.0);
        experiment.beam = Beam::new(wavelength_angstrom * 1e-10).unwrap();
        experiment.rotation = Rotation::over(0.3, 0.1, 2).unwrap();
        experiment.plan().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn no_spot_is_left_out(
            edges in prop::array::uniform3(20.0..400.0f64), angles in prop::array::uniform3(70.0..110.0f64),
            wavelength in 0.5..3.0f64, share in 0.001..0.3f64, within in 0.0..0.999_999f64,
            directions in prop::collection::vec(prop::array::uniform3(-1.0..1.0f64), LANES),
            nodes in prop::collection::vec(prop::array::uniform3(-40i32..40), LANES), apart in 0usize..10
        ) {
            let plan = plan(edges, angles, wavelength);
            let vectors = &plan.crystal.shape.reciprocal.vectors;
            let shortest = vectors.iter().map(|v| v.norm()).fold(f64::INFINITY, f64::min);
            let (limit, radius) = (100.0, share * shortest);
            let scale = limit / (radius * radius);
            let Some(quick) = Quick::of(&plan, vectors, scale, limit) else { return Ok(()) };
            let lattice = plan.orientations.lattice(1, 0);
            let real = Matrix3::from_columns(&lattice.vectors).transpose();
            let back = real.try_inverse().unwrap();
            let metric = Matrix3::from_columns(vectors).try_inverse().unwrap();
            let mut workspace = Workspace::new();
            let mut inside = [false; LANES];
            for i in 0..LANES {
                // A point within the radius of a node, or, now and then, one in the middle between nodes.
                let outwards = Vector3::from(directions[i]);
                let outwards = if outwards.norm() > 1e-3 { outwards.normalize() } else { Vector3::x() };
                let middle = i % 10 == apart;
                let offset = if middle { Vector3::repeat(0.5) } else { metric * outwards * radius * within };
                let q = back * (Vector3::from(nodes[i].map(f64::from)) + offset);
                let reached = q.norm() <= 2.0 / (wavelength * 1e-10);
                inside[i] = reached && !middle;
                let q = if reached { q } else { back * Vector3::repeat(0.5) };
                (0..3).for_each(|axis| workspace.scattered.q[axis].0[i] = q[axis]);
            }
            let Workspace { scattered, scratch, .. } = &mut *workspace;
            Quick::narrow(scattered, scratch);
            for occupied in [quick.occupied::<true>(1, scratch), quick.occupied::<false>(1, scratch)] {
                let occupied = occupied.unwrap();
                for (chunk, lanes) in inside.as_chunks::<CHUNK>().0.iter().enumerate() {
                    prop_assert!(occupied.has(chunk) || !lanes.contains(&true), "{chunk} {lanes:?}");
                }
            }
        }
    }

    #[test]
    fn what_single_precision_does_not_hold_is_not_looked_at() {
        let plan = plan([70.0, 80.0, 90.0], [90.0; 3], 1.0);
        let vectors = &plan.crystal.shape.reciprocal.vectors;
        assert!(Quick::of(&plan, vectors, 1e8, 100.0).is_some());
        for (scale, limit) in
            [(1e42, 100.0), (-1e8, 100.0), (1e8, f64::INFINITY), (f64::NAN, 1.0), (1.0, 100.0)]
        {
            assert!(Quick::of(&plan, vectors, scale, limit).is_none(), "{scale} {limit}");
        }
    }
}
