//! Gray levels as PGM.

use nanobragg::statistics::scaled_bytes;
use nanobragg_io::c_format::g;
use nanobragg_io::pgm::write_pgm;

use super::{Writer, wrote};
use crate::{Error, Watch};

pub(super) fn write(writer: &Writer<'_>, watch: &Watch<'_>) -> Result<(), Error> {
    let Some(path) = &writer.outputs.pgm else { return Ok(()) };
    let scale = match writer.outputs.pgm_scale {
        given if given > 0.0 => given,
        _ if writer.statistics.rmsd > 0.0 => 250.0 / (5.0 * writer.statistics.rmsd),
        _ => writer.scale(),
    };
    let bytes = scaled_bytes(writer.plan, writer.image, scale);
    let comment = format!("pixels scaled by {}", g(scale, 6));
    write_pgm(path, writer.image.fast(), writer.image.slow(), &comment, &bytes)?;
    wrote(watch, path, &format!("{} gray levels per photon", g(scale, 6)));
    Ok(())
}
