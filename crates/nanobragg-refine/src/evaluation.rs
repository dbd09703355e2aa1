//! The target with its gradient and Fisher matrix, boxes apart.

use nanobragg::backend::{Control, Differentiate};
use nanobragg::gradient::Weighed;
use nanobragg::model::Shape;
use nanobragg::nalgebra::{DMatrix, DVector, Matrix4, Matrix4xX, Vector4};
use nanobragg::plan::{Parameters, Plan};

use crate::boxes::{BoxFit, Boxes};
use crate::error::Error;
use crate::freedom::Freedom;
use crate::panels::Panels;
use crate::sampling::{points, rows};
use crate::seen::Seen;
use crate::step::Step;
use crate::target::Target;

/// What stays the same from one evaluation to the next.
#[derive(Clone, Copy)]
pub(crate) struct Problem<'a> {
    pub panels: &'a Panels,
    pub start: &'a Parameters,
    pub freedoms: &'a [Freedom],
    pub target: Target,
    /// Standard deviation of the logarithm of a box's scale.
    pub box_scale: f64,
    /// Points along a pixel's edge, where the plan's own sub-pixels are not meant.
    pub points: Option<usize>,
    pub backend: &'a dyn Differentiate,
    pub control: &'a Control<'a>,
    /// Is told of every trial.
    pub watch: &'a dyn Fn(&Step),
}

/// How a crystal is seen: with widened spots, in which shape, and what is free.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct View {
    /// Factor on the number of cells.
    pub narrowing: f64,
    pub shape: Shape,
    /// Whether numbers of cells and mosaicity stay as they are.
    pub held: bool,
}

/// Where a refinement is.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub parameters: Parameters,
    pub boxes: Vec<BoxFit>,
}

/// A box's part of the equations: of its plane and the logarithm of its scale.
#[derive(Clone, Debug)]
pub(crate) struct BoxPart {
    pub gradient: Vector4<f64>,
    pub matrix: Matrix4<f64>,
    /// 4 × parameters.
    pub cross: Matrix4xX<f64>,
    /// The gradient by the parameters that its pixels give.
    pub pull: DVector<f64>,
}

/// The target at a state.
#[derive(Clone, Debug)]
pub(crate) struct Evaluation {
    /// The target, priors included.
    pub value: f64,
    /// Σ (y − m)² / V.
    pub chi2: f64,
    /// By the active parameters.
    pub gradient: DVector<f64>,
    /// Fisher matrix of the active parameters.
    pub matrix: DMatrix<f64>,
    /// What priors add to its diagonal.
    pub priors: DVector<f64>,
    pub boxes: Vec<BoxPart>,
    /// Photons of each pixel before scales and planes.
    pub photons: Vec<f64>,
}

impl Problem<'_> {
    /// The plan of a panel at `parameters`, as `view` sees it.
    pub fn seen(&self, panel: usize, parameters: &Parameters, view: View) -> Plan {
        let mut parameters = *parameters;
        parameters.cells = parameters.cells.map(|cells| cells * view.narrowing);
        let mut plan = self.panels.place(panel, &parameters);
        plan.crystal.shape.shape = view.shape;
        plan
    }

    /// Points along a pixel's edge that integrate the spots on any panel.
    pub fn points_needed(&self, parameters: &Parameters, view: View) -> usize {
        (0..self.panels.len()).map(|panel| points(&self.seen(panel, parameters, view))).max().unwrap_or(1)
    }

    /// The freedoms that take part, by their numbers.
    pub fn active(&self, view: View) -> Vec<usize> {
        let takes_part = |number: &usize| !view.held || !self.freedoms[*number].waits();
        (0..self.freedoms.len()).filter(takes_part).collect()
    }

    /// Evaluates the target at `state`.
    pub fn evaluate(&self, boxes: &Boxes, state: &State, view: View) -> Result<Evaluation, Error> {
        self.evaluate_in(&Seen::all(boxes), boxes, state, view, &self.active(view))
    }

    /// The same without derivatives by parameters.
    pub fn expect(&self, boxes: &Boxes, state: &State, view: View) -> Result<Evaluation, Error> {
        self.evaluate_in(&Seen::all(boxes), boxes, state, view, &[])
    }

    /// The factor on the photons of each box.
    pub fn scales(&self, state: &State, view: View) -> Vec<f64> {
        // Wider spots have fewer photons; this keeps what they sum up to.
        let common = view.narrowing.powi(-4);
        state.boxes.iter().map(|own| common * own.ln_scale.exp()).collect()
    }

    /// Photons of the crystal in each pixel, by its place in `boxes`, of the evaluation `at` at `state`.
    pub fn of_crystal<'a>(
        &self,
        boxes: &'a Boxes,
        state: &State,
        view: View,
        at: &'a Evaluation,
    ) -> impl Fn(usize) -> f64 + use<'a> {
        let scales = self.scales(state, view);
        move |place| at.photons[place] * scales[boxes.group[place] as usize]
    }

    /// Evaluates the target at `state`, with derivatives by the freedoms `active`, where the crystal is in no pixels but those `seen`.
    pub fn evaluate_in(
        &self,
        seen: &Seen,
        boxes: &Boxes,
        state: &State,
        view: View,
        active: &[usize],
    ) -> Result<Evaluation, Error> {
        let active: Vec<&Freedom> = active.iter().map(|&number| &self.freedoms[number]).collect();
        let count = active.len();
        let parameters = &state.parameters;
        let rows = self.rows(seen, state, view, &active)?;
        let photons = seen.spread(rows.last().map_or(&[][..], Vec::as_slice));
        let scales = self.scales(state, view);
        let (mut value, mut chi2) = (0.0, 0.0);
        let weigh = |(at, &photons): (usize, &f64)| {
            let model = photons * scales[boxes.group[at] as usize] + boxes.background(at, &state.boxes);
            let score = self.target.at(boxes.data[at], boxes.readout_noise, model);
            value += score.value;
            chi2 += score.chi2;
            Weighed { weight: score.weight, residual: -score.slope / score.weight }
        };
        let weighed: Vec<Weighed> = photons.iter().enumerate().map(weigh).collect();

        let (mut gradient, mut matrix) = (DVector::zeros(count), DMatrix::zeros(count, count));
        let mut parts = Vec::with_capacity(boxes.len());
        let prior = self.box_scale.powi(-2);
        let equations = seen.equations(&rows, &weighed);
        for ((normal, &scale), own) in equations.iter().zip(&scales).zip(&state.boxes) {
            let pull = normal.vector.rows(0, count) * -scale;
            gradient += &pull;
            matrix += normal.matrix.view((0, 0), (count, count)) * (scale * scale);
            // Photons first, then the plane: the other way round, and the photons scaled.
            let order = [count + 1, count + 2, count + 3, count];
            let factor = [1.0, 1.0, 1.0, scale];
            let mut part = BoxPart {
                gradient: Vector4::from_fn(|row, _| -normal.vector[order[row]] * factor[row]),
                matrix: Matrix4::from_fn(|row, column| {
                    normal.matrix[(order[row], order[column])] * factor[row] * factor[column]
                }),
                cross: Matrix4xX::from_fn(count, |row, column| {
                    normal.matrix[(order[row], column)] * factor[row] * scale
                }),
                pull,
            };
            part.matrix[(3, 3)] += prior;
            part.gradient[3] += prior * own.ln_scale;
            value += 0.5 * prior * own.ln_scale * own.ln_scale;
            parts.push(part);
        }
        let mut priors = DVector::zeros(count);
        for freedom in self.freedoms {
            let Some(sigma) = freedom.prior else { continue };
            let deviation = freedom.moved(parameters, self.start) / sigma;
            value += 0.5 * deviation * deviation;
            if let Some(number) = active.iter().position(|other| std::ptr::eq(*other, freedom)) {
                gradient[number] += deviation / sigma;
                priors[number] = sigma.powi(-2);
                matrix[(number, number)] += priors[number];
            }
        }
        Ok(Evaluation { value, chi2, gradient, matrix, priors, boxes: parts, photons })
    }

    /// Photons of the crystal in the pixels `seen`, before scales; zero in the others.
    pub fn photons_in(&self, seen: &Seen, state: &State, view: View) -> Result<Vec<f64>, Error> {
        let rows = self.rows(seen, state, view, &[])?;
        Ok(seen.spread(rows.last().map_or(&[][..], Vec::as_slice)))
    }

    /// Derivatives of the pixels `seen` by `active`, then their photons.
    fn rows(
        &self,
        seen: &Seen,
        state: &State,
        view: View,
        active: &[&Freedom],
    ) -> Result<Vec<Vec<f64>>, Error> {
        let directions: Vec<_> = active.iter().map(|freedom| freedom.direction(&state.parameters)).collect();
        let place = |panel: usize, parameters: &Parameters| self.seen(panel, parameters, view);
        let (backend, control) = (self.backend, self.control);
        rows(&place, &state.parameters, &directions, self.points, seen.parts(), backend, control)
    }
}
