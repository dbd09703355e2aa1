//! The course of a refinement: stages, outliers, standard deviations, the verdict.

use nanobragg::backend::{Control, Differentiate};
use nanobragg::model::{Shape, angles_of};
use nanobragg::nalgebra::{DMatrix, DVector, Matrix3};
use nanobragg::physics::rotation::matrix_of;
use nanobragg::plan::place::{CellParameters, LatticeParameters};
use nanobragg::plan::{Parameters, Plan};

use crate::boxes::{Boxes, Indexed};
use crate::chance;
use crate::error::{Cause, Error};
use crate::evaluation::{Evaluation, Problem, State, View};
use crate::freedom::{Freedom, Transform};
use crate::minimize::Ended;
use crate::outcome::{FAR, Fitted, Found, Outcome, Verdict};
use crate::panels::Panels;
use crate::photons::Photons;
use crate::predicted::Predicted;
use crate::sampling::{points, suffice};
use crate::seen::Seen;
use crate::solve::Reduced;
use crate::spots::{Reflections, find, pixel_at, placed};
use crate::step::Step;
use crate::summary::{describe, fitted, not_outlying};
use crate::target::Target;

/// The least overlap of a model that is where the photons are.
const LEAST_OVERLAP: f64 = 0.3;

/// A refinement of a crystal against an image.
///
/// ```
/// use nanobragg::backend::{Backend, Control, Cpu};
/// use nanobragg::model::{Experiment, PixelGrid, Shape, UnitCell};
/// use nanobragg_refine::{Counting, Photons, Refinement};
///
/// let mut experiment = Experiment::uniform(UnitCell::new(40.0, 40.0, 40.0, 90.0, 90.0, 90.0)?, 100.0);
/// experiment.crystal = experiment.crystal.with_cells(10, 10, 10)?.with_shape(Shape::Gauss);
/// experiment.detector.pixels = PixelGrid::new(200, 200, 0.5e-3);
/// let plan = experiment.plan()?;
/// let image = Cpu::default().render(&plan, &Control::default())?;
/// let top = image.pixels().iter().fold(0.0_f32, |top, &photons| top.max(photons));
/// let counts: Vec<f64> = image.pixels().iter().map(|&photons| (3000.0 * photons / top).round().into()).collect();
///
/// let photons = Photons::new(&plan, 200, &counts, &Counting::default())?;
/// let refinement = Refinement::new(&plan, &["scale"])?;
/// let outcome = refinement.run(&photons, &Cpu::default(), &Control::default())?;
/// assert!((outcome.found[0].value * f64::from(top) / 3000.0 - 1.0).abs() < 0.1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Refinement {
    pub(crate) panels: Panels,
    /// What is free; what images share comes last.
    pub(crate) freedoms: Vec<Freedom>,
    /// How many of these images share.
    pub(crate) shared: usize,
    /// What is minimized.
    pub target: Target,
    /// Standard deviation of the logarithm of a box's scale: twice the relative error of structure factors.
    pub box_scale: f64,
    /// Half the edge of a box in pixels.
    pub box_radius: usize,
    /// The most boxes.
    pub most_boxes: usize,
    /// The most trials with all parameters free; 0 leaves the start as it is.
    pub most_trials: usize,
    /// Whether pixels are integrated by points that spread as their area does, instead of the sub-pixels of the plan: what a detector
    /// measures, not what a simulation with few sub-pixels has.
    pub integrate: bool,
    /// Around which spots boxes are.
    pub reflections: Reflections,
    /// What is known beforehand of numbers, by name, where it is not the default.
    pub(crate) restraints: Vec<(String, Option<f64>)>,
    /// Values of free numbers by name, from which an earlier run goes on.
    pub(crate) resumed: Vec<(String, f64)>,
}

impl Refinement {
    /// A refinement that starts at `plan`, of what `names` stand for ([`Freedom::named`]).
    ///
    /// # Errors
    /// Unknown names, parameters without a derivative, a left-handed lattice.
    pub fn new(plan: &Plan, names: &[&str]) -> Result<Self, Error> {
        Refinement::of_panels(plan, &[], names)
    }

    /// The same with a detector of several panels: `others` are plans that differ from `plan` in where the panel is. What is known
    /// of a panel alone, such as its shift along its axes, stays as it is.
    ///
    /// # Errors
    /// Those of [`new`](Self::new), and parameters with which the panels do not move alike.
    pub fn of_panels(plan: &Plan, others: &[Plan], names: &[&str]) -> Result<Self, Error> {
        let parameters = by_cell(plan)?;
        let panels = Panels::new(plan.clone(), others.to_vec()).placed(&parameters);
        let freedoms = free(panels.first(), names)?;
        differentiable(&panels, &freedoms)?;
        Ok(Refinement {
            panels,
            freedoms,
            shared: 0,
            target: Target::default(),
            box_scale: 0.5,
            box_radius: 8,
            most_boxes: 500,
            most_trials: 60,
            integrate: false,
            reflections: Reflections::Strong,
            restraints: Vec::new(),
            resumed: Vec::new(),
        })
    }

    /// What is free.
    pub fn freedoms(&self) -> &[Freedom] {
        &self.freedoms
    }

    /// Points along a pixel's edge that are evaluated at first. They become more where the crystal grows ([`Outcome::points`]).
    pub fn points(&self) -> usize {
        self.integration(self.start()).unwrap_or(self.panels.first().oversample)
    }

    /// Points that integrate pixels of the start and of the crystal of `parameters`.
    pub(crate) fn integration(&self, parameters: &Parameters) -> Option<usize> {
        self.integrate.then(|| {
            let placed = self.panels.placed(parameters);
            self.panels.iter().chain(placed.iter()).map(points).max().unwrap_or(1)
        })
    }

    /// How many of the places that are [asked for](Self::reflections) lie on no panel.
    pub fn beyond_panels(&self) -> usize {
        let Reflections::At(places) = &self.reflections else { return 0 };
        let is_beyond = |&&(panel, at): &&(usize, [f64; 2])| {
            let plan = self.panels.iter().nth(panel);
            plan.is_none_or(|plan| pixel_at(at, [plan.region.image_fast, plan.region.image_slow]).is_none())
        };
        places.iter().filter(is_beyond).count()
    }

    /// Refines against the strong spots of `photons`.
    ///
    /// # Errors
    /// No spots, and those of [`run_in`](Self::run_in).
    pub fn run(
        &self,
        photons: &Photons,
        backend: &dyn Differentiate,
        control: &Control<'_>,
    ) -> Result<Outcome, Error> {
        self.run_in(self.boxes(photons)?, backend, control, &|_| {})
    }

    /// Boxes around the spots of `photons` that are [asked for](Self::reflections).
    ///
    /// # Errors
    /// [`ErrorKind::Size`](crate::ErrorKind::Size) where the photons are not of the panels of the start.
    pub fn boxes(&self, photons: &Photons) -> Result<Boxes, Error> {
        let sizes = self.panels.iter().map(|plan| (plan.region.image_fast, plan.region.image_slow));
        if !photons.panels.iter().map(|panel| (panel.fast, panel.slow)).eq(sizes) {
            let (data, start) = (photons.panels.len(), self.panels.len());
            return Err(Cause::Panels { data, start }.into());
        }
        let spots = match &self.reflections {
            Reflections::Strong => find(photons, self.box_radius),
            Reflections::At(places) => placed(photons, places, self.box_radius),
            Reflections::Predicted => {
                let on =
                    |(panel, plan)| Predicted::all(plan).into_iter().map(move |own| (panel, own.position_px));
                let places: Vec<_> = self.panels.iter().enumerate().flat_map(on).collect();
                placed(photons, &places, self.box_radius)
            }
        };
        Ok(Boxes::around(&self.panels, photons, &spots, self.box_radius, self.most_boxes))
    }

    /// Refines against the pixels of `boxes`; `watch` is told of every trial.
    ///
    /// # Errors
    /// No boxes; pixels that do not determine the parameters, or do not change with one; a model that is elsewhere than the
    /// photons; those of the library. A refinement that is canceled ends with the best so far.
    pub fn run_in(
        &self,
        mut boxes: Boxes,
        backend: &dyn Differentiate,
        control: &Control<'_>,
        watch: &dyn Fn(&Step),
    ) -> Result<Outcome, Error> {
        if boxes.is_empty() {
            let why = match self.reflections {
                _ if !boxes.is_measured => "no pixel can be used",
                Reflections::Strong => "nothing exceeds the background by six standard deviations",
                Reflections::At(_) => "no reflection lies on the image",
                Reflections::Predicted => "the start has no reflection on the image",
            };
            return Err(Cause::NoSpots(why, boxes.saturated).into());
        }
        let (pixels, parameters) = (boxes.pixels(), self.freedoms.len() + 4 * boxes.len());
        if pixels < parameters {
            return Err(Cause::Pixels { pixels, parameters }.into());
        }
        let start = *self.start();
        let last = self.last_view();
        let mut state = State { parameters: self.going_on(&start), boxes: boxes.boxes.clone() };
        let points = self.integration(&state.parameters);
        let mut problem = self.problem(&start, points, backend, control, watch);
        let mut history: Vec<Step> = Vec::new();
        let before = problem.evaluate(&boxes, &state, last)?;
        let lit = before.photons.iter().any(|&photons| photons > 0.0);
        let idle = |number: &usize| lit && before.matrix[(*number, *number)] == before.priors[*number];
        if let Some(number) = (0..self.freedoms.len()).find(idle) {
            return Err(Cause::NoEffect(self.freedoms[number].name()).into());
        }
        let (mut at, mut ended) = (before.clone(), Ended::Exhausted);
        let (mut dropped, mut stays) = (Vec::new(), Vec::new());
        if self.most_trials > 0 {
            let widened = self.resumed.is_empty();
            (at, ended) = self.stages(&mut problem, &boxes, &mut state, last, widened, &mut history)?;
            if ended != Ended::Canceled {
                self.check(&problem, describe(&boxes, &mut state, &at, self.target), &at, last)?;
                let kept = not_outlying(&state);
                if kept.contains(&false) {
                    dropped = state
                        .boxes
                        .iter()
                        .zip(&kept)
                        .filter(|(_, kept)| !**kept)
                        .map(|(own, _)| *own)
                        .collect();
                    stays = boxes.keep(&kept);
                    let mut kept = kept.iter();
                    state.boxes.retain(|_| kept.next().copied().unwrap_or(true));
                    (at, ended) = self.minimized(&mut problem, &boxes, &mut state, last, &mut history)?;
                }
            }
        }
        // The caller has stopped the search, not what tells of it.
        let whole = Problem { control: &Control::default(), ..problem };
        if ended == Ended::Canceled {
            at = whole.evaluate(&boxes, &state, last)?;
        }
        let overlap = describe(&boxes, &mut state, &at, self.target);
        // Who has stopped a refinement does not wait for more.
        let drawn = match ended {
            Ended::Canceled => None,
            _ => Some(chance::variances(&whole, &boxes, &state, last, &at)?),
        };
        let mut outcome = self.outcome(&whole, &boxes, &state, (&at, drawn.as_ref()), last)?;
        let beginning = State { parameters: start, boxes: boxes.boxes.clone() };
        let (mut chi2_start, mut first, mut expected) = (before.chi2, before.value, before.photons);
        // Targets compare where pixels are integrated by as many points.
        if problem.points != points || !self.resumed.is_empty() {
            let found = whole.expect(&boxes, &beginning, last)?;
            if !self.resumed.is_empty() {
                chi2_start = found.chi2;
            }
            if problem.points != points {
                first = found.value;
            }
            expected = found.photons;
        } else {
            let mut stays = stays.iter();
            expected.retain(|_| stays.next().copied().unwrap_or(true));
        }
        outcome.fitted = fitted(&boxes, [(&beginning, &expected), (&state, &at.photons)]);
        outcome.remaining = boxes;
        outcome.chi2_start = chi2_start / pixels.max(1) as f64;
        outcome.overlap = overlap;
        let far = outcome.found[..self.locals()].iter().any(|found| found.prior_share > FAR);
        outcome.verdict = match ended {
            Ended::Canceled if dropped.is_empty() && at.value >= first => Verdict::NotBetter,
            Ended::Canceled => Verdict::Canceled,
            _ if self.most_trials > 0 && dropped.is_empty() && at.value >= first => Verdict::NotBetter,
            Ended::Exhausted => Verdict::NotConverged,
            Ended::Converged if far => Verdict::AgainstPrior,
            Ended::Converged => Verdict::Converged,
        };
        // Where spots were still widened, the equations are not those of an end.
        if outcome.verdict == Verdict::Canceled && history.last().is_some_and(|step| step.narrowing < 1.0) {
            outcome.found.iter_mut().for_each(Found::forget_deviations);
        }
        (outcome.dropped, outcome.history) = (dropped, history);
        Ok(outcome)
    }

    /// What stays the same while it runs.
    pub(crate) fn problem<'a>(
        &'a self,
        start: &'a Parameters,
        points: Option<usize>,
        backend: &'a dyn Differentiate,
        control: &'a Control<'a>,
        watch: &'a dyn Fn(&Step),
    ) -> Problem<'a> {
        Problem {
            panels: &self.panels,
            start,
            freedoms: &self.freedoms,
            target: self.target,
            box_scale: self.box_scale,
            points,
            backend,
            control,
            watch,
        }
    }

    /// The crystal as it is at the end.
    pub(crate) fn last_view(&self) -> View {
        View { narrowing: 1.0, shape: self.panels.first().crystal.shape.shape, held: false }
    }

    /// Whether the model is where the photons are, and the pixels, without what was known beforehand, determine the parameters.
    fn check(&self, problem: &Problem<'_>, overlap: f64, at: &Evaluation, view: View) -> Result<(), Error> {
        if overlap < LEAST_OVERLAP {
            return Err(Cause::Overlap { overlap, least: LEAST_OVERLAP }.into());
        }
        let mut data = at.clone();
        let active = problem.active(view);
        for (number, &freedom) in active.iter().enumerate() {
            data.matrix[(number, number)] -= at.priors[number];
            // Other images say what this one does not of what they share.
            if freedom >= self.locals() {
                data.matrix[(number, number)] += at.priors[number];
                continue;
            }
            let freedom = &self.freedoms[freedom];
            if data.matrix[(number, number)] * freedom.natural_step().powi(2) < 1e-6 {
                return Err(Cause::NoEffect(freedom.name()).into());
            }
        }
        let Some(reduced) = Reduced::new(&data, 0.0) else { return Ok(()) };
        let scale = data.matrix.diagonal().map(|x| 1.0 / x.sqrt());
        let eigen = reduced.scaled(&scale).symmetric_eigen();
        let rank = eigen.eigenvalues.iter().filter(|&&value| value > 1e-9).count();
        let Some((least, _)) =
            eigen.eigenvalues.iter().enumerate().min_by(|(_, one), (_, other)| one.total_cmp(other))
        else {
            return Ok(());
        };
        if rank == active.len() {
            return Ok(());
        }
        let worst = eigen.eigenvectors.column(least).iamax();
        let worst = self.freedoms[active[worst]].name();
        Err(Cause::Rank { rank, parameters: active.len(), worst }.into())
    }

    fn outcome(
        &self,
        problem: &Problem<'_>,
        boxes: &Boxes,
        state: &State,
        (at, drawn): (&Evaluation, Option<&DVector<f64>>),
        view: View,
    ) -> Result<Outcome, Error> {
        let pixels = boxes.pixels();
        let chi2 = at.chi2 / pixels.max(1) as f64;
        let count = self.freedoms.len();
        // Where the pixels do not determine the numbers there are no deviations.
        let nothing = || DMatrix::from_element(count, count, f64::NAN);
        let reduced = Reduced::new(at, 0.0);
        let covariance = reduced
            .as_ref()
            .and_then(Reduced::covariance)
            .filter(|found| found.nrows() == count)
            .unwrap_or_else(nothing);
        let sandwich = reduced.map_or_else(nothing, |reduced| {
            if covariance.nrows() == at.gradient.len() {
                reduced.sandwich(at, &covariance)
            } else {
                nothing()
            }
        });
        let enough = boxes.len() >= 10 * count;
        let found = self.freedoms.iter().enumerate().map(|(number, freedom)| {
            let factor = freedom.factor(&state.parameters);
            let deviation = |matrix: &DMatrix<f64>| deviation(matrix[(number, number)]) * factor;
            let (fisher, scatter) = (deviation(&covariance), deviation(&sandwich));
            let esd = if enough { fisher.max(scatter) } else { fisher * chi2.max(1.0).sqrt() };
            let variance = drawn.and_then(|all| all.get(number));
            let esd_domains = variance.map_or(f64::NAN, |variance| variance.sqrt() * factor);
            Found {
                name: freedom.name(),
                unit: freedom.unit(),
                start: freedom.value(problem.start, problem.start),
                value: freedom.value(&state.parameters, problem.start),
                esd: esd.hypot(chance::known(esd_domains)),
                esd_fisher: fisher,
                esd_sandwich: scatter,
                esd_domains,
                prior: freedom.prior.map(|sigma| sigma * freedom.factor(problem.start)),
                prior_share: freedom.share_of_prior(&state.parameters, problem.start),
            }
        });
        let found = found.collect();
        let correlation = DMatrix::from_fn(count, count, |row, column| {
            let norm = (covariance[(row, row)] * covariance[(column, column)]).sqrt();
            if norm > 0.0 { covariance[(row, column)] / norm } else { f64::from(row == column) }
        });
        let mut whole = state.clone();
        whole.parameters.cells = whole.parameters.cells.map(|cells| cells.round().max(1.0));
        let chi2_whole_cells = if whole.parameters.cells == state.parameters.cells {
            chi2
        } else {
            let of_crystal = problem.of_crystal(boxes, state, view, at);
            let seen = Seen::of(boxes, of_crystal).unwrap_or_else(|| Seen::all(boxes));
            let there = problem.evaluate_in(&seen, boxes, &whole, view, &[]);
            there.map_or(f64::NAN, |there| there.chi2 / pixels.max(1) as f64)
        };
        let placed = self.panels.placed(&state.parameters);
        let node = |own: &crate::BoxFit| Indexed::of(placed.get(own.panel), own.slow, own.fast).hkl;
        let reindexed =
            (0..state.boxes.len()).filter(|&n| node(&state.boxes[n]) != state.boxes[n].hkl).collect();
        let squares: f64 = state.boxes.iter().map(|own| own.ln_scale * own.ln_scale).sum();
        let points_suffice = problem.points.is_none() || placed.iter().all(suffice);
        let (plan, others) = placed.into_parts();
        Ok(Outcome {
            parameters: state.parameters,
            shape: view.shape,
            points: problem.points.unwrap_or(plan.oversample),
            points_suffice,
            plan,
            others,
            found,
            correlation,
            boxes: state.boxes.clone(),
            fitted: Fitted::default(),
            remaining: Boxes::empty(boxes.readout_noise),
            dropped: Vec::new(),
            reindexed,
            history: Vec::new(),
            pixels,
            chi2_start: chi2,
            chi2,
            chi2_whole_cells,
            overlap: 0.0,
            box_scale_scatter: (squares / boxes.len().max(1) as f64).sqrt(),
            box_scale: problem.box_scale,
            verdict: Verdict::NotConverged,
        })
    }
}

impl Refinement {
    /// The outcome of an image that was refined further, together with others, from where `before` is; `at` is the evaluation of `state`, `drawn`
    /// what the [draw of domains](chance) leaves of each number, where that was looked at.
    /// Its verdict is still its own. What `before` has found and this refinement holds comes last.
    pub(crate) fn refined_further(
        &self,
        problem: &Problem<'_>,
        boxes: &Boxes,
        state: &mut State,
        (at, drawn): (&Evaluation, Option<&DVector<f64>>),
        view: View,
        before: &Outcome,
    ) -> Result<Outcome, Error> {
        let overlap = describe(boxes, state, at, self.target);
        let mut found = self.outcome(problem, boxes, state, (at, drawn), view)?;
        found.fitted = fitted(boxes, [(state, &at.photons), (state, &at.photons)]);
        found.fitted.start.clone_from(&before.fitted.start);
        found.remaining = boxes.clone();
        (found.chi2_start, found.overlap) = (before.chi2_start, overlap);
        for held in &before.found {
            if !found.found.iter().any(|own| own.name == held.name) {
                found.found.push(held.clone());
            }
        }
        let (own, all) = (found.correlation.nrows(), found.found.len());
        // What does not move moves with nothing.
        found.correlation = found.correlation.resize(all, all, 0.0);
        (own..all).for_each(|held| found.correlation[(held, held)] = 1.0);
        found.dropped.clone_from(&before.dropped);
        found.history.clone_from(&before.history);
        found.verdict = before.verdict;
        Ok(found)
    }
}

impl Freedom {
    pub(crate) fn is_scale(&self) -> bool {
        self.transform == Transform::Log && !self.waits()
    }

    /// A step of its coordinate that changes an image visibly.
    fn natural_step(&self) -> f64 {
        match self.transform {
            Transform::Log => 0.1,
            _ => self.members.first().map_or(1.0, |parameter| parameter.natural_step()),
        }
    }
}

/// The deviation of a variance, of which rounding may leave less than nothing; no number of none.
pub(crate) fn deviation(variance: f64) -> f64 {
    if variance.is_nan() { variance } else { variance.max(0.0).sqrt() }
}

/// Whether images of `panels` have derivatives by `freedoms`, and the crystal's shape can tell sizes along a, b, c that are free.
pub(crate) fn differentiable(panels: &Panels, freedoms: &[Freedom]) -> Result<(), Error> {
    let plan = panels.first();
    panels.move_with(freedoms)?;
    let sizes = freedoms.iter().filter(|freedom| freedom.is_size()).count();
    if sizes > 1 && has_one_size(plan) {
        return Err(Cause::OneSize(plan.crystal.shape.shape.name()).into());
    }
    let members: Vec<_> = freedoms.iter().flat_map(|freedom| freedom.members.iter().copied()).collect();
    nanobragg::gradient::Derivatives::new(plan, &members)?;
    Ok(())
}

/// Whether spots depend on how many cells there are, and not on how they are arranged.
fn has_one_size(plan: &Plan) -> bool {
    matches!(plan.crystal.shape.shape, Shape::GaussStar | Shape::TophatStar)
}

/// What names stand for; of what stands for the same the first counts.
pub(crate) fn free(plan: &Plan, names: &[&str]) -> Result<Vec<Freedom>, Error> {
    let mut freedoms: Vec<Freedom> = Vec::new();
    for name in names {
        let mut named = Freedom::named(name, plan.parameters())?;
        if *name == "N" && has_one_size(plan) {
            named = Freedom::tied(named);
        }
        for freedom in named {
            if !freedoms.iter().any(|known| known.meets(&freedom)) {
                freedoms.push(freedom);
            }
        }
    }
    Ok(freedoms)
}

/// The parameters of `plan` without water, with its lattice as a cell, in the orientation that angles of misset give it.
fn by_cell(plan: &Plan) -> Result<Parameters, Error> {
    let mut parameters = *plan.parameters();
    // Planes are the background; water would be scaled with the Bragg spots.
    parameters.water = 0.0;
    if let LatticeParameters::Cell(_) = parameters.lattice {
        return Ok(parameters);
    }
    let vectors = Matrix3::from_columns(&plan.crystal.lattice.vectors);
    let [a, b, c, alpha, beta, gamma] = plan.crystal.unit_cell();
    let angles_of_cell = [alpha, beta, gamma].map(f64::to_radians);
    parameters.lattice = LatticeParameters::Cell(CellParameters { edges: [a, b, c], angles: angles_of_cell });
    parameters.misset = [0.0; 3];
    let default = Matrix3::from_columns(&plan.place(&parameters).crystal.lattice.vectors);
    let turn = default.try_inverse().map_or_else(Matrix3::identity, |inverse| vectors * inverse);
    if turn.determinant() < 0.0 {
        return Err(Cause::LeftHanded.into());
    }
    parameters.misset = angles_of(&turn);
    debug_assert!((matrix_of(parameters.misset) - turn).norm() < 1e-6);
    Ok(parameters)
}
