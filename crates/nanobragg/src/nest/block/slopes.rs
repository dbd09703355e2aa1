//! How the terms of one orientation change.

use super::Lanes;

/// Derivatives of the terms of one orientation of a block.
pub(crate) struct Slopes {
    /// Factors of F_latt along the axes, where it is a product.
    pub rows: [Lanes; 3],
    /// What they are divided by, or its inverse.
    pub spots: [Lanes; 3],
    /// dF_latt²/dδ.
    pub by_offset: [Lanes; 3],
    /// dF_latt²/dN, where it is no function of a distance.
    pub by_cells: [Lanes; 3],
    /// dF/dh of interpolated structure factors.
    pub f_by_index: [Lanes; 3],
}

impl Slopes {
    pub fn new() -> Self {
        let zero = [Lanes::splat(0.0); 3];
        Slopes { rows: zero, spots: zero, by_offset: zero, by_cells: zero, f_by_index: zero }
    }
}
