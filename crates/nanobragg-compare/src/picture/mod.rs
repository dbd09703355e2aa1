//! Two images and their signed difference as PNG.

mod canvas;
mod color;
mod panel;
mod scale;

use std::io::Cursor;

pub use color::{INTENSITY, Rgb, SIGNED, at};
pub use panel::{Panel, difference_panel, intensity_panel};
pub use scale::{Intensities, Signed};

use crate::error::Error;
use crate::image::Image;
use canvas::{Canvas, GLYPH};

/// Room around the panels.
const MARGIN: usize = 16;
/// Width of a color bar.
const BAR: usize = 14;
/// Room for the labels of a bar, in characters.
const LABEL: usize = 9;

/// The picture: A, B and A - B side by side, each with its color bar, as a PNG file.
///
/// A and B share one logarithmic scale. The difference is signed, logarithmic on both sides over three decades, and
/// white where it is less: small systematic differences show, and exact agreement is blank. Images of more than
/// 900 pixels are shown in blocks: the brightest pixel of each, of the difference the largest.
///
/// # Errors
/// [`ErrorKind::Sizes`](crate::ErrorKind::Sizes), [`ErrorKind::Memory`](crate::ErrorKind::Memory),
/// [`ErrorKind::Picture`](crate::ErrorKind::Picture).
pub fn side_by_side(a: &Image, b: &Image, names: [&str; 2]) -> Result<Vec<u8>, Error> {
    if (a.fast, a.slow) != (b.fast, b.slow) {
        return Err(Error::sizes((a.fast, a.slow), (b.fast, b.slow)));
    }
    a.check_memory()?;
    let intensities = Intensities::of(a, b);
    let signed = Signed::of(a, b);
    let panels = [
        (format!("A  {}", names[0]), intensity_panel(a, &intensities), INTENSITY, intensities.ticks()),
        (format!("B  {}", names[1]), intensity_panel(b, &intensities), INTENSITY, intensities.ticks()),
        ("A - B".to_owned(), difference_panel(a, b, &signed), SIGNED, signed.ticks()),
    ];
    let (width, height) = (panels[0].1.width, panels[0].1.height.max(8 * GLYPH));
    let cell = width + 8 + BAR + 4 + LABEL * GLYPH;
    let top = MARGIN + 2 * GLYPH;
    let mut canvas = Canvas::new(MARGIN + 3 * (cell + MARGIN), top + height + MARGIN);
    for (number, (title, panel, map, ticks)) in panels.iter().enumerate() {
        let left = MARGIN + number * (cell + MARGIN);
        canvas.text(left, MARGIN - 4, &clipped(title, cell / GLYPH));
        canvas.fill(left - 1, top - 1, width + 2, panel.height + 2, [170, 170, 170]);
        canvas.image(left, top, panel);
        let bar = left + width + 8;
        for row in 0..height {
            let value = 1.0 - (row as f64 + 0.5) / height as f64;
            canvas.fill(bar, top + row, BAR, 1, at(map, value));
        }
        for (place, label) in ticks {
            let y = top as f64 + (1.0 - place) * (height - 1) as f64;
            let y = y.round() as usize;
            canvas.fill(bar + BAR, y, 3, 1, [60, 60, 60]);
            let text = (y.saturating_sub(GLYPH / 2)).clamp(top, top + height - GLYPH);
            canvas.text(bar + BAR + 5, text, label);
        }
    }
    encode(&canvas.panel)
}

/// An image of signed numbers as a PNG file, on the scale and in the colors of a difference.
///
/// # Errors
/// [`ErrorKind::Memory`](crate::ErrorKind::Memory), [`ErrorKind::Picture`](crate::ErrorKind::Picture).
pub fn signed(image: &Image) -> Result<Vec<u8>, Error> {
    image.check_memory()?;
    let nothing = Image { pixels: vec![0.0; image.pixels.len()], ..image.clone() };
    encode(&difference_panel(image, &nothing, &Signed::of(image, &nothing)))
}

/// At most `most` characters of a title.
fn clipped(title: &str, most: usize) -> String {
    match title.chars().count() > most {
        true => title.chars().take(most.saturating_sub(2)).chain("..".chars()).collect(),
        false => title.to_owned(),
    }
}

/// A panel as a PNG file.
///
/// # Errors
/// [`ErrorKind::Picture`](crate::ErrorKind::Picture).
pub fn encode(panel: &Panel) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let (width, height) = (panel.width.max(1), panel.height.max(1));
    let sizes = [width, height].map(|size| u32::try_from(size).unwrap_or(u32::MAX));
    let mut encoder = png::Encoder::new(Cursor::new(&mut bytes), sizes[0], sizes[1]);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut pixels = panel.pixels.as_flattened().to_vec();
    pixels.resize(3 * width * height, 255);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Format;

    fn decoded(bytes: &[u8]) -> (usize, usize, Vec<u8>) {
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info.width as usize, info.height as usize, pixels)
    }

    fn image(fast: usize, slow: usize, at: usize) -> Image {
        let mut pixels = vec![1.0; fast * slow];
        pixels[at] = 1000.0;
        Image { slow, fast, pixels, format: Format::Float }
    }

    #[test]
    fn equal_images_give_a_blank_difference_and_another_pixel_shows() {
        let a = image(8, 6, 20);
        let blank = difference_panel(&a, &a, &Signed::of(&a, &a));
        let middle = at(SIGNED, 0.5);
        assert!(blank.pixels.iter().all(|pixel| *pixel == middle));
        let b = image(8, 6, 21);
        let panel = difference_panel(&a, &b, &Signed::of(&a, &b));
        assert!(panel.pixels.contains(&at(SIGNED, 1.0)));
        assert!(panel.pixels.contains(&at(SIGNED, 0.0)));
    }

    #[test]
    fn the_picture_is_a_png_of_three_panels_whatever_the_values() {
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            let a = image(8, 6, 20);
            let b = Image { pixels: vec![value; 48], ..a.clone() };
            let (width, height, pixels) = decoded(&side_by_side(&a, &b, ["one", "other"]).unwrap());
            assert!(width > 3 * 300 && height > 200, "{width} x {height}");
            assert_eq!(pixels.len(), 3 * width * height);
        }
        let (a, b) = (image(8, 6, 20), image(6, 8, 20));
        assert!(side_by_side(&a, &b, ["", ""]).is_err());
    }

    #[test]
    fn large_images_are_shown_in_blocks_that_keep_their_brightest_pixel() {
        let a = image(2000, 10, 12_345);
        let intensities = Intensities::of(&a, &a);
        let panel = intensity_panel(&a, &intensities);
        assert!(panel.width <= 900);
        assert!(panel.pixels.contains(&at(INTENSITY, 1.0)));
    }
}
