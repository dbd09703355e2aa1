//! Which pixels can lie inside a spot for any of many orientations that are nearly the same.
//!
//! A spot that ends at a radius R of its node holds a scattering vector q only where q is within R of the node G. Turned by
//! θ, a node is within θ |G| of where it was, and |G| is what it was. So one look at a middle orientation says which pixels any
//! orientation of a group needs: those with |q - G| ≤ R + θ |G| and ||q|² - |G|²| ≤ R (2 |q| + R).

use super::form::Form;
use crate::formula::double::{mul_add, nearest_even};
use crate::nalgebra::Matrix3;
use crate::nest::block::{GroupsSeen, LANES, Lanes, Scattered, quick_index};
use crate::physics::lattice::RealLattice;
use crate::plan::{MOST_COMBINED, Plan};

/// The orientations of a plan in groups.
pub(super) struct Groups {
    all: Vec<Group>,
}

/// Consecutive orientations.
pub(super) struct Group {
    pub count: usize,
    middle: RealLattice<f64>,
    /// Greatest distance of a node from that of the middle, as a share of its length.
    turn: f64,
    /// Components of the lattices' vectors, an array each, padded to whole vectors.
    components: [[Vec<f64>; 3]; 3],
    /// Longest edges, in units of 1e-10 m.
    edges: [f64; 3],
    /// |G|² of a node, 1/Å².
    nodes: Form,
    /// Length in the middle's own reciprocal lattice over that in the one that spots are measured in.
    ratio: f64,
}

/// Fewer orientations than this are looked at one by one.
const LEAST: usize = 4;
/// Components are padded to a multiple of this.
const WIDTH: usize = 8;

impl Groups {
    /// The groups of `plan`, if spots are measured in its crystal's reciprocal vectors: of the mosaic domains of a phi step, or of
    /// phi steps where there is one domain.
    pub fn of(plan: &Plan) -> Option<Self> {
        let orientations = &plan.orientations;
        let (steps, domains) = (orientations.steps.len(), orientations.domains.len());
        if !(LEAST..=MOST_COMBINED).contains(&orientations.count()) || (domains > 1 && domains < LEAST) {
            return None;
        }
        let length = if domains == 1 { steps } else { domains };
        let size = length.min(LANES);
        let starts = (0..orientations.count() / length).flat_map(|step| {
            (0..length).step_by(size).map(move |at| [step * length + at, size.min(length - at)])
        });
        let all = starts.map(|[first, count]| Group::of(plan, first, count)).collect::<Option<_>>()?;
        Some(Groups { all })
    }

    /// The group that begins with orientation `number`; `seen` knows of all before it.
    #[inline(always)]
    pub fn beginning(&self, number: usize, seen: &mut GroupsSeen) -> Option<&Group> {
        if number == 0 {
            *seen = GroupsSeen::default();
        }
        if number != seen.end {
            return None;
        }
        let group = self.all.get(seen.begun)?;
        *seen = GroupsSeen { begun: seen.begun + 1, end: seen.end + group.count, settled: false };
        Some(group)
    }
}

impl Group {
    fn of(plan: &Plan, first: usize, count: usize) -> Option<Self> {
        /// Beyond this a look at the middle would find every pixel.
        const MOST_TURN: f64 = 0.2;
        let domains = plan.orientations.domains.len();
        let lattice = |at: usize| plan.orientations.lattice(at / domains, at % domains);
        let matrix = |lattice: &RealLattice<f64>| Matrix3::from_columns(&lattice.vectors);
        let middle = lattice(first + count / 2);
        let inverse = matrix(&middle).try_inverse()?;
        let (mut turn, mut components) = (0.0f64, <[[Vec<f64>; 3]; 3]>::default());
        for at in 0..count.next_multiple_of(WIDTH) {
            let lattice = lattice(first + at.min(count - 1));
            let rotation = matrix(&lattice) * inverse;
            let stretch = (rotation.transpose() * rotation - Matrix3::identity()).norm();
            let apart = (rotation - Matrix3::identity()).norm() / std::f64::consts::SQRT_2;
            // Only rotations keep |G|; what is not a number goes here as well.
            if !(stretch <= 1e-12 && apart <= MOST_TURN) {
                return None;
            }
            if apart > turn {
                turn = apart;
            }
            for (axis, components) in components.iter_mut().enumerate() {
                (0..3).for_each(|xyz| components[xyz].push(lattice.vectors[axis][xyz]));
            }
        }
        let star: [_; 3] = std::array::from_fn(|axis| inverse.row(axis).transpose() * 1e-10);
        // Under quirks that touch the reciprocal vectors both lattices may be of different shape.
        let measured = &plan.crystal.shape.reciprocal.vectors;
        let ratio = star[0].norm() / measured[0].norm();
        let alike = |i: usize, j: usize| {
            let (own, other) = (star[i].dot(&star[j]), ratio * ratio * measured[i].dot(&measured[j]));
            (own - other).abs() <= 1e-9 * star[i].norm() * star[j].norm()
        };
        if !(0..3).all(|i| (0..3).all(|j| alike(i, j))) {
            return None;
        }
        Some(Group {
            count,
            turn: turn * (1.0 + 1e-9) + 1e-12,
            components,
            edges: [0, 1, 2].map(|axis| middle.vectors[axis].norm() * 1e10),
            nodes: Form::new(&star, 1.0),
            middle,
            ratio: ratio * (1.0 + 1e-8),
        })
    }

    /// The pixels of a block, as bits, that lie within `radius` (1/Å) of a node in any orientation of the group, and maybe a few
    /// more; `None` where the look cannot say.
    #[inline(always)]
    pub fn near<const FMA: bool>(&self, radius: f64, scattered: &Scattered) -> Option<u64> {
        let mut square = Lanes::splat(0.0);
        for i in 0..LANES {
            let (x, y, z) =
                (scattered.q[0].0[i] * 1e-10, scattered.q[1].0[i] * 1e-10, scattered.q[2].0[i] * 1e-10);
            square.0[i] = mul_add::<FMA>(x, x, mul_add::<FMA>(y, y, z * z));
        }
        // Of parts, which vectors hold: one maximum after the other takes as long as all the rest.
        let mut most = [0.0f64; WIDTH];
        for part in square.0.as_chunks::<WIDTH>().0 {
            for at in 0..WIDTH {
                most[at] = if part[at] > most[at] { part[at] } else { most[at] };
            }
        }
        let mut longest = 0.0f64;
        for most in most {
            longest = if most > longest { most } else { longest };
        }
        let longest = longest.sqrt() * (1.0 + 1e-9);
        let own = radius * self.ratio;
        let wide = own + self.turn * (longest + own);
        // Up to 0.45 the node on the other side of a half is out of reach as well.
        if !self.edges.iter().all(|edge| edge * wide < 0.45) {
            return None;
        }
        let limit = wide * wide * (1.0 + 1e-9);
        let ring = own * (2.0 * longest + own) * (1.0 + 1e-9) + 1e-10 * longest * longest;
        let mut near = [0u64; LANES];
        for i in 0..LANES {
            let (mut offset, mut node) = ([0.0; 3], [0.0; 3]);
            for axis in 0..3 {
                let h = quick_index::<FMA>(&self.middle, axis, &scattered.q, i);
                node[axis] = nearest_even::<FMA>(h);
                offset[axis] = h - node[axis];
            }
            let apart = square.0[i] - self.nodes.at::<FMA>(node);
            let outside = (self.nodes.at::<FMA>(offset) > limit) | (apart.abs() > ring);
            near[i] = u64::from(!outside);
        }
        let mut bits = 0;
        for i in 0..LANES {
            bits |= near[i] << i;
        }
        Some(bits)
    }

    /// Orientations with the padding: no more than a block has pixels.
    #[inline(always)]
    pub fn width(&self) -> usize {
        self.components[0][0].len().min(LANES)
    }

    /// a · q of orientation `at`, summed as for blocks.
    #[inline(always)]
    pub fn index(&self, axis: usize, at: usize, q: &[f64; 3]) -> f64 {
        let [x, y, z] = &self.components[axis];
        x[at] * q[0] + y[at] * q[1] + z[at] * q[2]
    }
}
