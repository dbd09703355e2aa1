//! From photons to brightness.

/// How photons become brightness. The brightest tone belongs to the given percentile of the pixels that are not
/// dark, so that a few bright pixels do not leave all others black.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Percentile that is the brightest tone, 0 ... 100.
    pub percentile: f64,
}

/// The course of brightness.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Proportional to the photons.
    Linear,
    /// To their logarithm. Black is so many powers of ten below the brightest tone, or at the median of all
    /// pixels where that is brighter, so that a background is not the brightest thing in the picture.
    Log {
        /// Powers of ten from black to the brightest tone.
        decades: f64,
    },
}

impl Default for Tone {
    fn default() -> Self {
        Tone { scale: Scale::Log { decades: 4.0 }, percentile: 99.9 }
    }
}

/// The levels of one image.
pub(super) struct Levels {
    top: f64,
    /// Powers of ten from black to the top; `None` where brightness is proportional.
    decades: Option<f64>,
}

impl Tone {
    /// The levels that belong to these pixels.
    pub(super) fn scale(&self, pixels: &[f32]) -> Levels {
        let top = percentile(pixels, self.percentile, |pixel| pixel > 0.0).unwrap_or(1.0);
        let decades = match self.scale {
            Scale::Linear => None,
            Scale::Log { decades } => {
                let median = percentile(pixels, 50.0, |_| true).unwrap_or(0.0);
                // Of an even image the median is the top, which would leave nothing between them.
                let above = (top / median).log10();
                Some(if above > 0.0 && above < decades { above } else { decades })
            }
        };
        Levels { top, decades }
    }

    /// A line on it.
    pub(super) fn describe(&self) -> String {
        let course = match self.scale {
            Scale::Linear => "linear".to_owned(),
            Scale::Log { decades } => format!("logarithmic over {decades} decades"),
        };
        format!("{course}, brightest tone at percentile {} of the pixels that are not dark", self.percentile)
    }
}

impl Levels {
    /// Brightness of a pixel, 0 ... 255; what is not a number is black.
    pub(super) fn level(&self, pixel: f32) -> u8 {
        let part = f64::from(pixel) / self.top;
        let brightness = self.decades.map_or(part, |decades| 1.0 + part.log10() / decades);
        // A dark pixel's logarithm is minus infinity and ends at 0 as well.
        (brightness.clamp(0.0, 1.0) * 255.0).round() as u8
    }
}

/// The value below which `percent` of the finite pixels lie that `counts`; `None` when there are none.
fn percentile(pixels: &[f32], percent: f64, counts: impl Fn(f32) -> bool) -> Option<f64> {
    let mut counted: Vec<f32> = pixels.iter().copied().filter(|p| p.is_finite() && counts(*p)).collect();
    let last = counted.len().checked_sub(1)?;
    let at = (last as f64 * (percent / 100.0).clamp(0.0, 1.0)).round() as usize;
    let (_, value, _) = counted.select_nth_unstable_by(at, f32::total_cmp);
    Some(f64::from(*value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_count_bright_pixels_only() {
        let pixels = [0.0, -1.0, f32::NAN, f32::INFINITY, 3.0, 1.0, 2.0];
        let bright = |percent| percentile(&pixels, percent, |pixel| pixel > 0.0);
        assert_eq!([0.0, 50.0, 100.0].map(bright), [Some(1.0), Some(2.0), Some(3.0)]);
        assert_eq!(percentile(&pixels, 50.0, |_| true), Some(1.0));
        assert_eq!(percentile(&[0.0; 3], 50.0, |pixel| pixel > 0.0), None);
    }

    #[test]
    fn levels_of_both_scales() {
        let pixels: Vec<f32> = (1..=100).map(|n| n as f32).collect();
        let linear = Tone { scale: Scale::Linear, percentile: 100.0 }.scale(&pixels);
        assert_eq!([0.0, 50.0, 100.0, 1e9, f32::NAN].map(|p| linear.level(p)), [0, 128, 255, 255, 0]);
        let spots: Vec<f32> = pixels.iter().copied().chain([0.0; 200]).collect();
        let log = Tone { scale: Scale::Log { decades: 2.0 }, percentile: 100.0 }.scale(&spots);
        assert_eq!([0.0, 1.0, 10.0, 100.0, 1e9, -5.0].map(|p| log.level(p)), [0, 0, 128, 255, 255, 0]);
    }

    #[test]
    fn a_background_is_black_on_the_logarithmic_scale() {
        let tone = Tone { percentile: 100.0, ..Tone::default() };
        let spots: Vec<f32> = std::iter::repeat_n(10.0, 100).chain([100.0, 1000.0]).collect();
        let levels = tone.scale(&spots);
        assert_eq!([9.0, 10.0, 100.0, 1000.0].map(|p| levels.level(p)), [0, 0, 128, 255]);
        let even = tone.scale(&[5.0; 10]);
        assert_eq!(even.level(5.0), 255);
    }
}
