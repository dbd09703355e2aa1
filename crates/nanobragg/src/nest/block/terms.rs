//! Terms of a block: one orientation after the other, all pixels at once.

use super::scattered::{along, index};
use super::{Amplitudes, CHUNK, LANES, Lanes, Occupied, Scattered, Scratch, Slopes, Table};
use crate::formula::double::{mul_add, nearest, nearest_even};
use crate::nest::Sink;
use crate::physics::lattice::RealLattice;

/// How the terms of one orientation are added to the sums of a block. `FMA`: whether multiply-adds are fused. `S`:
/// the sink that looks on; one that sees terms finds nodes, structure factors and lattice factors in the scratch.
pub(crate) trait Terms {
    /// Precision of the lattice factor.
    const PRECISION: &'static str;

    /// Whether the terms of orientation `number` are in the sums already, or add nothing: orientations that are nearly the same
    /// may be looked at together. Asked in order, from the first on.
    #[inline(always)]
    fn settles<const FMA: bool>(
        &self,
        _number: usize,
        _amplitudes: &Amplitudes<'_>,
        _scattered: &Scattered,
        _scratch: &mut Scratch,
        _sum: &mut Lanes,
    ) -> bool {
        false
    }

    /// Adds f² · F_latt² · weight of every pixel to `sum`; false when nothing was added to any.
    fn add<S: Sink<Lanes>, const FMA: bool>(
        &self,
        lattice: &RealLattice<f64>,
        amplitudes: &Amplitudes<'_>,
        scattered: &Scattered,
        scratch: &mut Scratch,
        sum: &mut Lanes,
    ) -> bool;
}

/// F_latt² as a function of the offset from the nearest node, in double precision.
pub(crate) trait LatticeIntensity {
    /// Precision of the lattice factor.
    const PRECISION: &'static str;

    /// Whether it is zero at most offsets: it is evaluated before structure factors are looked up then.
    const SPARSE: bool;

    /// Whether it is the same at opposite offsets along any axis, bit for bit: halves may go to either node then.
    const EVEN: bool = false;

    /// Added to every offset so that a quotient of two zeros does not arise at a node; far below what the
    /// evaluation resolves.
    const TINY: f64 = 1e-40;

    /// Whether F_latt² certainly vanishes in all pixels of the block.
    #[inline(always)]
    fn vanishes<const FMA: bool>(&self, _lattice: &RealLattice<f64>, _scattered: &Scattered) -> bool {
        false
    }

    /// As [`Terms::settles`].
    #[inline(always)]
    fn settles<const FMA: bool>(
        &self,
        _number: usize,
        _amplitudes: &Amplitudes<'_>,
        _scattered: &Scattered,
        _scratch: &mut Scratch,
        _sum: &mut Lanes,
    ) -> bool {
        false
    }

    /// F_latt² at the offset (h, k, l) from the nearest node.
    fn intensity<const FMA: bool>(&self, offset: [f64; 3]) -> f64;

    /// Whether [`Self::intensities`] is faster than one pixel after the other.
    const TOGETHER: bool = false;

    /// F_latt² at all offsets, with the bits of [`Self::intensity`].
    #[inline(always)]
    fn intensities<const FMA: bool>(&self, offset: &[Lanes; 3], into: &mut Lanes) {
        for i in 0..LANES {
            into.0[i] = self.intensity::<FMA>([offset[0].0[i], offset[1].0[i], offset[2].0[i]]);
        }
    }

    /// How F_latt² changes at the offsets of all pixels. Into `value` what [`Self::intensity`] gives there, bit for bit; where it is
    /// sparse it is there already.
    fn slopes<const FMA: bool>(&self, offset: &[Lanes; 3], value: &mut Lanes, into: &mut Slopes);
}

impl<L: LatticeIntensity> Terms for L {
    const PRECISION: &'static str = L::PRECISION;

    #[inline(always)]
    fn settles<const FMA: bool>(
        &self,
        number: usize,
        amplitudes: &Amplitudes<'_>,
        scattered: &Scattered,
        scratch: &mut Scratch,
        sum: &mut Lanes,
    ) -> bool {
        LatticeIntensity::settles::<FMA>(self, number, amplitudes, scattered, scratch, sum)
    }

    #[inline(always)]
    fn add<S: Sink<Lanes>, const FMA: bool>(
        &self,
        lattice: &RealLattice<f64>,
        amplitudes: &Amplitudes<'_>,
        scattered: &Scattered,
        scratch: &mut Scratch,
        sum: &mut Lanes,
    ) -> bool {
        let occupied = if L::SPARSE && !S::NEEDS.terms { scratch.occupied } else { None };
        if occupied.is_none() && self.vanishes::<FMA>(lattice, scattered) {
            return false;
        }
        if let Some(occupied) = occupied.filter(|&occupied| occupied != Occupied::ALL) {
            let factors = match *amplitudes {
                Amplitudes::Uniform(f) => Some(Factors::Uniform(f * f)),
                Amplitudes::Nearest(table) => Some(Factors::Nearest(table)),
                Amplitudes::Tricubic(..) => None,
            };
            if let Some(factors) = factors {
                add_occupied::<L, FMA>(self, lattice, factors, scattered, occupied, sum);
                return true;
            }
        }
        find::<L, S, FMA>(amplitudes.table(), lattice, scattered, scratch);
        let Scratch { offset: offsets, place, f, around, f_latt: f_latt_sqr, slopes, .. } = scratch;
        let offset = |i: usize| [offsets[0].0[i], offsets[1].0[i], offsets[2].0[i]];
        if L::SPARSE {
            self.intensities::<FMA>(offsets, f_latt_sqr);
            if !amplitudes.look_up::<FMA>(lattice, scattered, Some(f_latt_sqr), place, around, f) {
                return false;
            }
            for i in 0..LANES {
                let f = f.0[i];
                sum.0[i] = mul_add::<FMA>(f * f * f_latt_sqr.0[i], scattered.weight.0[i], sum.0[i]);
            }
        } else if let Amplitudes::Uniform(f) = *amplitudes
            && !S::NEEDS.terms
        {
            if f == 0.0 {
                return false;
            }
            let f_sqr = f * f;
            if L::TOGETHER {
                self.intensities::<FMA>(offsets, f_latt_sqr);
            }
            for i in 0..LANES {
                let intensity = if L::TOGETHER { f_latt_sqr.0[i] } else { self.intensity::<FMA>(offset(i)) };
                sum.0[i] = mul_add::<FMA>(f_sqr * intensity, scattered.weight.0[i], sum.0[i]);
            }
        } else {
            if !amplitudes.look_up::<FMA>(lattice, scattered, None, place, around, f) {
                return false;
            }
            if S::NEEDS.slopes
                && let Some(slopes) = slopes
            {
                self.slopes::<FMA>(offsets, f_latt_sqr, slopes);
                amplitudes.slopes(lattice, scattered, around, &mut slopes.f_by_index);
                for i in 0..LANES {
                    let f = f.0[i];
                    sum.0[i] = mul_add::<FMA>(f * f * f_latt_sqr.0[i], scattered.weight.0[i], sum.0[i]);
                }
                return true;
            }
            if L::TOGETHER {
                self.intensities::<FMA>(offsets, f_latt_sqr);
            }
            for i in 0..LANES {
                let f = f.0[i];
                let intensity = if L::TOGETHER { f_latt_sqr.0[i] } else { self.intensity::<FMA>(offset(i)) };
                if S::NEEDS.terms {
                    f_latt_sqr.0[i] = intensity;
                }
                sum.0[i] = mul_add::<FMA>(f * f * intensity, scattered.weight.0[i], sum.0[i]);
            }
        }
        if S::NEEDS.slopes
            && L::SPARSE
            && let Some(slopes) = slopes
        {
            self.slopes::<FMA>(offsets, f_latt_sqr, slopes);
            amplitudes.slopes(lattice, scattered, around, &mut slopes.f_by_index);
        }
        true
    }
}

/// Nearest nodes: offsets from them, and with a table their places in it.
#[inline(always)]
fn find<L: LatticeIntensity, S: Sink<Lanes>, const FMA: bool>(
    table: Option<&Table<'_>>,
    lattice: &RealLattice<f64>,
    scattered: &Scattered,
    scratch: &mut Scratch,
) {
    let Some(table) = table else {
        for i in 0..LANES {
            for axis in 0..3 {
                let h = index(lattice, axis, &scattered.q, i);
                // Nobody sees the node: of a half either will do.
                let node =
                    if L::EVEN && !S::NEEDS.terms { nearest_even::<FMA>(h) } else { nearest::<FMA>(h) };
                scratch.offset[axis].0[i] = h - node + L::TINY;
                if S::NEEDS.terms {
                    scratch.node[axis].0[i] = node;
                }
            }
        }
        return;
    };
    for i in 0..LANES {
        let mut node = [0.0; 3];
        for axis in 0..3 {
            let h = index(lattice, axis, &scattered.q, i);
            node[axis] = nearest::<FMA>(h);
            scratch.offset[axis].0[i] = h - node[axis] + L::TINY;
            if S::NEEDS.terms {
                scratch.node[axis].0[i] = node[axis];
            }
        }
        scratch.place[i] = table.place::<FMA>(node);
    }
}

/// Where the structure factors of nearest nodes come from.
#[derive(Clone, Copy)]
enum Factors<'a> {
    /// The square that all have.
    Uniform(f64),
    Nearest(&'a Table<'a>),
}

#[inline(always)]
fn part(lanes: &Lanes, chunk: usize) -> &[f64; CHUNK] {
    &lanes.0.as_chunks().0[chunk]
}

/// Adds f² · F_latt² · weight of the pixels of the `occupied` chunks to `sum`, in the operations and with the bits of whole blocks.
#[inline(always)]
fn add_occupied<L: LatticeIntensity, const FMA: bool>(
    shape: &L,
    lattice: &RealLattice<f64>,
    factors: Factors<'_>,
    scattered: &Scattered,
    occupied: Occupied,
    sum: &mut Lanes,
) {
    let (sums, _) = sum.0.as_chunks_mut::<CHUNK>();
    for (chunk, sum) in sums.iter_mut().enumerate() {
        if !occupied.has(chunk) {
            continue;
        }
        let (x, y, z) =
            (part(&scattered.q[0], chunk), part(&scattered.q[1], chunk), part(&scattered.q[2], chunk));
        let weight = part(&scattered.weight, chunk);
        let (mut intensity, mut places) = ([0.0; CHUNK], [0u32; CHUNK]);
        for i in 0..CHUNK {
            let (mut offset, mut node) = ([0.0; 3], [0.0; 3]);
            for axis in 0..3 {
                let h = along(&lattice.vectors[axis], [x[i], y[i], z[i]]);
                node[axis] = nearest::<FMA>(h);
                offset[axis] = h - node[axis] + L::TINY;
            }
            intensity[i] = shape.intensity::<FMA>(offset);
            if let Factors::Nearest(table) = factors {
                places[i] = table.place::<FMA>(node);
            }
        }
        match factors {
            Factors::Uniform(f_sqr) => {
                for i in 0..CHUNK {
                    sum[i] = mul_add::<FMA>(f_sqr * intensity[i], weight[i], sum[i]);
                }
            }
            Factors::Nearest(table) => {
                let mut f = [0.0; CHUNK];
                table.look_up(&places, &mut f);
                for i in 0..CHUNK {
                    sum[i] = mul_add::<FMA>(f[i] * f[i] * intensity[i], weight[i], sum[i]);
                }
            }
        }
    }
}
