//! The sum over terms, composed once for all evaluations.
//!
//! `walk` has the only loops over terms; `kept` alone knows how solid angle, polarization and capture enter the
//! sum. What is evaluated at each step of the walk are the `Stages` of a [`Lane`]: of one pixel in any number type
//! ([`scalar`]), or of a block of neighboring pixels (`block`). A [`Sink`] looks on: nobody, a trace, labels.

pub(crate) mod block;
mod index;
pub(crate) mod kept;
mod labels;
mod lane;
pub mod scalar;
pub mod sink;
mod walk;

pub use index::TermIndex;
pub(crate) use kept::Kept;
pub(crate) use labels::BlockNodeSums;
pub use labels::{Label, NodeSums};
pub use lane::{Finished, Lane, Scattering, Subpixel, Term};
pub use scalar::pixel;
pub(crate) use scalar::pixel_unless;
pub use sink::{Needs, Sink};
pub(crate) use walk::{Stages, walk};
