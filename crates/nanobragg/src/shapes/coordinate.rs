//! The coordinates in the definition: from the offset to F_latt.

use nalgebra::Vector3;

use super::{OnBall, OnStar, RowFormulas, StarFormulas, Visit};
use crate::formula::sinpi::round_even;
use crate::formula::words::StarAt;
use crate::real::{Real, is_plain, real, to_f64};

/// The lattice factor and its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatticeFactor<T: Real> {
    /// Factors along a, b, c of a parallelepiped; 1 for the shapes that do not factorize.
    pub axes: [T; 3],
    /// F_latt.
    pub product: T,
}

/// Where a term is, and the size of the crystal there: the visitor that evaluates the definition.
pub(crate) struct Value<'a, T: Real> {
    /// Nearest whole h, k, l.
    pub nearest: [T; 3],
    /// Offset from there.
    pub offset: [T; 3],
    /// Number of cells along a, b, c.
    pub cells: [T; 3],
    /// Factor on the squared radius.
    pub fudge: T,
    /// a*, b*, c* in 1/Å.
    pub stars: &'a [Vector3<T>; 3],
}

impl<T: Real> Value<'_, T> {
    #[inline(always)]
    fn whole(self, product: T) -> LatticeFactor<T> {
        LatticeFactor { axes: [real(1.0); 3], product }
    }
}

impl<T: Real> Visit for Value<'_, T> {
    type Output = LatticeFactor<T>;

    #[inline(always)]
    // @stage rows
    fn rows<S: RowFormulas>(self) -> LatticeFactor<T> {
        let axis = |axis: usize| row::<S, T>(self.nearest[axis], self.offset[axis], self.cells[axis]);
        let axes = [axis(0), axis(1), axis(2)];
        LatticeFactor { axes, product: axes[0] * axes[1] * axes[2] }
    }

    #[inline(always)]
    // @stage ball
    fn ball<S: OnBall>(self) -> LatticeFactor<T> {
        let [na, nb, nc] = self.cells;
        let peak = na * nb * nc * real::<T>(S::PEAK);
        if !is_plain::<T>() {
            // The root has no derivative at a node.
            let square = square_radius(&self.offset, &self.cells, self.fudge);
            if square <= real(S::NEAR * S::NEAR) {
                return self.whole(peak * S::near(square));
            }
        }
        let y = radius(&self.offset, &self.cells, self.fudge);
        self.whole(peak * ball::<S, T>(y))
    }

    #[inline(always)]
    // @stage star
    fn star<S: OnStar>(self) -> LatticeFactor<T> {
        let [na, nb, nc] = self.cells;
        let square = S::METRIC.star(&self.cells, self.stars).square(&self.offset);
        let at = StarAt { square, fudge: self.fudge, radius_sqr: real(S::RADIUS_SQR) };
        self.whole(na * nb * nc * S::Profile::profile::<T>(at))
    }
}

/// The factor of a row of cells at δ from the node `nearest`, its maximum where δ is zero; 1 for a single cell.
///
/// With h = h0 + δ the phases of both sines reduce to [-1/2, 1/2] without rounding:
/// sin(N π h) / sin(π h) = (-1)^((N-1) h0 + m) sin(π (N δ - m)) / sin(π δ), m the whole number next to N δ.
#[inline(always)]
pub(crate) fn row<S: RowFormulas, T: Real>(nearest: T, offset: T, cells: T) -> T {
    let one = real::<T>(1.0);
    if cells <= one && is_plain::<T>() {
        return one;
    }
    let count = to_f64(cells) as i64;
    let turns = (count - 1).wrapping_mul(to_f64(nearest) as i64);
    if offset.is_zero() {
        return if turns % 2 == 0 { cells } else { -cells };
    }
    let phase = cells * offset;
    let whole = round_even(to_f64(phase));
    let ratio = if whole == 0.0 && !is_plain::<T>() {
        S::near(offset, phase, cells)
    } else {
        S::row(offset, phase - real(whole), one)
    };
    if turns.wrapping_add(whole as i64) % 2 == 0 { ratio } else { -ratio }
}

/// y = √(fudge Σ (N δ)²).
#[inline(always)]
pub(crate) fn radius<T: Real>(offset: &[T; 3], cells: &[T; 3], fudge: T) -> T {
    square_radius(offset, cells, fudge).sqrt()
}

/// y².
#[inline(always)]
pub(crate) fn square_radius<T: Real>(offset: &[T; 3], cells: &[T; 3], fudge: T) -> T {
    let ([h, k, l], [na, nb, nc]) = (*offset, *cells);
    let radius_sqr = h * h * na * na + k * k * nb * nb + l * l * nc * nc;
    radius_sqr * fudge
}

/// The profile at y, with its sign: it changes from each whole number to the next.
#[inline(always)]
pub(crate) fn ball<S: OnBall, T: Real>(y: T) -> T {
    let whole = round_even(to_f64(y));
    let value = S::profile(y, y - real(whole));
    if whole as i64 % 2 == 0 { value } else { -value }
}

/// How a distance from the node is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Metric {
    /// In cells: √(Σ (N δ)²), so that a spot is as wide along each axis as the crystal is thin.
    Cells,
    /// In reciprocal space, in 1/Å times the number of cells (quirk `gauss_units`).
    CountedStar,
    /// In reciprocal space, in units of (Na Nb Nc V)^(-1/3), V the cell's volume: the volume of a spot is 1.
    Sphere,
}

impl Metric {
    /// The metric for a crystal of `cells` with reciprocal vectors in 1/Å.
    #[inline(always)]
    pub fn star<T: Real>(self, cells: &[T; 3], stars: &[Vector3<T>; 3]) -> Star<T> {
        match self {
            Metric::Cells => {
                let ([na, nb, nc], [zero, one]) = (*cells, [real(0.0), real(1.0)]);
                let along = |x, y, z| Vector3::new(x, y, z);
                Star {
                    vectors: [along(na, zero, zero), along(zero, nb, zero), along(zero, zero, nc)],
                    factors: [one; 3],
                }
            }
            Metric::CountedStar => Star { vectors: *stars, factors: *cells },
            Metric::Sphere => {
                let ([a, b, c], [na, nb, nc]) = (stars, *cells);
                let inverse = a.dot(&b.cross(c));
                let volume = if inverse < T::zero() { -inverse } else { inverse }.recip();
                let one = real(1.0);
                Star { vectors: *stars, factors: [(na * nb * nc * volume).cbrt(), one, one] }
            }
        }
    }
}

/// What squared distances from a node are computed with: |δh a + δk b + δl c|² (f g h)².
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Star<T: Real> {
    /// a, b, c.
    pub vectors: [Vector3<T>; 3],
    /// f, g, h.
    pub factors: [T; 3],
}

impl<T: Real> Star<T> {
    /// The squared distance at δ.
    #[inline(always)]
    pub fn square(&self, offset: &[T; 3]) -> T {
        let ([a, b, c], [f, g, h]) = (&self.vectors, self.factors);
        let along = |axis: usize| offset[0] * a[axis] + offset[1] * b[axis] + offset[2] * c[axis];
        let (x, y, z) = (along(0), along(1), along(2));
        (x * x + y * y + z * z) * f * f * g * g * h * h
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::shapes::{Coordinate, Shape};
    use proptest::prelude::*;

    /// Edges of 70, 80 and 90 Å: in real space, rows a, b, c.
    pub(crate) const BRICK: [[f64; 3]; 3] = [[70.0, 0.0, 0.0], [0.0, 80.0, 0.0], [0.0, 0.0, 90.0]];
    /// A triclinic cell, Å.
    pub(crate) const SKEW: [[f64; 3]; 3] = [[70.0, 0.0, 0.0], [10.0, 80.0, 0.0], [-15.0, 20.0, 90.0]];

    fn value(shape: Shape, cell: &[[f64; 3]; 3], hkl: [f64; 3], cells: [f64; 3], fudge: f64) -> f64 {
        let [a, b, c] = cell.map(Vector3::from);
        let volume = a.dot(&b.cross(&c));
        let stars = [b.cross(&c), c.cross(&a), a.cross(&b)].map(|v| v / volume);
        let nearest = hkl.map(|h| (h - 0.5).ceil());
        let offset = [0, 1, 2].map(|axis| hkl[axis] - nearest[axis]);
        shape.visit(Value { nearest, offset, cells, fudge, stars: &stars }).product
    }

    /// The integral of F_latt² over a reciprocal cell, over the number of cells, on a grid of `steps`³ points.
    pub(crate) fn integral(shape: Shape, cell: &[[f64; 3]; 3], cells: [f64; 3], steps: u32) -> f64 {
        let at = |step: u32| (f64::from(step) + 0.5) / f64::from(steps) - 0.5;
        let mut sum = 0.0;
        for h in 0..steps {
            for k in 0..steps {
                for l in 0..steps {
                    sum += value(shape, cell, [at(h), at(k), at(l)], cells, 1.0).powi(2);
                }
            }
        }
        sum / f64::from(steps).powi(3) / cells.iter().product::<f64>()
    }

    #[test]
    fn integrals_of_the_other_shapes_are_those_of_their_closed_forms() {
        // A row's square is a trigonometric polynomial: the grid's sum is its integral.
        assert!((integral(Shape::Square, &BRICK, [3.0, 5.0, 20.0], 41) - 1.0).abs() < 1e-9);
        for (shape, expected) in [
            (Shape::Round, 0.823020),
            (Shape::Gauss, 0.999490),
            (Shape::GaussCounted, 24.6244),
            (Shape::TophatCounted, 27.0),
        ] {
            let found = integral(shape, &BRICK, [3.0; 3], 40);
            assert!((found / expected - 1.0).abs() < 2e-3, "{shape:?} {found} {expected}");
        }
        let found = integral(Shape::Tophat, &BRICK, [3.0; 3], 80);
        assert!((found - 1.0).abs() < 1e-2, "{found}");
    }

    proptest! {
        #[test]
        fn no_shape_exceeds_the_number_of_cells(h in -9.0..9.0f64, k in -9.0..9.0f64, l in -9.0..9.0f64,
            na in 1u32..40, nb in 1u32..40, nc in 1u32..40, fudge in 0.5..2.0f64) {
            let cells = [na, nb, nc].map(f64::from);
            for &shape in Shape::ALL {
                let found = value(shape, &SKEW, [h, k, l], cells, fudge);
                let most = cells[0] * cells[1] * cells[2];
                prop_assert!(found * found <= most * most * (1.0 + 1e-12), "{shape:?} {found} {most}");
            }
        }
    }

    #[test]
    fn at_a_node_every_shape_gives_its_peak() {
        for &shape in Shape::ALL {
            let peak = match shape.coordinate() {
                Coordinate::Ball { peak } => 60.0 * peak,
                Coordinate::Rows | Coordinate::Star { .. } => 60.0,
            };
            let found = value(shape, &SKEW, [2.0, -4.0, 6.0], [3.0, 4.0, 5.0], 1.0);
            assert_eq!(found.abs(), peak, "{shape:?}");
        }
    }
}
