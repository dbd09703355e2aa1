//! Which parts of a block can hold spots.

use super::LANES;

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
