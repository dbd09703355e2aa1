//! NXmx: NeXus files (HDF5) with a stack of images and the geometry of detector and goniometer.
//!
//! The tree is written into a store (`FrameStore`), of which there is one: HDF5 by the pure-Rust crate `rust-hdf5`. Chunks
//! are compressed here and handed over as they are to be stored. Programs that use the HDF Group's library read them without a plug-in: the pipeline
//! is shuffle and deflate. What is read is what is written here; files of other programs are stored in other ways.

mod array;
mod bands;
mod compress;
mod deflate;
mod file;
mod frames;
mod hdf5;
mod images;
mod in_its_place;
mod layout;
mod links;
mod mask;
mod node;
mod panel;
mod read;
pub(crate) mod setting;
mod stack;
mod store;

pub use array::write_named_images;
pub use bands::Bands;
pub use compress::{compress_frame, decompress_frame};
pub(crate) use file::Nxmx;
pub use images::NxmxFile;
pub(crate) use layout::OPAQUE;
pub use mask::nxmx_masked;
pub use panel::{NxmxPanel, nxmx_panels};
pub(crate) use read::DETECTOR;
pub use read::{HDF5_MAGIC, NxmxStack, read_nxmx, read_nxmx_image, read_nxmx_images};
#[cfg(test)]
pub(crate) use setting::tests::setting as test_setting;
pub use setting::{Module, Rotation, Setting};
pub use stack::StackWriter;
pub use store::NamedImage;
