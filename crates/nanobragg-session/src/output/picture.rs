//! Pictures to look at, as PNG.

use nanobragg_io::c_format::g;
use nanobragg_io::preview::{Style, auto_rings, write_preview};

use super::{Writer, wrote};
use crate::header::PlanGeometry;
use crate::{Error, Picture, Rings, Watch};

pub(super) fn write(writer: &Writer<'_>, watch: &Watch<'_>) -> Result<(), Error> {
    let Some(path) = &writer.outputs.png else { return Ok(()) };
    let Picture { tone, colors, rings, beam } = &writer.outputs.picture;
    let geometry = PlanGeometry(writer.plan);
    let (fast, slow) = (writer.image.fast(), writer.image.slow());
    let rings = match rings {
        Rings::None => Vec::new(),
        Rings::Auto => auto_rings(&geometry, fast, slow),
        Rings::At(spacings) => spacings.clone(),
    };
    let listed = rings.iter().map(|&spacing| g(spacing, 3)).collect::<Vec<_>>().join(" ");
    let style = Style { tone: *tone, colors: *colors, rings, beam: *beam };
    write_preview(path, fast, slow, writer.image.pixels(), &style, &geometry)?;
    let rings = if listed.is_empty() { String::new() } else { format!(", rings at {listed} A") };
    wrote(watch, path, &format!("picture{rings}"));
    Ok(())
}
