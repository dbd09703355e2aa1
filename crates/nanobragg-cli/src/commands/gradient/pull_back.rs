//! The gradient of a cotangent.

use std::path::Path;

use nanobragg::gradient::{AmplitudeDerivatives, AmplitudeSet, Derivatives, Pulled};
use nanobragg_compare::Image;
use nanobragg_io::atomic::write_atomic;

use super::course::Course;
use super::gradient_text::{Amplitude, Gradient};
use super::target::{Kind, Target};
use super::{Task, refused, usage};
use crate::console::print;
use crate::usage::UsageError;

/// Reads the image y at `path`, which has the size of the image; those of several panels stand one below the other. Pixels that are not
/// rendered count nothing.
///
/// # Errors
/// A file that cannot be read, is of another size, or has a number that is not finite at a pixel that counts.
pub fn read(task: &Task, path: &Path) -> anyhow::Result<Image> {
    let wrong = |what: String| UsageError(format!("gradient: -cotangent: {what}"));
    let regions = || task.plans.iter().map(|plan| &plan.region);
    let fast = task.plans.first().map_or(0, |plan| plan.region.image_fast);
    if regions().any(|region| region.image_fast != fast) {
        let text = "panels of different widths make no image; -panel N chooses one";
        return Err(wrong(text.to_owned()).into());
    }
    let slow = regions().map(|region| region.image_slow).sum();
    let mut image = Image::read(path, Some((fast, slow))).map_err(|error| wrong(error.to_string()))?;
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
    let counted = regions().flat_map(|region| {
        (0..region.image_slow).flat_map(move |slow| (0..fast).map(move |fast| region.renders(slow, fast)))
    });
    for (at, (y, counts)) in image.pixels.iter_mut().zip(counted).enumerate() {
        if !counts {
            *y = 0.0;
        } else if !y.is_finite() {
            let text = format!(
                "{}: pixel {} {} (fast, slow) is {y}; it should be a finite number",
                path.display(),
                at % fast.max(1),
                at / fast.max(1)
            );
            return Err(wrong(text).into());
        }
    }
    Ok(image)
}

/// Prints the gradient, and writes it to files or prints all of it.
pub fn write(task: &Task, gradient: &Gradient<'_>, targets: &[Target]) -> anyhow::Result<()> {
    gradient.print(&task.console);
    let json = gradient.json();
    let mut written = 0;
    for Target { path, kind } in targets {
        let text = match kind {
            Kind::Json => format!("{json:#}\n"),
            Kind::Hkl => gradient.list(),
            _ => continue,
        };
        write_atomic(path, |out| out.write_all(text.as_bytes()))?;
        task.console.say(&format!("wrote {}", path.display()));
        written += 1;
    }
    if written == 0 {
        print(&json.to_string());
    }
    Ok(())
}

/// The gradient of Σ y I for the image `cotangent`, which was read from `path`.
///
/// # Errors
/// Those of derivatives; a gradient that is not finite.
pub fn gradient<'a>(
    task: &'a Task,
    course: &Course<'_>,
    path: &Path,
    cotangent: &Image,
) -> anyhow::Result<Gradient<'a>> {
    let set = match task.plans.first().filter(|_| task.amplitudes) {
        Some(plan) => Some(AmplitudeSet::each(&plan.structure_factors).ok_or_else(|| {
            usage("-wrt F: all structure factors are the same number, -default_F; give -hkl FILE")
        })?),
        None => None,
    };
    let mut slopes = vec![0.0; task.wanted.len()];
    let mut by_amplitude = vec![0.0; set.as_ref().map_or(0, AmplitudeSet::len)];
    let mut rest = cotangent.pixels.as_slice();
    for (panel, plan) in task.plans.iter().enumerate() {
        let (of_panel, others) = rest.split_at(plan.region.image_fast * plan.region.image_slow);
        rest = others;
        let (backend, parameters) = (course.backend(), task.parameters());
        let Pulled { parameters, amplitudes } = match &set {
            Some(set) => {
                let all =
                    AmplitudeDerivatives::new(plan, &parameters, set).map_err(|error| refused(&error))?;
                course.watch(task, |control| all.pull_back(backend, of_panel, control))?
            }
            None => {
                let some = Derivatives::new(plan, &parameters).map_err(|error| refused(&error))?;
                let parameters = course.watch(task, |control| some.pull_back(backend, of_panel, control))?;
                Pulled { parameters, amplitudes: Vec::new() }
            }
        };
        for ((total, sum), wanted) in slopes.iter_mut().zip(parameters).zip(&task.wanted) {
            *total += sum * wanted.factor_in(panel);
        }
        by_amplitude.iter_mut().zip(amplitudes).for_each(|(total, sum)| *total += sum);
    }
    let amplitudes = set.map(|set| {
        let f = |hkl| task.plans.first().map_or(0.0, |plan| plan.structure_factors.nearest(hkl));
        let all = set.nodes().iter().zip(by_amplitude).filter(|(_, slope)| *slope != 0.0);
        all.map(|(&hkl, slope)| Amplitude { hkl, f: f(hkl), slope }).collect()
    });
    let gradient = Gradient { wanted: &task.wanted, slopes, amplitudes };
    match gradient.not_finite() {
        Some((name, slope)) => {
            let path = path.display();
            let text = format!(
                "-cotangent: {path}: the gradient with respect to {name} is {slope}; give smaller numbers"
            );
            Err(usage(&text))
        }
        None => Ok(gradient),
    }
}
