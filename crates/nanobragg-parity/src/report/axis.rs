//! Axes of plots.

use maud::{Markup, html};

/// An axis from one value to another, laid along a length.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Axis {
    /// From `from` at the place `start` to `to` at the place `end`.
    pub fn new(from: f64, to: f64, start: f64, end: f64) -> Axis {
        let to = if to > from { to } else { from + 1.0 };
        Axis { from, to, start, end }
    }

    /// The place of a value, to a tenth of a unit; what lies beyond an end is put there.
    pub fn at(&self, value: f64) -> f64 {
        let part = ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        ((self.start + part * (self.end - self.start)) * 10.0).round() / 10.0
    }

    /// Round values along the axis, some `wanted` of them.
    pub fn ticks(&self, wanted: usize) -> Vec<f64> {
        let span = self.to - self.from;
        let rough = span / wanted.max(1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|step| *step >= rough);
        let Some(step) = step.filter(|step| step.is_finite() && *step > 0.0) else { return Vec::new() };
        let first = (self.from / step).ceil() as i64;
        let last = (self.to / step).floor() as i64;
        (first..=last.min(first + 50)).map(|n| n as f64 * step).collect()
    }

    /// Whole values along an axis of decimal logarithms, some `wanted` of them.
    pub fn decades(&self, wanted: usize) -> Vec<f64> {
        let (first, last) = (self.from.ceil() as i64, self.to.floor() as i64);
        let step = ((last - first) / wanted.max(1) as i64 + 1).max(1);
        (first..=last).filter(|n| n % step == 0).map(|n| n as f64).collect()
    }
}

/// A power of ten as a label.
pub fn power(exponent: f64) -> Markup {
    html! { "10" tspan .exponent dy="-5" { (exponent.to_string().replace('-', "−")) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_placed_and_ticks_are_round() {
        let axis = Axis::new(-1.0, 1.0, 100.0, 0.0);
        assert_eq!((axis.at(-1.0), axis.at(0.0), axis.at(9.0)), (100.0, 50.0, 0.0));
        assert_eq!(axis.ticks(4), [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!(Axis::new(-6.0, 3.0, 0.0, 1.0).decades(4), [-6.0, -3.0, 0.0, 3.0]);
        assert_eq!(Axis::new(2.0, 2.0, 0.0, 1.0).at(2.0), 0.0);
        assert!(Axis::new(f64::NAN, 1.0, 0.0, 1.0).ticks(3).is_empty());
    }
}
