//! The target with its gradient and Fisher matrix, boxes apart.

use nanobragg::backend::{Control, Differentiate};
use nanobragg::gradient::{Derivatives, Parameter, PixelGroups, Weighed};
use nanobragg::model::Shape;
use nanobragg::nalgebra::{DMatrix, DVector, Matrix4, Vector4};
use nanobragg::plan::{Parameters, Plan};

use crate::boxes::{BoxFit, Boxes};
use crate::error::Error;
use crate::freedom::Freedom;
use crate::sampling::equations;
use crate::step::Step;
use crate::target::Target;

/// What stays the same from one evaluation to the next.
#[derive(Clone, Copy)]
pub(crate) struct Problem<'a> {
    pub plan: &'a Plan,
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
    pub cross: DMatrix<f64>,
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
    /// The plan at `parameters`, as `view` sees it.
    pub fn seen(&self, parameters: &Parameters, view: View) -> Plan {
        let mut parameters = *parameters;
        parameters.cells = parameters.cells.map(|cells| cells * view.narrowing);
        let mut plan = self.plan.place(&parameters);
        plan.crystal.shape.shape = view.shape;
        plan
    }

    /// The freedoms that take part, by their numbers.
    pub fn active(&self, view: View) -> Vec<usize> {
        let takes_part = |number: &usize| !view.held || !self.freedoms[*number].waits();
        (0..self.freedoms.len()).filter(takes_part).collect()
    }

    /// Evaluates the target at `state`.
    pub fn evaluate(&self, boxes: &Boxes, state: &State, view: View) -> Result<Evaluation, Error> {
        let active: Vec<&Freedom> = self.active(view).into_iter().map(|n| &self.freedoms[n]).collect();
        let members: Vec<Parameter> = active.iter().flat_map(|f| f.members.iter().copied()).collect();
        // Wider spots have fewer photons; this keeps what they sum up to.
        let common = view.narrowing.powi(-4);
        let scales: Vec<f64> = state.boxes.iter().map(|own| common * own.ln_scale.exp()).collect();
        let target = self.target;
        let score = |at: usize, photons: f64| {
            let model = photons * scales[boxes.group[at] as usize] + boxes.background(at, &state.boxes);
            target.at(boxes.data[at], boxes.readout_noise, model)
        };
        let weigh = |at: usize, photons: f64| {
            let score = score(at, photons);
            Weighed { weight: score.weight, residual: -score.slope / score.weight }
        };
        let (photons, equations) = match self.points {
            Some(points) => {
                let place = |parameters: &Parameters| self.seen(parameters, view);
                let (backend, control) = (self.backend, self.control);
                equations(&place, &state.parameters, &members, points, boxes, &weigh, backend, control)?
            }
            None => {
                let plan = self.seen(&state.parameters, view);
                let derivatives = Derivatives::new(&plan, &members)?;
                let groups =
                    PixelGroups { pixels: &boxes.pixels, group: &boxes.group, further: &boxes.columns };
                let found = derivatives.normal_of_groups(self.backend, groups, &weigh, self.control)?;
                (found.photons, found.groups)
            }
        };

        let (count, all) = (active.len(), members.len());
        let mut transform = DMatrix::zeros(count, all);
        let mut column = 0;
        for (row, freedom) in active.iter().enumerate() {
            for factor in freedom.factors(&state.parameters) {
                transform[(row, column)] = factor;
                column += 1;
            }
        }
        let (mut value, mut chi2) = (0.0, 0.0);
        for (at, &photons) in photons.iter().enumerate() {
            let score = score(at, photons);
            value += score.value;
            chi2 += score.chi2;
        }
        let (mut gradient, mut matrix) = (DVector::zeros(all), DMatrix::zeros(all, all));
        let mut parts = Vec::with_capacity(boxes.len());
        let prior = self.box_scale.powi(-2);
        for ((normal, &scale), own) in equations.iter().zip(&scales).zip(&state.boxes) {
            let pull = normal.vector.rows(0, all) * -scale;
            gradient += &pull;
            matrix += normal.matrix.view((0, 0), (all, all)) * (scale * scale);
            // Photons first, then the plane: the other way round, and the photons scaled.
            let order = [all + 1, all + 2, all + 3, all];
            let factor = [1.0, 1.0, 1.0, scale];
            let mut part = BoxPart {
                gradient: Vector4::from_fn(|row, _| -normal.vector[order[row]] * factor[row]),
                matrix: Matrix4::from_fn(|row, column| {
                    normal.matrix[(order[row], order[column])] * factor[row] * factor[column]
                }),
                cross: DMatrix::from_fn(4, all, |row, column| {
                    normal.matrix[(order[row], column)] * factor[row] * scale
                }) * transform.transpose(),
                pull: &transform * pull,
            };
            part.matrix[(3, 3)] += prior;
            part.gradient[3] += prior * own.ln_scale;
            value += 0.5 * prior * own.ln_scale * own.ln_scale;
            parts.push(part);
        }
        let mut gradient = &transform * gradient;
        let mut matrix = &transform * matrix * transform.transpose();
        let mut priors = DVector::zeros(count);
        for freedom in self.freedoms {
            let Some(sigma) = freedom.prior else { continue };
            let deviation = freedom.moved(&state.parameters, self.start) / sigma;
            value += 0.5 * deviation * deviation;
            if let Some(number) = active.iter().position(|other| std::ptr::eq(*other, freedom)) {
                gradient[number] += deviation / sigma;
                priors[number] = sigma.powi(-2);
                matrix[(number, number)] += priors[number];
            }
        }
        Ok(Evaluation { value, chi2, gradient, matrix, priors, boxes: parts, photons })
    }
}
