//! miniCBF images: the text header of Dectris detectors, then 32-bit counts in byte-offset compression.

mod byte_offset;
mod header;
mod read;
mod write;

pub use byte_offset::{compress, decompress};
pub use header::MiniHeader;
pub use read::{CBF_MAGIC, CbfImage, read_cbf};
pub(crate) use read::{CbfFile, read_cbf_with_text};
pub use write::write_cbf;
