//! Interpolated structure factors of a block.

use super::terms::{Nodes, Scattered, index};
use super::{LANES, Lanes};
use crate::model::{IndexBox, PaddedGrid};
use crate::physics::f_cell::{is_safe, tricubic_of};
use crate::physics::lattice::RealLattice;

/// Replaces the nearest structure factors of `nodes` by interpolated ones where the neighbourhood is safe; false
/// when all are zero. Pixels whose lattice factor is zero (`f_latt_sqr`, where it is known) are left out.
#[inline(always)]
pub(super) fn look_up(
    grid: &PaddedGrid<'_>,
    bounds: &IndexBox,
    lattice: &RealLattice<f64>,
    scattered: &Scattered,
    f_latt_sqr: Option<&Lanes>,
    nodes: &mut Nodes,
) -> bool {
    let mut any = false;
    for i in 0..LANES {
        if f_latt_sqr.is_some_and(|f| f.0[i] == 0.0) {
            nodes.f_sqr.0[i] = 0.0;
            continue;
        }
        let along = |axis: usize| index(lattice, axis, &scattered.q, i);
        let hkl = [along(0), along(1), along(2)];
        let f = if is_safe(bounds, &hkl) {
            interpolate(grid, &hkl)
        } else {
            grid.values.get(nodes.place[i] as usize).copied().unwrap_or(0.0)
        };
        any |= f != 0.0;
        nodes.f_sqr.0[i] = f * f;
    }
    any
}

/// The structure factor at `hkl`, whose neighbourhood lies inside the grid.
#[inline(always)]
fn interpolate(grid: &PaddedGrid<'_>, hkl: &[f64; 3]) -> f64 {
    const NONE: [f64; 4] = [0.0; 4];
    let floor = |axis: usize| hkl[axis].floor() as i32 - 1;
    let origin = [floor(0), floor(1), floor(2)];
    let along = |axis: usize| origin[axis].wrapping_sub(grid.first[axis]) as usize;
    let [_, along_h, along_k] = grid.shape;
    let start = (along(0) * along_h + along(1)) * along_k + along(2);
    tricubic_of(origin, hkl, |h, k| {
        let at = start + (h * along_h + k) * along_k;
        // Safe neighbourhoods lie inside: the default is never taken.
        grid.values.get(at..).and_then(|rest| rest.first_chunk()).unwrap_or(&NONE)
    })
}
