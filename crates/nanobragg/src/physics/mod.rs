//! The physics, as pure functions that are generic over the number type.
//!
//! Each module is one stage of the evaluation; [`pixel`](fn@pixel) composes them. Backends and traces either
//! call these functions or are checked against them.

pub mod absorption;
pub mod background;
pub mod f_cell;
pub mod geometry;
pub mod lattice;
pub(crate) mod nest;
pub mod pixel;
pub mod polarization;
pub mod probe;
pub mod rotation;
pub mod scaling;
pub mod scattering;
pub mod sinpi;

pub use pixel::pixel;
pub use probe::{NoProbe, Probe};
