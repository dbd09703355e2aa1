//! Several images that share parameters, such as the detector: each has its own, which are eliminated.

use nanobragg::backend::{Control, Differentiate};
use nanobragg::nalgebra::{DMatrix, DVector};
use nanobragg::plan::Parameters;

use crate::boxes::Boxes;
use crate::chance;
use crate::damping::Damping;
use crate::error::{Cause, Error};
use crate::evaluation::{Evaluation, Problem, State, View};
use crate::freedom::{Freedom, stepped};
use crate::outcome::{FAR, Found, Outcome, Verdict};
use crate::refinement::{Refinement, deviation};
use crate::solve::Reduced;
use crate::step::Step;

/// A gain of the target an image that ends the refinement.
const GAIN: f64 = 1e-3;
/// Steps in standard deviations that end it.
const STEP: f64 = 0.01;

/// What several images found together.
#[derive(Clone, Debug)]
pub struct JointOutcome {
    /// The shared numbers; the sandwich is over images.
    pub shared: Vec<Found>,
    /// Each image, with its own numbers first and the shared ones behind them.
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
    locals: usize,
    points: Option<usize>,
    view: View,
}

/// The equations of an image: its own numbers eliminated from those of the shared ones.
struct Eliminated {
    reduced: Reduced,
    /// Inverse of the block of its own numbers.
    inverse: DMatrix<f64>,
    /// Own × shared.
    cross: DMatrix<f64>,
    matrix: DMatrix<f64>,
    gradient: DVector<f64>,
}

impl Frame {
    fn problem<'a>(
        &'a self,
        backend: &'a dyn Differentiate,
        control: &'a Control<'a>,
        watch: &'a dyn Fn(&Step),
    ) -> Problem<'a> {
        self.refinement.problem(&self.start, self.points, backend, control, watch)
    }

    fn eliminated(&self, at: &Evaluation, damping: f64) -> Option<Eliminated> {
        let reduced = Reduced::new(at, damping)?;
        let (own, shared) = (self.locals, reduced.gradient.len() - self.locals);
        let block =
            |row, column, rows, columns| reduced.matrix.view((row, column), (rows, columns)).clone_owned();
        let inverse = inverse(&block(0, 0, own, own))?;
        let cross = block(0, own, own, shared);
        let carried = cross.transpose() * &inverse;
        let matrix = block(own, own, shared, shared) - &carried * &cross;
        let gradient = reduced.gradient.rows(own, shared) - &carried * reduced.gradient.rows(0, own);
        Some(Eliminated { inverse, cross, matrix, gradient, reduced })
    }

    /// Its step, the shared part of which is `shared`.
    fn step(&self, own: &Eliminated, shared: &DVector<f64>) -> DVector<f64> {
        let gradient = own.reduced.gradient.rows(0, self.locals);
        let locals = -&own.inverse * (gradient + &own.cross * shared);
        DVector::from_iterator(locals.len() + shared.len(), locals.iter().chain(shared.iter()).copied())
    }

    fn stepped(&self, at: &Evaluation, own: &Eliminated, step: &DVector<f64>) -> State {
        let freedoms = self.refinement.freedoms().iter();
        let mut next = State {
            parameters: stepped(&self.state.parameters, freedoms, step.as_slice()),
            boxes: self.state.boxes.clone(),
        };
        for (own, by) in next.boxes.iter_mut().zip(own.reduced.box_steps(at, step)) {
            own.move_by(by);
        }
        next
    }
}

/// The inverse of a positive matrix.
fn inverse(matrix: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    if matrix.is_empty() {
        return Some(matrix.clone());
    }
    let scale = matrix.diagonal().map(|x| 1.0 / x.sqrt());
    if !scale.iter().all(|x| x.is_finite()) {
        return None;
    }
    let scaled = DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |row, column| {
        matrix[(row, column)] * scale[row] * scale[column]
    });
    let found = scaled.cholesky()?.inverse();
    Some(DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |row, column| {
        found[(row, column)] * scale[row] * scale[column]
    }))
}

/// What is known beforehand of the shared numbers.
struct Known<'a> {
    shared: &'a [Freedom],
    start: Parameters,
}

impl Known<'_> {
    /// Its part of the target, with gradient and second derivatives.
    fn at(&self, parameters: &Parameters) -> (f64, Vec<f64>, Vec<f64>) {
        let of = |freedom: &Freedom| match freedom.prior {
            Some(sigma) => {
                let deviation = freedom.moved(parameters, &self.start) / sigma;
                (0.5 * deviation * deviation, deviation / sigma, sigma.powi(-2))
            }
            None => (0.0, 0.0, 0.0),
        };
        let all: Vec<(f64, f64, f64)> = self.shared.iter().map(of).collect();
        (
            all.iter().map(|(value, ..)| value).sum(),
            all.iter().map(|(_, slope, _)| *slope).collect(),
            all.iter().map(|(.., curvature)| *curvature).collect(),
        )
    }
}

/// Refines what all images [share](Refinement::share) in all of them together, beside what each image has of its own. Each image comes
/// with its refinement and with what that has found: the beginning is the mean of what they say of what they share. What the first
/// refinement leaves of trials is theirs: without any the start is described.
///
/// # Errors
/// An image that shares other parameters than the first one, or starts at others; those of the library. A refinement that is canceled ends with the best so far.
pub fn refine_together(
    images: &[(&Refinement, &Outcome)],
    backend: &dyn Differentiate,
    control: &Control<'_>,
    watch: &dyn Fn(&Step),
) -> Result<JointOutcome, Error> {
    let Some((first, _)) = images.first() else {
        return Ok(JointOutcome {
            shared: Vec::new(),
            images: Vec::new(),
            history: Vec::new(),
            verdict: Verdict::NotBetter,
        });
    };
    let mut frames = Vec::with_capacity(images.len());
    for (number, (refinement, outcome)) in (1..).zip(images) {
        refinement.shared_with(first, number)?;
        let refinement = refinement.as_one_of_many();
        frames.push(Frame {
            start: *refinement.start(),
            boxes: outcome.remaining.clone(),
            state: State { parameters: outcome.parameters, boxes: outcome.boxes.clone() },
            locals: refinement.locals(),
            points: refinement.integrate.then_some(outcome.points),
            view: refinement.last_view(),
            refinement,
        });
    }
    let known = Known { shared: first.shared(), start: *first.start() };
    let pixels: usize = frames.iter().map(|frame| frame.boxes.pixels()).sum();
    let silent = |_: &Step| {};
    let evaluate = |frames: &[Frame], states: Option<&[State]>, control: &Control<'_>| {
        let of = |(number, frame): (usize, &Frame)| {
            let state = states.and_then(|states| states.get(number)).unwrap_or(&frame.state);
            frame.problem(backend, control, &silent).evaluate(&frame.boxes, state, frame.view)
        };
        frames.iter().enumerate().map(of).collect::<Result<Vec<Evaluation>, Error>>()
    };
    let value = |all: &[Evaluation], state: Option<&State>| {
        let prior = state.map_or(0.0, |state| known.at(&state.parameters).0);
        prior + all.iter().map(|at| at.value).sum::<f64>()
    };
    let mut history = Vec::new();
    let mut record = |all: &[Evaluation], value: f64, damping: f64, accepted: bool| {
        let chi2 = all.iter().map(|at| at.chi2).sum::<f64>() / pixels.max(1) as f64;
        let step = Step { narrowing: 1.0, value, chi2, damping, accepted };
        watch(&step);
        history.push(step);
    };
    let (mut damping, mut verdict) = (Damping::NEAR, Verdict::NotConverged);
    let mut at = match evaluate(&frames, None, control) {
        // The caller has stopped the search, not what tells of it.
        Err(error) if error.is_canceled() => {
            verdict = Verdict::Canceled;
            evaluate(&frames, None, &Control::default())?
        }
        found => found?,
    };
    if first.most_trials > 0 && meet(&mut frames, &at, &known)? {
        at = evaluate(&frames, None, &Control::default())?;
    }
    let trials = if verdict == Verdict::Canceled { 0 } else { first.most_trials };
    let mut best = value(&at, frames.first().map(|frame| &frame.state));
    record(&at, best, 0.0, true);
    for _ in 0..trials {
        let solved = solve(&frames, &at, &known, damping.part());
        let Some((own, total, step)) = solved else {
            if damping.raise() {
                continue;
            }
            break;
        };
        let next: Vec<State> = frames
            .iter()
            .zip(&at)
            .zip(&own)
            .map(|((frame, at), own)| frame.stepped(at, own, &frame.step(own, &step)))
            .collect();
        let there = match evaluate(&frames, Some(&next), control) {
            Err(error) if error.is_canceled() => {
                verdict = Verdict::Canceled;
                break;
            }
            found => found?,
        };
        let found = value(&there, next.first());
        let gain = best - found;
        let better = gain > 0.0 && found.is_finite();
        record(&there, found, damping.part(), better);
        if better {
            let small = total.diagonal().iter().zip(step.iter()).all(|(h, x)| x.abs() * h.sqrt() < STEP);
            frames.iter_mut().zip(next).for_each(|(frame, state)| frame.state = state);
            (at, best) = (there, found);
            damping.ease();
            if gain < GAIN * frames.len() as f64 || (small && gain < 1.0) {
                verdict = Verdict::Converged;
                break;
            }
        } else if !damping.raise_after(gain) {
            verdict = Verdict::Converged;
            break;
        }
    }
    outcome(frames, images, &at, &known, backend, verdict, history)
}

/// Brings shared numbers that differ from image to image to one value, their mean, which the equations of each image weigh; what an image has of
/// its own goes along. Whether any differed.
///
/// # Errors
/// Images that determine no mean.
fn meet(frames: &mut [Frame], at: &[Evaluation], known: &Known<'_>) -> Result<bool, Error> {
    let moved = |frame: &Frame| {
        let of = |freedom: &Freedom| freedom.moved(&frame.state.parameters, &known.start);
        DVector::from_iterator(known.shared.len(), known.shared.iter().map(of))
    };
    let places: Vec<DVector<f64>> = frames.iter().map(moved).collect();
    if places.windows(2).all(|pair| pair[0] == pair[1]) {
        return Ok(false);
    }
    // Damped where the pixels of an image do not determine all of its own numbers.
    let damped = |damping: f64| eliminated(frames, at, damping);
    let no_mean = || {
        let names: Vec<String> = known.shared.iter().map(Freedom::name).collect();
        Error::from(Cause::NoMean(names.join(", ")))
    };
    let own = [0.0, 1e-6, 1e-3, 1.0].into_iter().find_map(damped).ok_or_else(no_mean)?;
    let (_, _, curvatures) = known.at(&known.start);
    let mut total = DMatrix::from_diagonal(&DVector::from_vec(curvatures));
    let mut gradient = DVector::zeros(known.shared.len());
    for (own, place) in own.iter().zip(&places) {
        total += &own.matrix;
        gradient += &own.gradient - &own.matrix * place;
    }
    let mean = -inverse(&total).ok_or_else(no_mean)? * gradient;
    if !mean.iter().all(|value| value.is_finite()) {
        return Err(no_mean());
    }
    let steps = own.iter().zip(&places).map(|(own, place)| (own, &mean - place));
    let next = frames.iter().zip(at).zip(steps);
    let next: Vec<State> =
        next.map(|((frame, at), (own, by))| frame.stepped(at, own, &frame.step(own, &by))).collect();
    frames.iter_mut().zip(next).for_each(|(frame, state)| frame.state = state);
    // Steps from different places end apart by roundings.
    let Some(mut lead) = frames.first().map(|frame| frame.state.parameters) else { return Ok(true) };
    for frame in frames {
        for &member in known.shared.iter().flat_map(|freedom| &freedom.members) {
            if let (Some(to), Some(from)) = (member.of(&mut frame.state.parameters), member.of(&mut lead)) {
                *to = *from;
            }
        }
    }
    Ok(true)
}

/// The equations of each image; `None` where one of them has no solution.
fn eliminated(frames: &[Frame], at: &[Evaluation], damping: f64) -> Option<Vec<Eliminated>> {
    frames.iter().zip(at).map(|(frame, at)| frame.eliminated(at, damping)).collect()
}

/// The equations of each image, the matrix of the shared numbers and their step.
fn solve(
    frames: &[Frame],
    at: &[Evaluation],
    known: &Known<'_>,
    damping: f64,
) -> Option<(Vec<Eliminated>, DMatrix<f64>, DVector<f64>)> {
    let own = eliminated(frames, at, damping)?;
    let (total, step) = shared_step(frames, own.iter(), known)?;
    Some((own, total, step))
}

/// The matrix of the shared numbers and their step by the equations `own` of each image.
fn shared_step<'a>(
    frames: &[Frame],
    own: impl Iterator<Item = &'a Eliminated>,
    known: &Known<'_>,
) -> Option<(DMatrix<f64>, DVector<f64>)> {
    let (_, slopes, curvatures) = known.at(&frames.first()?.state.parameters);
    let mut total = DMatrix::from_diagonal(&DVector::from_vec(curvatures));
    let mut gradient = DVector::from_vec(slopes);
    for own in own {
        total += &own.matrix;
        gradient += &own.gradient;
    }
    let step = -inverse(&total)? * gradient;
    (step.len() == known.shared.len() && step.iter().all(|x| x.is_finite())).then_some((total, step))
}

/// Of each image, the variances that the draw of domains gives its numbers, its own first: the same are drawn in all images, as where all have one
/// seed, and each draw has its own end of what they share. `own` has the equations of the images with their own draw.
fn drawn(
    frames: &[Frame],
    at: &[Evaluation],
    own: &[Eliminated],
    known: &Known<'_>,
    backend: &dyn Differentiate,
) -> Result<Vec<DVector<f64>>, Error> {
    let control = Control::default();
    // By images, then by draws.
    let mut others = Vec::with_capacity(frames.len());
    for (frame, at) in frames.iter().zip(at) {
        let problem = frame.problem(backend, &control, &|_| {});
        let of = |there: &Evaluation| frame.eliminated(there, 0.0);
        others.push(chance::others(&problem, &frame.boxes, &frame.state, frame.view, at, of)?);
    }
    let mut ends: Vec<Vec<DVector<f64>>> = vec![Vec::new(); frames.len()];
    for draw in 0..=chance::DRAWS {
        // An image that leaves nothing to chance is the same in all draws.
        let all = own.iter().zip(&others).map(|(own, others)| {
            match draw.checked_sub(1).and_then(|other| others.get(other)) {
                Some(other) => other.as_ref(),
                None => Some(own),
            }
        });
        let all: Option<Vec<&Eliminated>> = all.collect();
        let Some(all) = all else { continue };
        let Some((_, shared)) = shared_step(frames, all.iter().copied(), known) else { continue };
        for ((ends, frame), own) in ends.iter_mut().zip(frames).zip(all) {
            ends.push(frame.step(own, &shared));
        }
    }
    Ok(ends.iter().map(|ends| chance::spread(ends)).collect())
}

fn outcome(
    mut frames: Vec<Frame>,
    images: &[(&Refinement, &Outcome)],
    at: &[Evaluation],
    known: &Known<'_>,
    backend: &dyn Differentiate,
    verdict: Verdict,
    history: Vec<Step>,
) -> Result<JointOutcome, Error> {
    let solved = solve(&frames, at, known, 0.0);
    let covariance = solved.as_ref().and_then(|(_, total, _)| inverse(total));
    // What the images do not determine has not been found.
    let parameters = frames.first().map_or(known.start, |frame| frame.state.parameters);
    let is_far = |freedom: &Freedom| freedom.share_of_prior(&parameters, &known.start) > FAR;
    let verdict = match verdict {
        Verdict::Converged if covariance.is_none() => Verdict::NotConverged,
        Verdict::Converged if known.shared.iter().any(is_far) => Verdict::AgainstPrior,
        verdict => verdict,
    };
    let mut middle = DMatrix::zeros(known.shared.len(), known.shared.len());
    for own in solved.iter().flat_map(|(own, ..)| own) {
        middle += &own.gradient * own.gradient.transpose();
    }
    let control = Control::default();
    // Who has stopped a refinement does not wait for more.
    let drawn = match &solved {
        Some((own, ..)) if verdict != Verdict::Canceled => Some(drawn(&frames, at, own, known, backend)?),
        _ => None,
    };
    let mut outcomes = Vec::with_capacity(frames.len());
    for (number, frame) in frames.iter_mut().enumerate() {
        let (Some(at), Some((_, before))) = (at.get(number), images.get(number)) else { continue };
        let mut state = frame.state.clone();
        let problem = frame.problem(backend, &control, &|_| {});
        let (boxes, view) = (&frame.boxes, frame.view);
        let drawn = (at, drawn.as_ref().and_then(|all| all.get(number)));
        let mut found = frame.refinement.refined_further(&problem, boxes, &mut state, drawn, view, before)?;
        found.verdict = found.verdict.with(verdict);
        frame.state = state;
        if let (Some(covariance), Some((own, ..))) = (&covariance, &solved)
            && let Some(own) = own.get(number)
        {
            let carried = &own.inverse * &own.cross;
            let locals = &own.inverse + &carried * covariance * carried.transpose();
            // What images share follows below.
            for (row, entry) in found.found.iter_mut().enumerate().take(frame.locals) {
                let freedom = &frame.refinement.freedoms()[row];
                let fisher = deviation(locals[(row, row)]) * freedom.factor(&frame.state.parameters);
                let drawn = chance::known(entry.esd_domains);
                // An image alone may not determine what all together do.
                let of_photons = if entry.esd_fisher > 0.0 {
                    deviation(entry.esd * entry.esd - drawn * drawn) * fisher / entry.esd_fisher
                } else {
                    fisher * found.chi2.max(1.0).sqrt()
                };
                entry.esd = of_photons.hypot(drawn);
                entry.esd_fisher = fisher;
            }
        }
        outcomes.push(found);
    }
    let pixels: usize = frames.iter().map(|frame| frame.boxes.pixels()).sum();
    let chi2 = at.iter().map(|at| at.chi2).sum::<f64>() / pixels.max(1) as f64;
    let enough = frames.len() >= 10 * known.shared.len();
    let nothing = || DMatrix::from_element(known.shared.len(), known.shared.len(), f64::NAN);
    let covariance = covariance.unwrap_or_else(nothing);
    let sandwich = &covariance * middle * &covariance;
    // What images share comes last in each of them.
    let locals = frames.first().map_or(0, |frame| frame.locals);
    let drawn = drawn.as_ref().and_then(|all| all.first());
    let shared = known.shared.iter().enumerate().map(|(number, freedom)| {
        let factor = freedom.factor(&parameters);
        let of = |matrix: &DMatrix<f64>| deviation(matrix[(number, number)]) * factor;
        let (fisher, scatter) = (of(&covariance), of(&sandwich));
        let variance = drawn.and_then(|all| all.get(locals + number));
        let esd_domains = variance.map_or(f64::NAN, |variance| deviation(*variance) * factor);
        let of_photons = if enough { fisher.max(scatter) } else { fisher * chi2.max(1.0).sqrt() };
        Found {
            name: freedom.name(),
            unit: freedom.unit(),
            start: freedom.value(&known.start, &known.start),
            value: freedom.value(&parameters, &known.start),
            esd: of_photons.hypot(chance::known(esd_domains)),
            esd_fisher: fisher,
            esd_sandwich: scatter,
            esd_domains,
            prior: freedom.prior.map(|sigma| sigma * freedom.factor(&known.start)),
            prior_share: freedom.share_of_prior(&parameters, &known.start),
        }
    });
    let shared: Vec<Found> = shared.collect();
    for outcome in &mut outcomes {
        for entry in &mut outcome.found {
            // One number has one deviation, whichever file has it.
            if let Some(common) = shared.iter().find(|common| common.name == entry.name) {
                entry.clone_from(common);
            }
        }
    }
    Ok(JointOutcome { shared, images: outcomes, history, verdict })
}
