//! What parameters need to be summed.

use super::{Parameter, Refusal, refusal};
use crate::plan::Plan;
use crate::sensitivity::{CellSums, Groups, Layout};

/// What the derivatives of `plan` by `parameters` need.
///
/// # Errors
/// The first parameter that has no derivative here, and why.
pub(super) fn layout(plan: &Plan, parameters: &[Parameter]) -> Result<Layout, Refusal> {
    let cell_sums = CellSums::of(plan);
    let mut groups = Groups::default();
    for &parameter in parameters {
        refusal::check(plan, parameter)?;
        match parameter {
            Parameter::Misset(_) | Parameter::Turn(_) => groups.lattice = true,
            Parameter::Cell(_) | Parameter::FreeCell(_) => {
                groups.lattice = true;
                groups.cells |= cell_sums == CellSums::Form;
            }
            Parameter::Cells(_) => groups.cells = true,
            Parameter::Mosaic => groups.mosaic = true,
            Parameter::Phi | Parameter::PhiStep => groups.phi = true,
            Parameter::Spindle(_) => groups.spindle = true,
            Parameter::Beam(_) => {
                groups.beam = true;
                // A curved detector is bent about the beam.
                groups.position |= plan.detector.curved;
            }
            Parameter::Wavelength => groups.wavelength = true,
            Parameter::BFactor => groups.damping = true,
            Parameter::Water => groups.water = true,
            Parameter::SourceWeight(number) => {
                if !groups.weights.contains(&number) {
                    groups.weights.push(number);
                }
            }
            Parameter::Amplitude(node) => {
                if !groups.nodes.contains(&node) {
                    groups.nodes.push(node);
                }
            }
            Parameter::Fluence | Parameter::Scale => {}
            Parameter::Distance
            | Parameter::Shift(_)
            | Parameter::Tilt(_)
            | Parameter::Twotheta
            | Parameter::DetectorTurn(_) => groups.position = true,
        }
    }
    Ok(Layout::new(plan, groups))
}
