//! How the C program completes a rotation of which only a part is given.

use nanobragg::Error;
use nanobragg::model::{Quirk, Quirks, Rotation};
use nanobragg::units::deg;

use crate::automatic::MOST_PHI_STEPS;
use crate::draft::RotationRequest;

/// The rotation, by the C program's rules with all their corners: a step without a range gives two steps, a number
/// of steps alone spans a degree. A step and a number without a range give so many steps, and the range is what the steps
/// cover, unless a quirk drops the number.
///
/// # Errors
/// A range of zero that is given with a step has no step to render.
pub(crate) fn rotation(request: &RotationRequest, quirks: Quirks) -> Result<Rotation, Error> {
    const MISSING: f64 = -1.0;
    if request.enough {
        return in_enough_steps(request);
    }
    let range = request.range.unwrap_or(MISSING);
    let step = request.step.unwrap_or(MISSING);
    let count = request.count.unwrap_or(-1);
    let (range, step, count) = if count < 0 {
        match (range < 0.0, step <= 0.0) {
            (true, true) => (0.0, 0.0, 1),
            (true, false) => (step, step, 2),
            (false, true) => (range, range / 2.0, 2),
            (false, false) => (range, step, (range / step).ceil() as i64),
        }
    } else {
        let count = count.max(1);
        match (range < 0.0, step <= 0.0) {
            (true, true) => (deg(1.0), deg(1.0) / count as f64, count),
            (true, false) => (step, step, 2),
            (false, _) if step < 0.0 => (range, range / count as f64, count),
            (false, _) => (range, step, count),
        }
    };
    let counted = !quirks.has(Quirk::StepOverridesCount);
    let (range, count) = match (request.range, request.count) {
        (None, Some(asked)) if counted && step > 0.0 && asked > 0 => (step * asked as f64, asked),
        (None, _) if counted && step > 0.0 => (step * count as f64, count),
        _ => (range, count),
    };
    let (range, step) = if request.backwards { (-range, -step) } else { (range, step) };
    let rotation = Rotation::sampled(request.start, range, step, usize::try_from(count).unwrap_or(0))?;
    Ok(request.at.map_or(rotation, |point| rotation.sampled_at(point)))
}

/// A rotation whose steps are the plan's to choose: what is not said to turn stands still.
fn in_enough_steps(request: &RotationRequest) -> Result<Rotation, Error> {
    let range = request.range.unwrap_or_default().max(0.0);
    let range = if request.backwards { -range } else { range };
    let rotation = Rotation::in_enough_steps(request.start, range, MOST_PHI_STEPS)?;
    Ok(request.at.map_or(rotation, |point| rotation.sampled_at(point)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DROPPED: Quirks = Quirks::NONE.with(Quirk::StepOverridesCount);

    fn phi(range: Option<f64>, step: Option<f64>, count: Option<i64>) -> (f64, f64, usize) {
        let request = RotationRequest { range, step, count, ..RotationRequest::default() };
        let found = rotation(&request, DROPPED).unwrap();
        (found.range(), found.step(), found.steps())
    }

    #[test]
    fn nothing_is_a_still() {
        assert_eq!(phi(None, None, None), (0.0, 0.0, 1));
    }

    #[test]
    fn a_step_alone_gives_two_steps() {
        assert_eq!(phi(None, Some(0.25), None), (0.25, 0.25, 2));
    }

    #[test]
    fn steps_that_are_counted_are_as_many_as_asked_for_and_cover_the_range() {
        let of = |count| {
            let request = RotationRequest { step: Some(0.5), count, ..RotationRequest::default() };
            let found = rotation(&request, Quirks::NONE).unwrap();
            (found.range(), found.step(), found.steps())
        };
        assert_eq!(of(Some(3)), (1.5, 0.5, 3));
        assert_eq!(of(None), (1.0, 0.5, 2));
    }

    #[test]
    fn a_range_alone_gives_two_halves() {
        assert_eq!(phi(Some(1.0), None, None), (1.0, 0.5, 2));
        assert_eq!(phi(Some(1.0), Some(0.0), None), (1.0, 0.5, 2));
    }

    #[test]
    fn range_and_step_give_the_count() {
        assert_eq!(phi(Some(1.0), Some(0.3), None), (1.0, 0.3, 4));
    }

    #[test]
    fn a_range_of_zero_with_a_step_has_no_step_to_render() {
        let request = RotationRequest { range: Some(0.0), step: Some(0.3), ..RotationRequest::default() };
        assert_eq!(rotation(&request, DROPPED).unwrap_err().kind(), nanobragg::ErrorKind::OutOfRange);
    }

    #[test]
    fn a_count_alone_spans_a_degree() {
        let degree = deg(1.0);
        assert_eq!(phi(None, None, Some(4)), (degree, degree / 4.0, 4));
        assert_eq!(phi(None, None, Some(0)), (degree, degree, 1));
    }

    #[test]
    fn count_and_step_without_range_give_two_steps() {
        assert_eq!(phi(None, Some(0.25), Some(7)), (0.25, 0.25, 2));
    }

    #[test]
    fn range_and_count_give_the_step() {
        assert_eq!(phi(Some(1.0), None, Some(4)), (1.0, 0.25, 4));
    }

    #[test]
    fn all_three_are_kept() {
        assert_eq!(phi(Some(1.0), Some(0.1), Some(4)), (1.0, 0.1, 4));
        assert_eq!(phi(Some(1.0), Some(0.0), Some(4)), (1.0, 0.0, 4));
    }

    #[test]
    fn a_rotation_may_turn_backwards() {
        let request = RotationRequest {
            start: 1.0,
            range: Some(0.5),
            count: Some(5),
            backwards: true,
            ..RotationRequest::default()
        };
        let found = rotation(&request, DROPPED).unwrap();
        assert_eq!((found.start(), found.range(), found.step(), found.steps()), (1.0, -0.5, -0.1, 5));
    }

    #[test]
    fn negative_numbers_count_as_missing() {
        assert_eq!(phi(Some(-1.0), Some(-2.0), Some(-3)), phi(None, None, None));
    }
}
