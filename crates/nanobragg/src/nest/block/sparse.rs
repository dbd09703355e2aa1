//! Terms of shapes whose spots end, of those parts of a block where there can be some.

use super::scattered::along;
use super::{LANES, Lanes, LatticeIntensity, Scattered, Table};
use crate::formula::double::{mul_add, nearest};
use crate::physics::lattice::RealLattice;

/// Neighboring pixels of a block that are looked at together: as many as the widest vectors hold.
pub(crate) const CHUNK: usize = 8;

/// The chunks of a block in which spots can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occupied(u8);

const _: () = assert!(LANES / CHUNK == u8::BITS as usize);

impl Occupied {
    pub const NONE: Occupied = Occupied(0);
    pub const ALL: Occupied = Occupied(u8::MAX);

    #[inline(always)]
    pub fn add(&mut self, chunk: usize) {
        self.0 |= 1 << chunk;
    }

    #[inline(always)]
    pub fn has(self, chunk: usize) -> bool {
        self.0 >> chunk & 1 != 0
    }
}

/// Where the structure factors of nearest nodes come from.
#[derive(Clone, Copy)]
pub(super) enum Factors<'a> {
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
pub(super) fn add<L: LatticeIntensity, const FMA: bool>(
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
