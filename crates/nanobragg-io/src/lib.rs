//! The files of the nanobragg simulator.
//!
//! | module | file | read | write |
//! | --- | --- | --- | --- |
//! | [`hkl`] | structure factors, text | yes | |
//! | [`dump`] | structure factors, binary table | yes | yes |
//! | [`matrix`] | MOSFLM orientation matrix | yes | |
//! | [`sources`] | table of beam sources | yes | |
//! | [`smv`] | SMV (ADSC) images and their headers | yes | yes |
//! | [`float`] | raw 32-bit float images | yes | yes |
//! | [`pgm`] | 8-bit greyscale images | yes | yes |
//! | [`npy_read`] | NumPy arrays | yes | |
//!
//! Every writer goes through [`atomic::write_atomic`]: a file appears complete or not at all. Every reader
//! takes arbitrary bytes: what does not fit is an [`IoError`] whose text is one line that names the file, the
//! line where there is one, the offending value and what was expected. Sizes that a file claims are checked
//! against its length before memory is allocated. The crate prints nothing.
//!
//! [`c_format`] writes numbers the way C's `printf` does, for headers and logs that other programs compare.

pub mod atomic;
mod binary;
pub mod c_format;
pub mod dump;
pub mod error;
pub mod float;
pub mod hkl;
mod lines;
pub mod matrix;
pub mod npy_read;
pub mod pgm;
pub mod smv;
pub mod sources;

pub use error::{IoError, Result};
