//! The pedestal of SMV images, which other formats do not have.

use std::path::Path;

use nanobragg_compare::{Format, Image};
use nanobragg_io::instrument_image::read_instrument_image;

/// What is said where all pixels of two images differ by what the header of one, an SMV file, says that was added.
///
/// # Errors
/// A header that cannot be read.
pub fn said(paths: [&Path; 2], [a, b]: [&Image; 2]) -> anyhow::Result<Option<String>> {
    let Some(difference) = a.pixels.first().zip(b.pixels.first()).map(|(a, b)| a - b) else {
        return Ok(None);
    };
    if difference == 0.0 || a.pixels.iter().zip(&b.pixels).any(|(a, b)| a - b != difference) {
        return Ok(None);
    }
    for ((path, image), added) in paths.into_iter().zip([a, b]).zip([difference, -difference]) {
        if image.format != Format::Smv {
            continue;
        }
        let header = read_instrument_image(path, None)?.header;
        if header.number("ADC_OFFSET")? == Some(added) {
            let path = path.display();
            return Ok(Some(format!(
                "  pedestal         all pixels of {path} have {added} more, the ADC_OFFSET of its header; compare does not \
                 take it off"
            )));
        }
    }
    Ok(None)
}
