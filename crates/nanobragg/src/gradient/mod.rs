//! Derivatives of pixels by the numbers of an experiment.
//!
//! A [`Parameter`] reaches a pixel through a few quantities: the lattice at rest, the pixel's position, the wavelength,
//! the number of cells. The evaluation sums the derivatives by these while it sums the terms; a small matrix, found in
//! dual numbers, makes of them the derivatives by parameters ([`Derivatives`]). So the cost does not grow with the number of
//! parameters. [`AmplitudeDerivatives`] are those by all structure factors of a table at once. [`definition`] is the derivative of the definition itself, parameter by parameter.

mod amplitude_set;
mod amplitudes;
mod averaged;
mod cell_symmetry;
mod chain;
pub mod definition;
mod derivatives;
mod differences;
mod groups;
mod needs;
mod normal;
mod parameter;
mod refusal;
mod sparse;

pub use crate::sensitivity::PixelSet;
pub use amplitude_set::AmplitudeSet;
pub use amplitudes::{AmplitudeDerivatives, AmplitudeNormal, Pulled};
pub use cell_symmetry::symmetrized;
pub use derivatives::{Columns, Derivatives, Rows};
pub use differences::{Differences, differences, differences_between, moved};
pub use groups::{GroupedNormal, PixelGroups};
pub use normal::{Normal, Weighed};
pub use parameter::{CellNumber, LabAxis, LatticeAxis, Parameter, ParameterUnit, ShiftAxis};
pub use refusal::Refusal;
