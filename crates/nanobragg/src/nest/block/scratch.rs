//! What a block's terms are computed with.

use super::interpolated::Neighborhoods;
use super::{LANES, Lanes};

/// Intermediates of the terms of one orientation, kept from one to the next so that nothing has to be cleared.
pub(crate) struct Scratch {
    /// Nearest nodes, where a sink wants to see them.
    pub node: [Lanes; 3],
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
            node: [Lanes::splat(0.0); 3],
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
