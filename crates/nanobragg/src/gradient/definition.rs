//! Derivatives of the definition.

use num_dual::Dual64;

use super::Parameter;
use crate::image::Pixel;
use crate::nest::{Finished, Needs, Sink, Term, TermIndex, pixel};
use crate::plan::Plan;

/// The derivative of the photons in pixel (`slow`, `fast`) by each of `parameters`, in its unit: the
/// [definition](crate::nest::pixel) in dual numbers. It holds for every plan and is slow. A parameter that the plan does not have gives
/// zero.
///
/// ```
/// use nanobragg::image::Pixel;
/// use nanobragg::gradient::{Parameter, definition};
/// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
///
/// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0)?, 100.0);
/// experiment.crystal = experiment.crystal.with_cells(5, 5, 5)?;
/// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
/// let plan = experiment.plan()?;
/// let misset = Parameter::named("misset").unwrap_or_default();
/// let slopes = definition::pixel_slopes(&plan, &misset, Pixel { slow: 20, fast: 30 });
/// assert!(slopes.iter().all(|slope| slope.is_finite()));
/// # Ok::<(), nanobragg::Error>(())
/// ```
pub fn pixel_slopes(plan: &Plan, parameters: &[Parameter], at: Pixel) -> Vec<f64> {
    parameters.iter().map(|&parameter| slope(plan, parameter, at)).collect()
}

fn slope(plan: &Plan, parameter: Parameter, at: Pixel) -> f64 {
    if let Parameter::Amplitude(node) = parameter {
        return amplitude_slope(plan, node, at);
    }
    let mut parameters = plan.parameters().cast::<Dual64>();
    for (own, by) in parameter.moves(plan.parameters()) {
        if let Some(number) = own.of(&mut parameters) {
            number.eps = by * parameter.unit_in_parameters();
        }
    }
    let mut placed = plan.place(&parameters);
    if let Parameter::SourceWeight(number) = parameter
        && let Some(source) = placed.sources.get_mut(number)
    {
        source.weight.eps = 1.0;
    }
    pixel(&placed, at, &mut ()).eps
}

/// Photons go with the square of a structure factor: 2 / F of those that its node gives.
fn amplitude_slope(plan: &Plan, node: [i32; 3], at: Pixel) -> f64 {
    let mut of_node = OfNode { node, amount: 0.0, sum: 0.0 };
    let photons = pixel(plan, at, &mut of_node);
    let f = plan.structure_factors.nearest(node);
    if f == 0.0 || of_node.sum == 0.0 { 0.0 } else { 2.0 / f * photons * of_node.amount / of_node.sum }
}

/// The part of a pixel's sum that belongs to a node.
struct OfNode {
    node: [i32; 3],
    amount: f64,
    sum: f64,
}

impl Sink<f64> for OfNode {
    const NEEDS: Needs = Needs::TERMS;

    fn term(&mut self, _at: TermIndex, term: &Term<'_, f64>) {
        if term.indices.nearest_i32() == self.node {
            self.amount += term.amount;
        }
    }

    fn finished(&mut self, finished: &Finished<f64>) {
        self.sum = finished.sum;
    }
}
