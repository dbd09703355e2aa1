//! A white sheet for panels, bars and letters.

use font8x8::UnicodeFonts as _;

use super::color::Rgb;
use super::panel::Panel;

/// Edge of a letter.
pub const GLYPH: usize = 8;
const INK: Rgb = [40, 40, 40];

/// The sheet. What lies beyond its edges is not drawn.
pub struct Canvas {
    pub panel: Panel,
}

impl Canvas {
    pub fn new(width: usize, height: usize) -> Canvas {
        Canvas { panel: Panel { width, height, pixels: vec![[255; 3]; width * height] } }
    }

    fn set(&mut self, x: usize, y: usize, color: Rgb) {
        if x < self.panel.width
            && let Some(pixel) = self.panel.pixels.get_mut(y * self.panel.width + x)
        {
            *pixel = color;
        }
    }

    pub fn fill(&mut self, left: usize, top: usize, width: usize, height: usize, color: Rgb) {
        for y in top..top + height {
            (left..left + width).for_each(|x| self.set(x, y, color));
        }
    }

    /// Draws `panel` with its upper left corner there.
    pub fn image(&mut self, left: usize, top: usize, panel: &Panel) {
        for (index, color) in panel.pixels.iter().enumerate() {
            self.set(left + index % panel.width, top + index / panel.width, *color);
        }
    }

    /// Writes a line; letters that the font lacks are left out.
    pub fn text(&mut self, left: usize, top: usize, text: &str) {
        for (place, letter) in text.chars().enumerate() {
            let Some(rows) = font8x8::BASIC_FONTS.get(letter) else { continue };
            for (y, row) in rows.iter().enumerate() {
                for x in (0..GLYPH).filter(|x| row & (1 << x) != 0) {
                    self.set(left + place * GLYPH + x, top + y, INK);
                }
            }
        }
    }
}
