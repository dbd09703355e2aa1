//! 16-bit counts as SMV.

use nanobragg::readout::{Counts, WORD};
use nanobragg_io::c_format::{f, g};
use nanobragg_io::smv::{write_smv, write_smv_parts};

use super::writer::{dark, saturated, wrote};
use super::{Content, Output, Writer};
use crate::header::smv_entries;
use crate::{Error, Watch};

/// Pixels that are read out at once where counts need not be kept: few enough that touching their memory for the first
/// time costs nothing, and rows enough for all threads.
const BAND: usize = 1 << 17;

pub(super) fn write(writer: &Writer<'_>, output: &Output, watch: &Watch<'_>) -> Result<(), Error> {
    let Output { path, content: Content::Counts(readout), .. } = output else { return output.check() };
    let (fast, slow) = (writer.frame.panel.fast, writer.frame.panel.slow);
    let entries = smv_entries(&writer.frame, readout.offset());
    let (mut photons, mut clipped) = (0.0, 0);
    if readout.has_noise() {
        // Another format may want them, too, and drawing them takes far longer than memory for them.
        let counts = writer.read(readout);
        write_smv(path, &entries, fast, slow, &counts.words())?;
        (photons, clipped) = (counts.photons, counts.saturated);
    } else {
        let mut reading = writer.start(readout);
        let mut counts = Counts::default();
        write_smv_parts(path, &entries, fast, slow, |words| {
            reading.rows_into((BAND / fast.max(1)).max(1), &mut counts);
            counts.words_into(words);
            clipped += counts.saturated;
        })?;
    }
    let seed = writer.frame.counting.seed;
    let content = if readout.has_noise() {
        format!("{} photons, seed {seed}", f(photons, 0))
    } else {
        format!("{} counts per photon", g(readout.factor(writer.brightness.brightest), 6))
    };
    wrote(watch, path, &content);
    saturated(watch, path, clipped, WORD);
    dark(writer, output, readout, photons, watch);
    Ok(())
}
