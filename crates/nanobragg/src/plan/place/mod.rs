//! Numbers, generic over their type: where detector, lattice and sources are. What is chosen (which pivot, how many
//! samples) is chosen in `f64` before; these functions only compute, in the order of the reference program.

use nalgebra::Vector3;

use super::Background;

mod crystal;
mod detector;
mod orientations;
mod parameters;
mod sources;

pub(crate) use crystal::PlacedLattice;
pub(super) use crystal::place as lattice;
pub(super) use detector::{Axes, DetectorChoice};
pub(crate) use orientations::MOST_COMBINED;
pub use orientations::{Orientations, PhiStep};
pub use parameters::{
    CellParameters, DetectorParameters, LatticeParameters, Parameters, PlacementParameters,
    RotationParameters,
};
pub use sources::SourcePlan;
pub(super) use sources::{SourceChoice, Wavelength};

/// What a plan was placed with: the choices that no number changes, and the numbers.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub detector: DetectorChoice,
    pub sources: Vec<SourceChoice>,
    /// Of each mosaic domain, its rotation vector for a spread of 1 radian.
    pub draws: Vec<Vector3<f64>>,
    pub parameters: Parameters,
    /// The water, and the direction of polarization, before the numbers act on them.
    pub background: Background<f64>,
    pub polar: Vector3<f64>,
}
