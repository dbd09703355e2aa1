//! Levenberg and Marquardt's method.

use crate::boxes::Boxes;
use crate::damping::Damping;
use crate::error::Error;
use crate::evaluation::{Evaluation, Problem, State, View};
use crate::freedom::{LONGEST, stepped};
use crate::seen::Seen;
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

/// When a minimization has done enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Enough {
    /// When trials have become worth much less than the first ones: another minimization begins where it ends.
    Nearly,
    /// When nothing is left to gain.
    Fully,
}

/// A gain of the target that ends a minimization.
const GAIN: f64 = 1e-3;
/// The part of all gains so far that one has where [`Enough::Nearly`] is reached.
const SHARE: f64 = 0.02;
/// Steps in standard deviations that end a minimization.
const STEP: f64 = 0.01;
/// A search for a minimum.
pub(crate) struct Search<'a> {
    pub problem: &'a Problem<'a>,
    pub boxes: &'a Boxes,
    pub view: View,
    /// The most trials.
    pub most: usize,
    pub enough: Enough,
    /// Damping at the beginning.
    pub damping: Damping,
}

impl Search<'_> {
    /// Minimizes from `state`, which it leaves at the best it found.
    pub fn minimize(&self, state: &mut State, history: &mut Vec<Step>) -> Result<(Evaluation, Ended), Error> {
        let Search { problem, boxes, view, most, .. } = *self;
        let mut at = problem.evaluate(boxes, state, view)?;
        self.record(&at, 0.0, true, history);
        let until = history.len() + most;
        loop {
            let Some(seen) = Seen::of(boxes, problem.of_crystal(boxes, state, view, &at)) else {
                return self.descend(&Seen::all(boxes), at, state, until, history);
            };
            let (found, ended) = self.descend(&seen, at, state, until, history)?;
            if matches!(ended, Ended::Canceled | Ended::Exhausted) {
                return Ok((found, ended));
            }
            // What was left out is looked at again.
            let others = seen.others(boxes);
            let photons = match problem.photons_in(&others, state, view) {
                Err(error) if error.is_canceled() => return Ok((found, Ended::Canceled)),
                photons => photons?,
            };
            let scales = problem.scales(state, view);
            let expected = |place: usize| photons[place] * scales[boxes.group[place] as usize];
            if !others.shows(expected) {
                return Ok((found, ended));
            }
            at = match problem.evaluate(boxes, state, view) {
                Err(error) if error.is_canceled() => return Ok((found, Ended::Canceled)),
                whole => whole?,
            };
        }
    }

    fn record(&self, at: &Evaluation, damping: f64, accepted: bool, history: &mut Vec<Step>) {
        let chi2 = at.chi2 / self.boxes.pixels().max(1) as f64;
        let step = Step { narrowing: self.view.narrowing, value: at.value, chi2, damping, accepted };
        (self.problem.watch)(&step);
        history.push(step);
    }

    /// Minimizes where the crystal is in no pixels but those `seen`, until `history` has so many entries.
    fn descend(
        &self,
        seen: &Seen,
        mut at: Evaluation,
        state: &mut State,
        until: usize,
        history: &mut Vec<Step>,
    ) -> Result<(Evaluation, Ended), Error> {
        let Search { problem, boxes, view, enough, .. } = *self;
        let active = problem.active(view);
        let freedoms = || active.iter().map(|&number| &problem.freedoms[number]);
        let (first, mut damping) = (at.value, self.damping);
        while history.len() < until {
            let solved =
                Reduced::new(&at, damping.part()).and_then(|reduced| Some((reduced.step()?, reduced)));
            let Some((mut step, reduced)) = solved else {
                if damping.raise() {
                    continue;
                }
                break;
            };
            let small =
                reduced.matrix.diagonal().iter().zip(step.iter()).all(|(h, x)| x.abs() * h.sqrt() < STEP);
            let near = damping.is_nearly_free();
            if enough == Enough::Fully && near && small && reduced.gain(&at, &step) < GAIN {
                return Ok((at, Ended::Converged));
            }
            let mut box_steps = reduced.box_steps(&at, &step);
            // Far from the minimum, where a box has many times the photons of its model, steps of logarithms are beyond all bounds.
            step.iter_mut().zip(freedoms()).for_each(|(step, freedom)| *step = freedom.bounded(*step));
            box_steps.iter_mut().for_each(|[.., by]| *by = by.clamp(-LONGEST, LONGEST));
            let mut next = State {
                parameters: stepped(&state.parameters, freedoms(), step.as_slice()),
                boxes: state.boxes.clone(),
            };
            for (own, by) in next.boxes.iter_mut().zip(box_steps) {
                own.move_by(by);
            }
            let there = match problem.evaluate_in(seen, boxes, &next, view, &active) {
                Err(error) if error.is_canceled() => return Ok((at, Ended::Canceled)),
                found => found?,
            };
            let gain = at.value - there.value;
            let better = gain > 0.0 && there.value.is_finite();
            self.record(&there, damping.part(), better, history);
            if better {
                (*state, at) = (next, there);
                damping.ease();
                let nearly = enough == Enough::Nearly && gain < SHARE * (first - at.value);
                if gain < GAIN || (near && small) || nearly {
                    return Ok((at, Ended::Converged));
                }
            } else if !damping.raise_after(gain) {
                return Ok((at, Ended::Converged));
            }
        }
        Ok((at, Ended::Exhausted))
    }
}
