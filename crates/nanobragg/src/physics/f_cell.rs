//! The structure factor of the unit cell at fractional indices.

use super::lattice::Indices;
use crate::model::{IndexBox, StructureFactors};
use crate::real::{Real, real, to_f64};

/// The 4 × 4 × 4 structure factors around a point, and the indices they belong to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighborhood {
    /// Least h, k, l: floor(h) - 1 and so on.
    pub origin: [i32; 3],
    /// Structure factors, h slowest.
    pub values: [[[f64; 4]; 4]; 4],
}

/// Whether the neighborhood of `hkl` lies safely inside the table: it does not where h - h_min + 3 > h_range or
/// h - 2 < h_min, likewise k and l.
///
/// Reference program: the test before `polin3`.
#[inline(always)]
// @stage is_safe
pub fn is_safe<T: Real>(bounds: &IndexBox, hkl: &[T; 3]) -> bool {
    let inside = |axis: usize| {
        let h = hkl[axis];
        let min = real::<T>(f64::from(bounds.min[axis]));
        let range = real::<T>(bounds.range(axis) as f64);
        h - min + real::<T>(3.0) <= range && h - real::<T>(2.0) >= min
    };
    inside(0) && inside(1) && inside(2)
}

/// The neighborhood of `indices`, or `None` where it is not [safe](is_safe).
pub fn neighborhood<T: Real>(table: &StructureFactors, indices: &Indices<T>) -> Option<Neighborhood> {
    let bounds = table.bounds()?;
    if !is_safe(bounds, &indices.hkl) {
        return None;
    }
    let origin = indices.hkl.map(|h| to_f64(h).floor() as i32 - 1);
    let mut values = [[[0.0; 4]; 4]; 4];
    for (h, plane) in (0..).zip(&mut values) {
        for (k, row) in (0..).zip(plane) {
            for (l, value) in (0..).zip(row) {
                *value = table.nearest([origin[0] + h, origin[1] + k, origin[2] + l]);
            }
        }
    }
    Some(Neighborhood { origin, values })
}

/// Tricubic interpolation: the product of 4-point Lagrange polynomials along h, k and l.
///
/// Reference program: `polin3`; here h and k are contracted first, whose four sums stand side by side.
// @stage tricubic
pub fn tricubic<T: Real>(neighborhood: &Neighborhood, hkl: &[T; 3]) -> T {
    let along = |axis: usize| weights(hkl[axis] - real::<T>(f64::from(neighborhood.origin[axis])));
    let (along_h, along_k, along_l) = (along(0), along(1), along(2));
    let mut sums = [T::zero(); 4];
    for (plane, &weight_h) in neighborhood.values.iter().zip(&along_h) {
        for (row, &weight_k) in plane.iter().zip(&along_k) {
            let weight = weight_h * weight_k;
            for (sum, &f) in sums.iter_mut().zip(row) {
                *sum += weight * real(f);
            }
        }
    }
    let [s0, s1, s2, s3] = sums;
    let [w0, w1, w2, w3] = along_l;
    w0 * s0 + w1 * s1 + w2 * s2 + w3 * s3
}

/// The 4-point Lagrange polynomials at `d0`, for nodes at 0, 1, 2 and 3.
#[inline(always)]
// @stage weights
pub fn weights<T: Real>(d0: T) -> [T; 4] {
    let (d1, d2, d3) = (d0 - real(1.0), d0 - real(2.0), d0 - real(3.0));
    // The nodes are one apart: the denominators are -6, 2, -2 and 6.
    let sixth = real::<T>(1.0 / 6.0);
    let (inner, outer) = (d1 * d2, d0 * d3);
    [-sixth * inner * d3, real::<T>(0.5) * outer * d2, real::<T>(-0.5) * outer * d1, sixth * inner * d0]
}

/// The derivatives of [`weights`].
#[inline(always)]
// @stage weight_slopes
pub fn weight_slopes<T: Real>(d0: T) -> [T; 4] {
    let (d1, d2, d3) = (d0 - real(1.0), d0 - real(2.0), d0 - real(3.0));
    let sixth = real::<T>(1.0 / 6.0);
    let sum = |a: T, b: T, c: T| a * b + b * c + c * a;
    let half = real::<T>(0.5);
    [-sixth * sum(d1, d2, d3), half * sum(d0, d2, d3), -half * sum(d0, d1, d3), sixth * sum(d0, d1, d2)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Reflection;

    fn cubic(h: f64, k: f64, l: f64) -> f64 {
        1.0 + h * h * h - 2.0 * k * k * l + 0.5 * h * l * l * l - k
    }

    fn table() -> StructureFactors {
        let reflections = (-4..=4).flat_map(|h| {
            (-4..=4).flat_map(move |k| {
                (-4..=4).map(move |l| Reflection { hkl: [h, k, l], f: cubic(h.into(), k.into(), l.into()) })
            })
        });
        StructureFactors::from_reflections(IndexBox { min: [-4; 3], max: [4; 3] }, 0.0, reflections).unwrap()
    }

    #[test]
    fn a_cubic_is_interpolated_exactly() {
        let table = table();
        for hkl in [[0.3, -1.2, 1.7], [-1.99, 0.5, 0.01], [1.0, 1.5, -1.0]] {
            let found = tricubic(&neighborhood(&table, &Indices::new(hkl)).unwrap(), &hkl);
            assert!((found - cubic(hkl[0], hkl[1], hkl[2])).abs() < 1e-12, "{hkl:?}");
        }
    }

    #[test]
    fn whole_indices_give_the_table() {
        let table = table();
        let hkl = [1.0, -2.0, 2.0];
        assert_eq!(
            tricubic(&neighborhood(&table, &Indices::new(hkl)).unwrap(), &hkl),
            table.nearest([1, -2, 2])
        );
    }

    #[test]
    fn the_edge_of_the_table_is_unsafe() {
        let table = table();
        let safe = |h: f64| neighborhood(&table, &Indices::new([h, 0.0, 0.0])).is_some();
        assert!(safe(2.0) && safe(-2.0));
        assert!(!safe(2.000001) && !safe(-2.000001) && !safe(f64::NAN) && !safe(1e300));
        assert!(neighborhood(&StructureFactors::uniform(1.0), &Indices::new([0.0; 3])).is_none());
    }
}
