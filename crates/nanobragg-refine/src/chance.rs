//! What the draw of mosaic domains leaves to chance.
//!
//! A few domains stand for very many. Were others drawn, a fit would end elsewhere: where the step that their equations ask for leads. Our
//! own draw is as far from very many as another one is, so that the difference of two has twice the variance of each.

use nanobragg::nalgebra::DVector;

use crate::boxes::Boxes;
use crate::error::Error;
use crate::evaluation::{Evaluation, Problem, State, View};
use crate::seen::Seen;
use crate::solve::Reduced;

/// Other draws that are looked at: a deviation is then known to a third.
const DRAWS: i64 = 4;

/// Of each active number, the variance that the draw of domains gives it at the end `at` of a refinement; nothing where there is
/// one domain, or no end. Internal units.
pub(crate) fn variances(
    problem: &Problem<'_>,
    boxes: &Boxes,
    state: &State,
    view: View,
    at: &Evaluation,
) -> Result<DVector<f64>, Error> {
    let mut squares = DVector::zeros(at.gradient.len());
    let step = |at: &Evaluation| Reduced::new(at, 0.0).and_then(|reduced| reduced.step());
    if problem.panels.first().orientations.domains.len() < 2 {
        return Ok(squares);
    }
    let Some(rest) = step(at) else { return Ok(squares) };
    let (scales, active) = (problem.scales(state, view), problem.active(view));
    let seen = Seen::of(boxes, |place| at.photons[place] * scales[boxes.group[place] as usize]);
    let seen = seen.unwrap_or_else(|| Seen::all(boxes));
    for seed in 1..=DRAWS {
        let panels = problem.panels.map(|plan| plan.with_mosaic_seed(seed));
        let there =
            Problem { panels: &panels, ..*problem }.evaluate_in(&seen, boxes, state, view, &active)?;
        if let Some(step) = step(&there) {
            squares += (step - &rest).map(|by| by * by / (2 * DRAWS) as f64);
        }
    }
    Ok(squares)
}
