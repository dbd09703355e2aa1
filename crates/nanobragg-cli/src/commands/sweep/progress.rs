//! What is said of a sweep: a bar of images on a terminal, a line an image elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nanobragg::plan::Plan;
use nanobragg::statistics::Statistics;
use nanobragg::units::to_deg;
use nanobragg_io::c_format::g;
use nanobragg_session::{Event, Flow, Observer, Warning};
use nanobragg_sweep::{Series, SweepEvent, SweepObserver};

use super::meter::Meter;
use crate::console::Console;
use crate::interrupt::Interrupt;
use crate::reporter;
use crate::summary::Cost;

/// Says what happens, and passes signals on.
pub struct Reporter<'a> {
    console: Console,
    /// Whether progress is shown.
    progress: bool,
    /// What an image costs.
    cost: Option<Cost>,
    interrupt: &'a Interrupt,
    meter: Mutex<Meter>,
    /// Whether it was said that an image has no photons: what one lacks all lack.
    dark: AtomicBool,
}

impl<'a> Reporter<'a> {
    /// A reporter; `progress` says whether progress is shown.
    pub fn new(console: Console, progress: bool, cost: Option<Cost>, interrupt: &'a Interrupt) -> Self {
        Reporter {
            console,
            progress,
            cost,
            interrupt,
            meter: Mutex::new(Meter::Silent),
            dark: AtomicBool::new(false),
        }
    }

    /// The sweep ended.
    pub fn finish(&self) {
        self.meter().finish();
    }

    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Reporter<'_> {
    fn on(&self, event: Event<'_>) -> Flow {
        match event {
            Event::Note(note) => self.console.say(&reporter::noted(note)),
            Event::Warning(Warning::Dark { .. }) if self.dark.swap(true, Ordering::Relaxed) => {}
            Event::Warning(warning) => self.console.warn_all([warning]),
            _ => {}
        }
        Flow::Continue
    }

    fn stop_flag(&self) -> Option<&AtomicBool> {
        Some(self.interrupt.flag())
    }
}

impl SweepObserver for Reporter<'_> {
    fn on_sweep(&self, event: SweepEvent<'_>) -> Flow {
        let say = |line: &str| self.console.say(line);
        match event {
            SweepEvent::Started { kept, images } => {
                if let Some(kept) = kept {
                    say(&format!("{kept} of {images} images are there already"));
                }
                if let Some(cost) = &self.cost {
                    cost.say(self.console, images - kept.unwrap_or(0));
                }
                *self.meter() = Meter::new(self.console, self.progress, images);
            }
            SweepEvent::Rows { image, progress } => self.meter().rows(image, progress),
            SweepEvent::Finished { image, done, series, plan, statistics } => {
                self.meter().done(image, done, &remark(series, plan, statistics));
            }
            SweepEvent::Rendered => self.finish(),
            SweepEvent::Unfinished { done, images } => {
                say(&format!("{done} of {images} images are finished; -resume renders the others"));
            }
            SweepEvent::WroteStack { path, images } => {
                say(&format!("wrote {}: {images} images", path.display()));
            }
            _ => {}
        }
        Flow::Continue
    }
}

/// What is said of a finished image.
fn remark(series: &Series, plan: &Plan, statistics: &Statistics) -> String {
    let max = g(statistics.max.into(), 6);
    match series {
        Series::Rotation(_) => {
            format!("phi {:.3} deg, max_I = {max}", to_deg(plan.resolved.rotation.start()))
        }
        Series::Random | Series::Listed(_) => {
            let angles = plan.crystal.misset.map(|angle| format!("{:.2}", to_deg(angle)));
            format!("misset {} deg, max_I = {max}", angles.join(" "))
        }
    }
}
