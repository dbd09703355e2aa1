//! Levenberg and Marquardt's method.

use nanobragg::ErrorKind;

use crate::boxes::Boxes;
use crate::error::Error;
use crate::evaluation::{Evaluation, Problem, State, View};
use crate::freedom::stepped;
use crate::solve::Reduced;
use crate::step::Step;

/// How a minimization ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The target stopped falling, or steps are far below their standard deviations.
    Converged,
    /// No more trials were allowed.
    Exhausted,
    /// The caller stopped it.
    Canceled,
}

/// A gain of the target that ends a minimization.
const GAIN: f64 = 1e-3;
/// Steps in standard deviations that end a minimization.
const STEP: f64 = 0.01;
const MOST_DAMPING: f64 = 1e8;

/// Minimizes from `state`, which it leaves at the best it found.
pub(crate) fn minimize(
    problem: &Problem<'_>,
    boxes: &Boxes,
    state: &mut State,
    view: View,
    most: usize,
    history: &mut Vec<Step>,
) -> Result<(Evaluation, Ended), Error> {
    let active = problem.active(view);
    let freedoms = || active.iter().map(|&number| &problem.freedoms[number]);
    let pixels = boxes.pixels().max(1) as f64;
    let mut record = |at: &Evaluation, damping: f64, accepted: bool| {
        let chi2 = at.chi2 / pixels;
        let step = Step { narrowing: view.narrowing, value: at.value, chi2, damping, accepted };
        (problem.watch)(&step);
        history.push(step);
    };
    let mut at = problem.evaluate(boxes, state, view)?;
    let mut damping = 1e-3;
    record(&at, 0.0, true);
    for _ in 0..most {
        let solved = Reduced::new(&at, damping).and_then(|reduced| Some((reduced.step()?, reduced)));
        let Some((step, reduced)) = solved else {
            damping *= 10.0;
            if damping > MOST_DAMPING {
                return Ok((at, Ended::Exhausted));
            }
            continue;
        };
        let mut next = State {
            parameters: stepped(&state.parameters, freedoms(), step.as_slice()),
            boxes: state.boxes.clone(),
        };
        for (own, by) in next.boxes.iter_mut().zip(reduced.box_steps(&at, &step)) {
            own.move_by(by);
        }
        let there = match problem.evaluate(boxes, &next, view) {
            Err(error) if error.kind() == crate::ErrorKind::Library(ErrorKind::Canceled) => {
                return Ok((at, Ended::Canceled));
            }
            found => found?,
        };
        let gain = at.value - there.value;
        let better = gain > 0.0 && there.value.is_finite();
        record(&there, damping, better);
        if better {
            let small =
                reduced.matrix.diagonal().iter().zip(step.iter()).all(|(h, x)| x.abs() * h.sqrt() < STEP);
            (*state, at) = (next, there);
            damping = (damping / 10.0).max(1e-9);
            if gain < GAIN || small {
                return Ok((at, Ended::Converged));
            }
        } else {
            damping *= 10.0;
            // Nothing to be gained: the target is as flat as it is computed.
            if gain.abs() < 1e-6 || damping > MOST_DAMPING {
                return Ok((at, Ended::Converged));
            }
        }
    }
    Ok((at, Ended::Exhausted))
}
