//! What the draw of mosaic domains leaves to chance.
//!
//! A few domains stand for very many. Were others drawn, a fit would end elsewhere: where the step that their equations ask for leads. The
//! variance of these ends, our own among them, is that of a draw.

use nanobragg::nalgebra::DVector;

use crate::boxes::Boxes;
use crate::error::Error;
use crate::evaluation::{Evaluation, Problem, State, View};
use crate::seen::Seen;
use crate::solve::Reduced;

/// Other draws that are looked at: a deviation is then known to 0.36 of itself.
const DRAWS: usize = 4;

/// The deviation that the draw is known to leave: none where it was not looked at.
pub(crate) fn known(esd_domains: f64) -> f64 {
    if esd_domains.is_nan() { 0.0 } else { esd_domains }
}

/// Of each active number, the variance that the draw of domains gives it at the end `at` of a refinement: nothing where there is
/// one domain, no number where other draws have no end. Internal units.
pub(crate) fn variances(
    problem: &Problem<'_>,
    boxes: &Boxes,
    state: &State,
    view: View,
    at: &Evaluation,
) -> Result<DVector<f64>, Error> {
    let count = at.gradient.len();
    let own = &problem.panels.first().orientations.domains;
    let mut draws = (1..=2 * DRAWS as i64).map(|seed| problem.panels.map(|plan| plan.with_mosaic_seed(seed)));
    let draws = draws.by_ref().filter(|panels| panels.first().orientations.domains != *own).take(DRAWS);
    let draws: Vec<_> = if own.len() < 2 { Vec::new() } else { draws.collect() };
    let step = |at: &Evaluation| Reduced::new(at, 0.0).and_then(|reduced| reduced.step());
    // One domain, or domains that are all alike, leave nothing to chance.
    let (false, Some(rest)) = (draws.is_empty(), step(at)) else { return Ok(DVector::zeros(count)) };
    let active = problem.active(view);
    let seen =
        Seen::of(boxes, problem.of_crystal(boxes, state, view, at)).unwrap_or_else(|| Seen::all(boxes));
    let mut steps = vec![rest];
    for panels in &draws {
        let there = Problem { panels, ..*problem }.evaluate_in(&seen, boxes, state, view, &active)?;
        steps.extend(step(&there));
    }
    let found = steps.len() as f64;
    let mean: DVector<f64> = steps.iter().sum::<DVector<f64>>() / found;
    let squares: DVector<f64> = steps.iter().map(|step| (step - &mean).map(|off| off * off)).sum();
    // Of one nothing is known.
    Ok(squares / (found - 1.0))
}
