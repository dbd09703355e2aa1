//! `-geometry_out` beside derivatives.

use nanobragg_session::{Event, Flow, Observer, describe};

use super::Task;
use crate::console::Console;

/// Says what was written, and what could not be.
struct Said(Console);

impl Observer for Said {
    fn on(&self, event: Event<'_>) -> Flow {
        match event {
            Event::Wrote { path, content } => self.0.say(&format!("wrote {}: {content}", path.display())),
            Event::Warning(warning) => self.0.warn_all([warning]),
            _ => {}
        }
        Flow::Continue
    }
}

/// Writes the experiment for other programs, where that is asked for.
pub fn write(task: &Task) -> anyhow::Result<()> {
    match task.plans.first() {
        Some(first) => Ok(describe(&task.job, first, &Said(task.console))?),
        None => Ok(()),
    }
}
