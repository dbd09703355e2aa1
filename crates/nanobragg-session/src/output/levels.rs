//! Gray levels as PGM.

use nanobragg::readout::Readout;
use nanobragg_io::c_format::g;
use nanobragg_io::pgm::write_pgm;

use super::writer::wrote;
use super::{Content, Levels, Output, Writer};
use crate::{Error, Watch};

pub(super) fn holds(content: &Content) -> bool {
    matches!(content, Content::Levels(_))
}

pub(super) fn write(writer: &Writer<'_>, output: &Output, watch: &Watch<'_>) -> Result<(), Error> {
    let Output { path, content: Content::Levels(levels), .. } = output else { return output.check() };
    let deviation = writer.brightness.deviation;
    let scale = match *levels {
        Levels::Given(scale) => scale,
        Levels::Deviation(_) if deviation > 0.0 => 250.0 / (5.0 * deviation),
        Levels::Deviation(uniform) => uniform.factor(writer.brightness.brightest),
    };
    let bytes = writer.read(&Readout::levels(scale)).bytes();
    let comment = format!("pixels scaled by {}", g(scale, 6));
    write_pgm(path, writer.image.fast(), writer.image.slow(), &comment, &bytes)?;
    wrote(watch, path, &format!("{} gray levels per photon", g(scale, 6)));
    Ok(())
}
