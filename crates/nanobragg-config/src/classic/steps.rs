//! How the C program completes samples of which range, step and number are given in part.

use nanobragg::Error;
use nanobragg::model::{Quirk, Quirks, Steps};

use crate::draft::StepsRequest;

const MISSING: f64 = -1.0;

/// The samples, by the C program's rules with all their corners: a step without a range gives two, a number alone spans
/// the whole range of its unit. A step and a number give so many unless a quirk drops the number.
///
/// # Errors
/// Numbers that are not finite.
pub(crate) fn steps(request: &StepsRequest, quirks: Quirks) -> Result<Steps, Error> {
    let (range, step, count) = completed(request, quirks);
    if range <= 0.0 || step <= 0.0 || count <= 0 {
        return Ok(Steps::ONE);
    }
    Steps::new(range, step, usize::try_from(count).unwrap_or(usize::MAX))
}

fn completed(request: &StepsRequest, quirks: Quirks) -> (f64, f64, i64) {
    let range = request.range.unwrap_or(MISSING);
    let step = request.step.unwrap_or(MISSING);
    let count = request.count.unwrap_or(0);
    let counted = !quirks.has(Quirk::StepOverridesCount);
    match (count > 0, range < 0.0, step <= 0.0) {
        (false, true, true) => (0.0, 0.0, 1),
        (true, true, false) if counted => (step * (count - 1) as f64, step, count),
        (_, true, false) => (step, step, 2),
        (false, false, true) => (range, range, 2),
        (false, false, false) => (range, step, (range / step).ceil() as i64),
        (true, true, true) if counted && count == 1 => (0.0, 0.0, 1),
        (true, true, true) => (1.0, 1.0 / count as f64, count),
        (true, false, true) => {
            let count = count.max(2);
            (range, range / (count - 1) as f64, count)
        }
        (true, false, false) => (range, step, count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DROPPED: Quirks = Quirks::NONE.with(Quirk::StepOverridesCount);

    fn of(range: Option<f64>, step: Option<f64>, count: Option<i64>) -> (f64, f64, usize) {
        let found = steps(&StepsRequest { range, step, count }, DROPPED).unwrap();
        (found.range(), found.step(), found.count())
    }

    #[test]
    fn each_row() {
        assert_eq!(of(None, None, None), (0.0, 0.0, 1));
        assert_eq!(of(None, Some(0.2), None), (0.2, 0.2, 2));
        assert_eq!(of(Some(0.4), None, None), (0.4, 0.4, 2));
        assert_eq!(of(Some(0.5), Some(0.2), None), (0.5, 0.2, 3));
        assert_eq!(of(None, None, Some(4)), (1.0, 0.25, 4));
        assert_eq!(of(None, Some(0.2), Some(4)), (0.2, 0.2, 2));
        assert_eq!(of(Some(0.6), None, Some(4)), (0.6, 0.6 / 3.0, 4));
        assert_eq!(of(Some(0.6), None, Some(1)), (0.6, 0.6, 2));
        assert_eq!(of(Some(0.6), Some(0.1), Some(4)), (0.6, 0.1, 4));
    }

    #[test]
    fn samples_that_are_counted_are_as_many_as_asked_for() {
        let request = StepsRequest { range: None, step: Some(0.2), count: Some(4) };
        let found = steps(&request, Quirks::NONE).unwrap();
        assert_eq!((found.range(), found.step(), found.count()), (0.2 * 3.0, 0.2, 4));
    }

    #[test]
    fn one_sample_without_a_range_is_at_its_center() {
        assert_eq!(of(None, None, Some(1)), (1.0, 1.0, 1));
        let request = StepsRequest { range: None, step: None, count: Some(1) };
        assert_eq!(steps(&request, Quirks::NONE).unwrap(), Steps::ONE);
    }

    #[test]
    fn an_empty_range_is_one_sample_whatever_the_count() {
        assert_eq!(of(Some(0.0), None, Some(5)), (0.0, 0.0, 1));
        assert_eq!(of(Some(0.0), Some(0.1), None), (0.0, 0.0, 1));
    }

    #[test]
    fn negative_numbers_count_as_missing() {
        assert_eq!(of(Some(-1.0), Some(-2.0), Some(-3)), of(None, None, None));
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        let request = StepsRequest { range: Some(f64::NAN), ..StepsRequest::default() };
        assert_eq!(steps(&request, DROPPED).unwrap_err().kind(), nanobragg::ErrorKind::OutOfRange);
    }
}
