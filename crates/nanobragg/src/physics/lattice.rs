//! The lattice: fractional indices and the interference of the unit cells.

use nalgebra::Vector3;

use super::rotation::dot;
use crate::model::Shape;
use crate::real::{Real, real, to_f64};

/// The lattice a, b, c in real space, metres.
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
        RealLattice { vectors: [0, 1, 2].map(|axis| rotate(&self.vectors[axis])) }
    }

    /// Fractional indices of the scattering vector q (1/m): h = a · q, k = b · q, l = c · q.
    #[inline(always)]
    pub fn indices(&self, scattering: &Vector3<T>) -> Indices<T> {
        Indices::new([0, 1, 2].map(|axis| dot(&self.vectors[axis], scattering)))
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
        Indices { hkl, nearest: hkl.map(|h| (h - real::<T>(0.5)).ceil()) }
    }

    /// h - h0, k - k0, l - l0: exact, in (-1/2, 1/2].
    #[inline(always)]
    pub fn offset(&self) -> [T; 3] {
        [0, 1, 2].map(|axis| self.hkl[axis] - self.nearest[axis])
    }

    /// The nearest indices as integers, clamped to the range of `i32`.
    #[inline(always)]
    pub fn nearest_i32(&self) -> [i32; 3] {
        self.nearest.map(|h| to_f64(h) as i32)
    }
}

/// The interference of N cells in a row at h: sin(N π h) / sin(π h), N where h is whole.
///
/// With h = h0 + δ both sines reduce to arguments in [-π/2, π/2] without rounding:
/// sin(N π h) / sin(π h) = (-1)^((N-1) h0 + m) sin(π (N δ - m)) / sin(π δ), m the whole number next to N δ.
#[inline(always)]
pub fn grating<T: Real>(nearest: T, offset: T, cells: T) -> T {
    if offset.is_zero() {
        return sign::<T>((cells - real::<T>(1.0)) * nearest) * cells;
    }
    let phase = cells * offset;
    let whole = phase.round();
    let ratio = (T::pi() * (phase - whole)).sin() / (T::pi() * offset).sin();
    sign::<T>((cells - real::<T>(1.0)) * nearest + whole) * ratio
}

/// 1 for an even whole number, -1 for an odd one.
#[inline(always)]
fn sign<T: Real>(whole: T) -> T {
    let half = whole * real::<T>(0.5);
    if half == half.floor() { real(1.0) } else { real(-1.0) }
}

/// Transform of a ball: 3 (sin x / x - cos x) / x², 1 at 0.
#[inline(always)]
pub fn sinc3<T: Real>(x: T) -> T {
    if x.is_zero() {
        return real(1.0);
    }
    real::<T>(3.0) * (x.sin() / x - x.cos()) / (x * x)
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
const ROUND_SCALE: f64 = 0.723601254558268;
/// Squared radius scale of Gaussian spots (reference program).
const GAUSS_RADIUS: f64 = 0.63;
/// Squared radius of top-hat spots (reference program).
const TOPHAT_RADIUS: f64 = 0.3969;

/// F_latt of a crystal at `indices`.
///
/// * parallelepiped: product of [`grating`] over the axes with more than one cell;
/// * ellipsoid: Na Nb Nc · 0.7236 · sinc3(π √(fudge r)), r = Σ (N δ)²;
/// * Gaussian: Na Nb Nc exp(-fudge s / 0.63), s = |δh a* + δk b* + δl c*|² (Na Nb Nc)², in 1/Å²;
/// * top hat: Na Nb Nc where fudge s < 0.3969, else 0.
#[inline(always)]
pub fn factor<T: Real>(crystal: &CrystalShape<T>, indices: &Indices<T>) -> LatticeFactor<T> {
    let one = real::<T>(1.0);
    let offset = indices.offset();
    let cells = crystal.cells;
    if crystal.shape == Shape::Square {
        let axes = [0, 1, 2].map(|axis| {
            if cells[axis] > one { grating(indices.nearest[axis], offset[axis], cells[axis]) } else { one }
        });
        return LatticeFactor { axes, product: axes[0] * axes[1] * axes[2] };
    }
    let volume = cells[0] * cells[1] * cells[2];
    let product = match crystal.shape {
        Shape::Square => one,
        Shape::Round => {
            let radius_sqr = offset[0] * offset[0] * cells[0] * cells[0]
                + offset[1] * offset[1] * cells[1] * cells[1]
                + offset[2] * offset[2] * cells[2] * cells[2];
            volume * real::<T>(ROUND_SCALE) * sinc3(T::pi() * (radius_sqr * crystal.fudge).sqrt())
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
