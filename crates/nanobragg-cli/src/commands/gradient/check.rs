//! Derivatives against differences.

use nanobragg::backend::{Control, Cpu, Precision};
use nanobragg::gradient::{Derivatives, differences_between, moved};
use nanobragg_io::c_format::g;

use super::course::Course;
use super::{Task, refused};
use crate::wanted::Wanted;

/// The step of the differences, in natural steps of the parameter.
const STEP: f64 = 2e-3;
/// What derivatives and differences may differ by, over the largest derivative.
const TOLERANCE: f64 = 1e-5;
/// The same of derivatives in single precision.
const TOLERANCE_SINGLE: f64 = 1e-4;
/// Pixels whose difference is in doubt by more are left out: nodes change there within the step.
const DOUBT: f64 = 1e-6;

/// How far the parameter moves where the number that was named moves by `by`.
fn moves(wanted: &Wanted, by: f64) -> f64 {
    match wanted.value {
        // An energy and its wavelength are inverse to one another, and no others move against one another.
        Some(value) if wanted.factor < 0.0 => wanted.factor * by * value / (value + by),
        _ => wanted.factor * by,
    }
}

/// Prints a table of agreement; false when some parameter disagrees.
pub fn run(task: &Task, course: &Course<'_>) -> anyhow::Result<bool> {
    task.console.say(&format!(
        "{:<16} {:>12} {:>14} {:>12} {:>8}",
        "parameter", "step", "largest", "worst off", "left out"
    ));
    let mut disagree = 0;
    let single = course.backend().capabilities().precisions.first() == Some(&Precision::Single);
    let tolerance = if single { TOLERANCE_SINGLE } else { TOLERANCE };
    let threads = task.job.compute.threads;
    let cpu = Cpu::with_threads(threads).map_err(nanobragg_config::Error::from)?;
    for wanted in &task.wanted {
        let parameter = wanted.parameter;
        // What was named is checked, in its own unit.
        let step = STEP * parameter.natural_step() / wanted.factor.abs();
        let (mut largest, mut worst, mut left_out, mut compared) = (0.0f64, 0.0f64, 0, 0);
        let panels = task.plans.iter().enumerate();
        let own = panels.filter(|(panel, _)| wanted.factor_in(*panel) != 0.0);
        for (_, plan) in own {
            let derivatives = Derivatives::new(plan, &[parameter]).map_err(|error| refused(&error))?;
            let columns = course.watch(task, |control| derivatives.columns(course.backend(), control))?;
            // Differences are those of the CPU: single precision has too few digits for them.
            let at = |by: f64| moved(plan, parameter, moves(wanted, by));
            let differ = |control: &Control<'_>| differences_between(at, step, &cpu, control);
            let Some(found) = course.watch(task, differ)? else { continue };
            let Some(column) = columns.columns.first() else { continue };
            let column: Vec<f64> = column.iter().map(|slope| slope * wanted.factor).collect();
            let most = column.iter().fold(0.0, |most: f64, slope| most.max(slope.abs()));
            largest = largest.max(most);
            for ((slope, difference), doubt) in column.iter().zip(&found.slopes).zip(&found.doubt) {
                if *doubt <= DOUBT * most {
                    compared += 1;
                    worst = worst.max((slope - difference).abs() / most.max(f64::MIN_POSITIVE));
                } else {
                    left_out += 1;
                }
            }
        }
        let fine = worst <= tolerance && compared > 0;
        disagree += usize::from(!fine);
        let line = format!(
            "{:<16} {:>12} {:>14} {:>12} {:>8}{}",
            wanted.name,
            format!("{} {}", g(step, 3), wanted.unit),
            g(largest, 6),
            g(worst, 3),
            left_out,
            if fine { "" } else { "  DISAGREES" }
        );
        course.say(task, &line);
    }
    let all = task.wanted.len();
    course.say(
        task,
        &match disagree {
            0 => format!("all {all} agree with differences to {tolerance:e} of the largest derivative"),
            _ => format!("{disagree} of {all} disagree with differences"),
        },
    );
    Ok(disagree == 0)
}
