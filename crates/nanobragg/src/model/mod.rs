//! What is simulated: the experiment as SI data, before any sample of it is chosen.
//!
//! Parts whose numbers have to fit each other ([`Beam`], [`Crystal`], [`Rotation`], [`Sensor`] ...) are built by methods that
//! check them and keep their fields to themselves. Parts that stand side by side ([`Experiment`], [`Rendering`],
//! [`Detector`], [`Seeds`]) have public fields: begin with a default and set what differs;
//! [`plan`](Experiment::plan) checks them.

mod beam;
mod convention;
mod crystal;
mod detector;
mod dose;
mod experiment;
pub mod hall;
mod orientation;
mod pixel_grid;
mod quirks;
mod rotation;
#[cfg(feature = "serde")]
mod saved;
mod sensor;
pub mod spacegroup;
mod spectrum;
mod steps;
mod structure_factors;
pub mod symmetry;
mod unit_cell;

pub use crate::shapes::Shape;
pub(crate) use beam::source_origin;
pub use beam::{Beam, Divergence, Incidence, Outline, Polarization};
pub use convention::{BeamCenter, Convention, Frame, Pivot};
pub use crystal::{Crystal, Lattice, Misset, Mosaicity, MosflmMatrix, Size};
pub use detector::{Detector, Distance, Placement, Rest, Tilt};
pub use dose::Dose;
pub use experiment::{Experiment, Mask, Rendering, Roi, Seeds};
pub use orientation::{Orientation, angles_of};
pub use pixel_grid::PixelGrid;
pub use quirks::{Preset, Quirk, Quirks};
pub use rotation::{Rotation, StepPoint};
pub use sensor::{Sensor, SensorLayers};
pub use spectrum::{Source, SpectralLine, Spectrum};
pub use steps::Steps;
pub use structure_factors::{IndexBox, PaddedGrid, Reflection, StructureFactors};
pub use unit_cell::UnitCell;
pub(crate) use unit_cell::skew;
