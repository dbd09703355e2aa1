//! Structure factors that images of one kind of crystal have in common.
//!
//! In a shoebox one reflection has nearly all photons, so that the logarithm of the box's scale is that of its |F|² as one image sees
//! it. Each box keeps a scale of its own, which is restrained to that of its reflection: what a model of partiality does wrong is
//! left to it. In the normal equations the numbers of boxes and of crystals are eliminated; what is left are those of thousands of
//! reflections, which are solved by conjugate gradients and never held as a matrix. A method that takes gradients alone would need
//! hundreds of evaluations of all images, this one needs some ten.

use std::collections::{BTreeMap, BTreeSet};

use nanobragg::backend::{Control, Differentiate};
use nanobragg::gradient::AmplitudeSet;
use nanobragg::model::symmetry::Equivalents;
use nanobragg::model::{IndexBox, Reflection, StructureFactors};
use nanobragg::nalgebra::{DMatrix, DVector};
use nanobragg::plan::Parameters;

use crate::boxes::{Boxes, Indexed};
use crate::chance;
use crate::damping::Damping;
use crate::error::{Cause, Error};
use crate::evaluation::{Evaluation, Problem, State, View};
use crate::freedom::stepped;
use crate::outcome::{Outcome, Verdict};
use crate::panels::Panels;
use crate::refinement::Refinement;
use crate::solve::Reduced;
use crate::step::Step;

/// A gain of the target an image that ends the refinement.
const GAIN: f64 = 1e-3;
/// Rounds, after each of which the scatter of boxes about their reflections is estimated again.
const ROUNDS: usize = 3;
/// Trials of each round but the last.
const TRIALS_OF_A_ROUND: usize = 6;
/// Scatter of the logarithm of a box's scale about that of its reflection: where it begins, and the least.
const SCATTER: f64 = 0.2;
const LEAST_SCATTER: f64 = 0.01;

/// A structure factor as it was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoundAmplitude {
    /// The indices that stand for it and its equivalents.
    pub hkl: [i32; 3],
    /// Electrons at the start; of equivalents that differ there, the mean. Those that are zero, as what a file does not list may be,
    /// do not count, and stay so.
    pub start: f64,
    /// Electrons; equivalents that differ change by one factor.
    pub value: f64,
    /// Standard deviation, electrons: what the boxes leave open, without what reflections of an image have in common.
    pub esd: f64,
    /// Shoeboxes in which it was seen.
    pub boxes: usize,
    /// Images in which it was seen.
    pub images: usize,
}

/// What images found of their structure factors.
#[derive(Clone, Debug)]
pub struct AmplitudeOutcome {
    /// The table of the start with what was found.
    pub table: StructureFactors,
    /// What was seen, in the order of the table.
    pub reflections: Vec<FoundAmplitude>,
    /// Standard deviation of the logarithm of a box's scale about that of its reflection.
    pub scatter: f64,
    /// Each image with these structure factors.
    pub images: Vec<Outcome>,
    /// Every trial; χ² is that of all pixels.
    pub history: Vec<Step>,
    /// How it ended.
    pub verdict: Verdict,
}

/// An image on its way.
struct Frame {
    refinement: Refinement,
    start: Parameters,
    boxes: Boxes,
    state: State,
    points: Option<usize>,
    view: View,
    /// The unknown that each box sees.
    unknowns: Vec<Option<usize>>,
}

impl Frame {
    fn new(refinement: &Refinement, outcome: &Outcome) -> Self {
        let refinement = refinement.with_shared_held();
        Frame {
            start: *refinement.start(),
            boxes: outcome.remaining.clone(),
            state: State { parameters: outcome.parameters, boxes: outcome.boxes.clone() },
            points: refinement.integrate.then_some(outcome.points),
            view: refinement.last_view(),
            unknowns: Vec::new(),
            refinement,
        }
    }

    fn problem<'a>(
        &'a self,
        backend: &'a dyn Differentiate,
        control: &'a Control<'a>,
        watch: &'a dyn Fn(&Step),
    ) -> Problem<'a> {
        self.refinement.problem(&self.start, self.points, backend, control, watch)
    }

    /// Boxes with their unknowns.
    fn seen(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.unknowns.iter().enumerate().filter_map(|(own, unknown)| Some((own, (*unknown)?)))
    }
}

/// The equations of an image, of which its own numbers are eliminated.
struct Eliminated {
    reduced: Reduced,
    /// Inverse of the matrix of the crystal's numbers.
    inverse: DMatrix<f64>,
    /// Of each box, how its scale goes with the crystal's numbers.
    rows: Vec<DVector<f64>>,
    /// Steps of the boxes' scales where structure factors stay.
    steps: Vec<f64>,
}

impl Eliminated {
    fn new(frame: &Frame, at: &Evaluation, damping: f64) -> Option<Self> {
        let reduced = Reduced::new(at, damping)?;
        let inverse = reduced.covariance()?;
        let rows = (0..at.boxes.len()).map(|own| reduced.scale_row(at, own)).collect();
        let none = vec![0.0; at.boxes.len()];
        let (_, steps) = reduced.steps_with(at, &inverse, &none);
        debug_assert_eq!(steps.len(), frame.unknowns.len());
        Some(Eliminated { inverse, rows, steps: steps.iter().map(|step| step[3]).collect(), reduced })
    }
}

/// The equations of the unknowns.
struct System<'a> {
    frames: &'a [Frame],
    own: Vec<Eliminated>,
    /// Second derivatives of the restraints.
    diagonal: DVector<f64>,
    /// 1 / σ² of the boxes' scales about their reflections.
    tie: f64,
}

impl System<'_> {
    /// What the boxes leave of the diagonal.
    fn preconditioner(&self) -> DVector<f64> {
        let mut left = self.diagonal.clone();
        for (frame, own) in self.frames.iter().zip(&self.own) {
            for (number, unknown) in frame.seen() {
                left[unknown] -= self.tie * self.tie * own.reduced.scale_variance(number);
            }
        }
        left
    }

    fn product(&self, vector: &DVector<f64>) -> DVector<f64> {
        let mut out = self.diagonal.component_mul(vector);
        let square = self.tie * self.tie;
        for (frame, own) in self.frames.iter().zip(&self.own) {
            let mut along = DVector::zeros(own.inverse.nrows());
            for (number, unknown) in frame.seen() {
                along.axpy(vector[unknown], &own.rows[number], 1.0);
            }
            let along = &own.inverse * along;
            for (number, unknown) in frame.seen() {
                let coupled =
                    own.reduced.scale_variance(number) * vector[unknown] + own.rows[number].dot(&along);
                out[unknown] -= square * coupled;
            }
        }
        out
    }

    /// Conjugate gradients.
    fn solve(&self, rhs: &DVector<f64>) -> Option<DVector<f64>> {
        const MOST: usize = 200;
        let inverse = self.preconditioner().map(f64::recip);
        let mut x = DVector::zeros(rhs.len());
        let mut residual = rhs.clone();
        let mut direction = inverse.component_mul(&residual);
        let mut square = residual.dot(&direction);
        let enough = 1e-12 * square;
        for _ in 0..MOST {
            if square <= enough {
                break;
            }
            let image = self.product(&direction);
            let length = square / direction.dot(&image);
            if !(length.is_finite() && length > 0.0) {
                return None;
            }
            x.axpy(length, &direction, 1.0);
            residual.axpy(-length, &image, 1.0);
            let next = inverse.component_mul(&residual);
            let before = std::mem::replace(&mut square, residual.dot(&next));
            direction = next + direction * (square / before);
        }
        x.iter().all(|x| x.is_finite()).then_some(x)
    }
}

/// The unknowns on their way: logarithms of |F|² over that of the start.
struct Unknowns {
    set: AmplitudeSet,
    start: StructureFactors,
    values: Vec<f64>,
    moved: DVector<f64>,
    /// Boxes of each.
    boxes: Vec<usize>,
    /// Standard deviation of what is known beforehand.
    prior: f64,
}

impl Unknowns {
    /// The table with `moved` in the place of what has moved so far: each node by the factor of its unknown, so that without any
    /// trial it is that of the start.
    fn table(&self, moved: &DVector<f64>) -> StructureFactors {
        self.start.mapped(|node, f| self.set.number(node).map_or(f, |number| f * (0.5 * moved[number]).exp()))
    }

    fn share_of_prior(&self, moved: &DVector<f64>) -> f64 {
        0.5 * moved.norm_squared() / (self.prior * self.prior)
    }
}

/// Refines the structure factors that `images` have in common, beside what each image has of its own. Each comes with its
/// refinement and with what that has found; the box scale of the first is the standard deviation of what is known of ln |F|²
/// beforehand. Reflections that no shoebox has stay as they are; `equivalents` are one unknown. Trials are those of the first.
///
/// # Errors
/// Images that start with other structure factors than the first, none that was seen and is not zero, and those of the library. A
/// refinement that is canceled ends with the best so far.
pub fn refine_amplitudes(
    images: &[(&Refinement, &Outcome)],
    equivalents: &Equivalents,
    backend: &dyn Differentiate,
    control: &Control<'_>,
    watch: &dyn Fn(&Step),
) -> Result<AmplitudeOutcome, Error> {
    let mut frames: Vec<Frame> =
        images.iter().map(|(refinement, outcome)| Frame::new(refinement, outcome)).collect();
    let mut unknowns = begin(&mut frames, images, equivalents)?;
    let most = images.first().map_or(0, |(first, _)| first.most_trials);
    let mut search = Search { backend, control, watch, history: Vec::new(), pixels: 0 };
    search.pixels = frames.iter().map(|frame| frame.boxes.pixels()).sum();
    let (mut scatter, mut verdict) = (SCATTER.min(unknowns.prior), Verdict::NotConverged);
    let mut at = Vec::new();
    for round in 0..ROUNDS {
        frames.iter_mut().for_each(|frame| frame.refinement.box_scale = scatter);
        let last = round + 1 == ROUNDS;
        let trials = if last { most } else { most.min(TRIALS_OF_A_ROUND) };
        (at, verdict) = search.minimize(&mut frames, &mut unknowns, scatter, trials)?;
        if verdict == Verdict::Canceled || last {
            break;
        }
        scatter = scatter_of(&frames, &at, &unknowns).unwrap_or(scatter).clamp(LEAST_SCATTER, unknowns.prior);
    }
    outcome(frames, images, &at, unknowns, scatter, verdict, search)
}

/// The unknowns that the boxes of `frames` see, whose plans get a table that holds them.
fn begin(
    frames: &mut [Frame],
    images: &[(&Refinement, &Outcome)],
    equivalents: &Equivalents,
) -> Result<Unknowns, Error> {
    let Some(first) = frames.first() else { return Err(Cause::NoAmplitudes.into()) };
    let prior = first.refinement.box_scale;
    let given = first.refinement.panels.first().structure_factors.clone();
    (1..)
        .zip(frames.iter())
        .try_for_each(|(number, frame)| frame.refinement.amplitudes_of(&first.refinement, number))?;
    // Where they are in the end, not where they were at the start.
    let nodes: Vec<Vec<[i32; 3]>> = frames
        .iter()
        .zip(images)
        .map(|(frame, (_, outcome))| {
            let node = |own: &crate::BoxFit| {
                let plan = outcome.panel(own.panel).unwrap_or(&outcome.plan);
                Indexed::of(plan, own.slow, own.fast).hkl
            };
            frame.state.boxes.iter().map(node).collect()
        })
        .collect();
    let seen: BTreeSet<[i32; 3]> =
        nodes.iter().flatten().filter(|&&node| given.nearest(node) != 0.0).copied().collect();
    let names: BTreeSet<[i32; 3]> = seen.iter().map(|&node| equivalents.representative(node)).collect();
    let start = match given.bounds() {
        Some(_) => given,
        None => listed(&given, &seen)?,
    };
    let mut first = BTreeMap::new();
    let name = |node| {
        let name = equivalents.representative(node);
        // A factor on zero, or on what the file does not list, changes nothing.
        let is_one = names.contains(&name) && start.nearest(node) != 0.0;
        is_one.then(|| *first.entry(name).or_insert(if start.nearest(name) != 0.0 { name } else { node }))
    };
    let set = AmplitudeSet::named(&start, name).filter(|set| !set.is_empty());
    let set = set.ok_or_else(|| Error::from(Cause::NoAmplitudes))?;
    let mut boxes = vec![0; set.len()];
    for (frame, nodes) in frames.iter_mut().zip(nodes) {
        frame.refinement.take_table(&start);
        frame.unknowns = nodes.into_iter().map(|node| set.number(node)).collect();
        frame.unknowns.iter().flatten().for_each(|&unknown| boxes[unknown] += 1);
    }
    let (values, moved) = (set.values(&start), DVector::zeros(set.len()));
    Ok(Unknowns { set, start, values, moved, boxes, prior })
}

/// The same panels with other structure factors.
fn with_table(panels: &Panels, table: &StructureFactors) -> Panels {
    panels.map(|plan| {
        let mut plan = plan.clone();
        plan.structure_factors = table.clone();
        plan
    })
}

impl Refinement {
    fn take_table(&mut self, table: &StructureFactors) {
        self.panels = with_table(&self.panels, table);
    }
}

/// A table of what was seen, where one value stood for all.
fn listed(given: &StructureFactors, seen: &BTreeSet<[i32; 3]>) -> Result<StructureFactors, Error> {
    let both = || seen.iter().flat_map(|node| [*node, node.map(|index| -index)]);
    let bounds = IndexBox::enclosing(both()).ok_or_else(|| Error::from(Cause::NoAmplitudes))?;
    let all = seen.iter().map(|&hkl| Reflection { hkl, f: given.default_f() });
    Ok(StructureFactors::from_reflections(bounds, given.default_f(), all)?)
}

/// What a search is made with, and how it went.
struct Search<'a> {
    backend: &'a dyn Differentiate,
    control: &'a Control<'a>,
    watch: &'a dyn Fn(&Step),
    history: Vec<Step>,
    pixels: usize,
}

impl Search<'_> {
    fn evaluate(
        &self,
        frames: &[Frame],
        states: Option<&[State]>,
        table: &StructureFactors,
        control: &Control<'_>,
    ) -> Result<Vec<Evaluation>, Error> {
        let silent = |_: &Step| {};
        let of = |(number, frame): (usize, &Frame)| {
            let state = states.and_then(|states| states.get(number)).unwrap_or(&frame.state);
            let panels = with_table(&frame.refinement.panels, table);
            let problem = Problem { panels: &panels, ..frame.problem(self.backend, control, &silent) };
            problem.evaluate(&frame.boxes, state, frame.view)
        };
        frames.iter().enumerate().map(of).collect()
    }

    fn record(&mut self, all: &[Evaluation], value: f64, damping: f64, accepted: bool) {
        let chi2 = all.iter().map(|at| at.chi2).sum::<f64>() / self.pixels.max(1) as f64;
        let step = Step { narrowing: 1.0, value, chi2, damping, accepted };
        (self.watch)(&step);
        self.history.push(step);
    }

    /// Minimizes from where `frames` and `unknowns` are, and leaves them at the best.
    fn minimize(
        &mut self,
        frames: &mut [Frame],
        unknowns: &mut Unknowns,
        scatter: f64,
        trials: usize,
    ) -> Result<(Vec<Evaluation>, Verdict), Error> {
        let table = unknowns.table(&unknowns.moved);
        let mut at = match self.evaluate(frames, None, &table, self.control) {
            // The caller has stopped the search, not what tells of it.
            Err(error) if error.is_canceled() => {
                let at = self.evaluate(frames, None, &table, &Control::default())?;
                return Ok((at, Verdict::Canceled));
            }
            found => found?,
        };
        let value = |all: &[Evaluation], prior: f64| prior + all.iter().map(|at| at.value).sum::<f64>();
        let mut best = value(&at, unknowns.share_of_prior(&unknowns.moved));
        self.record(&at, best, 0.0, true);
        let mut damping = Damping::NEAR;
        for _ in 0..trials {
            let Some((by, next)) = step(frames, &at, unknowns, scatter, damping.part()) else {
                if damping.raise() {
                    continue;
                }
                break;
            };
            let moved = &unknowns.moved + by;
            let there = match self.evaluate(frames, Some(&next), &unknowns.table(&moved), self.control) {
                Err(error) if error.is_canceled() => return Ok((at, Verdict::Canceled)),
                found => found?,
            };
            let found = value(&there, unknowns.share_of_prior(&moved));
            let gain = best - found;
            let better = gain > 0.0 && found.is_finite();
            self.record(&there, found, damping.part(), better);
            if better {
                frames.iter_mut().zip(next).for_each(|(frame, state)| frame.state = state);
                unknowns.moved = moved;
                (at, best) = (there, found);
                damping.ease();
                if gain < GAIN * frames.len() as f64 {
                    return Ok((at, Verdict::Converged));
                }
            } else if !damping.raise_after(gain) {
                return Ok((at, Verdict::Converged));
            }
        }
        Ok((at, Verdict::NotConverged))
    }
}

/// The equations of the unknowns at `at`, and their right side.
fn system<'a>(
    frames: &'a [Frame],
    at: &[Evaluation],
    unknowns: &Unknowns,
    scatter: f64,
    damping: f64,
) -> Option<(System<'a>, DVector<f64>)> {
    let own = frames.iter().zip(at).map(|(frame, at)| Eliminated::new(frame, at, damping));
    let own = own.collect::<Option<Vec<Eliminated>>>()?;
    let (tie, known) = (scatter.powi(-2), unknowns.prior.powi(-2));
    let diagonal = unknowns.boxes.iter().map(|&count| (count as f64 * tie + known) * (1.0 + damping));
    let diagonal = DVector::from_iterator(unknowns.boxes.len(), diagonal);
    let mut rhs = &unknowns.moved * -known;
    for (frame, own) in frames.iter().zip(&own) {
        for (number, unknown) in frame.seen() {
            rhs[unknown] += tie * (frame.state.boxes[number].ln_scale + own.steps[number]);
        }
    }
    Some((System { frames, own, diagonal, tie }, rhs))
}

/// The step of the unknowns, and the states of the images that go with it.
fn step(
    frames: &[Frame],
    at: &[Evaluation],
    unknowns: &Unknowns,
    scatter: f64,
    damping: f64,
) -> Option<(DVector<f64>, Vec<State>)> {
    let (system, rhs) = system(frames, at, unknowns, scatter, damping)?;
    let by = system.solve(&rhs)?;
    let mut next = Vec::with_capacity(frames.len());
    for ((frame, at), own) in frames.iter().zip(at).zip(&system.own) {
        let step_of = |unknown: &Option<usize>| unknown.map_or(0.0, |unknown| by[unknown]);
        let steps: Vec<f64> = frame.unknowns.iter().map(step_of).collect();
        let pulls: Vec<f64> = steps.iter().map(|step| -system.tie * step).collect();
        let (turn, boxes) = own.reduced.steps_with(at, &own.inverse, &pulls);
        let freedoms = frame.refinement.freedoms().iter();
        let mut state = State {
            parameters: stepped(&frame.state.parameters, freedoms, turn.as_slice()),
            boxes: frame.state.boxes.clone(),
        };
        for ((own, mut by), step) in state.boxes.iter_mut().zip(boxes).zip(steps) {
            // What the structure factor takes over is no longer the box's.
            by[3] -= step;
            own.move_by(by);
        }
        next.push(state);
    }
    Some((by, next))
}

/// Standard deviation of the boxes' scales about those of their reflections, of which there are at least two boxes each: what is
/// seen, and what the counts leave open.
fn scatter_of(frames: &[Frame], at: &[Evaluation], unknowns: &Unknowns) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for (frame, at) in frames.iter().zip(at) {
        let reduced = Reduced::new(at, 0.0)?;
        for (number, unknown) in frame.seen() {
            let boxes = unknowns.boxes[unknown] as f64;
            if boxes > 1.0 {
                let seen = frame.state.boxes[number].ln_scale.powi(2) * boxes / (boxes - 1.0);
                sum += seen + reduced.scale_variance(number);
                count += 1.0;
            }
        }
    }
    (count > 0.0).then(|| (sum / count).sqrt())
}

fn outcome(
    mut frames: Vec<Frame>,
    images: &[(&Refinement, &Outcome)],
    at: &[Evaluation],
    unknowns: Unknowns,
    scatter: f64,
    verdict: Verdict,
    search: Search<'_>,
) -> Result<AmplitudeOutcome, Error> {
    let left = system(&frames, at, &unknowns, scatter, 0.0).map(|(system, _)| system.preconditioner());
    let mut images_of = vec![0; unknowns.boxes.len()];
    for frame in &frames {
        let of_frame: BTreeMap<usize, usize> = frame.seen().map(|(own, unknown)| (unknown, own)).collect();
        of_frame.keys().for_each(|&unknown| images_of[unknown] += 1);
    }
    let found = unknowns.set.nodes().iter().enumerate().map(|(number, &hkl)| {
        let start = unknowns.values[number];
        let value = start * (0.5 * unknowns.moved[number]).exp();
        let variance = left.as_ref().map_or(f64::NAN, |left| left[number].recip());
        FoundAmplitude {
            hkl,
            start,
            value,
            esd: 0.5 * value.abs() * variance.sqrt(),
            boxes: unknowns.boxes[number],
            images: images_of[number],
        }
    });
    let reflections: Vec<FoundAmplitude> = found.filter(|found| found.boxes > 0).collect();
    let table = unknowns.table(&unknowns.moved);
    let control = Control::default();
    let mut outcomes = Vec::with_capacity(frames.len());
    for ((frame, at), (_, before)) in frames.iter_mut().zip(at).zip(images) {
        frame.refinement.take_table(&table);
        let mut state = frame.state.clone();
        let problem = frame.problem(search.backend, &control, &|_| {});
        let (boxes, view) = (&frame.boxes, frame.view);
        let drawn = match verdict {
            Verdict::Canceled => None,
            _ => Some(chance::variances(&problem, boxes, &state, view, at)?),
        };
        let drawn = (at, drawn.as_ref());
        let further = frame.refinement.refined_further(&problem, boxes, &mut state, drawn, view, before)?;
        outcomes.push(Outcome { verdict: further.verdict.with(verdict), ..further });
    }
    Ok(AmplitudeOutcome { table, reflections, scatter, images: outcomes, history: search.history, verdict })
}
