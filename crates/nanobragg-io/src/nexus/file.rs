//! An HDF5 file that is read.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rust_hdf5::{ByteOrder, DatatypeMessage, H5File, H5FileOptions};

use super::in_its_place::InItsPlace;
use crate::binary::open_as_it_is;
use crate::error::{Error, Result};
use crate::gzip;

/// The name of a data set of images; and its images, rows and columns, or what stands there in its place.
pub(super) type FrameSet = (String, std::result::Result<[usize; 3], InItsPlace>);

/// An open file.
pub(crate) struct Nxmx<'a> {
    path: Cow<'a, Path>,
    file: H5File,
    /// The data sets of images, once they were looked at: there may be as many files beside this one.
    frames: OnceLock<Vec<FrameSet>>,
}

impl<'a> Nxmx<'a> {
    pub(crate) fn open(path: &'a Path) -> Result<Self> {
        Ok(Self::of(Cow::Borrowed(path), opened(path)?))
    }

    pub(crate) fn open_owned(path: PathBuf) -> Result<Self> {
        let file = opened(&path)?;
        Ok(Self::of(Cow::Owned(path), file))
    }

    fn of(path: Cow<'a, Path>, file: H5File) -> Self {
        Nxmx { path, file, frames: OnceLock::new() }
    }

    pub(super) fn looked_at(&self) -> &OnceLock<Vec<FrameSet>> {
        &self.frames
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> &H5File {
        &self.file
    }
}

fn opened(path: &Path) -> Result<H5File> {
    if gzip::is_compressed(path)? {
        let expected = "HDF5, which is not read from within gzip: gunzip it";
        return Err(Error::value(path, "file", expected, b"gzip"));
    }
    open_as_it_is(path)?;
    let file = H5FileOptions::new().no_locking().open(path);
    file.map_err(|cause| wrong(path, "file", "HDF5", &cause))
}

/// What the library says of `what`.
pub(super) fn wrong(path: &Path, what: &str, expected: &str, cause: &rust_hdf5::Hdf5Error) -> Error {
    Error::value(path, what, expected, cause.to_string().as_bytes())
}

/// A type of numbers, for a message.
pub(super) fn described(datatype: &DatatypeMessage) -> String {
    let order = |order: &ByteOrder| match order {
        ByteOrder::LittleEndian => "little-endian",
        ByteOrder::BigEndian => "big-endian",
    };
    match datatype {
        DatatypeMessage::FixedPoint { size, byte_order, signed, .. } => {
            let sign = if *signed { "signed" } else { "unsigned" };
            format!("{sign} {} {}-bit numbers", order(byte_order), 8 * size)
        }
        DatatypeMessage::FloatingPoint { size, byte_order, .. } => {
            format!("{} {}-bit floating-point numbers", order(byte_order), 8 * size)
        }
        _ => "another type".to_owned(),
    }
}
