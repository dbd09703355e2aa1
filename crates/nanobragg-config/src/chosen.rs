//! What the plan chose where it was asked to.

use nanobragg::model::{Experiment, Misset, Mosaicity};
use nanobragg::plan::Plan;
use nanobragg::units::to_deg;
use nanobragg_io::text::spaced_to;

/// The numbers that `plan` chose because `experiment`, whose plan it is, leaves them to it, one line each.
///
/// ```
/// use nanobragg_config::{Context, chosen, classic, resolve};
///
/// let flags = "-cell 70 80 90 90 90 90 -default_F 100 -N 5 -osc 1 -phisteps auto".split(' ').map(Into::into);
/// let experiment = resolve(&classic::parse(flags)?, &Context::default())?.experiment;
/// let plan = experiment.plan()?;
/// let steps = plan.resolved.rotation.steps();
/// assert_eq!(chosen(&experiment, &plan), [format!("auto: {steps} phi steps")]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn chosen(experiment: &Experiment, plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    if experiment.rotation.most_steps().is_some() {
        lines.push(format!("auto: {} phi steps", plan.resolved.rotation.steps()));
    }
    if experiment.crystal.misset() == Misset::Random {
        let angles = spaced_to(&plan.crystal.misset.map(to_deg), 10);
        lines.push(format!("-misset random: -misset {angles} by -misset_seed {}", experiment.seeds.misset));
    }
    if matches!(experiment.crystal.mosaicity(), Mosaicity::Enough { .. }) {
        lines.push(format!("auto: {} mosaic domains", plan.resolved.mosaic.domains));
    }
    lines
}
