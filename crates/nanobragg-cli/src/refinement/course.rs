//! What is said while a refinement runs: a line on a terminal, a line now and then elsewhere.

use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::time::Instant;

use indicatif::ProgressBar;
use nanobragg_refine::Step;

use super::pace::Pace;
use crate::console::Console;
use crate::progress::PAUSE;

/// How far a refinement is.
pub struct Course<'a> {
    console: Console,
    /// The pace of all images; none where they are refined together.
    pace: Option<&'a Pace>,
    begun: Instant,
    /// The line on standard error, where that is a terminal.
    bar: Option<ProgressBar>,
    state: RefCell<State>,
}

struct State {
    trials: usize,
    said: Instant,
    best: f64,
}

impl<'a> Course<'a> {
    /// A course that is told, unless it is not `wanted`, and begins now. `pace` is that of images that are refined one by one.
    pub fn new(console: Console, wanted: bool, pace: Option<&'a Pace>) -> Self {
        let shown = wanted && !console.quiet && std::io::stderr().is_terminal();
        let console = Console { quiet: console.quiet || !wanted, ..console };
        let begun = Instant::now();
        let state = State { trials: 0, said: begun, best: f64::INFINITY };
        Course { console, pace, begun, bar: shown.then(ProgressBar::new_spinner), state: RefCell::new(state) }
    }

    /// A trial was made.
    pub fn tell(&self, step: &Step) {
        let mut state = self.state.borrow_mut();
        state.trials += 1;
        if state.trials == 1
            && let Some(expected) = self.pace.and_then(|pace| pace.expected(self.begun.elapsed()))
        {
            self.aside(|| self.console.say(&expected));
        }
        if step.accepted {
            state.best = step.chi2;
        }
        let widened = match step.narrowing {
            1.0 => String::new(),
            narrowing => format!(", spots {:.1} times as wide", 1.0 / narrowing),
        };
        let left = self.pace.map_or_else(String::new, Pace::left);
        let line = format!("trial {}: chi2 per pixel {:.4}{widened}{left}", state.trials, state.best);
        match &self.bar {
            Some(bar) => {
                bar.set_message(line);
                bar.tick();
            }
            None if state.said.elapsed() >= PAUSE => {
                state.said = Instant::now();
                self.console.say(&line);
            }
            None => {}
        }
    }

    /// Lets `say` write lines while a bar is out of the way.
    fn aside(&self, say: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    /// The refinement ended.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
