//! 16-bit counts as SMV.

use nanobragg::readout::WORD;
use nanobragg_io::c_format::{f, g};
use nanobragg_io::smv::write_smv;

use super::writer::{dark, saturated, wrote};
use super::{Content, Output, Writer};
use crate::header::smv_entries;
use crate::{Error, Watch};

pub(super) fn write(writer: &Writer<'_>, output: &Output, watch: &Watch<'_>) -> Result<(), Error> {
    let Output { path, content: Content::Counts(readout), .. } = output else { return output.check() };
    let counts = writer.read(readout);
    let (fast, slow) = (writer.frame.panel.fast, writer.frame.panel.slow);
    let entries = smv_entries(&writer.frame, readout.offset());
    write_smv(path, &entries, fast, slow, &counts.words())?;
    let seed = writer.frame.counting.seed;
    let content = if readout.has_noise() {
        format!("{} photons, seed {seed}", f(counts.photons, 0))
    } else {
        format!("{} counts per photon", g(readout.factor(writer.brightness.brightest), 6))
    };
    wrote(watch, path, &content);
    saturated(watch, path, counts.saturated, WORD);
    dark(writer, output, readout, counts.photons, watch);
    Ok(())
}
