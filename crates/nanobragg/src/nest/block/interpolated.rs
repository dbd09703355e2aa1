//! Interpolated structure factors of a block.

use super::scattered::{Scattered, index};
use super::{LANES, Lanes, Table};
use crate::model::IndexBox;
use crate::physics::f_cell::{is_safe, weight_slopes, weights};
use crate::physics::lattice::RealLattice;

/// The neighborhoods of a block's pixels.
pub(crate) struct Neighborhoods {
    /// Place of the entry with the least indices.
    start: [u32; LANES],
    safe: [bool; LANES],
    /// Lagrange polynomials along h, k and l.
    weights: [[Lanes; 4]; 3],
    /// Sums over h and k. They are stored: four that lie side by side become vectors.
    sums: [[f64; 4]; LANES],
}

/// Structure factors into `f`: interpolated ones where the neighborhood is safe, those of the nearest nodes at
/// `places` elsewhere; false when all are zero. Pixels whose lattice factor is zero (`f_latt_sqr`, where it is
/// known) are left out.
#[inline(always)]
pub(super) fn look_up<const FMA: bool>(
    table: &Table<'_>,
    bounds: &IndexBox,
    lattice: &RealLattice<f64>,
    scattered: &Scattered,
    f_latt_sqr: Option<&Lanes>,
    places: &[u32; LANES],
    around: &mut Neighborhoods,
    f: &mut Lanes,
) -> bool {
    around.find::<FMA>(table, bounds, lattice, scattered);
    for i in 0..LANES {
        if f_latt_sqr.is_some_and(|f| f.0[i] == 0.0) {
            around.sums[i] = [0.0; 4];
        } else if around.safe[i] {
            around.contract(table, i);
        } else {
            around.sums[i][0] = table.values.get(places[i] as usize).copied().unwrap_or(0.0);
        }
    }
    let [_, _, [w0, w1, w2, w3]] = &around.weights;
    let mut bits = 0;
    for (i, [s0, s1, s2, s3]) in around.sums.iter().enumerate() {
        let interpolated = w0.0[i] * s0 + w1.0[i] * s1 + w2.0[i] * s2 + w3.0[i] * s3;
        f.0[i] = if around.safe[i] { interpolated } else { *s0 };
        bits |= f.0[i].to_bits();
    }
    bits << 1 != 0
}

impl Neighborhoods {
    pub fn new() -> Self {
        Neighborhoods {
            start: [0; LANES],
            safe: [false; LANES],
            weights: [[Lanes::splat(0.0); 4]; 3],
            sums: [[0.0; 4]; LANES],
        }
    }

    #[inline(always)]
    fn find<const FMA: bool>(
        &mut self,
        table: &Table<'_>,
        bounds: &IndexBox,
        lattice: &RealLattice<f64>,
        scattered: &Scattered,
    ) {
        for i in 0..LANES {
            let mut hkl = [0.0; 3];
            let mut origin = [0.0; 3];
            for axis in 0..3 {
                let h = index(lattice, axis, &scattered.q, i);
                hkl[axis] = h;
                origin[axis] = h.floor() - 1.0;
                for (into, weight) in self.weights[axis].iter_mut().zip(weights(h - origin[axis])) {
                    into.0[i] = weight;
                }
            }
            self.safe[i] = is_safe(bounds, &hkl);
            self.start[i] = table.place_inside::<FMA>(origin);
        }
    }

    /// The tricubic sum of pixel `i` over h and k, in the operations of [`crate::physics::f_cell::tricubic`].
    #[inline(always)]
    fn contract(&mut self, table: &Table<'_>, i: usize) {
        let [along_h, along_k] = table.steps;
        // Safe neighborhoods lie inside the table: the ways out are never taken.
        let Some(inside) = table.values.get(self.start[i] as usize..) else { return };
        let along = |axis: usize| [0, 1, 2, 3].map(|at: usize| self.weights[axis][at].0[i]);
        let (weights_h, weights_k) = (along(0), along(1));
        let mut totals = [0.0; 4];
        for (h, weight_h) in weights_h.into_iter().enumerate() {
            let Some(plane) = inside.get(h * along_h..h * along_h + 3 * along_k + 4) else { return };
            for (k, weight_k) in weights_k.into_iter().enumerate() {
                let Some(row) = plane.get(k * along_k..k * along_k + 4) else { return };
                let weight = weight_h * weight_k;
                for (total, f) in totals.iter_mut().zip(row) {
                    *total += weight * f;
                }
            }
        }
        self.sums[i] = totals;
    }

    /// dF/dh, dF/dk and dF/dl of the interpolated pixels.
    pub fn slopes(
        &self,
        table: &Table<'_>,
        lattice: &RealLattice<f64>,
        scattered: &Scattered,
        by_index: &mut [Lanes; 3],
    ) {
        for i in 0..LANES {
            let slopes = if self.safe[i] {
                let hkl = [0, 1, 2].map(|axis| index(lattice, axis, &scattered.q, i));
                self.slope(table, hkl, i)
            } else {
                [0.0; 3]
            };
            for (into, slope) in by_index.iter_mut().zip(slopes) {
                into.0[i] = slope;
            }
        }
    }

    #[inline(always)]
    fn slope(&self, table: &Table<'_>, hkl: [f64; 3], i: usize) -> [f64; 3] {
        let [along_h, along_k] = table.steps;
        let Some(inside) = table.values.get(self.start[i] as usize..) else { return [0.0; 3] };
        let value = |axis: usize| [0, 1, 2, 3].map(|at: usize| self.weights[axis][at].0[i]);
        let slope = |axis: usize| weight_slopes(hkl[axis] - (hkl[axis].floor() - 1.0));
        let ([h, k, l], [dh, dk, dl]) = ([0, 1, 2].map(value), [0, 1, 2].map(slope));
        let mut sums = [0.0; 3];
        for at_h in 0..4 {
            for at_k in 0..4 {
                let row = at_h * along_h + at_k * along_k;
                let Some(row) = inside.get(row..row + 4) else { return [0.0; 3] };
                let along: f64 = row.iter().zip(l).map(|(f, weight)| f * weight).sum();
                let across: f64 = row.iter().zip(dl).map(|(f, slope)| f * slope).sum();
                sums[0] += dh[at_h] * k[at_k] * along;
                sums[1] += h[at_h] * dk[at_k] * along;
                sums[2] += h[at_h] * k[at_k] * across;
            }
        }
        sums
    }
}
