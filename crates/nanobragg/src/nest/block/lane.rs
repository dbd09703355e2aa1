//! What of a block is handed to those who look on.

use super::slopes::Slopes;
use super::stages::Positions;
use super::{Kept, Lanes, Place};
use crate::nest::Lane;
use crate::physics::lattice::RealLattice;
use crate::plan::SourcePlan;

/// Of its terms a block shows those that add something to one of its pixels.
impl Lane for Lanes {
    type Subpixel<'a> = BlockSubpixel<'a>;
    type Scattering<'a> = BlockScattering<'a>;
    type Term<'a> = BlockTerm<'a>;
    type SourceDone<'a> = BlockSourceDone<'a>;
    type Finished<'a> = BlockFinished<'a>;
}

/// A sub-pixel of a layer.
pub(crate) struct BlockSubpixel<'a> {
    /// Directions and distances.
    pub positions: &'a Positions,
    /// Which pixels.
    pub place: Place<'a>,
    /// The sum before it.
    pub sum: &'a Lanes,
}

/// A source within the resolution limit of one of the pixels.
pub(crate) struct BlockScattering<'a> {
    /// The source.
    pub source: &'a SourcePlan<f64>,
    /// Pixels whose polarization factor this source sets.
    pub polar_set: &'a [bool; super::LANES],
    /// The sum before it.
    pub sum: &'a Lanes,
}

/// The terms of one source, phi step and domain.
pub(crate) struct BlockTerm<'a> {
    /// The lattice, meters.
    pub lattice: &'a RealLattice<f64>,
    /// Scattering vectors, 1/m.
    pub q: &'a [Lanes; 3],
    /// Nearest nodes.
    pub node: &'a [Lanes; 3],
    /// Their places in the table, where there is one.
    pub place: &'a [u32; super::LANES],
    /// Offsets from them.
    pub offset: &'a [Lanes; 3],
    /// Structure factors.
    pub f: &'a Lanes,
    /// F_latt².
    pub f_latt_sqr: &'a Lanes,
    /// How both change, for sinks that need it.
    pub slopes: Option<&'a Slopes>,
    /// Products of the source's weight and the factors that enter each term; zero beyond the resolution limit.
    pub weight: &'a Lanes,
}

/// The end of a source's terms.
pub(crate) struct BlockSourceDone<'a> {
    /// Scattering vectors, 1/m.
    pub q: &'a [Lanes; 3],
    /// Weights of the source's terms, without what displaced atoms take from spots.
    pub weight: &'a Lanes,
    /// The accumulated sums, water included.
    pub sum: &'a Lanes,
}

/// The end of the pixels' sums.
pub(crate) struct BlockFinished<'a> {
    /// The accumulated sums.
    pub sum: &'a Lanes,
    /// The factors of the pixels.
    pub kept: &'a Kept<Lanes>,
}
