//! Terms of a block: one orientation after the other, all pixels at once.

use super::interpolated::{self, Neighborhoods};
use super::table::Table;
use super::{LANES, Lanes};
use crate::formula::double::{mul_add, nearest};
use crate::model::IndexBox;
use crate::physics::lattice::RealLattice;

/// Scattering vectors of a block, 1/m, and the weights of its terms.
pub(super) struct Scattered {
    pub q: [Lanes; 3],
    pub weight: Lanes,
}

/// Intermediates of the terms of one orientation, kept from one to the next so that nothing has to be cleared.
pub(super) struct Scratch {
    /// Offsets from the nearest nodes.
    pub offset: [Lanes; 3],
    /// The same as fractions of a turn, and the nodes.
    pub fractions: [[i32; LANES]; 3],
    pub nodes: [[i32; LANES]; 3],
    /// Places of the nearest nodes in the table.
    pub place: [u32; LANES],
    /// Structure factors.
    pub f: Lanes,
    /// Lattice factors, or their squares.
    pub f_latt: Lanes,
    pub f_latt_single: [f32; LANES],
    /// What interpolation needs.
    pub around: Neighborhoods,
}

impl Scratch {
    pub fn new() -> Self {
        Scratch {
            offset: [Lanes::splat(0.0); 3],
            fractions: [[0; LANES]; 3],
            nodes: [[0; LANES]; 3],
            place: [0; LANES],
            f: Lanes::splat(0.0),
            f_latt: Lanes::splat(0.0),
            f_latt_single: [0.0; LANES],
            around: Neighborhoods::new(),
        }
    }
}

/// Where structure factors come from.
#[derive(Clone, Copy)]
pub(super) enum Amplitudes<'a> {
    /// One for all.
    Uniform(f64),
    /// That of the nearest node.
    Nearest(&'a Table<'a>),
    /// Tricubic wherever it is safe, in the box of indices.
    Tricubic(&'a Table<'a>, IndexBox),
}

impl<'a> Amplitudes<'a> {
    #[inline(always)]
    pub fn table(&self) -> Option<&'a Table<'a>> {
        match *self {
            Amplitudes::Uniform(_) => None,
            Amplitudes::Nearest(table) | Amplitudes::Tricubic(table, _) => Some(table),
        }
    }

    /// Structure factors of all pixels, whose nearest nodes are at `places`, into `f`; false when all are zero.
    /// Those whose lattice factor is zero (`f_latt_sqr`, where it is known) may be left out.
    #[inline(always)]
    pub fn look_up<const FMA: bool>(
        &self,
        lattice: &RealLattice<f64>,
        scattered: &Scattered,
        f_latt_sqr: Option<&Lanes>,
        places: &[u32; LANES],
        around: &mut Neighborhoods,
        f: &mut Lanes,
    ) -> bool {
        match *self {
            Amplitudes::Uniform(uniform) => {
                *f = Lanes::splat(uniform);
                uniform != 0.0
            }
            Amplitudes::Nearest(table) => table.look_up(places, f),
            Amplitudes::Tricubic(table, ref bounds) => {
                interpolated::look_up::<FMA>(table, bounds, lattice, scattered, f_latt_sqr, places, around, f)
            }
        }
    }
}

/// How the terms of one orientation are added to the sums of a block. `FMA`: whether multiply-adds are fused.
pub(super) trait Terms {
    /// Precision of the lattice factor.
    const PRECISION: &'static str;

    /// Adds f² · F_latt² · weight of every pixel to `sum`.
    fn add<const FMA: bool>(
        &self,
        lattice: &RealLattice<f64>,
        amplitudes: &Amplitudes<'_>,
        scattered: &Scattered,
        scratch: &mut Scratch,
        sum: &mut Lanes,
    );
}

/// F_latt² as a function of the offset from the nearest node, in double precision.
pub(super) trait LatticeIntensity {
    /// Precision of the lattice factor.
    const PRECISION: &'static str;

    /// Whether it is zero at most offsets: it is evaluated before structure factors are looked up then.
    const SPARSE: bool;

    /// Added to every offset so that a quotient of two zeros does not arise at a node; far below what the
    /// evaluation resolves.
    const TINY: f64 = 1e-40;

    /// Whether F_latt² certainly vanishes in all pixels of the block.
    #[inline(always)]
    fn vanishes<const FMA: bool>(&self, _lattice: &RealLattice<f64>, _scattered: &Scattered) -> bool {
        false
    }

    /// F_latt² at the offset (h, k, l) from the nearest node.
    fn intensity<const FMA: bool>(&self, offset: [f64; 3]) -> f64;
}

impl<L: LatticeIntensity> Terms for L {
    const PRECISION: &'static str = L::PRECISION;

    #[inline(always)]
    fn add<const FMA: bool>(
        &self,
        lattice: &RealLattice<f64>,
        amplitudes: &Amplitudes<'_>,
        scattered: &Scattered,
        scratch: &mut Scratch,
        sum: &mut Lanes,
    ) {
        if self.vanishes::<FMA>(lattice, scattered) {
            return;
        }
        find::<FMA>(amplitudes.table(), lattice, scattered, L::TINY, scratch);
        let Scratch { offset, place, f, around, f_latt: f_latt_sqr, .. } = scratch;
        let offset = |i: usize| [offset[0].0[i], offset[1].0[i], offset[2].0[i]];
        if L::SPARSE {
            for i in 0..LANES {
                f_latt_sqr.0[i] = self.intensity::<FMA>(offset(i));
            }
            if !amplitudes.look_up::<FMA>(lattice, scattered, Some(f_latt_sqr), place, around, f) {
                return;
            }
            for i in 0..LANES {
                let f = f.0[i];
                sum.0[i] = mul_add::<FMA>(f * f * f_latt_sqr.0[i], scattered.weight.0[i], sum.0[i]);
            }
        } else {
            if !amplitudes.look_up::<FMA>(lattice, scattered, None, place, around, f) {
                return;
            }
            for i in 0..LANES {
                let f = f.0[i];
                let f_latt_sqr = self.intensity::<FMA>(offset(i));
                sum.0[i] = mul_add::<FMA>(f * f * f_latt_sqr, scattered.weight.0[i], sum.0[i]);
            }
        }
    }
}

/// a · q, summed x, y, z with a rounding each, as the definition does.
#[inline(always)]
pub(super) fn index(lattice: &RealLattice<f64>, axis: usize, q: &[Lanes; 3], i: usize) -> f64 {
    let v = &lattice.vectors[axis];
    v.x * q[0].0[i] + v.y * q[1].0[i] + v.z * q[2].0[i]
}

/// a · q with fused multiply-adds where there are any, for what does not need the definition's last bits.
#[inline(always)]
pub(super) fn quick_index<const FMA: bool>(
    lattice: &RealLattice<f64>,
    axis: usize,
    q: &[Lanes; 3],
    i: usize,
) -> f64 {
    let v = &lattice.vectors[axis];
    mul_add::<FMA>(v.z, q[2].0[i], mul_add::<FMA>(v.y, q[1].0[i], v.x * q[0].0[i]))
}

/// Nearest nodes: offsets from them, and with a table their places in it.
#[inline(always)]
fn find<const FMA: bool>(
    table: Option<&Table<'_>>,
    lattice: &RealLattice<f64>,
    scattered: &Scattered,
    tiny: f64,
    scratch: &mut Scratch,
) {
    let Some(table) = table else {
        for i in 0..LANES {
            for axis in 0..3 {
                let h = index(lattice, axis, &scattered.q, i);
                scratch.offset[axis].0[i] = h - nearest::<FMA>(h) + tiny;
            }
        }
        return;
    };
    for i in 0..LANES {
        let mut node = [0.0; 3];
        for axis in 0..3 {
            let h = index(lattice, axis, &scattered.q, i);
            node[axis] = nearest::<FMA>(h);
            scratch.offset[axis].0[i] = h - node[axis] + tiny;
        }
        scratch.place[i] = table.place::<FMA>(node);
    }
}
