//! What is said of a job while it runs.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use nanobragg_io::atomic::is_standard_output;
use nanobragg_io::c_format::g;
use nanobragg_session::{Event, Flow, Note, Observer};

use crate::console::Console;
use crate::diagnostics::Diagnostics;
use crate::interrupt::Interrupt;
use crate::progress::Meter;
use crate::summary;

/// Says what happens, and passes signals on.
pub struct Reporter<'a> {
    console: Console,
    /// Whether progress is shown.
    progress: bool,
    diagnostics: &'a Diagnostics,
    interrupt: &'a Interrupt,
    meter: Mutex<Meter>,
    /// When the last step began.
    since: Mutex<Instant>,
}

impl<'a> Reporter<'a> {
    /// A reporter that prints the pixels of `diagnostics` as soon as they are rendered.
    pub fn new(
        console: Console,
        progress: bool,
        diagnostics: &'a Diagnostics,
        interrupt: &'a Interrupt,
    ) -> Self {
        Reporter {
            console,
            progress,
            diagnostics,
            interrupt,
            meter: Mutex::new(Meter::Silent),
            since: Mutex::new(Instant::now()),
        }
    }

    /// The job ended.
    pub fn finish(&self) {
        self.meter().finish();
    }

    /// Seconds since the last step.
    fn took(&self) -> String {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        g(now.duration_since(std::mem::replace(&mut *since, now)).as_secs_f64(), 2)
    }

    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Reporter<'_> {
    fn on(&self, event: Event<'_>) -> Flow {
        match event {
            Event::Note(note) => self.console.say(&noted(note)),
            Event::Warning(warning) => self.console.warn_all([warning]),
            Event::Planned(_) => {
                self.took();
                *self.meter() = Meter::new(self.console, self.progress);
            }
            Event::Progress(progress) => self.meter().update(progress),
            Event::Rendered(rendered) => {
                self.finish();
                let evaluation = &rendered.evaluation;
                self.console.detail(&format!("render: {} s on {evaluation}", self.took()));
                self.diagnostics.print(&rendered.plan, &rendered.image);
            }
            Event::Writing(rendered) => {
                if let Some((number, name)) = &rendered.panel {
                    self.console.say(format!("panel {number} {name}").trim_end());
                }
            }
            Event::Wrote { path, content } => {
                let stream = is_standard_output(path);
                let name = if stream { "standard output".into() } else { path.to_string_lossy() };
                self.console.say(&format!("wrote {name}: {content}"));
                // A stream has no size.
                let size = std::fs::metadata(path).ok().filter(|file| !stream && file.is_file());
                let size = size.map_or_else(String::new, |file| format!(", {} bytes", file.len()));
                self.console.detail(&format!("write: {name}{size} in {} s", self.took()));
            }
            Event::Finished(rendered) => {
                summary::figures(self.console, &rendered.statistics);
                summary::speed(self.console, rendered);
            }
            _ => {}
        }
        Flow::Continue
    }

    fn stop_flag(&self) -> Option<&AtomicBool> {
        Some(self.interrupt.flag())
    }
}

/// The line of a note, with the flag that it is about.
pub fn noted(note: &Note) -> String {
    match note {
        Note::StructureFactors(_) => format!("{note} for runs without -hkl"),
        Note::OnCpu(_) => format!("-device auto: {note}"),
        note => note.to_string(),
    }
}
