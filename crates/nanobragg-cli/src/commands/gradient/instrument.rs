//! `-geometry_out` beside derivatives.

use nanobragg_session::{Event, Flow, Observer, describe};

use super::Task;
use crate::console::Console;

/// Says what was written.
struct Said(Console);

impl Observer for Said {
    fn on(&self, event: Event<'_>) -> Flow {
        if let Event::Wrote { path, content } = event {
            self.0.say(&format!("wrote {}: {content}", path.display()));
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
