//! 16-bit counts as SMV: scaled, and with noise.

use std::path::Path;

use nanobragg::noise::poisson_image;
use nanobragg::statistics::{Counts, scaled_counts};
use nanobragg_io::c_format::{f, g};
use nanobragg_io::smv::write_smv;

use super::{Writer, saturated, wrote};
use crate::header::smv_entries;
use crate::{Error, Watch};

/// Writes photons times a scale.
pub(super) fn write(writer: &Writer<'_>, watch: &Watch<'_>) -> Result<(), Error> {
    let Some(path) = &writer.outputs.int else { return Ok(()) };
    let scale = writer.scale();
    let counts = scaled_counts(writer.plan, writer.image, scale, writer.outputs.adc_offset);
    write_counts(writer, watch, path, &counts, &format!("{} counts per photon", g(scale, 6)))
}

/// Writes photons with noise.
pub(super) fn write_noise(writer: &Writer<'_>, watch: &Watch<'_>) -> Result<(), Error> {
    let Some(path) = &writer.outputs.noise else { return Ok(()) };
    let noisy = poisson_image(writer.plan, writer.image, writer.outputs.adc_offset);
    let seed = writer.plan.resolved.noise.seed;
    let content = format!("{} photons, -seed {seed}", f(noisy.photons, 0));
    write_counts(writer, watch, path, &noisy.counts, &content)
}

fn write_counts(
    writer: &Writer<'_>,
    watch: &Watch<'_>,
    path: &Path,
    counts: &Counts,
    content: &str,
) -> Result<(), Error> {
    let region = &writer.plan.region;
    let entries = smv_entries(writer.plan, writer.outputs.adc_offset);
    write_smv(path, &entries, region.image_fast, region.image_slow, &counts.pixels)?;
    wrote(watch, path, content);
    saturated(watch, path, counts.saturated, i32::from(u16::MAX));
    Ok(())
}
