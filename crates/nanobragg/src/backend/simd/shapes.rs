//! F_latt² of the four shapes in double precision.

use super::LANES;
use super::polynomial::{EXP_UNDERFLOW, ball, exp, mul_add, nearest_even, sin_pi};
use super::terms::{LatticeIntensity, Scattered, quick_index};
use crate::physics::lattice::{CrystalShape, GAUSS_RADIUS, ROUND_SCALE, RealLattice, TOPHAT_RADIUS};

/// Parallelepiped.
#[derive(Clone, Copy)]
pub(super) struct Square {
    cells: [f64; 3],
}

impl Square {
    pub fn new(crystal: &CrystalShape<f64>) -> Self {
        Square { cells: crystal.cells }
    }
}

impl LatticeIntensity for Square {
    const SPARSE: bool = false;

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, [h, k, l]: [f64; 3]) -> f64 {
        let [na, nb, nc] = self.cells;
        let fringe = |offset: f64, cells: f64| {
            let phase = cells * offset;
            sin_pi::<FMA>(phase - nearest_even::<FMA>(phase))
        };
        let fringes = fringe(h, na) * fringe(k, nb) * fringe(l, nc);
        let sines = sin_pi::<FMA>(h) * sin_pi::<FMA>(k) * sin_pi::<FMA>(l);
        let f_latt = fringes / sines;
        f_latt * f_latt
    }
}

/// Ellipsoid.
#[derive(Clone, Copy)]
pub(super) struct Round {
    pub cells: [f64; 3],
    pub fudge: f64,
    pub peak: f64,
}

impl Round {
    pub fn new(crystal: &CrystalShape<f64>) -> Self {
        let [na, nb, nc] = crystal.cells;
        Round { cells: crystal.cells, fudge: crystal.fudge, peak: na * nb * nc * ROUND_SCALE }
    }

    /// y of the ball's transform, in the definition's operations.
    #[inline(always)]
    pub fn radius(&self, [h, k, l]: [f64; 3]) -> f64 {
        let [na, nb, nc] = self.cells;
        let radius_sqr = h * h * na * na + k * k * nb * nb + l * l * nc * nc;
        (radius_sqr * self.fudge).sqrt()
    }
}

impl LatticeIntensity for Round {
    const SPARSE: bool = false;

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, offset: [f64; 3]) -> f64 {
        let f_latt = self.peak * ball::<FMA>(self.radius(offset));
        f_latt * f_latt
    }
}

/// A positive definite quadratic form of the offset.
#[derive(Clone, Copy)]
pub(super) struct Form {
    squares: [f64; 3],
    /// Of h k, h l, k l.
    products: [f64; 3],
}

impl Form {
    /// `scale` · s, the squared distance from the node.
    fn new(crystal: &CrystalShape<f64>, scale: f64) -> Self {
        let [a, b, c] = &crystal.reciprocal.vectors;
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

    /// `form` is `scale` · s and ends at `limit`.
    fn new(crystal: &CrystalShape<f64>, lattice: &RealLattice<f64>, scale: f64, limit: f64) -> Self {
        let blur: f64 = crystal.reciprocal.vectors.iter().map(|star| star.norm() * Reach::OFFSET_ERROR).sum();
        let radius = (limit / scale).sqrt() + blur;
        // |δh| = |a · g| ≤ |a| |g| for an offset g of at most the radius (1/Å).
        let along = [0, 1, 2].map(|axis| radius * lattice.vectors[axis].norm() * 1e10);
        let share: f64 = along.iter().map(|half| 2.0 * half).product();
        // Up to 0.45 the node on the other side of a half is out of reach as well.
        let rare = share < 0.02 && along.iter().all(|&half| half < 0.45);
        Reach { form: Form::new(crystal, scale), limit: scale * radius * radius * (1.0 + 1e-9), rare }
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

/// Gaussian spots.
#[derive(Clone, Copy)]
pub(super) struct Gauss {
    /// Minus the exponent of F_latt².
    form: Form,
    peak_sqr: f64,
    reach: Reach,
}

impl Gauss {
    pub fn new(crystal: &CrystalShape<f64>, lattice: &RealLattice<f64>) -> Self {
        let volume: f64 = crystal.cells.iter().product();
        let peak_sqr = volume * volume;
        // The exponent as a quadratic form: its rounding, parts in 10¹⁵, grows with the exponent to 1e-12 of a
        // Gaussian where it underflows.
        let scale = 2.0 / GAUSS_RADIUS * crystal.fudge * peak_sqr;
        let reach = Reach::new(crystal, lattice, scale, -EXP_UNDERFLOW);
        Gauss { form: reach.form, peak_sqr, reach }
    }

    /// F_latt² by the exponential `exp`.
    #[inline(always)]
    pub fn by<const FMA: bool>(&self, offset: [f64; 3], exp: impl Fn(f64) -> f64) -> f64 {
        let exponent = -self.form.at::<FMA>(offset);
        // A quadratic form that rounds below zero is zero.
        let bounded = exponent.clamp(EXP_UNDERFLOW, 0.0);
        let value = self.peak_sqr * exp(bounded);
        if exponent > EXP_UNDERFLOW { value } else { 0.0 }
    }

    #[inline(always)]
    pub fn misses<const FMA: bool>(&self, lattice: &RealLattice<f64>, scattered: &Scattered) -> bool {
        self.reach.misses::<FMA>(lattice, scattered)
    }
}

impl LatticeIntensity for Gauss {
    const SPARSE: bool = true;

    #[inline(always)]
    fn vanishes<const FMA: bool>(&self, lattice: &RealLattice<f64>, scattered: &Scattered) -> bool {
        self.misses::<FMA>(lattice, scattered)
    }

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, offset: [f64; 3]) -> f64 {
        self.by::<FMA>(offset, exp::<FMA>)
    }
}

/// Top-hat spots.
#[derive(Clone, Copy)]
pub(super) struct Tophat {
    crystal: CrystalShape<f64>,
    peak_sqr: f64,
    reach: Reach,
}

impl Tophat {
    pub fn new(crystal: &CrystalShape<f64>, lattice: &RealLattice<f64>) -> Self {
        let volume: f64 = crystal.cells.iter().product();
        let peak_sqr = volume * volume;
        let reach = Reach::new(crystal, lattice, crystal.fudge * peak_sqr, TOPHAT_RADIUS);
        Tophat { crystal: *crystal, peak_sqr, reach }
    }

    /// s: squared distance from the node, in the definition's operations: a last bit decides what is inside.
    #[inline(always)]
    fn star_distance_sqr(&self, [h, k, l]: [f64; 3]) -> f64 {
        let [a, b, c] = &self.crystal.reciprocal.vectors;
        let [na, nb, nc] = self.crystal.cells;
        let x = h * a.x + k * b.x + l * c.x;
        let y = h * a.y + k * b.y + l * c.y;
        let z = h * a.z + k * b.z + l * c.z;
        (x * x + y * y + z * z) * na * na * nb * nb * nc * nc
    }
}

impl LatticeIntensity for Tophat {
    const SPARSE: bool = true;

    #[inline(always)]
    fn vanishes<const FMA: bool>(&self, lattice: &RealLattice<f64>, scattered: &Scattered) -> bool {
        self.reach.misses::<FMA>(lattice, scattered)
    }

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, offset: [f64; 3]) -> f64 {
        let inside = self.star_distance_sqr(offset) * self.crystal.fudge < TOPHAT_RADIUS;
        if inside { self.peak_sqr } else { 0.0 }
    }
}
