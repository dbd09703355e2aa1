//! Renders that go on after the call that began them.

use std::fmt;
use std::thread::JoinHandle;

use super::Frame;
use crate::error::{Error, RenderCause};

/// A render that was [submitted](super::Backend::submit). A ticket that is dropped gives its frame up; the render may
/// run on to its end.
#[must_use = "a submitted frame has to be collected"]
pub struct Ticket {
    pending: Box<dyn Pending>,
}

/// What a backend keeps of a render that goes on.
pub trait Pending: Send {
    /// Whether [`Pending::collect`] need not wait.
    fn is_finished(&mut self) -> bool;

    /// Waits for the frame.
    ///
    /// # Errors
    /// Those of the render.
    fn collect(self: Box<Self>) -> Result<Frame, Error>;
}

impl Ticket {
    /// The ticket of a render.
    pub fn new(pending: impl Pending + 'static) -> Self {
        Ticket { pending: Box::new(pending) }
    }

    /// Whether the frame is there, so that collecting it takes no time.
    pub fn poll(&mut self) -> bool {
        self.pending.is_finished()
    }

    pub(super) fn collect(self) -> Result<Frame, Error> {
        self.pending.collect()
    }

    /// The ticket of a render on a thread of its own.
    pub(super) fn spawn(job: impl FnOnce() -> Result<Frame, Error> + Send + 'static) -> Result<Self, Error> {
        let thread = std::thread::Builder::new().name("render".to_owned());
        let handle = thread.spawn(job).map_err(|source| RenderCause::Thread { source })?;
        Ok(Ticket::new(OnThread(handle)))
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").finish_non_exhaustive()
    }
}

/// A render on a thread of its own.
struct OnThread(JoinHandle<Result<Frame, Error>>);

impl Pending for OnThread {
    fn is_finished(&mut self) -> bool {
        self.0.is_finished()
    }

    fn collect(self: Box<Self>) -> Result<Frame, Error> {
        self.0.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}
