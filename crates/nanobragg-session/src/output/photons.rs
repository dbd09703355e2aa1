//! Photons as they are: raw floats, NumPy arrays, TIFF.

use nanobragg_io::float::write_float;
use nanobragg_io::npy::{write_npy, write_npy_doubles};
use nanobragg_io::tiff::write_tiff;

use super::writer::wrote;
use super::{Content, Output, Writer};
use crate::error::Cause;
use crate::header::PROGRAM;
use crate::{Error, Watch};

pub(super) fn holds(content: &Content) -> bool {
    matches!(content, Content::Photons)
}

pub(super) fn array_holds(content: &Content) -> bool {
    matches!(content, Content::Photons | Content::Doubles)
}

pub(super) fn float(writer: &Writer<'_>, output: &Output, watch: &Watch<'_>) -> Result<(), Error> {
    write_float(&output.path, writer.image.pixels())?;
    told(writer, output, watch);
    Ok(())
}

pub(super) fn npy(writer: &Writer<'_>, output: &Output, watch: &Watch<'_>) -> Result<(), Error> {
    let (fast, slow) = (writer.image.fast(), writer.image.slow());
    if output.content == Content::Doubles {
        // Single precision under another name would pass for what was asked for.
        let doubles = writer.doubles.ok_or_else(|| Cause::NoDoubles(output.path.clone()))?;
        write_npy_doubles(&output.path, &[slow, fast], &[doubles])?;
        wrote(watch, &output.path, &format!("{} doubles", doubles.len()));
    } else {
        write_npy(&output.path, fast, slow, writer.image.pixels())?;
        told(writer, output, watch);
    }
    Ok(())
}

pub(super) fn tiff(writer: &Writer<'_>, output: &Output, watch: &Watch<'_>) -> Result<(), Error> {
    let (fast, slow) = (writer.image.fast(), writer.image.slow());
    let mut description = format!("photons per pixel, {PROGRAM}");
    for line in writer.frame.made_by() {
        description.push('\n');
        description.push_str(&line);
    }
    write_tiff(&output.path, fast, slow, &description, writer.image.pixels())?;
    told(writer, output, watch);
    Ok(())
}

fn told(writer: &Writer<'_>, output: &Output, watch: &Watch<'_>) {
    wrote(watch, &output.path, &format!("{} floats", writer.image.pixels().len()));
}
