//! Pictures to look at, as PNG.

use nanobragg_io::preview::{Style, auto_rings, write_preview};
use nanobragg_io::text::spaced_to;

use super::writer::wrote;
use super::{Content, Output, Writer};
use crate::{Error, Picture, Rings, Watch};

pub(super) fn holds(content: &Content) -> bool {
    matches!(content, Content::Picture(_))
}

pub(super) fn write(writer: &Writer<'_>, output: &Output, watch: &Watch<'_>) -> Result<(), Error> {
    let Output { path, content: Content::Picture(picture), .. } = output else { return output.check() };
    let Picture { tone, colors, rings, beam } = picture;
    let geometry = &writer.frame;
    let (fast, slow) = (writer.image.fast(), writer.image.slow());
    let rings = match rings {
        Rings::None => Vec::new(),
        Rings::Auto => auto_rings(geometry, fast, slow),
        Rings::At(spacings) => spacings.clone(),
    };
    let listed = spaced_to(&rings, 3);
    let style = Style { tone: *tone, colors: *colors, rings, beam: *beam, made_by: geometry.made_by() };
    write_preview(path, fast, slow, writer.image.pixels(), &style, geometry)?;
    let rings = if listed.is_empty() { String::new() } else { format!(", rings at {listed} A") };
    wrote(watch, path, &format!("picture{rings}"));
    Ok(())
}
