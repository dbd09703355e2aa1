//! What one orientation adds.

use super::{Sensitive, ZERO};
use crate::nest::TermIndex;
use crate::nest::block::{BlockTerm, LANES, Lanes, Slopes};
use crate::sensitivity::CellSums;

impl Sensitive {
    /// Adds what the terms of one orientation change by.
    #[inline(always)]
    pub(super) fn add(&mut self, at: TermIndex, term: &BlockTerm<'_>) {
        let starts = self.starts;
        let Some(slopes) = term.slopes else { return };
        let Some(back) = self.task.turned(at.phi, at.domain).map(|turned| turned.back) else { return };
        let (at_rest, interpolates) = (self.task.at_rest, self.task.interpolates);
        let groups = &self.task.layout.groups;
        let turns = groups.mosaic || groups.phi || groups.spindle;
        let by_q = groups.position || groups.beam || groups.wavelength || turns;
        let (by_lattice, by_cells) = (groups.lattice, groups.cells);
        let (q, lattice) = (term.q, &term.lattice.vectors);
        // Squares of structure factors with their weights, and dT/dh.
        let mut strength = ZERO;
        let mut by_index = [ZERO; 3];
        for i in 0..LANES {
            let f = term.f.0[i];
            strength.0[i] = f * f * term.weight.0[i];
        }
        for axis in 0..3 {
            let (into, slope) = (&mut by_index[axis], &slopes.by_offset[axis]);
            for i in 0..LANES {
                into.0[i] = slope.0[i] * strength.0[i];
            }
        }
        if interpolates {
            for axis in 0..3 {
                let (into, slope) = (&mut by_index[axis], &slopes.f_by_index[axis]);
                for i in 0..LANES {
                    into.0[i] += 2.0 * term.f.0[i] * slope.0[i] * term.f_latt_sqr.0[i] * term.weight.0[i];
                }
            }
        }
        let by_index = &by_index;
        if by_lattice && let Some(sums) = Self::group::<9>(&mut self.rows, starts.lattice) {
            if at_rest {
                outer(by_index, q, sums);
            } else {
                let mut resting = [ZERO; 3];
                for (axis, into) in resting.iter_mut().enumerate() {
                    let (x, y, z) = (back[(axis, 0)], back[(axis, 1)], back[(axis, 2)]);
                    for i in 0..LANES {
                        into.0[i] = z.mul_add(q[2].0[i], y.mul_add(q[1].0[i], x * q[0].0[i]));
                    }
                }
                outer(by_index, &resting, sums);
            }
        }
        if by_q {
            let mut by_q = [ZERO; 3];
            for axis in 0..3 {
                let (a, b, c) = (lattice[0][axis], lattice[1][axis], lattice[2][axis]);
                let (term, sum) = (&mut by_q[axis], &mut self.by_q[axis]);
                for i in 0..LANES {
                    let slope =
                        c.mul_add(by_index[2].0[i], b.mul_add(by_index[1].0[i], a * by_index[0].0[i]));
                    term.0[i] = slope;
                    sum.0[i] += slope;
                }
            }
            if turns {
                self.add_turns(&by_q, q, at);
            }
        }
        if by_cells {
            self.add_cells(term, slopes, &strength);
        }
        if let Some(scatter) = &mut self.scatter {
            let mut slopes = ZERO;
            for i in 0..LANES {
                slopes.0[i] = 2.0 * term.f.0[i] * term.f_latt_sqr.0[i] * term.weight.0[i];
            }
            scatter.add(term.place, &slopes);
        }
        for (number, node) in self.task.layout.groups.nodes.iter().enumerate() {
            let Some(sum) = self.rows.get_mut(starts.nodes + number) else { return };
            let node = node.map(f64::from);
            for i in 0..LANES {
                let here = (0..3).all(|axis| term.node[axis].0[i] == node[axis]);
                let slope = 2.0 * term.f.0[i] * term.f_latt_sqr.0[i] * term.weight.0[i];
                sum.0[i] += if here { slope } else { 0.0 };
            }
        }
    }

    /// Rotations of this orientation: by the mosaic spread and the spindle.
    #[inline(always)]
    fn add_turns(&mut self, by_q: &[Lanes; 3], q: &[Lanes; 3], at: TermIndex) {
        let starts = self.starts;
        let groups = &self.task.layout.groups;
        let Some(turned) = self.task.turned(at.phi, at.domain) else { return };
        let mut torque = [ZERO; 3];
        for axis in 0..3 {
            let (next, last) = ((axis + 1) % 3, (axis + 2) % 3);
            let into = &mut torque[axis];
            for i in 0..LANES {
                into.0[i] = by_q[next].0[i] * q[last].0[i] - by_q[last].0[i] * q[next].0[i];
            }
        }
        let about = |axis: &nalgebra::Vector3<f64>, i: usize| {
            axis.z.mul_add(torque[2].0[i], axis.y.mul_add(torque[1].0[i], axis.x * torque[0].0[i]))
        };
        if groups.mosaic
            && let Some(sum) = self.rows.get_mut(starts.mosaic)
        {
            for i in 0..LANES {
                sum.0[i] += about(&turned.spread, i);
            }
        }
        if groups.phi
            && let Some([start, step]) = Self::group::<2>(&mut self.rows, starts.phi)
        {
            for i in 0..LANES {
                let slope = about(&turned.spindle, i);
                start.0[i] += slope;
                step.0[i] = turned.steps.mul_add(slope, step.0[i]);
            }
        }
        if groups.spindle
            && let Some(sums) = Self::group::<3>(&mut self.rows, starts.spindle)
        {
            for (axis, sum) in sums.iter_mut().enumerate() {
                let row = turned.spindle_torque.row(axis).transpose();
                for i in 0..LANES {
                    sum.0[i] += about(&row, i);
                }
            }
        }
    }

    #[inline(always)]
    fn add_cells(&mut self, term: &BlockTerm<'_>, slopes: &Slopes, strength: &Lanes) {
        let start = self.starts.cells;
        if self.task.layout.cell_sums == CellSums::Direct {
            let Some(sums) = Self::group::<3>(&mut self.rows, start) else { return };
            for (sum, slope) in sums.iter_mut().zip(&slopes.by_cells) {
                for i in 0..LANES {
                    sum.0[i] = slope.0[i].mul_add(strength.0[i], sum.0[i]);
                }
            }
            return;
        }
        const PRODUCTS: [[usize; 2]; 6] = [[0, 0], [1, 1], [2, 2], [0, 1], [0, 2], [1, 2]];
        let offset = term.offset;
        let mut sums = self.rows.iter_mut().skip(start).take(self.task.layout.cell_sums.rows());
        let mut amount = ZERO;
        let Some(sum) = sums.next() else { return };
        for i in 0..LANES {
            amount.0[i] = term.f_latt_sqr.0[i] * strength.0[i];
            sum.0[i] += amount.0[i];
        }
        for (sum, [one, other]) in sums.zip(PRODUCTS) {
            for i in 0..LANES {
                sum.0[i] = (amount.0[i] * offset[one].0[i]).mul_add(offset[other].0[i], sum.0[i]);
            }
        }
    }
}

/// Adds the products of `a`'s components with those of `b`.
#[inline(always)]
fn outer(a: &[Lanes; 3], b: &[Lanes; 3], sums: &mut [Lanes; 9]) {
    for row in 0..3 {
        for column in 0..3 {
            let sum = &mut sums[3 * row + column];
            for i in 0..LANES {
                sum.0[i] = a[row].0[i].mul_add(b[column].0[i], sum.0[i]);
            }
        }
    }
}
