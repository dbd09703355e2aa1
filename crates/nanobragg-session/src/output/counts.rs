//! 32-bit counts as miniCBF and NXmx.

use nanobragg::readout::{Counts, MOST, Readout};
use nanobragg_io::c_format::f;
use nanobragg_io::cbf::write_cbf;
use nanobragg_io::nexus::StackWriter;

use super::writer::{saturated, wrote};
use super::{Content, Output, Writer};
use crate::header::{mini_header, stack_setting};
use crate::{Error, Watch};

pub(super) fn holds(content: &Content) -> bool {
    matches!(content, Content::Counts(_))
}

pub(super) fn cbf(writer: &Writer<'_>, output: &Output, watch: &Watch<'_>) -> Result<(), Error> {
    let Output { path, content: Content::Counts(readout), .. } = output else { return output.check() };
    let counts = writer.read(readout);
    write_cbf(path, &mini_header(&writer.frame, &counts), &counts.pixels)?;
    told(writer, output, readout, &counts, watch);
    Ok(())
}

pub(super) fn nexus(writer: &Writer<'_>, output: &Output, watch: &Watch<'_>) -> Result<(), Error> {
    let Output { path, content: Content::Counts(readout), .. } = output else { return output.check() };
    let counts = writer.read(readout);
    let mut stack = StackWriter::create(path, &stack_setting(&writer.frame, 0.0), 1)?;
    stack.write(0, &counts.pixels)?;
    stack.finish()?;
    told(writer, output, readout, &counts, watch);
    Ok(())
}

fn told(writer: &Writer<'_>, output: &Output, readout: &Readout, counts: &Counts, watch: &Watch<'_>) {
    let sum: f64 = counts.pixels.iter().map(|&count| f64::from(count.max(0))).sum();
    let seed = writer.frame.counting.seed;
    let content = if readout.has_noise() {
        format!("{} photons, seed {seed}", f(sum, 0))
    } else {
        format!("{} counts without noise", f(sum, 0))
    };
    wrote(watch, &output.path, &content);
    saturated(watch, &output.path, counts.saturated, MOST);
}
