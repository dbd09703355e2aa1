//! Derivatives against differences.

use nanobragg::backend::Control;
use nanobragg::gradient::{Derivatives, differences};
use nanobragg_io::c_format::g;

use super::course::Course;
use super::{Task, refused};

/// The step of the differences, in natural steps of the parameter.
const STEP: f64 = 2e-3;
/// What derivatives and differences may differ by, over the largest derivative.
const TOLERANCE: f64 = 1e-5;
/// Pixels whose difference is in doubt by more are left out: nodes change there within the step.
const DOUBT: f64 = 1e-6;

/// Prints a table of agreement; false when some parameter disagrees.
pub fn run(task: &Task, course: &Course) -> anyhow::Result<bool> {
    task.console.say(&format!(
        "{:<16} {:>12} {:>14} {:>12} {:>8}",
        "parameter", "step", "largest", "worst off", "left out"
    ));
    let mut disagree = 0;
    for wanted in &task.wanted {
        let parameter = wanted.parameter;
        let step = STEP * parameter.natural_step();
        let (mut largest, mut worst, mut left_out, mut compared) = (0.0f64, 0.0f64, 0, 0);
        let panels = task.plans.iter().enumerate();
        let own = panels.filter(|(panel, _)| wanted.factor_in(*panel) != 0.0);
        for (_, plan) in own {
            let derivatives = Derivatives::new(plan, &[parameter]).map_err(|error| refused(&error))?;
            let columns = course.watch(task, |control| derivatives.columns(&task.backend, control))?;
            let differ = |control: &Control<'_>| differences(plan, parameter, step, &task.backend, control);
            let Some(found) = course.watch(task, differ)? else { continue };
            let Some(column) = columns.columns.first() else { continue };
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
        let fine = worst <= TOLERANCE && compared > 0;
        disagree += usize::from(!fine);
        let line = format!(
            "{:<16} {:>12} {:>14} {:>12} {:>8}{}",
            wanted.name,
            format!("{} {}", g(step, 3), parameter.unit().symbol()),
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
            0 => format!("all {all} agree with differences to {TOLERANCE:e} of the largest derivative"),
            _ => format!("{disagree} of {all} disagree with differences"),
        },
    );
    Ok(disagree == 0)
}
