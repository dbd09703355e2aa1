//! How far a render is: a bar on a terminal, a percent line now and then elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use nanobragg::backend::Progress;

use crate::console::Console;

/// Percentages that are said are multiples of this.
const STEP_PERCENT: usize = 5;
/// Lines that tell of progress are at least this far apart, so that logs stay short.
pub const PAUSE: Duration = Duration::from_secs(10);

/// What takes less needs no line.
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// Shows progress, or nothing.
pub enum Meter {
    /// Nothing is shown.
    Silent,
    /// A bar on standard error.
    Bar(ProgressBar),
    /// Lines on standard output; and when the next one is due.
    Lines(Console, Instant),
}

impl Meter {
    /// A meter for this terminal, or for none.
    pub fn new(console: Console, wanted: bool) -> Self {
        if !wanted || console.quiet {
            return Meter::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Meter::Lines(console, Instant::now() + FIRST_PAUSE);
        }
        let bar = ProgressBar::new(0);
        let template = "{wide_bar} {percent:>3}% {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Meter::Bar(bar)
    }

    /// Rows were finished.
    pub fn update(&mut self, progress: Progress) {
        match self {
            Meter::Silent => {}
            Meter::Bar(bar) => {
                bar.set_length(progress.total as u64);
                bar.set_position(progress.done as u64);
            }
            Meter::Lines(console, due) => {
                let percent = progress.done * 100 / progress.total.max(1) / STEP_PERCENT * STEP_PERCENT;
                if percent > 0 && Instant::now() >= *due {
                    *due = Instant::now() + PAUSE;
                    console.say(&format!("{percent}% done"));
                }
            }
        }
    }

    /// Lets `say` write lines while a bar is out of the way.
    pub fn aside(&self, say: impl FnOnce()) {
        match self {
            Meter::Bar(bar) => bar.suspend(say),
            Meter::Silent | Meter::Lines(..) => say(),
        }
    }

    /// The render ended.
    pub fn finish(&self) {
        if let Meter::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
