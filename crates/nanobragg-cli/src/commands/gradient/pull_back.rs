//! The gradient of a cotangent.

use std::path::Path;

use nanobragg::gradient::Derivatives;
use nanobragg_compare::Image;
use nanobragg_io::atomic::write_atomic;

use super::{Task, output, refused};
use crate::console::print;
use crate::usage::UsageError;

/// Prints the gradient of Σ y I for the image `cotangent`, or writes it to a file.
pub fn run(task: &Task, cotangent: &Image, into: Option<&Path>) -> anyhow::Result<()> {
    let mut gradient = vec![0.0; task.wanted.len()];
    let sizes = task.plans.iter().map(|plan| plan.region.image_fast * plan.region.image_slow);
    if sizes.sum::<usize>() != cotangent.pixels.len() {
        let plan = &task.plans[0].region;
        return Err(UsageError(format!(
            "gradient: the cotangent has {} x {} pixels, the image {} x {}",
            cotangent.fast, cotangent.slow, plan.image_fast, plan.image_slow
        ))
        .into());
    }
    let mut rest = cotangent.pixels.as_slice();
    for (panel, plan) in task.plans.iter().enumerate() {
        let (of_panel, others) = rest.split_at(plan.region.image_fast * plan.region.image_slow);
        rest = others;
        let derivatives = Derivatives::new(plan, &task.parameters()).map_err(|error| refused(&error))?;
        let sums = derivatives.pull_back(&task.backend, of_panel, &task.control());
        let sums = sums.map_err(|error| task.explained(error))?;
        for ((total, sum), wanted) in gradient.iter_mut().zip(sums).zip(&task.wanted) {
            *total += sum * wanted.factor_in(panel);
        }
    }
    output::table(&task.console, &task.wanted, &gradient);
    let json = output::gradient_json(&task.wanted, &gradient);
    match into {
        Some(path) => {
            write_atomic(path, |out| out.write_all(format!("{json:#}\n").as_bytes()))?;
            task.console.say(&format!("wrote {}", path.display()));
        }
        None => print(&json.to_string()),
    }
    Ok(())
}
