//! The gradient of a cotangent.

use std::path::Path;

use nanobragg::gradient::Derivatives;
use nanobragg_compare::Image;
use nanobragg_io::atomic::write_atomic;

use super::{Task, output, refused};
use crate::console::print;
use crate::usage::UsageError;

/// Reads the image y at `path`, which has the size of the image; those of several panels stand one below the other.
///
/// # Errors
/// A file that cannot be read, or is of another size.
pub fn read(task: &Task, path: &Path) -> anyhow::Result<Image> {
    let wrong = |what: String| UsageError(format!("gradient: -cotangent: {what}"));
    let regions = || task.plans.iter().map(|plan| &plan.region);
    let fast = task.plans.first().map_or(0, |plan| plan.region.image_fast);
    if regions().any(|region| region.image_fast != fast) {
        let text = "panels of different widths make no image; -panel N chooses one";
        return Err(wrong(text.to_owned()).into());
    }
    let slow = regions().map(|region| region.image_slow).sum();
    let image = Image::read(path, Some((fast, slow))).map_err(|error| wrong(error.to_string()))?;
    if (image.fast, image.slow) != (fast, slow) {
        let panels = match task.plans.len() {
            1 => String::new(),
            count => format!(" of {count} panels, one below the other,"),
        };
        let text = format!(
            "{} has {} x {} pixels (fast, slow), the image{panels} {fast} x {slow}",
            path.display(),
            image.fast,
            image.slow
        );
        return Err(wrong(text).into());
    }
    Ok(image)
}

/// Prints the gradient of Σ y I for the image `cotangent`, or writes it to files.
pub fn run(task: &Task, cotangent: &Image, into: &[&Path]) -> anyhow::Result<()> {
    let mut gradient = vec![0.0; task.wanted.len()];
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
    for path in into {
        write_atomic(path, |out| out.write_all(format!("{json:#}\n").as_bytes()))?;
        task.console.say(&format!("wrote {}", path.display()));
    }
    if into.is_empty() {
        print(&json.to_string());
    }
    Ok(())
}
