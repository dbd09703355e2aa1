//! The files of the nanobragg simulator.
//!
//! | module | file | read | write |
//! | --- | --- | --- | --- |
//! | [`hkl`] | structure factors, text | yes | |
//! | [`reflections`] | structure factors, [MTZ](mtz) and [mmCIF](cif) | yes | |
//! | [`pdb`] | unit cell of a coordinate file or of CrystFEL | yes | |
//! | [`geometry`] | instruments as DIALS, XDS and CrystFEL describe them | yes | yes |
//! | [`experiments`] | stills with their crystals, experiment lists of DIALS | by [`geometry`] | yes |
//! | [`reflection_table`] | reflections, tables of DIALS | | yes |
//! | [`spectrum`] | wavelengths or energies with weights | yes | |
//! | [`dump`] | structure factors, binary table | yes | yes |
//! | [`matrix`] | MOSFLM orientation matrix | yes | |
//! | [`sources`] | table of beam sources | yes | |
//! | [`orientations`] | list of crystal orientations | yes | |
//! | [`smv`] | SMV (ADSC) images and their headers | yes | yes |
//! | [`float`] | raw 32-bit float images | yes | yes |
//! | [`pgm`] | 8-bit grayscale images | yes | yes |
//! | [`cbf`] | miniCBF images | yes | yes |
//! | [`nexus`] | NXmx (HDF5): stacks of images with their geometry | yes | yes |
//! | [`npy`] | NumPy arrays | yes | yes |
//! | [`tiff`] | TIFF of gray numbers | yes | 32-bit floats |
//! | [`instrument_image`] | an image of any of these, for its size, instrument and mask | yes | |
//! | [`preview`] | PNG to look at | | yes |
//! | [`record`] | what made an image, as JSON | | yes |
//!
//! Every writer goes through [`atomic`]: a file appears complete or not at all. Every reader
//! takes arbitrary bytes: what does not fit is an [`Error`] whose text is one line that names the file, the
//! line where there is one, the offending value and what was expected. Sizes that a file claims are checked
//! against its length before memory is allocated. The crate prints nothing.
//!
//! [`c_format`] writes numbers the way C's `printf` does, for headers and logs that other programs compare.

pub mod atomic;
mod binary;
pub mod c_format;
pub mod cbf;
pub mod cell;
pub mod cif;
mod clean;
mod crystfel_cell;
pub mod dump;
pub mod error;
pub mod experiments;
pub mod float;
pub mod fnv;
pub mod geometry;
mod gzip;
pub mod hkl;
pub mod image_axes;
pub mod instrument_image;
pub mod json;
mod lines;
pub mod lock;
pub mod matrix;
pub mod mtz;
pub mod nexus;
pub mod npy;
pub mod orientations;
pub mod pdb;
pub mod pgm;
pub mod places;
pub mod preview;
pub mod record;
pub mod reflection_table;
pub mod reflections;
mod rows;
pub mod smv;
pub mod sources;
pub mod spectrum;
pub mod text;
pub mod tiff;
mod warning;

pub use binary::first_bytes;
pub use clean::clean;
pub use error::{Error, ErrorKind, Result};
pub use warning::{Assumption, Found, Warning, WarningKind};
