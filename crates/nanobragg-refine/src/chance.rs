//! What the draw of mosaic domains leaves to chance.
//!
//! A few domains stand for very many. Were others drawn, a fit would end elsewhere: where the step that their equations ask for leads. The
//! variance of these ends, our own among them, is that of a draw.

use nanobragg::nalgebra::DVector;

use crate::boxes::Boxes;
use crate::error::Error;
use crate::evaluation::{Evaluation, Problem, State, View};
use crate::panels::Panels;
use crate::seen::Seen;
use crate::solve::Reduced;

/// Other draws that are looked at: a deviation is then known to 0.36 of itself.
pub(crate) const DRAWS: usize = 4;

/// The deviation that the draw is known to leave: none where it was not looked at.
pub(crate) fn known(esd_domains: f64) -> f64 {
    if esd_domains.is_nan() { 0.0 } else { esd_domains }
}

/// The panels with other draws of as many domains: none of one domain, or of domains that are all alike, which leave nothing to chance.
fn draws(panels: &Panels) -> Vec<Panels> {
    let own = &panels.first().orientations.domains;
    if own.len() < 2 {
        return Vec::new();
    }
    let all = (1..=2 * DRAWS as i64).map(|seed| panels.map(|plan| plan.with_mosaic_seed(seed)));
    all.filter(|panels| panels.first().orientations.domains != *own).take(DRAWS).collect()
}

/// What `of` makes of the evaluation with each other draw of domains at the end `at` of a refinement: nothing where there is nothing left to chance.
pub(crate) fn others<T>(
    problem: &Problem<'_>,
    boxes: &Boxes,
    state: &State,
    view: View,
    at: &Evaluation,
    of: impl Fn(&Evaluation) -> T,
) -> Result<Vec<T>, Error> {
    let draws = draws(problem.panels);
    if draws.is_empty() {
        return Ok(Vec::new());
    }
    let active = problem.active(view);
    let seen =
        Seen::of(boxes, problem.of_crystal(boxes, state, view, at)).unwrap_or_else(|| Seen::all(boxes));
    let found = draws.iter().map(|panels| {
        let there = Problem { panels, ..*problem }.evaluate_in(&seen, boxes, state, view, &active)?;
        Ok(of(&there))
    });
    found.collect()
}

/// The variance of each number, of which every one of `ends` has a value; no number where there are fewer than two.
pub(crate) fn spread(ends: &[DVector<f64>]) -> DVector<f64> {
    let Some(first) = ends.first() else { return DVector::zeros(0) };
    let count = ends.len() as f64;
    let mean: DVector<f64> = ends.iter().sum::<DVector<f64>>() / count;
    let off = ends.iter().map(|end| (end - &mean).map(|off| off * off));
    off.fold(DVector::zeros(first.len()), |sum, off| sum + off) / (count - 1.0)
}

/// Of each active number, the variance that the draw of domains gives it at the end `at` of a refinement: nothing where there is
/// one domain, no number where its equations, or those of all other draws, have no solution. Internal units.
pub(crate) fn variances(
    problem: &Problem<'_>,
    boxes: &Boxes,
    state: &State,
    view: View,
    at: &Evaluation,
) -> Result<DVector<f64>, Error> {
    let step = |at: &Evaluation| Reduced::new(at, 0.0).and_then(|reduced| reduced.step());
    let others = others(problem, boxes, state, view, at, step)?;
    Ok(of_ends(step(at), others, at.gradient.len()))
}

/// The variance of `numbers` numbers over the end of a refinement and those of other draws, where there are any.
fn of_ends(own: Option<DVector<f64>>, others: Vec<Option<DVector<f64>>>, numbers: usize) -> DVector<f64> {
    if others.is_empty() {
        return DVector::zeros(numbers);
    }
    let Some(own) = own else { return DVector::from_element(numbers, f64::NAN) };
    let ends: Vec<DVector<f64>> = std::iter::once(own).chain(others.into_iter().flatten()).collect();
    spread(&ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_the_variance_of_the_ends() {
        let ends = [[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]].map(|end| DVector::from_row_slice(&end));
        assert_eq!(spread(&ends).as_slice(), [7.0, 0.0]);
        assert!(spread(&ends[..1]).iter().all(|variance| variance.is_nan()));
    }

    #[test]
    fn without_a_solution_there_is_no_number() {
        let end = |value: f64| Some(DVector::from_element(1, value));
        assert_eq!(of_ends(end(1.0), vec![end(3.0)], 1)[0], 2.0);
        // One domain: nothing is left to chance.
        assert_eq!(of_ends(None, Vec::new(), 1)[0], 0.0);
        assert!(of_ends(None, vec![end(3.0), end(4.0)], 1)[0].is_nan());
        assert_eq!(of_ends(end(1.0), vec![end(3.0), None], 1)[0], 2.0);
        assert!(of_ends(end(1.0), vec![None, None], 1)[0].is_nan());
    }
}
