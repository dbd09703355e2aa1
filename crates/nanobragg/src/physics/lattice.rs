//! The lattice: fractional indices and the interference of the unit cells.

use nalgebra::Vector3;

use super::rotation::dot;
use crate::formula::sinpi::nearest;
use crate::model::Shape;
use crate::real::{Real, real, to_f64};
use crate::shapes::coordinate::Value;

pub use crate::shapes::LatticeFactor;

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
    // @stage indices
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

/// F_latt of a crystal at `indices`, by the formulas of its [`shapes`](crate::shapes).
#[inline(always)]
pub fn factor<T: Real>(crystal: &CrystalShape<T>, indices: &Indices<T>) -> LatticeFactor<T> {
    crystal.shape.visit(Value {
        nearest: indices.nearest,
        offset: indices.offset(),
        cells: crystal.cells,
        fudge: crystal.fudge,
        stars: &crystal.reciprocal.vectors,
    })
}
