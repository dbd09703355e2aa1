//! PNG pictures to look at: tones, colors, resolution rings, beam mark.

mod colors;
mod glyphs;
mod marks;
mod tone;

use std::io::{self, Write};
use std::path::Path;

pub use colors::Colors;
pub use marks::{Geometry, auto_rings};
pub use tone::{Scale, Tone};

use crate::atomic::write_atomic;
use crate::error::{Error, Result};
use marks::Canvas;

/// How a picture is made of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// From photons to brightness.
    pub tone: Tone,
    /// From brightness to colors.
    pub colors: Colors,
    /// Resolution rings, Å.
    pub rings: Vec<f64>,
    /// Whether the spot of the direct beam is marked.
    pub beam: bool,
    /// What made the image, a line each.
    pub made_by: Vec<String>,
}

/// Writes a picture of `fast * slow` pixels, one pixel each. `geometry` is asked where rings and beam are.
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) when `pixels` does not hold `fast * slow` pixels, or there are more than a PNG can
/// have; [`Write`](crate::ErrorKind::Write).
pub fn write_preview(
    path: &Path,
    fast: usize,
    slow: usize,
    pixels: &[f32],
    style: &Style,
    geometry: &dyn Geometry,
) -> Result<()> {
    if fast.checked_mul(slow) != Some(pixels.len()) {
        let reason = format!("{fast} x {slow} pixels expected, {} given", pixels.len());
        return Err(Error::unwritable(path, reason));
    }
    let size = |pixels: usize| u32::try_from(pixels).ok().filter(|&size| size > 0);
    let (Some(width), Some(height)) = (size(fast), size(slow)) else {
        return Err(Error::unwritable(path, format!("a PNG cannot have {fast} x {slow} pixels")));
    };
    let mut canvas = Canvas::new(fast, slow, colored(pixels, style));
    let ink = style.colors.mark();
    canvas.rings(&style.rings, geometry, ink);
    if style.beam {
        canvas.beam(geometry.beam_px(), ink);
    }
    let texts = [("Description", style.tone.describe()), ("Comment", style.made_by.join("\n"))];
    write_atomic(path, |out| encode(out, width, height, canvas.rgb(), &texts))
}

fn colored(pixels: &[f32], style: &Style) -> Vec<u8> {
    let scale = style.tone.scale(pixels);
    let palette = style.colors.palette();
    let color = |&pixel: &f32| palette[usize::from(scale.level(pixel))];
    pixels.iter().flat_map(color).collect()
}

fn encode(
    out: &mut dyn Write,
    width: u32,
    height: u32,
    rgb: &[u8],
    texts: &[(&str, String)],
) -> io::Result<()> {
    let mut encoder = png::Encoder::new(out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.add_text_chunk("Software".to_owned(), "nanobragg".to_owned()).map_err(io::Error::other)?;
    for (keyword, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
        // This chunk holds any character.
        encoder.add_itxt_chunk((*keyword).to_owned(), text.clone()).map_err(io::Error::other)?;
    }
    let failed = |error| match error {
        png::EncodingError::IoError(cause) => cause,
        other => io::Error::other(other),
    };
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(rgb).map_err(failed)?;
    writer.finish().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A detector of 100 µm pixels 100 mm away, square to a beam of 1 Å that hits its middle.
    struct Square(f64, f64);

    impl Geometry for Square {
        fn resolution_angstrom(&self, fast_px: f64, slow_px: f64) -> f64 {
            let radius = (fast_px - self.0).hypot(slow_px - self.1) * 0.1;
            0.5 / ((radius / 100.0).atan() / 2.0).sin()
        }

        fn beam_px(&self) -> (f64, f64) {
            (self.0, self.1)
        }
    }

    fn style() -> Style {
        Style {
            tone: Tone::default(),
            colors: Colors::Gray,
            rings: Vec::new(),
            beam: false,
            made_by: Vec::new(),
        }
    }

    fn picture(style: &Style, pixels: &[f32], fast: usize) -> Vec<u8> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.png");
        let slow = pixels.len() / fast;
        write_preview(&path, fast, slow, pixels, style, &Square(fast as f64 / 2.0, slow as f64 / 2.0))
            .unwrap();
        let decoder = png::Decoder::new(io::BufReader::new(std::fs::File::open(&path).unwrap()));
        let mut reader = decoder.read_info().unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgb).unwrap();
        assert_eq!((info.width as usize, info.height as usize), (fast, slow));
        rgb
    }

    #[test]
    fn brighter_pixels_are_lighter() {
        let pixels: Vec<f32> = (0..64 * 64).map(|n| (n as f32).powi(2)).collect();
        let rgb = picture(&style(), &pixels, 64);
        let levels: Vec<u8> = rgb.chunks_exact(3).map(|rgb| rgb[0]).collect();
        assert!(levels.is_sorted() && levels[0] == 0 && levels[64 * 64 - 1] == 255);
        let inked = picture(&Style { colors: Colors::Ink, ..style() }, &pixels, 64);
        assert!(inked.chunks_exact(3).zip(&levels).all(|(rgb, level)| rgb[0] == 255 - level));
    }

    #[test]
    fn a_ring_lies_where_the_resolution_is() {
        let (fast, slow) = (401, 401);
        let plain = picture(&style(), &vec![0.0; fast * slow], fast);
        assert!(plain.iter().all(|&level| level == 0));
        let ringed = picture(&Style { rings: vec![8.0], ..style() }, &vec![0.0; fast * slow], fast);
        let geometry = Square(200.5, 200.5);
        let lit = |at: usize| ringed[3 * at] > 0;
        // Along the row through the beam: two crossings, and each at the ring's resolution.
        let crossings: Vec<usize> = (0..fast).filter(|fast| lit(200 * 401 + fast)).collect();
        assert!((2..=6).contains(&crossings.len()), "{crossings:?}");
        for at in crossings {
            let spacing = geometry.resolution_angstrom(at as f64 + 0.5, 200.5);
            assert!((spacing - 8.0).abs() < 0.15, "{at}: {spacing}");
        }
    }

    #[test]
    fn the_beam_is_marked_where_it_is() {
        let (fast, slow) = (200, 100);
        let marked = picture(&Style { beam: true, ..style() }, &vec![0.0; fast * slow], fast);
        let lit: Vec<(usize, usize)> =
            (0..fast * slow).filter(|at| marked[3 * at] > 0).map(|at| (at % fast, at / fast)).collect();
        assert!(!lit.is_empty());
        let mean = |of: fn(&(usize, usize)) -> usize| {
            lit.iter().map(|at| of(at) as f64 + 0.5).sum::<f64>() / lit.len() as f64
        };
        assert!((mean(|at| at.0) - 100.0).abs() < 0.6 && (mean(|at| at.1) - 50.0).abs() < 0.6);
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.png");
        let refused = |fast, slow, pixels: &[f32]| {
            write_preview(&path, fast, slow, pixels, &style(), &Square(0.0, 0.0)).unwrap_err().to_string()
        };
        assert!(refused(2, 2, &[0.0; 3]).ends_with("2 x 2 pixels expected, 3 given"));
        assert!(refused(0, 5, &[]).ends_with("a PNG cannot have 0 x 5 pixels"));
        assert!(!path.exists());
    }
}
