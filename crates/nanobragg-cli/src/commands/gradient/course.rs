//! What derivatives cost, and how far they are.

use std::sync::{Mutex, MutexGuard, PoisonError};

use nanobragg::backend::{Control, Differentiate, Progress};
use nanobragg_session::{Compute, Device, estimate};

use super::Task;
use super::arguments::Arguments;
use super::target::Target;
use crate::progress::Meter;
use crate::summary;

/// What an evaluation with derivatives costs, in images (docs/GRADIENTS.md).
const DERIVATIVES: f64 = 3.0;
/// Images that the differences by a parameter are made of.
const DIFFERENCES: usize = 4;
/// Parts of an evaluation that are told apart.
const PARTS: usize = 1000;

/// How far a number of evaluations is.
pub struct Course<'a> {
    /// What evaluates.
    backend: &'a dyn Differentiate,
    state: Mutex<State>,
}

struct State {
    meter: Meter,
    evaluations: usize,
    finished: usize,
}

impl<'a> Course<'a> {
    /// The course of what `arguments` and `targets` ask for, whose cost is said where that is worth it.
    pub fn begin(
        task: &Task,
        backend: &'a dyn Differentiate,
        arguments: &Arguments,
        targets: &[Target],
    ) -> Self {
        let with_images = targets.iter().any(|target| target.kind.has_images());
        let whole = usize::from(arguments.cotangent.is_some()) + usize::from(with_images);
        let device = match task.job.compute.device {
            Device::Scalar => Device::Cpu,
            device => device,
        };
        let compute = Compute { device, ..task.job.compute.clone() };
        let (mut evaluations, mut seconds) = (0, 0.0);
        for (panel, plan) in task.plans.iter().enumerate() {
            let moving = task.wanted.iter().filter(|wanted| wanted.factor_in(panel) != 0.0).count();
            let checked = if arguments.check { moving } else { 0 };
            let (derivatives, images) = (whole + checked, DIFFERENCES * checked);
            let image = estimate(plan, &compute).map_or(0.0, |time| time.as_secs_f64());
            evaluations += derivatives + images;
            seconds += image * (DERIVATIVES * derivatives as f64 + images as f64);
        }
        if let Some(first) = task.plans.first() {
            let each = match evaluations {
                1 => "derivatives of ".to_owned(),
                _ => format!("derivatives, {evaluations} evaluations of "),
            };
            summary::cost_of(task.console, &task.job.experiment, first, &each, seconds);
        }
        let meter = Meter::new(task.console, task.progress);
        Course { backend, state: Mutex::new(State { meter, evaluations, finished: 0 }) }
    }

    /// What evaluates.
    pub fn backend(&self) -> &'a dyn Differentiate {
        self.backend
    }

    /// Evaluates under the control of `task`.
    ///
    /// # Errors
    /// Those of `evaluate`, or the signal that they come from.
    pub fn watch<T>(
        &self,
        task: &Task,
        evaluate: impl FnOnce(&Control<'_>) -> Result<T, nanobragg::Error>,
    ) -> anyhow::Result<T> {
        let progress = |progress| self.state().update(progress);
        let control = Control { progress: Some(&progress), cancel: Some(task.interrupt.flag()) };
        evaluate(&control).map_err(|error| task.explained(error))
    }

    /// Says a line.
    pub fn say(&self, task: &Task, line: &str) {
        self.state().meter.aside(|| task.console.say(line));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn update(&mut self, Progress { done, total }: Progress) {
        let part = done * PARTS / total.max(1);
        let total_parts = self.evaluations * PARTS;
        self.meter.update(Progress { done: self.finished * PARTS + part, total: total_parts });
        if done == total {
            self.finished += 1;
        }
    }
}

impl Drop for Course<'_> {
    fn drop(&mut self) {
        self.state().meter.finish();
    }
}
