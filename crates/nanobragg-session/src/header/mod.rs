//! What image headers say: one description of an image, and from it the terms of each format.

mod axes;
mod cbf;
mod description;
mod instrument;
mod nexus;
mod picture;
mod smv;

pub use crate::provenance::PROGRAM;
pub use axes::{Axes, OffSquare};
pub use cbf::mini_header;
pub use description::{
    BeamDescription, CountingDescription, CrystalDescription, FrameDescription, PanelDescription,
    ScanDescription,
};
pub use instrument::{about, instrument, instrument_for, laboratory, unsaid};
pub use nexus::stack_setting;
pub(crate) use nexus::ub_matrix;
pub use smv::smv_entries;
