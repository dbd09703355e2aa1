//! What has no derivative, and why.

use super::Parameter;
use crate::plan::place::PlacementParameters;
use crate::plan::{Interpolation, Plan};
use crate::shapes::Coordinate;

/// A parameter that an image has no derivative by, or none that is computed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("no derivative with respect to {}: {reason}", parameter.name())]
pub struct Refusal {
    /// The parameter.
    pub parameter: Parameter,
    /// Why, and what to use instead.
    pub reason: &'static str,
}

impl Parameter {
    /// The parameters that `name` stands for in `plan`: of `cell_sym` those that the symmetry of the lattice leaves free, else as
    /// [`named`](Self::named).
    pub fn named_in(name: &str, plan: &Plan) -> Option<Vec<Self>> {
        let all = Self::named(name)?;
        let free: Vec<Self> = all.iter().copied().filter(|one| check(plan, *one).is_ok()).collect();
        // Where none is, the first has the reason.
        Some(if name == "cell_sym" && !free.is_empty() { free } else { all })
    }
}

/// Whether `plan` has a derivative by `parameter`.
pub(super) fn check(plan: &Plan, parameter: Parameter) -> Result<(), Refusal> {
    let refused = |reason| Err(Refusal { parameter, reason });
    if plan.factors.depend_on_order() {
        return refused(
            "the quirk running_sum_factors makes a pixel depend on the order of its terms; use the preset exact",
        );
    }
    if plan.orientations.carries() || plan.orientations.first_pixel.is_some() {
        return refused(
            "the quirk phi_zero_carryover makes a pixel depend on the one before; use the preset exact",
        );
    }
    if matches!(plan.interpolation, Interpolation::UntilUnsafeIn(_)) {
        return refused(
            "the quirk interpolation_latch makes a pixel depend on those before; use the preset exact",
        );
    }
    let shape = plan.crystal.shape.shape;
    if matches!(shape.coordinate(), Coordinate::Star { .. }) && !shape.is_smooth() && !parameter.is_linear() {
        return refused("spots of this shape have an edge; use a smooth shape");
    }
    match parameter {
        Parameter::Cell(_) | Parameter::FreeCell(_) if plan.parameters().lattice.cell().is_none() => {
            refused("the lattice is an orientation matrix; give the cell as well, or use turn")
        }
        Parameter::FreeCell(_) if parameter.moves(plan.parameters()).is_empty() => {
            refused("the lattice's symmetry ties it to others; cell_sym has the free ones")
        }
        Parameter::Distance
            if matches!(plan.parameters().detector.placement, PlacementParameters::Origin(_)) =>
        {
            refused("the detector is placed by its corner; use shift_beam")
        }
        Parameter::Wavelength if !(0..plan.sources.len()).any(|number| plan.follows_wavelength(number)) => {
            refused("every source has a wavelength of its own")
        }
        Parameter::SourceWeight(number) => match plan.sources.get(number) {
            None => refused("there is no source with this number"),
            Some(source) if source.weight == 0.0 => {
                refused("the weight of this source is zero; leave it out")
            }
            Some(_) => Ok(()),
        },
        Parameter::Water if !plan.background.present => refused("there is no water; give it a size"),
        Parameter::Amplitude(_) if plan.interpolation != Interpolation::Off => {
            refused("interpolated structure factors belong to many nodes; turn the interpolation off")
        }
        Parameter::Amplitude(node) if !holds(plan, node) => {
            refused("the table of structure factors does not hold it")
        }
        _ => Ok(()),
    }
}

/// Whether the structure factor of `node` is one by itself. Where all are the same there is no table.
fn holds(plan: &Plan, node: [i32; 3]) -> bool {
    plan.structure_factors.bounds().is_none_or(|bounds| bounds.contains(node))
}
