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
    /// To their logarithm: black is so many powers of ten below the brightest tone.
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
    scale: Scale,
    top: f64,
}

impl Tone {
    /// The levels that belong to these pixels.
    pub(super) fn scale(&self, pixels: &[f32]) -> Levels {
        Levels { scale: self.scale, top: percentile(pixels, self.percentile) }
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
        let brightness = match self.scale {
            Scale::Linear => part,
            Scale::Log { decades } => 1.0 + part.log10() / decades,
        };
        // A dark pixel's logarithm is minus infinity and ends at 0 as well.
        (brightness.clamp(0.0, 1.0) * 255.0).round() as u8
    }
}

/// The value below which `percent` of the positive, finite pixels lie; 1 when there are none.
fn percentile(pixels: &[f32], percent: f64) -> f64 {
    let mut bright: Vec<f32> = pixels.iter().copied().filter(|p| *p > 0.0 && p.is_finite()).collect();
    if bright.is_empty() {
        return 1.0;
    }
    let at = ((bright.len() - 1) as f64 * (percent / 100.0).clamp(0.0, 1.0)).round() as usize;
    let (_, value, _) = bright.select_nth_unstable_by(at, f32::total_cmp);
    f64::from(*value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_count_bright_pixels_only() {
        let pixels = [0.0, -1.0, f32::NAN, f32::INFINITY, 3.0, 1.0, 2.0];
        assert_eq!(percentile(&pixels, 0.0), 1.0);
        assert_eq!(percentile(&pixels, 50.0), 2.0);
        assert_eq!(percentile(&pixels, 100.0), 3.0);
        assert_eq!(percentile(&[0.0; 3], 50.0), 1.0);
    }

    #[test]
    fn levels_of_both_scales() {
        let pixels: Vec<f32> = (1..=100).map(|n| n as f32).collect();
        let linear = Tone { scale: Scale::Linear, percentile: 100.0 }.scale(&pixels);
        assert_eq!([0.0, 50.0, 100.0, 1e9, f32::NAN].map(|p| linear.level(p)), [0, 128, 255, 255, 0]);
        let log = Tone { scale: Scale::Log { decades: 2.0 }, percentile: 100.0 }.scale(&pixels);
        assert_eq!([0.0, 1.0, 10.0, 100.0, 1e9, -5.0].map(|p| log.level(p)), [0, 0, 128, 255, 255, 0]);
    }
}
