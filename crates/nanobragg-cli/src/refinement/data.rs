//! Measured counts, and what their file says of them.

use std::path::Path;

use nanobragg_compare::{Format, Image};
use nanobragg_io::instrument_image::read_instrument_image;
use nanobragg_refine::Counting;

use super::Request;
use super::start::Start;
use crate::usage::UsageError;

/// An image of counts.
pub struct Measured {
    pub fast: usize,
    pub counts: Vec<f64>,
    pub counting: Counting,
}

impl Measured {
    /// Reads `data`, of a stack the image `number`. The pedestal is the header's, else that of the start; the saturation is what is asked
    /// for, else the header's.
    ///
    /// # Errors
    /// Files that cannot be read; an image that a stack does not have.
    pub fn read(
        request: &Request,
        start: &Start,
        data: &Path,
        number: Option<usize>,
    ) -> Result<Self, UsageError> {
        let region = &start.plan.region;
        let wrong = |error: &dyn std::fmt::Display| UsageError(format!("refine: -data: {error}"));
        let size = (region.image_fast, region.image_slow);
        let image = Image::read(data, Some(size)).map_err(|error| wrong(&error))?;
        let Image { slow, fast, mut pixels, format } = image;
        if let Some(number) = number {
            let frame = size.0 * size.1;
            let images = if fast == size.0 && slow % size.1 == 0 { slow / size.1 } else { 0 };
            if number >= images {
                let text = format!(
                    "{} has {images} images of the detector's size, not number {number}",
                    data.display()
                );
                return Err(wrong(&text));
            }
            pixels = pixels.drain(number * frame..(number + 1) * frame).collect();
        }
        let mut counting = Counting { pedestal: start.pedestal, ..request.counting };
        if matches!(format, Format::Smv | Format::Cbf | Format::Nxmx) {
            let header = read_instrument_image(data).map_err(|error| wrong(&error))?.header;
            let number = |key: &str| header.number(key).map_err(|error| wrong(&error));
            counting.pedestal = number("IMAGE_PEDESTAL")?.unwrap_or(counting.pedestal);
            if counting.saturation.is_none() {
                counting.saturation = number("CCD_IMAGE_SATURATION")?.filter(|&limit| limit > 0.0);
            }
        }
        Ok(Measured { fast, counts: pixels, counting })
    }
}
