//! From values to places on a color map, 0 to 1.

use crate::comparison::{brightest, distance};
use crate::image::Image;

/// Widest range of intensities that is shown, as a factor.
const WIDEST: f64 = 1e6;
/// Decades of the signed scale on each side of zero.
const DECADES: f64 = 3.0;

/// A logarithmic scale of intensities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Intensities {
    /// What is shown darkest.
    pub low: f64,
    /// What is shown brightest.
    pub high: f64,
}

impl Intensities {
    /// A scale for both images: from the lower quartile of the positive pixels, or a millionth of the brightest, to the
    /// brightest.
    pub fn of(a: &Image, b: &Image) -> Intensities {
        let high = brightest(&a.pixels).max(brightest(&b.pixels));
        let mut positive: Vec<f64> = Vec::with_capacity(a.pixels.len() + b.pixels.len());
        positive.extend(a.pixels.iter().chain(&b.pixels).copied().filter(|x| *x > 0.0 && x.is_finite()));
        let quarter = positive.len() / 4;
        let low = if positive.is_empty() {
            0.0
        } else {
            *positive.select_nth_unstable_by(quarter, f64::total_cmp).1
        };
        let low = low.max(high / WIDEST);
        let low = if low < high { low } else { high / 10.0 };
        Intensities { low, high }
    }

    /// The place of a value.
    pub fn place(&self, value: f64) -> f64 {
        match value {
            _ if value.is_nan() => f64::NAN,
            _ if value <= self.low || self.low <= 0.0 => 0.0,
            _ => (value / self.low).ln() / (self.high / self.low).ln(),
        }
    }

    /// Places and labels of the decades and of both ends.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        if self.low <= 0.0 || !self.high.is_finite() {
            return Vec::new();
        }
        let mut ticks = vec![(0.0, label(self.low)), (1.0, label(self.high))];
        for decade in self.low.log10().ceil() as i32..=self.high.log10().floor() as i32 {
            let place = self.place(10f64.powi(decade));
            // Not where an end's own label is.
            if (0.07..=0.93).contains(&place) {
                ticks.push((place, format!("1e{decade}")));
            }
        }
        ticks
    }
}

/// A scale of signed values, logarithmic on both sides over three decades, linear in the logarithm only: what is
/// smaller is in the middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signed {
    /// The largest value, at both ends.
    pub most: f64,
}

impl Signed {
    /// A scale for the difference of two images.
    pub fn of(a: &Image, b: &Image) -> Signed {
        let differences = a.pixels.iter().zip(&b.pixels).map(|(&a, &b)| distance(a, b));
        Signed { most: differences.filter(|d| d.is_finite()).fold(0.0, f64::max) }
    }

    /// The place of a value.
    pub fn place(&self, value: f64) -> f64 {
        if value.is_nan() {
            return value;
        }
        if self.most <= 0.0 || value == 0.0 {
            return 0.5;
        }
        let size = 1.0 + (value.abs() / self.most).log10() / DECADES;
        0.5 + 0.5 * size.clamp(0.0, 1.0).copysign(value)
    }

    /// Places and labels of the ends, the middle, and the decades between.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        if self.most <= 0.0 {
            return vec![(0.5, "0".to_owned())];
        }
        let mut ticks = vec![(0.5, "0".to_owned())];
        for (sign, mark) in [(1.0, '+'), (-1.0, '-')] {
            for decade in 0..DECADES as i32 {
                let value = self.most * 10f64.powi(-decade);
                ticks.push((self.place(sign * value), format!("{mark}{}", label(value))));
            }
        }
        ticks
    }
}

/// A value in few characters.
pub(super) fn label(value: f64) -> String {
    if (0.01..99_999.5).contains(&value.abs()) {
        let decimals = (3 - value.abs().log10().floor() as i32).clamp(0, 4) as usize;
        let text = format!("{value:.decimals$}");
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        text.to_owned()
    } else {
        format!("{value:.1e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_run_from_end_to_end() {
        let scale = Intensities { low: 1.0, high: 1e4 };
        for (value, place) in [(0.5, 0.0), (1.0, 0.0), (100.0, 0.5), (1e4, 1.0), (-3.0, 0.0)] {
            assert!((scale.place(value) - place).abs() < 1e-12, "{value}");
        }
        assert!(scale.place(f64::NAN).is_nan());
        let signed = Signed { most: 8.0 };
        for (value, place) in [(8.0, 1.0), (-8.0, 0.0), (0.0, 0.5), (8e-4, 0.5), (-0.8, 0.5 - 1.0 / 3.0)] {
            assert!((signed.place(value) - place).abs() < 1e-12, "{value}");
        }
        assert_eq!(Signed { most: 0.0 }.place(0.0), 0.5);
    }

    #[test]
    fn labels_are_short() {
        for (value, text) in
            [(446.254, "446.3"), (1.0, "1"), (0.5, "0.5"), (99999.0, "99999"), (1e6, "1.0e6")]
        {
            assert_eq!(label(value), text);
        }
        assert!(label(-1.234e-7).len() <= 8);
    }
}
