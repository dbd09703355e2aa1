//! Samples at equal distances.

use crate::error::{Error, PlanCause};

/// Samples at equal distances about a middle: sample `i` lies `step * i - range / 2` from it.
///
/// ```
/// use nanobragg::model::Steps;
///
/// let steps = Steps::across(0.004, 3)?;
/// assert_eq!([0, 1, 2].map(|i| steps.at(i)), [-0.002, 0.0, 0.002]);
/// assert_eq!((Steps::ONE.count(), Steps::ONE.at(0)), (1, 0.0));
/// assert!(Steps::across(-0.004, 3).is_err());
/// # Ok::<(), nanobragg::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Steps {
    range: f64,
    step: f64,
    /// One less than the number of samples, so that there is always one.
    further: usize,
}

impl Steps {
    /// A single sample, in the middle.
    pub const ONE: Steps = Steps { range: 0.0, step: 0.0, further: 0 };

    /// `count` samples across `range`, one at each end and the rest at equal distances between.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a range that is not positive and for fewer than two samples.
    pub fn across(range: f64, count: usize) -> Result<Self, Error> {
        if count < 2 {
            return Err(out_of_range("the number of samples across a range", count as f64, "at least two"));
        }
        Steps::new(range, range / (count - 1) as f64, count)
    }

    /// `count` samples, `step` from one to the next, which need not divide `range`.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a range or a step that is not positive, and for no samples.
    pub fn new(range: f64, step: f64, count: usize) -> Result<Self, Error> {
        for (quantity, value) in [("the range of samples", range), ("the step between samples", step)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(out_of_range(quantity, value, "positive"));
            }
        }
        let further =
            count.checked_sub(1).ok_or_else(|| out_of_range("the number of samples", 0.0, "at least one"))?;
        Ok(Steps { range, step, further })
    }

    /// Full range, 0 of a single sample.
    pub const fn range(&self) -> f64 {
        self.range
    }

    /// Distance from one sample to the next, 0 of a single one.
    pub const fn step(&self) -> f64 {
        self.step
    }

    /// Number of samples, at least one.
    pub const fn count(&self) -> usize {
        self.further.saturating_add(1)
    }

    /// Where sample `index` lies, from the middle.
    pub fn at(&self, index: usize) -> f64 {
        self.step * index as f64 - self.range / 2.0
    }
}

fn out_of_range(quantity: &'static str, value: f64, expected: &'static str) -> Error {
    PlanCause::OutOfRange { quantity, value, expected }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn what_is_no_range_of_samples_is_refused() {
        for (range, step, count) in
            [(0.0, 1.0, 2), (1.0, 0.0, 2), (1.0, 1.0, 0), (f64::NAN, 1.0, 2), (1.0, f64::INFINITY, 2)]
        {
            let error = Steps::new(range, step, count).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::OutOfRange, "{range} {step} {count}: {error}");
        }
        assert_eq!(Steps::across(1.0, 1).unwrap_err().kind().code(), "plan.out-of-range");
    }

    #[test]
    fn one_sample_lies_in_the_middle() {
        assert_eq!((Steps::default(), Steps::ONE.at(0)), (Steps::ONE, 0.0));
    }
}
