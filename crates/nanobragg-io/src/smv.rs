//! SMV images (ADSC and others): a text header in braces, then 16-bit pixels.

mod header;
mod read;
mod write;

pub use header::SmvHeader;
pub(crate) use header::{Names, Unreadable};
pub use read::{SmvImage, read_smv};
pub use write::{HeaderEntry, write_smv, write_smv_parts};
