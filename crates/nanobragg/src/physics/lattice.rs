//! The lattice: fractional indices and the interference of the unit cells.

use nalgebra::Vector3;

use super::rotation::dot;
use super::sinpi::{cos_pi, nearest, round_even, sin_pi};
use crate::model::Shape;
use crate::real::{Real, real, to_f64};

/// The lattice a, b, c in real space, meters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RealLattice<T: Real> {
    /// Cell vectors.
    pub vectors: [Vector3<T>; 3],
}

/// The lattice a*, b*, c* in reciprocal space, 1/Å.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReciprocalLattice<T: Real> {
    /// Reciprocal cell vectors.
    pub vectors: [Vector3<T>; 3],
}

impl<T: Real> RealLattice<T> {
    /// The lattice with every vector turned by `rotate`.
    #[inline(always)]
    pub fn map(&self, rotate: impl Fn(&Vector3<T>) -> Vector3<T>) -> Self {
        let [a, b, c] = &self.vectors;
        RealLattice { vectors: [rotate(a), rotate(b), rotate(c)] }
    }

    /// Fractional indices of the scattering vector q (1/m): h = a · q, k = b · q, l = c · q.
    #[inline(always)]
    pub fn indices(&self, scattering: &Vector3<T>) -> Indices<T> {
        let [a, b, c] = &self.vectors;
        Indices::new([dot(a, scattering), dot(b, scattering), dot(c, scattering)])
    }

    /// Volume of the cell, m³ (negative for a left-handed one).
    pub fn volume(&self) -> T {
        let [a, b, c] = &self.vectors;
        a.dot(&b.cross(c))
    }

    /// The reciprocal lattice in 1/Å.
    pub fn reciprocal(&self) -> ReciprocalLattice<T> {
        let [a, b, c] = &self.vectors;
        let scale = real::<T>(1e-10) / self.volume();
        ReciprocalLattice { vectors: [b.cross(c) * scale, c.cross(a) * scale, a.cross(b) * scale] }
    }
}

/// Fractional Miller indices and the whole ones next to them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Indices<T: Real> {
    /// h, k, l.
    pub hkl: [T; 3],
    /// Nearest whole h, k, l: ceil(h - 1/2).
    pub nearest: [T; 3],
}

impl<T: Real> Indices<T> {
    /// Indices with their nearest whole ones.
    #[inline(always)]
    pub fn new(hkl: [T; 3]) -> Self {
        // Spelled out here and below: arrays' `map` stays a call in the innermost loop.
        let [h, k, l] = hkl;
        Indices { hkl, nearest: [nearest(h), nearest(k), nearest(l)] }
    }

    /// h - h0, k - k0, l - l0: exact, in (-1/2, 1/2].
    #[inline(always)]
    pub fn offset(&self) -> [T; 3] {
        let ([h, k, l], [h0, k0, l0]) = (self.hkl, self.nearest);
        [h - h0, k - k0, l - l0]
    }

    /// The nearest indices as integers, clamped to the range of `i32`.
    #[inline(always)]
    pub fn nearest_i32(&self) -> [i32; 3] {
        let [h, k, l] = self.nearest;
        [to_f64(h) as i32, to_f64(k) as i32, to_f64(l) as i32]
    }
}

/// The interference of N cells in a row at h: sin(N π h) / sin(π h), N where h is whole.
///
/// With h = h0 + δ both sines reduce to arguments in [-π/2, π/2] without rounding:
/// sin(N π h) / sin(π h) = (-1)^((N-1) h0 + m) sin(π (N δ - m)) / sin(π δ), m the whole number next to N δ.
#[inline(always)]
pub fn grating<T: Real>(nearest: T, offset: T, cells: T) -> T {
    let count = to_f64(cells) as i64;
    let turns = (count - 1).wrapping_mul(to_f64(nearest) as i64);
    if offset.is_zero() {
        return if turns % 2 == 0 { cells } else { -cells };
    }
    let phase = cells * offset;
    let whole = round_even(to_f64(phase));
    let ratio = sin_pi(phase - real(whole)) / sin_pi(offset);
    if turns.wrapping_add(whole as i64) % 2 == 0 { ratio } else { -ratio }
}

/// Coefficients of [`ball`] in powers of (π y)²: 3 (-1)^k (2k + 2) / (2k + 3)!.
pub const BALL: [f64; 11] = {
    let mut coefficients = [0.0; 11];
    let (mut k, mut factorial, mut sign) = (0, 6.0, 3.0);
    while k < coefficients.len() {
        coefficients[k] = sign * (2 * k + 2) as f64 / factorial;
        factorial *= ((2 * k + 4) * (2 * k + 5)) as f64;
        sign = -sign;
        k += 1;
    }
    coefficients
};

/// Up to here [`ball`] is its series, which does not cancel; the first term left out is 2e-17.
pub const BALL_SERIES: f64 = 0.5;

/// Transform of a ball: 3 (sin x / x - cos x) / x² with x = π y, y ≥ 0; 1 at 0.
///
/// Reference program: `sinc3`.
#[inline(always)]
pub fn ball<T: Real>(y: T) -> T {
    let x = T::pi() * y;
    if y <= real(BALL_SERIES) {
        let square = x * x;
        let mut sum = real::<T>(BALL[10]);
        for &coefficient in BALL[..10].iter().rev() {
            sum = sum * square + real(coefficient);
        }
        return sum;
    }
    let whole = round_even(to_f64(y));
    let rest = y - real(whole);
    let value = real::<T>(3.0) * (sin_pi(rest) / x - cos_pi(rest)) / (x * x);
    if whole as i64 % 2 == 0 { value } else { -value }
}

/// The lattice factor and its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatticeFactor<T: Real> {
    /// Factors along a, b, c of a parallelepiped; 1 for the shapes that do not factorise.
    pub axes: [T; 3],
    /// F_latt.
    pub product: T,
}

/// What the lattice factor depends on besides the indices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrystalShape<T: Real> {
    /// Shape.
    pub shape: Shape,
    /// Number of cells along a, b, c: whole numbers, at least 1.
    pub cells: [T; 3],
    /// Factor on the squared radius.
    pub fudge: T,
    /// Reciprocal lattice in any orientation: only distances are taken.
    pub reciprocal: ReciprocalLattice<T>,
}

/// Ratio of the volumes' square roots that matches a ball's spots to a cube's (reference program).
pub const ROUND_SCALE: f64 = 0.723601254558268;
/// Squared radius scale of Gaussian spots (reference program).
pub const GAUSS_RADIUS: f64 = 0.63;
/// Squared radius of top-hat spots (reference program).
pub const TOPHAT_RADIUS: f64 = 0.3969;

/// F_latt of a crystal at `indices`.
///
/// * parallelepiped: product of [`grating`] over the axes with more than one cell;
/// * ellipsoid: Na Nb Nc · 0.7236 · ball(√(fudge r)), r = Σ (N δ)²;
/// * Gaussian: Na Nb Nc exp(-fudge s / 0.63), s = |δh a* + δk b* + δl c*|² (Na Nb Nc)², in 1/Å²;
/// * top hat: Na Nb Nc where fudge s < 0.3969, else 0.
#[inline(always)]
pub fn factor<T: Real>(crystal: &CrystalShape<T>, indices: &Indices<T>) -> LatticeFactor<T> {
    let one = real::<T>(1.0);
    let offset = indices.offset();
    let cells = crystal.cells;
    if crystal.shape == Shape::Square {
        let axis = |axis: usize| match cells[axis] {
            n if n > one => grating(indices.nearest[axis], offset[axis], n),
            _ => one,
        };
        let axes = [axis(0), axis(1), axis(2)];
        return LatticeFactor { axes, product: axes[0] * axes[1] * axes[2] };
    }
    let volume = cells[0] * cells[1] * cells[2];
    let product = match crystal.shape {
        Shape::Square => one,
        Shape::Round => {
            let radius_sqr = offset[0] * offset[0] * cells[0] * cells[0]
                + offset[1] * offset[1] * cells[1] * cells[1]
                + offset[2] * offset[2] * cells[2] * cells[2];
            volume * real::<T>(ROUND_SCALE) * ball((radius_sqr * crystal.fudge).sqrt())
        }
        Shape::Gauss => {
            volume * (-(star_distance_sqr(crystal, &offset) / real::<T>(GAUSS_RADIUS) * crystal.fudge)).exp()
        }
        Shape::Tophat => {
            let inside = star_distance_sqr(crystal, &offset) * crystal.fudge < real::<T>(TOPHAT_RADIUS);
            if inside { volume } else { T::zero() }
        }
    };
    LatticeFactor { axes: [one; 3], product }
}

/// s: squared distance from the node in 1/Å², times (Na Nb Nc)².
#[inline(always)]
fn star_distance_sqr<T: Real>(crystal: &CrystalShape<T>, offset: &[T; 3]) -> T {
    let [a, b, c] = &crystal.reciprocal.vectors;
    let [na, nb, nc] = crystal.cells;
    let along = |axis: usize| offset[0] * a[axis] + offset[1] * b[axis] + offset[2] * c[axis];
    let (x, y, z) = (along(0), along(1), along(2));
    (x * x + y * y + z * z) * na * na * nb * nb * nc * nc
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn crystal(shape: Shape, cells: [f64; 3], fudge: f64) -> CrystalShape<f64> {
        let star = 0.01;
        let vectors = [Vector3::x() * star, Vector3::y() * star, Vector3::z() * star];
        CrystalShape { shape, cells, fudge, reciprocal: ReciprocalLattice { vectors } }
    }

    fn direct_grating(h: f64, n: f64) -> f64 {
        use std::f64::consts::PI;
        if h == 0.0 { n } else { (PI * n * h).sin() / (PI * h).sin() }
    }

    proptest! {
        #[test]
        fn the_reduced_grating_is_the_direct_one(h in -40.0..40.0f64, n in 2u32..60) {
            prop_assume!((h - h.round()).abs() > 1e-3);
            let indices = Indices::new([h, 0.0, 0.0]);
            let found = grating(indices.nearest[0], indices.offset()[0], f64::from(n));
            let tolerance = 1e-10 * f64::from(n);
            prop_assert!((found - direct_grating(h, f64::from(n))).abs() < tolerance);
        }

        #[test]
        fn no_shape_exceeds_the_number_of_cells(h in -9.0..9.0f64, k in -9.0..9.0f64, l in -9.0..9.0f64,
            na in 1u32..40, nb in 1u32..40, nc in 1u32..40, fudge in 0.5..2.0f64) {
            let cells = [na, nb, nc].map(f64::from);
            for shape in [Shape::Square, Shape::Round, Shape::Gauss, Shape::Tophat] {
                let found = factor(&crystal(shape, cells, fudge), &Indices::new([h, k, l])).product;
                let most = cells[0] * cells[1] * cells[2];
                prop_assert!(found * found <= most * most * (1.0 + 1e-12), "{shape:?} {found} {most}");
            }
        }
    }

    #[test]
    fn the_ball_is_its_closed_form_and_smooth_where_the_two_meet() {
        let closed = |y: f64| {
            let x = std::f64::consts::PI * y;
            3.0 * (x.sin() / x - x.cos()) / (x * x)
        };
        for y in [0.3, 0.49, 0.51, 1.0, 1.4303, 2.7, 17.3, 500.1] {
            assert!((ball(y) - closed(y)).abs() < 1e-13, "{y}: {} {}", ball(y), closed(y));
        }
        assert_eq!(ball(0.0), 1.0);
        assert!((ball(BALL_SERIES) - ball(BALL_SERIES.next_up())).abs() < 1e-15);
    }

    #[test]
    fn at_a_node_every_shape_gives_its_peak() {
        for (shape, peak) in [
            (Shape::Square, 60.0),
            (Shape::Gauss, 60.0),
            (Shape::Tophat, 60.0),
            (Shape::Round, 60.0 * ROUND_SCALE),
        ] {
            let found =
                factor(&crystal(shape, [3.0, 4.0, 5.0], 1.0), &Indices::new([2.0, -4.0, 6.0])).product;
            assert_eq!(found.abs(), peak, "{shape:?}");
        }
    }

    #[test]
    fn signs_at_whole_indices_are_limits() {
        let at = |h: f64, n: f64| {
            let indices = Indices::new([h, 0.0, 0.0]);
            grating(indices.nearest[0], indices.offset()[0], n)
        };
        for h in [-3.0, -2.0, 1.0, 2.0, 5.0] {
            for n in [2.0, 3.0, 4.0, 5.0] {
                assert!((at(h, n) - at(h + 1e-9, n)).abs() < 1e-6, "h {h} n {n}");
            }
        }
    }
}
