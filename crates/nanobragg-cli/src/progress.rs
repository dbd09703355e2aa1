//! How far a render is: a bar on a terminal, percent lines elsewhere.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use nanobragg::backend::Progress;

use crate::console::Console;

/// Percent lines are this far apart.
const STEP_PERCENT: usize = 5;

/// Shows progress, or nothing.
pub enum Meter {
    /// Nothing is shown.
    Silent,
    /// A bar on standard error.
    Bar(ProgressBar),
    /// Lines on standard output; the number is the percentage that was said last.
    Lines(Console, AtomicUsize),
}

impl Meter {
    /// A meter for this terminal, or for none.
    pub fn new(console: Console, wanted: bool) -> Self {
        if !wanted || console.quiet {
            return Meter::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Meter::Lines(console, AtomicUsize::new(0));
        }
        let bar = ProgressBar::new(0);
        let template = "{bar:40} {percent:>3}% of {len} rows, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Meter::Bar(bar)
    }

    /// Rows were finished.
    pub fn update(&self, progress: Progress) {
        match self {
            Meter::Silent => {}
            Meter::Bar(bar) => {
                bar.set_length(progress.total as u64);
                bar.set_position(progress.done as u64);
            }
            Meter::Lines(console, said) => {
                let percent = progress.done * 100 / progress.total.max(1) / STEP_PERCENT * STEP_PERCENT;
                // Rows finish in any order: only the thread that raises the number speaks.
                if percent > said.fetch_max(percent, Ordering::Relaxed) {
                    console.say(&format!("{percent}% done"));
                }
            }
        }
    }

    /// The render ended.
    pub fn finish(&self) {
        if let Meter::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
