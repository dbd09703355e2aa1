//! What of a block is handed to those who look on.

use super::Lanes;
use crate::nest::Lane;

/// A block shows its terms and its end; of its terms those that add something to one of its pixels.
impl Lane for Lanes {
    type Subpixel<'a> = ();
    type Scattering<'a> = ();
    type Term<'a> = BlockTerm<'a>;
    type Finished<'a> = BlockFinished<'a>;
}

/// The terms of one source, phi step and domain.
pub(crate) struct BlockTerm<'a> {
    /// Nearest nodes.
    pub node: &'a [Lanes; 3],
    /// Structure factors.
    pub f: &'a Lanes,
    /// F_latt².
    pub f_latt_sqr: &'a Lanes,
    /// Products of the source's weight and the factors that enter each term; zero beyond the resolution limit.
    pub weight: &'a Lanes,
}

/// The end of the pixels' sums.
pub(crate) struct BlockFinished<'a> {
    /// The accumulated sums.
    pub sum: &'a Lanes,
}
