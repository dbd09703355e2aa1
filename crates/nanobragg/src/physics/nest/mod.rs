//! The sum over terms, once for all evaluations: [`walk`] has its loops, [`kept`] knows how solid angle,
//! polarization and capture enter it.
//!
//! What is evaluated at each step of the walk are the [`Stages`]: of a single pixel in any number type
//! ([`physics::pixel`](fn@crate::physics::pixel)), or of a block of neighboring pixels (`render::fast::block`).

pub(crate) mod kept;
mod walk;

pub(crate) use kept::Kept;
pub(crate) use walk::{Stages, walk};
