//! 32-bit counts as miniCBF and NXmx.

use nanobragg::readout::{Counts, MOST, Readout};
use nanobragg_io::c_format::f;
use nanobragg_io::cbf::write_cbf;
use nanobragg_io::nexus::{Setting, StackWriter};

use super::writer::{dark, saturated, wrote};
use super::{Content, Output, Writer};
use crate::header::{mini_header, stack_setting, ub_matrix};
use crate::{Error, Watch};

pub(super) fn holds(content: &Content) -> bool {
    matches!(content, Content::Counts(_))
}

pub(super) fn cbf(writer: &Writer<'_>, output: &Output, watch: &Watch<'_>) -> Result<(), Error> {
    let Output { path, content: Content::Counts(readout), .. } = output else { return output.check() };
    let counts = writer.read(readout);
    let mut header = mini_header(&writer.frame, &counts);
    if readout.has_noise() {
        header.made_by = writer.frame.made_by_with_seed();
    }
    write_cbf(path, &header, &counts.pixels)?;
    let mut sums = Sums::default();
    sums.add(&counts);
    told(writer, output, readout, &sums, watch);
    Ok(())
}

pub(super) fn nexus(writer: &Writer<'_>, output: &Output, watch: &Watch<'_>) -> Result<(), Error> {
    let Output { path, content: Content::Counts(readout), .. } = output else { return output.check() };
    let setting = setting_of(writer, readout);
    let mut stack = StackWriter::create(path, &setting, 1)?;
    let bands = stack.bands();
    let mut sums = Sums::default();
    if bands.count() == 1 {
        let counts = writer.read(readout);
        stack.write(0, &counts.pixels)?;
        sums.add(&counts);
    } else {
        // Of an image that large, the counts of a band at a time are enough.
        let mut reading = writer.start(readout);
        for band in 0..bands.count() {
            watch.check()?;
            let counts = reading.rows(bands.rows);
            stack.write_band(0, band, &counts.pixels)?;
            sums.add(&counts);
        }
    }
    stack.finish()?;
    told(writer, output, readout, &sums, watch);
    Ok(())
}

/// Writes the images of the panels of a detector as one file, a module each.
///
/// # Errors
/// The file cannot be written; [`ErrorKind::Canceled`](crate::ErrorKind::Canceled).
pub(crate) fn nexus_of_panels(
    writers: &[Writer<'_>],
    output: &Output,
    watch: &Watch<'_>,
) -> Result<(), Error> {
    let Output { path, content: Content::Counts(readout), .. } = output else { return output.check() };
    let Some((first, others)) = writers.split_first() else { return Ok(()) };
    let mut setting = setting_of(first, readout);
    setting.others = others.iter().map(|writer| stack_setting(&writer.frame, 0.0).into()).collect();
    let mut stack = StackWriter::create(path, &setting, 1)?;
    let mut sums = Sums::default();
    for writer in writers {
        let mut reading = writer.start(readout);
        let mut left = writer.image.slow();
        while left > 0 {
            watch.check()?;
            // Of large panels, too, the counts of some rows at a time are enough.
            let rows = left.min(stack.bands().rows.max(1));
            let counts = reading.rows(rows);
            stack.write_module_rows(0, &counts.pixels)?;
            sums.add(&counts);
            left -= rows;
        }
    }
    stack.finish()?;
    told(first, output, readout, &sums, watch);
    Ok(())
}

/// What an image's file says beside its counts.
fn setting_of(writer: &Writer<'_>, readout: &Readout) -> Setting {
    let mut setting = stack_setting(&writer.frame, 0.0);
    setting.ub_matrix = Some(ub_matrix(&writer.frame));
    if readout.has_noise() {
        setting.made_by = writer.frame.made_by_with_seed();
    }
    setting
}

/// What is said of counts.
#[derive(Default)]
struct Sums {
    counts: f64,
    saturated: usize,
}

impl Sums {
    fn add(&mut self, counts: &Counts) {
        self.counts += counts.pixels.iter().map(|&count| f64::from(count.max(0))).sum::<f64>();
        self.saturated += counts.saturated;
    }
}

fn told(writer: &Writer<'_>, output: &Output, readout: &Readout, sums: &Sums, watch: &Watch<'_>) {
    let (sum, seed) = (sums.counts, writer.frame.counting.seed);
    let content = if readout.has_noise() {
        format!("{} photons, seed {seed}", f(sum, 0))
    } else {
        format!("{} counts without noise", f(sum, 0))
    };
    wrote(watch, &output.path, &content);
    saturated(watch, &output.path, sums.saturated, MOST);
    dark(writer, output, readout, sum, watch);
}
