//! What blocks are computed with.

use super::interpolated::Neighborhoods;
use super::slopes::Slopes;
use super::stages::Positions;
use super::{LANES, Lanes, Occupied, Scattered};
use crate::nest::Kept;

/// What a thread keeps from block to block, so that nothing has to be cleared.
pub(crate) struct Workspace {
    pub scratch: Scratch,
    pub sum: Lanes,
    pub kept: Kept<Lanes>,
    pub(super) positions: Positions,
    pub scattered: Scattered,
    /// Photons of each pixel of the last block, and the same in single precision.
    pub photons: Lanes,
    pub photons_single: [f32; LANES],
}

impl Workspace {
    pub fn new() -> Box<Self> {
        Self::around(Scratch::new())
    }

    /// For a sink that wants to know how terms change.
    pub fn with_slopes() -> Box<Self> {
        Self::around(Scratch::with_slopes())
    }

    fn around(scratch: Scratch) -> Box<Self> {
        let zero = Lanes::splat(0.0);
        Box::new(Workspace {
            scratch,
            sum: zero,
            kept: Kept { omega: zero, polar: zero, capture: zero },
            positions: Positions { diffracted: [zero; 3], distance: zero, inverse: zero },
            scattered: Scattered { q: [zero; 3], weight: zero, undamped: zero },
            photons: zero,
            photons_single: [0.0; LANES],
        })
    }
}

/// How far a block has come in the groups of its orientations.
#[derive(Clone, Copy, Default)]
pub(crate) struct GroupsSeen {
    /// Groups that have begun.
    pub begun: usize,
    /// The orientation after those of the last of them.
    pub end: usize,
    /// Whether the terms of the last of them are in the sums already.
    pub settled: bool,
}

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
    /// Scattering vectors in single precision, for a quick look.
    pub q_single: [[f32; LANES]; 3],
    /// Where spots of the present orientation can be, if that has been looked for.
    pub occupied: Option<Occupied>,
    /// Where the terms are among groups of orientations.
    pub groups: GroupsSeen,
    /// What interpolation needs.
    pub around: Neighborhoods,
    /// How the terms change, for a sink that wants to know.
    pub slopes: Option<Box<Slopes>>,
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
            q_single: [[0.0; LANES]; 3],
            occupied: None,
            groups: GroupsSeen::default(),
            around: Neighborhoods::new(),
            slopes: None,
        }
    }

    /// For a sink that wants to know how the terms change.
    pub fn with_slopes() -> Self {
        Scratch { slopes: Some(Box::new(Slopes::new())), ..Scratch::new() }
    }
}
