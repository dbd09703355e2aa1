//! Derivative images, computed.

use nanobragg::gradient::{Columns, Derivatives};

use super::course::Course;
use super::{Task, refused};
use crate::wanted::Wanted;

/// Derivative images of each panel, per unit of what is wanted.
pub fn computed(task: &Task, course: &Course<'_>) -> anyhow::Result<Vec<Columns>> {
    let mut columns = Vec::new();
    for (panel, plan) in task.plans.iter().enumerate() {
        let derivatives = Derivatives::new(plan, &task.parameters()).map_err(|error| refused(&error))?;
        let mut of_panel = course.watch(task, |control| derivatives.columns(course.backend(), control))?;
        for (column, wanted) in of_panel.columns.iter_mut().zip(&task.wanted) {
            let factor = wanted.factor_in(panel);
            column.iter_mut().for_each(|slope| *slope *= factor);
        }
        if !task.job.compute.allow_nonfinite {
            check_finite(task, &of_panel)?;
        }
        columns.push(of_panel);
    }
    Ok(columns)
}

/// The names of what no pixel changes with, if there are such.
pub fn idle(wanted: &[Wanted], panels: &[Columns]) -> Option<String> {
    let is_zero = |number: usize| {
        let columns = panels.iter().filter_map(|panel| panel.columns.get(number));
        columns.flatten().all(|&slope| slope == 0.0)
    };
    let idle = wanted.iter().enumerate().filter(|(number, _)| is_zero(*number));
    let names: Vec<&str> = idle.map(|(_, wanted)| wanted.name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Refuses derivatives that are not finite.
fn check_finite(task: &Task, columns: &Columns) -> anyhow::Result<()> {
    for (column, wanted) in columns.columns.iter().zip(&task.wanted) {
        let wrong = |slope: &&f64| !slope.is_finite();
        if let Some(at) = column.iter().position(|slope| !slope.is_finite()) {
            let (count, name) = (column.iter().filter(wrong).count(), &wanted.name);
            let (slow, fast) = (at / columns.fast.max(1), at % columns.fast.max(1));
            anyhow::bail!(
                "{count} pixels have derivatives with respect to {name} that are not finite, the first at fast {fast}, slow {slow}; nothing is written without -allow_nonfinite"
            );
        }
    }
    Ok(())
}
