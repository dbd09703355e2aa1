//! One image as colors.

use super::color::{self, INTENSITY, Rgb, SIGNED};
use super::scale::{Intensities, Signed};
use crate::comparison::distance;
use crate::image::Image;

/// Largest edge of a panel; longer ones are shown in blocks.
const LARGEST: usize = 900;
/// Edge that small images are magnified to, about.
const SMALLEST: usize = 360;

/// Colors in rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panel {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` colors, row by row.
    pub pixels: Vec<Rgb>,
}

/// An image on a logarithmic scale; the slow axis runs down.
pub fn intensity_panel(image: &Image, scale: &Intensities) -> Panel {
    let value = |index: usize| image.pixels.get(index).copied().unwrap_or(f64::NAN);
    let larger = |x: f64, y: f64| if y > x || x.is_nan() { y } else { x };
    draw(image, value, larger, |value| color::at(INTENSITY, scale.place(value)))
}

/// The signed difference of two images of one size.
pub fn difference_panel(a: &Image, b: &Image, scale: &Signed) -> Panel {
    let value = |index: usize| match a.pixels.get(index).zip(b.pixels.get(index)) {
        Some((&a, &b)) if distance(a, b) == 0.0 => 0.0,
        Some((a, b)) => a - b,
        None => f64::NAN,
    };
    let larger = |x: f64, y: f64| if y.abs() > x.abs() || y.is_nan() { y } else { x };
    draw(a, value, larger, |value| color::at(SIGNED, scale.place(value)))
}

/// Colors of an image's pixels, magnified or reduced; of a block that becomes one pixel `choose` keeps a value.
fn draw(
    image: &Image,
    value: impl Fn(usize) -> f64,
    choose: impl Fn(f64, f64) -> f64,
    color: impl Fn(f64) -> Rgb,
) -> Panel {
    let longest = image.fast.max(image.slow).max(1);
    let block = longest.div_ceil(LARGEST);
    let zoom = (SMALLEST / longest).max(1);
    let (columns, rows) = (image.fast.div_ceil(block), image.slow.div_ceil(block));
    let mut pixels = Vec::with_capacity(columns * rows * zoom * zoom);
    for row in 0..rows {
        let mut line = Vec::with_capacity(columns * zoom);
        for column in 0..columns {
            let mut kept: Option<f64> = None;
            for slow in (row * block..(row + 1) * block).take_while(|slow| *slow < image.slow) {
                for fast in (column * block..(column + 1) * block).take_while(|fast| *fast < image.fast) {
                    let found = value(slow * image.fast + fast);
                    kept = Some(kept.map_or(found, |kept| choose(kept, found)));
                }
            }
            line.extend(std::iter::repeat_n(color(kept.unwrap_or(f64::NAN)), zoom));
        }
        for _ in 0..zoom {
            pixels.extend_from_slice(&line);
        }
    }
    Panel { width: columns * zoom, height: rows * zoom, pixels }
}
