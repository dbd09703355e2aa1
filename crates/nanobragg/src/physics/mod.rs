//! The physics, as pure functions that are generic over the number type.
//!
//! Each module is one stage of the evaluation; [`nest`](crate::nest) composes them. Backends and traces either call
//! these functions or are checked against them.

pub mod absorption;
pub mod background;
pub mod f_cell;
pub mod geometry;
pub mod lattice;
pub mod polarization;
pub mod rotation;
pub mod scaling;
pub mod scattering;
