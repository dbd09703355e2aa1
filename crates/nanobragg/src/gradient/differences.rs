//! Derivatives by differences of plans, to check the others by.

use super::{Derivatives, Parameter};
use crate::backend::{Control, Differentiate};
use crate::error::Error;
use crate::plan::Plan;

/// The derivative image by differences.
#[derive(Clone, Debug, PartialEq)]
pub struct Differences {
    /// Of each pixel, the central difference of a small step, extrapolated from it and half of it (Richardson).
    pub slopes: Vec<f64>,
    /// Of each pixel, how far the extrapolation has moved: where it is large, the pixel is not smooth over the step, or the difference
    /// is lost in rounding.
    pub doubt: Vec<f64>,
}

/// `plan` with `parameter` moved by `by` of its units; `None` for what the plan does not have.
pub fn moved(plan: &Plan, parameter: Parameter, by: f64) -> Option<Plan> {
    let step = by * parameter.unit_in_parameters();
    match parameter {
        Parameter::SourceWeight(number) => {
            let mut moved = plan.clone();
            moved.sources.get_mut(number)?.weight += step;
            Some(moved)
        }
        Parameter::Amplitude(node) => {
            let mut moved = plan.clone();
            moved.structure_factors =
                moved.structure_factors.with(node, plan.structure_factors.nearest(node) + step)?;
            Some(moved)
        }
        _ => {
            let mut parameters = *plan.parameters();
            let moves = parameter.moves(plan.parameters());
            for (own, by) in &moves {
                *own.of(&mut parameters)? += by * step;
            }
            (!moves.is_empty()).then(|| plan.place(&parameters))
        }
    }
}

/// The derivative image of `plan` by `parameter`, by differences over `step` of its units; `None` for what the plan does not
/// have.
///
/// # Errors
/// Those of [`Differentiate::sensitivities`].
pub fn differences(
    plan: &Plan,
    parameter: Parameter,
    step: f64,
    backend: &dyn Differentiate,
    control: &Control<'_>,
) -> Result<Option<Differences>, Error> {
    differences_between(|by| moved(plan, parameter, by), step, backend, control)
}

/// The same of any number of which an experiment may be a function: `at` is the plan where it has moved by so much.
///
/// # Errors
/// Those of [`Differentiate::sensitivities`].
pub fn differences_between(
    at: impl Fn(f64) -> Option<Plan>,
    step: f64,
    backend: &dyn Differentiate,
    control: &Control<'_>,
) -> Result<Option<Differences>, Error> {
    let image = |by: f64| -> Result<Option<Vec<f64>>, Error> {
        let Some(moved) = at(by) else { return Ok(None) };
        Ok(Some(Derivatives::image(&moved, backend, control)?))
    };
    let slope = |step: f64| -> Result<Option<Vec<f64>>, Error> {
        let (Some(above), Some(below)) = (image(step)?, image(-step)?) else { return Ok(None) };
        Ok(Some(above.iter().zip(below).map(|(above, below)| (above - below) / (2.0 * step)).collect()))
    };
    let (Some(whole), Some(half)) = (slope(step)?, slope(step / 2.0)?) else { return Ok(None) };
    let pairs = whole.iter().zip(&half);
    let slopes: Vec<f64> = pairs.map(|(whole, half)| half + (half - whole) / 3.0).collect();
    let doubt = slopes.iter().zip(&half).map(|(slope, half)| (slope - half).abs()).collect();
    Ok(Some(Differences { slopes, doubt }))
}
