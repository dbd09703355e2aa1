//! What one orientation adds.

use super::fused::{self, BY_Q, MOSAIC, NOTHING, Orientation, TORQUE};
use super::{Sensitive, ZERO};
use crate::formula::double::mul_add;
use crate::level::Job;
use crate::nest::TermIndex;
use crate::nest::block::{BlockTerm, LANES, Lanes, Slopes};
use crate::sensitivity::CellSums;

/// The terms of one orientation, to be added to sums.
pub(super) struct Added<'a, 't> {
    pub sums: &'a mut Sensitive,
    pub at: TermIndex,
    pub term: &'a BlockTerm<'t>,
}

impl Job for Added<'_, '_> {
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        self.sums.add::<FMA>(self.at, self.term);
    }
}

const ONES: Lanes = Lanes([1.0; LANES]);

impl Sensitive {
    /// Adds what the terms of one orientation change by.
    #[inline(always)]
    // @stage add_term
    fn add<const FMA: bool>(&mut self, at: TermIndex, term: &BlockTerm<'_>) {
        let starts = self.starts;
        let task = &*self.task;
        let (Some(slopes), Some(turned)) = (term.slopes, task.turned(at.phi, at.domain)) else { return };
        let groups = &task.layout.groups;
        fused::strengths(term.f, term.weight, &mut self.spare.strength);
        let further = groups.phi || groups.spindle;
        let direct = task.layout.cell_sums == CellSums::Direct;
        // Interpolated structure factors have no part in what the number of cells does.
        let in_one = groups.cells && direct && !task.interpolates;
        let apart = groups.cells && !in_one;
        let with = if further {
            TORQUE
        } else if groups.mosaic {
            MOSAIC
        } else if groups.position || groups.beam || groups.wavelength {
            BY_Q
        } else {
            NOTHING
        };
        let spare = &mut *self.spare;
        let interpolated = task.interpolates;
        if interpolated {
            by_index(term, slopes, &spare.strength, &mut spare.by_index);
        }
        let (slope, strength) =
            if interpolated { (&spare.by_index, &ONES) } else { (&slopes.by_offset, &spare.strength) };
        let (before, rest) = self.rows.split_at_mut(starts.mosaic);
        let (of_lattice, of_cells) = before.split_at_mut(starts.cells);
        let lattice = if groups.lattice { Self::group::<9>(of_lattice, starts.lattice) } else { None };
        let lattice = lattice.unwrap_or(&mut spare.lattice);
        let mosaic = if groups.mosaic { rest.first_mut() } else { None };
        let mosaic = mosaic.unwrap_or(&mut spare.mosaic);
        let here = Orientation { rows: &term.lattice.vectors, back: &turned.back, spread: &turned.spread };
        let (by_cells, q) = (&slopes.by_cells, term.q);
        let cells = if in_one { of_cells.first_chunk_mut() } else { None };
        let cells = cells.unwrap_or(&mut spare.cells);
        let (by_q, torque) = (&mut self.by_q, &mut spare.torque);
        macro_rules! sum {
            ($lattice:literal, $turned:literal, $with:ident) => {
                if in_one {
                    sum!($lattice, $turned, $with, true)
                } else {
                    sum!($lattice, $turned, $with, false)
                }
            };
            ($lattice:literal, $turned:literal, $with:ident, $cells:literal) => {
                fused::sum::<FMA, $lattice, $turned, $with, $cells>(
                    &here, strength, slope, by_cells, q, cells, lattice, by_q, mosaic, torque,
                )
            };
        }
        match (groups.lattice, task.at_rest, with) {
            (true, true, NOTHING) => sum!(true, false, NOTHING),
            (true, true, BY_Q) => sum!(true, false, BY_Q),
            (true, true, MOSAIC) => sum!(true, false, MOSAIC),
            (true, true, _) => sum!(true, false, TORQUE),
            (true, false, NOTHING) => sum!(true, true, NOTHING),
            (true, false, BY_Q) => sum!(true, true, BY_Q),
            (true, false, MOSAIC) => sum!(true, true, MOSAIC),
            (true, false, _) => sum!(true, true, TORQUE),
            (false, _, NOTHING) => sum!(false, false, NOTHING),
            (false, _, BY_Q) => sum!(false, false, BY_Q),
            (false, _, MOSAIC) => sum!(false, false, MOSAIC),
            (false, ..) => sum!(false, false, TORQUE),
        }
        if further {
            self.add_turns(at);
        }
        if apart {
            self.add_cells::<FMA>(term, slopes);
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
    // @stage add_turns
    fn add_turns(&mut self, at: TermIndex) {
        let starts = self.starts;
        let groups = &self.task.layout.groups;
        let Some(turned) = self.task.turned(at.phi, at.domain) else { return };
        let torque = &self.spare.torque;
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
    fn add_cells<const FMA: bool>(&mut self, term: &BlockTerm<'_>, slopes: &Slopes) {
        let (start, strength) = (self.starts.cells, &self.spare.strength);
        if self.task.layout.cell_sums == CellSums::Direct {
            let Some(sums) = Self::group::<3>(&mut self.rows, start) else { return };
            for (sum, slope) in sums.iter_mut().zip(&slopes.by_cells) {
                for i in 0..LANES {
                    sum.0[i] = mul_add::<FMA>(slope.0[i], strength.0[i], sum.0[i]);
                }
            }
            return;
        }
        let (squares, offset) = (term.f_latt_sqr, term.offset);
        if self.task.layout.cell_sums == CellSums::Squares {
            if let Some(sums) = Self::group::<4>(&mut self.rows, start) {
                fused::products::<FMA, 4>(squares, strength, offset, sums);
            }
        } else if let Some(sums) = Self::group::<7>(&mut self.rows, start) {
            fused::products::<FMA, 7>(squares, strength, offset, sums);
        }
    }
}

/// dT/dh where structure factors are interpolated.
#[inline(always)]
fn by_index(term: &BlockTerm<'_>, slopes: &Slopes, strength: &Lanes, into: &mut [Lanes; 3]) {
    for (axis, into) in into.iter_mut().enumerate() {
        let (by_offset, by_f) = (&slopes.by_offset[axis], &slopes.f_by_index[axis]);
        for i in 0..LANES {
            let of_f = 2.0 * term.f.0[i] * by_f.0[i] * term.f_latt_sqr.0[i] * term.weight.0[i];
            into.0[i] = by_offset.0[i] * strength.0[i] + of_f;
        }
    }
}
