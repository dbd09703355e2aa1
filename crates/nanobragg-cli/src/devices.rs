//! What computes derivatives, and what is said of it.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use nanobragg::backend::Differentiate;
use nanobragg_session::{Compute, Error, Event, Flow, Observer, Watch, backend};

use crate::console::Console;
use crate::reporter::noted;

/// Says what a device says.
pub struct Ear(Mutex<Console>);

impl Ear {
    /// One that says it as `console` says things.
    pub fn new(console: Console) -> Self {
        Ear(Mutex::new(console))
    }

    fn console(&self) -> Console {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Ear {
    fn on(&self, event: Event<'_>) -> Flow {
        match event {
            Event::Note(note) => self.console().say(&noted(note)),
            Event::Warning(warning) => self.console().warn_all([warning]),
            _ => {}
        }
        Flow::Continue
    }
}

/// Nobody stops a device from being opened.
static NEVER: AtomicBool = AtomicBool::new(false);

/// The devices that images are differentiated on, one after the other.
pub struct Devices<'a> {
    ear: &'a Ear,
    opened: Option<(Compute, Box<dyn Differentiate + 'a>)>,
}

impl<'a> Devices<'a> {
    /// None yet; `ear` says what they say.
    pub fn new(ear: &'a Ear) -> Self {
        Devices { ear, opened: None }
    }

    /// That of `compute`: the one before where it is the same. What it says is said as `console` says things.
    ///
    /// # Errors
    /// Where a graphics processor is asked for and there is none, or it fails its test.
    pub fn of(&mut self, compute: &Compute, console: Console) -> Result<&dyn Differentiate, Error> {
        *self.ear.0.lock().unwrap_or_else(PoisonError::into_inner) = console;
        let opened = match self.opened.take() {
            Some(opened) if opened.0 == *compute => opened,
            _ => {
                let watch = Watch::new(self.ear, &NEVER);
                (compute.clone(), backend::open_for_derivatives(compute, watch)?)
            }
        };
        Ok(&*self.opened.insert(opened).1)
    }
}
