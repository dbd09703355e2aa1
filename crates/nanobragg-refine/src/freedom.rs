//! What is free in a refinement: parameters, their transforms, and what is known of them beforehand.

use nanobragg::gradient::{CellNumber, LabAxis, Parameter, symmetrized};
use nanobragg::plan::Parameters;
use nanobragg::plan::place::CellParameters;

use crate::error::{Cause, Error};
use crate::orientation::{between, turned};

/// What weights may be off zero and one by rounding.
const SAME: f64 = 1e-6;

/// The farthest that a logarithm goes in a step.
pub(crate) const LONGEST: f64 = 1.0;

/// How a step changes a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transform {
    /// It is added.
    Linear,
    /// It is added to the logarithm.
    Log,
    /// It is a component of a rotation vector, in degrees, by which the crystal is turned from where it is.
    Turn(usize),
}

/// One free number: a parameter, or several that symmetry ties together.
#[derive(Clone, Debug)]
pub struct Freedom {
    /// Parameters that go together.
    pub(crate) members: Vec<Parameter>,
    /// How much each goes, in its unit, where the first goes by one.
    weights: Vec<f64>,
    /// The cell whose symmetry the numbers keep, where they keep it by other weights than one.
    like: Option<CellParameters>,
    pub(crate) transform: Transform,
    /// Standard deviation of the step from the start, where something is known beforehand.
    pub(crate) prior: Option<f64>,
}

/// Names that stand for more than a parameter of theirs.
const NAMES: [&str; 5] = ["misset", "cell", "N", "scale", "mosaic"];

impl Freedom {
    /// What a name of `-refine` stands for, at a start: `misset` for a rotation vector, `cell` for the numbers that the symmetry of the
    /// lattice leaves free, `N`, `scale`, `mosaic`, or any name that a derivative has, but for those of `cell_sym`, which `cell` does,
    /// and of weights and single structure factors.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownParameter`](crate::ErrorKind::UnknownParameter), which lists the known ones.
    pub fn named(name: &str, start: &Parameters) -> Result<Vec<Freedom>, Error> {
        let found = match name {
            "misset" => Parameter::named("turn"),
            "cell" => return Ok(cell(start)),
            _ => Parameter::named(name),
        };
        match found.filter(|found| found.iter().all(|&one| is_refined(one))) {
            Some(found) => Ok(found.into_iter().map(|parameter| Freedom::of(parameter, start)).collect()),
            None => {
                let is_single = |name: &str| {
                    !NAMES.contains(&name)
                        && Parameter::named(name)
                            .is_some_and(|found| found.iter().all(|&one| is_refined(one)))
                };
                let known = Parameter::names().into_iter().filter(|known| is_single(known));
                let known = NAMES.iter().map(|name| (*name).to_owned()).chain(known).collect::<Vec<_>>();
                Err(Cause::Unknown { name: name.to_owned(), known: known.join(", ") }.into())
            }
        }
    }

    fn of(parameter: Parameter, start: &Parameters) -> Freedom {
        let (transform, prior) = match parameter {
            Parameter::Turn(axis) | Parameter::Misset(axis) => {
                let axis = match axis {
                    LabAxis::X => 0,
                    LabAxis::Y => 1,
                    LabAxis::Z => 2,
                };
                (Transform::Turn(axis), Some(0.5))
            }
            Parameter::Scale | Parameter::Fluence => (Transform::Log, None),
            Parameter::Cells(_) | Parameter::Mosaic => (Transform::Log, Some(1.0)),
            Parameter::Cell(CellNumber::Edge(_)) => (Transform::Linear, Some(0.01 * value(parameter, start))),
            Parameter::Cell(CellNumber::Angle(_)) => (Transform::Linear, Some(1.0)),
            Parameter::Distance => (Transform::Linear, Some(1e-3 * value(parameter, start).abs())),
            _ => (Transform::Linear, Some(10.0 * parameter.natural_step())),
        };
        let parameter = match parameter {
            Parameter::Misset(axis) => Parameter::Turn(axis),
            other => other,
        };
        Freedom { members: vec![parameter], weights: vec![1.0], like: None, transform, prior }
    }

    /// One number that moves all of `freedoms` by the same step.
    pub(crate) fn tied(freedoms: Vec<Freedom>) -> Vec<Freedom> {
        let mut all = freedoms.into_iter();
        let Some(mut first) = all.next() else { return Vec::new() };
        first.members.extend(all.flat_map(|other| other.members));
        first.weights = vec![1.0; first.members.len()];
        vec![first]
    }

    /// Whether it is a number of cells.
    pub(crate) fn is_size(&self) -> bool {
        matches!(self.members.first(), Some(Parameter::Cells(_)))
    }

    /// Whether a parameter moves with both.
    pub(crate) fn meets(&self, other: &Freedom) -> bool {
        self.members.iter().any(|member| other.members.contains(member))
    }

    /// Its name: that of the first parameter, `N` of numbers of cells that keep their ratios.
    pub fn name(&self) -> String {
        if self.is_size() && self.members.len() > 1 {
            return "N".to_owned();
        }
        self.members.first().map(|parameter| parameter.name()).unwrap_or_default()
    }

    /// The unit of its value, and of steps but for those of logarithms.
    pub fn unit(&self) -> &'static str {
        self.members.first().map_or("1", |parameter| parameter.unit().symbol())
    }

    /// Its value in its unit; of a rotation, the component of the vector from `start`; of numbers of cells that keep their ratios,
    /// their geometric mean.
    pub(crate) fn value(&self, parameters: &Parameters, start: &Parameters) -> f64 {
        match (self.transform, self.members.first()) {
            (Transform::Turn(axis), _) => between(start.misset, parameters.misset)[axis].to_degrees(),
            (Transform::Log, Some(_)) if self.members.len() > 1 => {
                let product: f64 = self.members.iter().map(|&member| value(member, parameters)).product();
                product.powf(1.0 / self.members.len() as f64)
            }
            (_, Some(&parameter)) => value(parameter, parameters),
            (_, None) => 0.0,
        }
    }

    /// How far it is from the start, in the coordinate that steps have.
    pub(crate) fn moved(&self, parameters: &Parameters, start: &Parameters) -> f64 {
        self.step_to(self.value(parameters, start), start)
    }

    /// Half the squared distance from the start in standard deviations of what is known beforehand.
    pub(crate) fn share_of_prior(&self, parameters: &Parameters, start: &Parameters) -> f64 {
        self.prior.map_or(0.0, |sigma| 0.5 * (self.moved(parameters, start) / sigma).powi(2))
    }

    /// The step of its coordinate from the start to `value`.
    pub(crate) fn step_to(&self, value: f64, start: &Parameters) -> f64 {
        let before = self.value(start, start);
        match self.transform {
            Transform::Log => (value / before).ln(),
            _ => value - before,
        }
    }

    /// What its coordinate changes its value by.
    pub(crate) fn factor(&self, parameters: &Parameters) -> f64 {
        match self.transform {
            Transform::Log => self.value(parameters, parameters),
            _ => 1.0,
        }
    }

    /// `step`, not longer than what can be believed.
    pub(crate) fn bounded(&self, step: f64) -> f64 {
        match self.transform {
            Transform::Log => step.clamp(-LONGEST, LONGEST),
            _ => step,
        }
    }

    /// Its parameters, each with what its coordinate changes it by.
    pub(crate) fn direction(&self, parameters: &Parameters) -> Vec<(Parameter, f64)> {
        let of = |(&member, &weight): (&Parameter, &f64)| match self.transform {
            Transform::Log => (member, value(member, parameters)),
            _ => (member, weight),
        };
        self.members.iter().zip(&self.weights).map(of).collect()
    }

    /// Whether it stays as it is while spots are widened.
    pub(crate) fn waits(&self) -> bool {
        matches!(self.members.first(), Some(Parameter::Cells(_) | Parameter::Mosaic))
    }
}

/// `parameters` after a step of each of `freedoms`.
pub(crate) fn stepped<'a>(
    parameters: &Parameters,
    freedoms: impl Iterator<Item = &'a Freedom>,
    steps: &[f64],
) -> Parameters {
    let mut next = *parameters;
    let (mut turn, mut like) = ([0.0; 3], None);
    for (freedom, &step) in freedoms.zip(steps) {
        for (&member, weight) in freedom.members.iter().zip(&freedom.weights) {
            match (freedom.transform, member.of(&mut next)) {
                (Transform::Turn(axis), _) => turn[axis] = step.to_radians(),
                (Transform::Log, Some(number)) => *number *= step.exp(),
                (Transform::Linear, Some(number)) => {
                    *number += step * weight * member.unit_in_parameters();
                }
                (_, None) => {}
            }
        }
        like = like.or(freedom.like);
    }
    if let (Some(like), Some(cell)) = (like, next.lattice.cell_mut()) {
        *cell = symmetrized(cell, &like);
    }
    next.misset = turned(next.misset, turn);
    next
}

/// Whether a step of it is one of the parameters of a plan, and of nothing else with it.
fn is_refined(parameter: Parameter) -> bool {
    !matches!(parameter, Parameter::FreeCell(_) | Parameter::SourceWeight(_) | Parameter::Amplitude(_))
}

fn value(parameter: Parameter, parameters: &Parameters) -> f64 {
    let mut copy = *parameters;
    parameter.of(&mut copy).map_or(0.0, |number| *number / parameter.unit_in_parameters())
}

/// The numbers of a cell that the symmetry of its lattice leaves free, each with those that follow it.
fn cell(start: &Parameters) -> Vec<Freedom> {
    let of = |free: Parameter| {
        let mut moves = free.moves(start);
        moves.retain(|(_, by)| by.abs() > SAME);
        // The number itself comes first, not one that follows it.
        let own = match free {
            Parameter::FreeCell(number) => Parameter::Cell(number),
            other => other,
        };
        let all = moves.iter().filter(|(member, _)| *member == own);
        let all: Vec<_> = all.chain(moves.iter().filter(|(member, _)| *member != own)).collect();
        let unit = |member: Parameter| member.unit_in_parameters();
        let weights: Vec<f64> = all.iter().map(|(member, by)| by * unit(own) / unit(*member)).collect();
        let bent = weights.iter().any(|weight| (weight - 1.0).abs() > SAME);
        (!all.is_empty()).then(|| Freedom {
            members: all.iter().map(|(member, _)| *member).collect(),
            weights: if bent { weights } else { vec![1.0; all.len()] },
            like: start.lattice.cell().copied().filter(|_| bent),
            ..Freedom::of(own, start)
        })
    };
    Parameter::named("cell_sym").into_iter().flatten().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{Experiment, UnitCell};

    fn names(cell: [f64; 6]) -> Vec<String> {
        let [a, b, c, alpha, beta, gamma] = cell;
        let cell = UnitCell::new(a, b, c, alpha, beta, gamma).unwrap();
        let plan = Experiment::uniform(cell, 1.0).plan().unwrap();
        let found = Freedom::named("cell", plan.parameters()).unwrap();
        found.iter().map(|freedom| format!("{}:{}", freedom.name(), freedom.members.len())).collect()
    }

    #[test]
    fn the_lattice_ties_numbers_of_its_cell() {
        let right = [90.0; 3];
        let of = |edges: [f64; 3], angles: [f64; 3]| {
            names([edges[0], edges[1], edges[2], angles[0], angles[1], angles[2]])
        };
        assert_eq!(of([50.0; 3], right), ["cell_a:3"]);
        assert_eq!(of([79.0, 79.0, 38.0], right), ["cell_a:2", "cell_c:1"]);
        assert_eq!(of([79.0, 79.0, 38.0], [90.0, 90.0, 120.0]), ["cell_a:2", "cell_c:1"]);
        assert_eq!(of([60.0; 3], [80.0; 3]), ["cell_a:3", "cell_alpha:3"]);
        assert_eq!(of([40.0, 50.0, 60.0], [90.0, 95.0, 90.0]).last().unwrap(), "cell_beta:1");
        assert_eq!(of([40.0, 50.0, 60.0], [85.0, 95.0, 100.0]).len(), 6);
    }

    /// Half the diagonals of the faces of a tetragonal body-centered lattice: one length, and two angles that belong together.
    #[test]
    fn a_primitive_cell_of_a_centered_lattice_keeps_its_symmetry_however_far_it_moves() {
        let (edge, height) = (60.0_f64, 85.0_f64);
        let length = 0.5 * (2.0 * edge * edge + height * height).sqrt();
        let angle = |product: f64| (product / (4.0 * length * length)).acos().to_degrees();
        let (alpha, gamma) = (angle(-height * height), angle(height * height - 2.0 * edge * edge));
        let cell = UnitCell::new(length, length, length, alpha, alpha, gamma).unwrap();
        let plan = Experiment::uniform(cell, 1.0).plan().unwrap();
        let found = Freedom::named("cell", plan.parameters()).unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        let mut parameters = *plan.parameters();
        for _ in 0..3 {
            parameters = stepped(&parameters, found.iter(), &[0.3, 0.2]);
        }
        let CellParameters { edges, angles } = *parameters.lattice.cell().unwrap();
        assert!((edges[0] - length).abs() > 0.5, "{edges:?}");
        assert!((edges[0] - edges[1]).abs() < 1e-9 && (edges[1] - edges[2]).abs() < 1e-9, "{edges:?}");
        assert!((angles.iter().map(|angle| angle.cos()).sum::<f64>() + 1.0).abs() < 1e-9, "{angles:?}");
    }

    #[test]
    fn unknown_names_are_refused_with_those_known() {
        let cell = UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap();
        let plan = Experiment::uniform(cell, 1.0).plan().unwrap();
        let error = Freedom::named("size", plan.parameters()).unwrap_err();
        assert_eq!(error.kind().code(), "refine.unknown-parameter");
        assert!(
            error.to_string().starts_with("unknown parameter size; known are misset, cell, N, scale, mosaic")
        );
        // They move other numbers of the cell with them, or are none of the plan's parameters.
        for name in ["cell_sym", "cell_sym_a", "weight_0", "F_1_2_3"] {
            let error = Freedom::named(name, plan.parameters()).unwrap_err();
            assert_eq!(error.kind().code(), "refine.unknown-parameter");
            assert!(!error.to_string().contains(&format!(", {name}")), "{error}");
        }
    }
}
