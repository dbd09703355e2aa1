//! The sums over terms that most parameters need, in one loop: what is loaded once serves them all.

use nalgebra::{Matrix3, Vector3};

use super::ZERO;
use crate::formula::double::mul_add;
use crate::nest::block::{LANES, Lanes};

/// Sums that nobody asked for, and what one loop hands to the next.
pub(super) struct Spare {
    pub lattice: [Lanes; 9],
    pub mosaic: Lanes,
    pub cells: [Lanes; 3],
    /// Squares of structure factors with their weights.
    pub strength: Lanes,
    /// dT/dh where structure factors are interpolated.
    pub by_index: [Lanes; 3],
    /// dT/dq × q.
    pub torque: [Lanes; 3],
}

impl Spare {
    pub fn new() -> Self {
        Spare {
            lattice: [ZERO; 9],
            mosaic: ZERO,
            cells: [ZERO; 3],
            strength: ZERO,
            by_index: [ZERO; 3],
            torque: [ZERO; 3],
        }
    }
}

/// Nothing by q.
pub(super) const NOTHING: usize = 0;
/// The sums of dT/dq.
pub(super) const BY_Q: usize = 1;
/// And those by the mosaic spread.
pub(super) const MOSAIC: usize = 2;
/// The sums of dT/dq, with torques for what else turns.
pub(super) const TORQUE: usize = 3;

/// The terms of an orientation.
pub(super) struct Orientation<'a> {
    /// The lattice, rows a, b, c.
    pub rows: &'a [Vector3<f64>; 3],
    /// Back to rest.
    pub back: &'a Matrix3<f64>,
    /// What the mosaic spread turns about.
    pub spread: &'a Vector3<f64>,
}

/// Squares of structure factors with their weights.
#[inline(always)]
pub(super) fn strengths(f: &Lanes, weight: &Lanes, into: &mut Lanes) {
    for i in 0..LANES {
        into.0[i] = f.0[i] * f.0[i] * weight.0[i];
    }
}

/// Sums of T, of T δ_a², T δ_b², T δ_c², and where there are seven of T δ_a δ_b, T δ_a δ_c, T δ_b δ_c.
#[inline(always)]
pub(super) fn products<const FMA: bool, const N: usize>(
    f_latt_sqr: &Lanes,
    strength: &Lanes,
    offset: &[Lanes; 3],
    sums: &mut [Lanes; N],
) {
    const PRODUCTS: [[usize; 2]; 6] = [[0, 0], [1, 1], [2, 2], [0, 1], [0, 2], [1, 2]];
    for i in 0..LANES {
        let amount = f_latt_sqr.0[i] * strength.0[i];
        let at = [offset[0].0[i], offset[1].0[i], offset[2].0[i]];
        sums[0].0[i] += amount;
        for number in 1..N {
            let [one, other] = PRODUCTS[number - 1];
            let sum = &mut sums[number].0[i];
            *sum = mul_add::<FMA>(amount * at[one], at[other], *sum);
        }
    }
}

/// Sums of dT/dh ⊗ q at rest (`LATTICE`, with `TURNED` where the lattice is not at rest), by q (`WITH`) and, where they come term by
/// term, by the number of cells (`CELLS`). dT/dh and dT/dN are `slope` and `by_cells` times `strength`.
#[inline(always)]
pub(super) fn sum<
    const FMA: bool,
    const LATTICE: bool,
    const TURNED: bool,
    const WITH: usize,
    const CELLS: bool,
>(
    at: &Orientation<'_>,
    strength: &Lanes,
    slope: &[Lanes; 3],
    by_cells: &[Lanes; 3],
    q: &[Lanes; 3],
    cells: &mut [Lanes; 3],
    lattice: &mut [Lanes; 9],
    by_q: &mut [Lanes; 3],
    mosaic: &mut Lanes,
    torque: &mut [Lanes; 3],
) {
    let (m, back, axis) = (*at.rows, *at.back, *at.spread);
    let [slope_h, slope_k, slope_l] = slope;
    let [qx, qy, qz] = q;
    for i in 0..LANES {
        let s = strength.0[i];
        let g = [slope_h.0[i] * s, slope_k.0[i] * s, slope_l.0[i] * s];
        let x = [qx.0[i], qy.0[i], qz.0[i]];
        if CELLS {
            for (sum, by) in cells.iter_mut().zip(by_cells) {
                sum.0[i] = mul_add::<FMA>(by.0[i], s, sum.0[i]);
            }
        }
        if LATTICE {
            let turned = |row: usize| {
                let (a, b, c) = (back[(row, 0)], back[(row, 1)], back[(row, 2)]);
                mul_add::<FMA>(c, x[2], mul_add::<FMA>(b, x[1], a * x[0]))
            };
            let rest = if TURNED { [turned(0), turned(1), turned(2)] } else { x };
            for row in 0..3 {
                for column in 0..3 {
                    let sum = &mut lattice[3 * row + column].0[i];
                    *sum = mul_add::<FMA>(g[row], rest[column], *sum);
                }
            }
        }
        if WITH != NOTHING {
            let along = |axis: usize| {
                let partial = mul_add::<FMA>(m[1][axis], g[1], m[0][axis] * g[0]);
                mul_add::<FMA>(m[2][axis], g[2], partial)
            };
            let e = [along(0), along(1), along(2)];
            for axis in 0..3 {
                by_q[axis].0[i] += e[axis];
            }
            if WITH >= MOSAIC {
                let cross = |next: usize, last: usize| mul_add::<FMA>(e[next], x[last], -(e[last] * x[next]));
                let t = [cross(1, 2), cross(2, 0), cross(0, 1)];
                if WITH == MOSAIC {
                    let about = mul_add::<FMA>(axis.y, t[1], axis.x * t[0]);
                    mosaic.0[i] += mul_add::<FMA>(axis.z, t[2], about);
                } else {
                    for axis in 0..3 {
                        torque[axis].0[i] = t[axis];
                    }
                }
            }
        }
    }
}
