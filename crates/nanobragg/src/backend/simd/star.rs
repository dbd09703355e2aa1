//! F_latt² of shapes of a distance from the node, in double precision or with exponentials in single.

use std::marker::PhantomData;

use crate::formula::Double;
use crate::formula::double::{StarLane, mul_add, nearest_even};
use crate::nalgebra::Vector3;
use crate::nest::block::{LANES, Lanes, LatticeIntensity, Scattered, Slopes, quick_index};
use crate::physics::lattice::RealLattice;
use crate::shapes::{Metric, OnStar, Profile, coordinate};

/// A positive definite quadratic form of the offset.
#[derive(Clone, Copy)]
pub(super) struct Form {
    squares: [f64; 3],
    /// Of h k, h l, k l.
    products: [f64; 3],
}

impl Form {
    /// `scale` · |δh a + δk b + δl c|².
    fn new([a, b, c]: &[Vector3<f64>; 3], scale: f64) -> Self {
        Form {
            squares: [a, b, c].map(|v| scale * v.dot(v)),
            products: [a.dot(b), a.dot(c), b.dot(c)].map(|product| 2.0 * scale * product),
        }
    }

    #[inline(always)]
    fn at<const FMA: bool>(&self, [h, k, l]: [f64; 3]) -> f64 {
        let ([hh, kk, ll], [hk, hl, kl]) = (self.squares, self.products);
        let along_h = mul_add::<FMA>(hh, h, mul_add::<FMA>(hk, k, hl * l));
        let along_k = mul_add::<FMA>(kk, k, kl * l);
        mul_add::<FMA>(along_h, h, mul_add::<FMA>(along_k, k, ll * l * l))
    }

    /// Its derivative.
    #[inline(always)]
    fn gradient(&self, [h, k, l]: [f64; 3]) -> [f64; 3] {
        let ([hh, kk, ll], [hk, hl, kl]) = (self.squares, self.products);
        [2.0 * hh * h + hk * k + hl * l, 2.0 * kk * k + hk * h + kl * l, 2.0 * ll * l + hl * h + kl * k]
    }
}

/// Where spots that end can be found: outside `limit` of `form` there is nothing.
#[derive(Clone, Copy)]
struct Reach {
    form: Form,
    limit: f64,
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
        let [a, b, c] = vectors;
        let volume = a.dot(&b.cross(c)).abs();
        // |δh| = |g · (b × c)| / V for a distance vector g, at most |g| |b × c| / V.
        let along = [b.cross(c), c.cross(a), a.cross(b)].map(|across| radius * across.norm() / volume);
        let share: f64 = along.iter().map(|half| 2.0 * half).product();
        // Up to 0.45 the node on the other side of a half is out of reach as well.
        let rare = share < 0.02 && along.iter().all(|&half| half < 0.45);
        Reach { form: Form::new(vectors, scale), limit: scale * radius * radius * (1.0 + 1e-9), rare }
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
        let reach = Reach::new(&star.vectors, scale, 2.0 * S::Profile::REACH);
        let (form, peak_sqr) = (reach.form, square(cells));
        Star { star, fudge, radius_sqr: S::RADIUS_SQR, form, peak_sqr, reach, profile: PhantomData }
    }
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
        };
        self.peak_sqr * P::square::<Double<FMA, false, NARROW>>(at).0
    }

    #[inline(always)]
    fn slopes<const FMA: bool>(&self, offset: &[Lanes; 3], value: &Lanes, into: &mut Slopes) {
        for i in 0..LANES {
            let gradient = self.form.gradient([offset[0].0[i], offset[1].0[i], offset[2].0[i]]);
            for axis in 0..3 {
                into.by_offset[axis].0[i] = if P::SMOOTH { -value.0[i] * gradient[axis] } else { 0.0 };
            }
        }
    }
}
