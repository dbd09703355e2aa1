//! What parameters reach a pixel through, and the sums of the derivatives by it.
//!
//! The lattice at rest, the position of a pixel, the wavelength, the number of cells: what a term changes by when one of
//! these changes is summed while the terms are, by a sink on the blocks that render. [`gradient`](crate::gradient) makes
//! derivatives by parameters of the sums.

mod bent;
mod block;
mod layout;
mod scatter;
pub(crate) mod sums;

pub(crate) use bent::{BENT, BentSlopes};
pub use block::{Block, BlockSums, PixelSet, Runs};
pub use layout::{CellSums, Groups, Layout, Starts};
pub(crate) use scatter::NodeSlope;
pub use sums::Turned;
