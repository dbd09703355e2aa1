//! Photons as they are: raw floats, NumPy arrays, TIFF.

use std::path::Path;

use nanobragg_io::float::write_float;
use nanobragg_io::npy::write_npy;
use nanobragg_io::tiff::write_tiff;

use super::{PROGRAM, Writer, wrote};
use crate::{Error, Watch};

pub(super) fn write(writer: &Writer<'_>, watch: &Watch<'_>) -> Result<(), Error> {
    let (fast, slow, pixels) = (writer.image.fast(), writer.image.slow(), writer.image.pixels());
    let wrote = |path: &Path| wrote(watch, path, &format!("{} floats", pixels.len()));
    if let Some(path) = &writer.outputs.float {
        write_float(path, pixels)?;
        wrote(path);
    }
    if let Some(path) = &writer.outputs.npy {
        write_npy(path, fast, slow, pixels)?;
        wrote(path);
    }
    if let Some(path) = &writer.outputs.tiff {
        write_tiff(path, fast, slow, &format!("photons per pixel, {PROGRAM}"), pixels)?;
        wrote(path);
    }
    Ok(())
}
