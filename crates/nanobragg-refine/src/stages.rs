//! The stages of a refinement: widened spots, narrowed step by step, then all parameters, with as many points a pixel as these need.

use nanobragg::model::Shape;

use crate::boxes::{Boxes, Indexed};
use crate::damping::Damping;
use crate::error::Error;
use crate::evaluation::{Evaluation, Problem, State, View};
use crate::minimize::{Ended, Enough, Search};
use crate::refinement::Refinement;
use crate::step::Step;

/// Trials of a stage with widened spots.
const TRIALS_OF_A_STAGE: usize = 15;

impl Refinement {
    /// All stages; a crystal whose spots have fringes changes its shape before the last one.
    pub(crate) fn stages(
        &self,
        problem: &mut Problem<'_>,
        boxes: &Boxes,
        state: &mut State,
        last: View,
        widened: bool,
        history: &mut Vec<Step>,
    ) -> Result<(Evaluation, Ended), Error> {
        let smooth = matches!(last.shape, Shape::Gauss | Shape::GaussStar | Shape::GaussCounted);
        let shape = if smooth || !widened { last.shape } else { Shape::Gauss };
        let geometry = self.freedoms().iter().any(|freedom| !freedom.waits() && !freedom.is_scale());
        let mut narrowing = first_narrowing(problem, boxes);
        let in_the_end = problem.points;
        let mut damping = Damping::FAR;
        while geometry && widened && narrowing < 1.5 {
            let view = View { narrowing: f64::min(narrowing, 1.0), shape, held: true };
            // Wide spots need few points.
            let needed = problem.points_needed(&state.parameters, view);
            problem.points = in_the_end.map(|used| used.min(needed));
            let (most, enough) = (TRIALS_OF_A_STAGE, Enough::Nearly);
            let search = Search { problem, boxes, view, most, enough, damping };
            let (at, ended) = search.minimize(state, history)?;
            (problem.points, damping) = (in_the_end, Damping::NEAR);
            if ended == Ended::Canceled {
                return Ok((at, ended));
            }
            narrowing *= 2.0;
        }
        let view = View { narrowing: 1.0, shape, held: false };
        let (at, ended) = self.minimized(problem, boxes, state, view, history)?;
        if smooth || !widened || ended == Ended::Canceled {
            return Ok((at, ended));
        }
        self.minimized(problem, boxes, state, last, history)
    }

    /// Minimizes; where the crystal has grown so that its spots need more points a pixel, again with these.
    pub(crate) fn minimized(
        &self,
        problem: &mut Problem<'_>,
        boxes: &Boxes,
        state: &mut State,
        view: View,
        history: &mut Vec<Step>,
    ) -> Result<(Evaluation, Ended), Error> {
        loop {
            let (most, enough) = (self.most_trials, Enough::Fully);
            let search = Search { problem, boxes, view, most, enough, damping: Damping::NEAR };
            let (at, ended) = search.minimize(state, history)?;
            let needed = problem.points_needed(&state.parameters, view);
            match problem.points {
                Some(used) if ended == Ended::Converged && needed > used => problem.points = Some(needed),
                _ => return Ok((at, ended)),
            }
        }
    }
}

/// The factor on the number of cells that makes spots as wide as they are off: 1 / (2 n), at most 1/2, n the upper quartile of |N δ|.
fn first_narrowing(problem: &Problem<'_>, boxes: &Boxes) -> f64 {
    let cells = problem.start.cells;
    let distance = |own: &crate::BoxFit| {
        let offset = Indexed::of(problem.panels.get(own.panel), own.slow, own.fast).offset;
        offset.iter().zip(cells).map(|(offset, cells)| (offset * cells).powi(2)).sum::<f64>().sqrt()
    };
    let mut distances: Vec<f64> = boxes.boxes.iter().map(distance).collect();
    distances.sort_unstable_by(f64::total_cmp);
    let quartile = distances.get(distances.len() * 3 / 4).copied().unwrap_or(1.0);
    (0.5 / quartile).clamp(0.05, 0.5)
}
