//! F_latt² of shapes of a distance from the node, in double precision or with exponentials in single.

use std::marker::PhantomData;

use super::form::{Form, are_apart, reaches};
use super::groups::{Group, Groups};
use super::quick::Quick;
use crate::formula::Double;
use crate::formula::double::{StarLane, mul_add, nearest, nearest_even};
use crate::nalgebra::{Matrix3, Vector3};
use crate::nest::block::{
    Amplitudes, LANES, Lanes, LatticeIntensity, Occupied, Scattered, Scratch, Slopes, quick_index,
};
use crate::physics::lattice::RealLattice;
use crate::physics::scaling;
use crate::plan::Plan;
use crate::shapes::{Metric, OnStar, Profile, coordinate};

/// Where spots that end can be found: outside `limit` of `form` there is nothing.
#[derive(Clone, Copy)]
struct Reach {
    form: Form,
    limit: f64,
    /// The same as a length, 1/Å.
    radius: f64,
    /// Whether so few terms lie inside that it is worth looking before anything else is computed.
    rare: bool,
}

impl Reach {
    /// Greatest error of an offset in the search below: |h| up to 10⁴ in double precision.
    const OFFSET_ERROR: f64 = 1e-11;

    /// Of `scale` · |δh a + δk b + δl c|², which ends at `limit`.
    fn new(vectors: &[Vector3<f64>; 3], scale: f64, limit: f64) -> Self {
        let blur: f64 = vectors.iter().map(|v| v.norm() * Reach::OFFSET_ERROR).sum();
        let radius = (limit / scale).sqrt() + blur;
        let along = reaches(vectors, radius);
        let share: f64 = along.iter().map(|half| 2.0 * half).product();
        let rare = share < 0.02 && are_apart(&along);
        Reach { form: Form::new(vectors, scale), limit: scale * radius * radius * (1.0 + 1e-9), radius, rare }
    }

    /// Whether no pixel of the block lies inside.
    #[inline(always)]
    fn misses<const FMA: bool>(&self, lattice: &RealLattice<f64>, scattered: &Scattered) -> bool {
        if !self.rare {
            return false;
        }
        let mut inside = 0;
        for i in 0..LANES {
            let mut offset = [0.0; 3];
            for (axis, offset) in offset.iter_mut().enumerate() {
                let h = quick_index::<FMA>(lattice, axis, &scattered.q, i);
                *offset = h - nearest_even::<FMA>(h);
            }
            let outside = self.form.at::<FMA>(offset) > self.limit;
            inside |= u64::from(!outside);
        }
        inside == 0
    }
}

/// A shape of a distance with the profile `P`. `NARROW`: with exponentials in single precision.
pub(super) struct Star<P, const NARROW: bool> {
    star: coordinate::Star<f64>,
    fudge: f64,
    radius_sqr: f64,
    /// Twice the distance over the spot's squared radius.
    form: Form,
    peak_sqr: f64,
    reach: Reach,
    /// Twice the distance beyond which there is nothing.
    end: f64,
    /// Orientations that are looked at together, and how far spots reach, 1/Å.
    farthest: f64,
    groups: Option<Groups>,
    /// What is looked at before anything else is computed.
    quick: Option<Quick>,
    profile: PhantomData<P>,
}

impl<P, const NARROW: bool> Star<P, NARROW> {
    pub fn new<S: OnStar>(cells: &[f64; 3], fudge: f64, stars: &[Vector3<f64>; 3]) -> Self {
        let square = |numbers: &[f64; 3]| {
            let product: f64 = numbers.iter().product();
            product * product
        };
        let metric: Metric = S::METRIC;
        let star = metric.star(cells, stars);
        let scale = 2.0 / S::RADIUS_SQR * fudge * square(&star.factors);
        let end = 2.0 * S::Profile::REACH;
        let reach = Reach::new(&star.vectors, scale, end);
        let (form, peak_sqr) = (reach.form, square(cells));
        let (radius_sqr, profile) = (S::RADIUS_SQR, PhantomData);
        let (groups, quick) = (None, None);
        Star { star, fudge, radius_sqr, form, peak_sqr, reach, end, farthest: 0.0, groups, quick, profile }
    }

    /// For images of `plan`: what single precision cannot hold is left out, and orientations are looked at together.
    pub fn of<S: OnStar>(plan: &Plan) -> Self {
        let crystal = &plan.crystal.shape;
        let mut star = Self::new::<S>(&crystal.cells, crystal.fudge, &crystal.reciprocal.vectors);
        let scale = 2.0 / S::RADIUS_SQR * crystal.fudge * star.star.factors.iter().product::<f64>().powi(2);
        if S::Profile::SMOOTH {
            star.end = star.end.min(twice_to_nothing(plan));
            star.reach = Reach::new(&star.star.vectors, scale, star.end);
        }
        if star.reach.rare {
            star.quick = Quick::of(plan, &star.star.vectors, scale, star.end);
        }
        // From the metric of the spot to the crystal's own reciprocal space.
        let matrix = |vectors: &[Vector3<f64>; 3]| Matrix3::from_columns(vectors);
        let back = matrix(&star.star.vectors).try_inverse();
        if let Some(back) = back.filter(|_| star.reach.rare) {
            let stretch = (matrix(&crystal.reciprocal.vectors) * back).singular_values();
            let most = stretch.iter().fold(0.0f64, |most, &value| if value > most { value } else { most });
            star.farthest = star.reach.radius * most * (1.0 + 1e-9);
            star.groups = Groups::of(plan);
        }
        star
    }
}

/// Exponent at which all terms of a pixel together are below 1e-46 photons, under a tenth of the least that an image in single
/// precision can hold.
fn twice_to_nothing(plan: &Plan) -> f64 {
    /// With room for what the bound leaves out: interpolation overshoots, factors of odd beams.
    const LEAST: f64 = 1e-46 / 1e3;
    let detector = &plan.detector;
    let planes = [0, plan.layers.count.saturating_sub(1)];
    let planes = planes.map(|layer| plan.layers.plane_of(layer, detector.close_distance).abs());
    let area = if detector.point_pixel { 1.0 } else { detector.pixel_size * detector.pixel_size };
    let solid_angle = area / planes.into_iter().fold(f64::INFINITY, f64::min).powi(2);
    let weight = plan.sources.iter().map(|source| source.weight.abs()).fold(1.0, f64::max);
    let lattice: f64 = plan.crystal.shape.cells.iter().product::<f64>().powi(2);
    // A B factor below zero makes spots brighter, most of all those that are scattered back.
    let shortest = plan.sources.iter().map(|source| source.wavelength).fold(f64::INFINITY, f64::min);
    let damping = (-2.0 * plan.b_factor / (shortest * shortest)).max(0.0).exp();
    let intensity = plan.structure_factors.largest().powi(2) * lattice * weight * solid_angle * damping;
    let terms = plan.orientations.count() * plan.sources.len() * plan.layers.count * plan.oversample.pow(2);
    let photons = scaling::photons(plan.r_e_sqr, plan.fluence, intensity, plan.steps) * terms as f64;
    // Where the bound is none, the exponential's own end stays.
    if photons.is_finite() && photons > 0.0 { (photons / LEAST).ln().max(1.0) } else { f64::INFINITY }
}

impl<P: Profile, const NARROW: bool> LatticeIntensity for Star<P, NARROW> {
    const PRECISION: &'static str = if NARROW { "f32" } else { "f64" };
    const SPARSE: bool = true;

    #[inline(always)]
    fn vanishes<const FMA: bool>(&self, lattice: &RealLattice<f64>, scattered: &Scattered) -> bool {
        self.reach.misses::<FMA>(lattice, scattered)
    }

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, offset: [f64; 3]) -> f64 {
        let at = StarLane {
            twice: self.form.at::<FMA>(offset),
            square: self.star.square(&offset) * self.fudge,
            radius_sqr: self.radius_sqr,
            end: self.end,
        };
        self.peak_sqr * P::square::<Double<FMA, false, NARROW>>(at).0
    }

    #[inline(always)]
    fn settles<const FMA: bool>(
        &self,
        number: usize,
        amplitudes: &Amplitudes<'_>,
        scattered: &Scattered,
        scratch: &mut Scratch,
        sum: &mut Lanes,
    ) -> bool {
        if number == 0 && self.quick.is_some() {
            Quick::narrow(scattered, scratch);
        }
        if let Some(groups) = &self.groups {
            if let Some(group) = groups.beginning(number, &mut scratch.groups) {
                self.settle::<FMA>(group, amplitudes, scattered, scratch, sum);
            }
            if scratch.groups.settled {
                return true;
            }
        }
        scratch.occupied = match &self.quick {
            Some(quick) => quick.occupied::<FMA>(number, scratch),
            None => None,
        };
        scratch.occupied == Some(Occupied::NONE)
    }

    #[inline(always)]
    fn slopes<const FMA: bool>(&self, offset: &[Lanes; 3], value: &mut Lanes, into: &mut Slopes) {
        for i in 0..LANES {
            let gradient = self.form.gradient([offset[0].0[i], offset[1].0[i], offset[2].0[i]]);
            for axis in 0..3 {
                into.by_offset[axis].0[i] = if P::SMOOTH { -value.0[i] * gradient[axis] } else { 0.0 };
            }
        }
    }
}

/// Needed pixels of a block, for each 64 orientations of a group, up to which they are evaluated one by one.
const WORTH: u32 = 24;

impl<P: Profile, const NARROW: bool> Star<P, NARROW> {
    /// Adds the terms of all orientations of a group where few pixels of the block are inside a spot of any, and notes whether it
    /// has.
    #[inline(always)]
    fn settle<const FMA: bool>(
        &self,
        group: &Group,
        amplitudes: &Amplitudes<'_>,
        scattered: &Scattered,
        scratch: &mut Scratch,
        sum: &mut Lanes,
    ) {
        let places = !matches!(amplitudes, Amplitudes::Tricubic(..));
        let near = if places { group.near::<FMA>(self.farthest, scattered) } else { None };
        // A pixel by itself costs what its orientations fill of vectors; more than these, and blocks are faster.
        let most = group.count as u32 * WORTH / LANES as u32;
        scratch.groups.settled = near.is_some_and(|near| near.count_ones() <= most.max(1));
        if let Some(mut left) = near.filter(|_| scratch.groups.settled) {
            while left != 0 {
                let pixel = left.trailing_zeros() as usize;
                left &= left - 1;
                self.add_pixel::<FMA>(group, amplitudes, scattered, pixel, scratch, sum);
            }
        }
    }

    /// From the nearest node to an index.
    #[inline(always)]
    fn offset<const FMA: bool>(&self, index: f64) -> f64 {
        index - nearest::<FMA>(index) + Self::TINY
    }

    /// Adds the terms of one pixel in all orientations of a group, in the order and with the bits that blocks give.
    #[inline(always)]
    fn add_pixel<const FMA: bool>(
        &self,
        group: &Group,
        amplitudes: &Amplitudes<'_>,
        scattered: &Scattered,
        pixel: usize,
        scratch: &mut Scratch,
        sum: &mut Lanes,
    ) {
        let q = [scattered.q[0].0[pixel], scattered.q[1].0[pixel], scattered.q[2].0[pixel]];
        let weight = scattered.weight.0[pixel];
        let width = group.width();
        let Scratch { offset: [h, k, l], f_latt: f_latt_sqr, .. } = scratch;
        let mut inside = 0;
        for at in 0..width {
            h.0[at] = self.offset::<FMA>(group.index(0, at, &q));
            k.0[at] = self.offset::<FMA>(group.index(1, at, &q));
            l.0[at] = self.offset::<FMA>(group.index(2, at, &q));
            let outside = self.form.at::<FMA>([h.0[at], k.0[at], l.0[at]]) > self.reach.limit;
            inside |= u64::from(!outside);
        }
        if inside == 0 {
            return;
        }
        for at in 0..width {
            f_latt_sqr.0[at] = self.intensity::<FMA>([h.0[at], k.0[at], l.0[at]]);
        }
        for at in 0..group.count.min(width) {
            if f_latt_sqr.0[at] != 0.0 {
                let f = match amplitudes.table() {
                    Some(table) => {
                        let mut node = [0.0; 3];
                        for (axis, node) in node.iter_mut().enumerate() {
                            *node = nearest::<FMA>(group.index(axis, at, &q));
                        }
                        table.values.get(table.place::<FMA>(node) as usize).copied().unwrap_or(0.0)
                    }
                    None => amplitudes.uniform(),
                };
                sum.0[pixel] = mul_add::<FMA>(f * f * f_latt_sqr.0[at], weight, sum.0[pixel]);
            }
        }
    }
}
