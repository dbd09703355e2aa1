//! How a caller watches and stops a render.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;

/// How a caller watches and stops a render that it waits for.
#[derive(Clone, Copy, Default)]
pub struct Control<'a> {
    /// Called as rows are finished, from any thread.
    pub progress: Option<&'a (dyn Fn(Progress) + Sync)>,
    /// Raised by the caller to stop the render.
    pub cancel: Option<&'a AtomicBool>,
}

impl Control<'_> {
    /// Whether the caller wants no more.
    pub fn canceled(&self) -> bool {
        self.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if self.canceled() { Err(Error::canceled()) } else { Ok(()) }
    }

    pub(super) fn report(&self, done: usize, total: usize) {
        if let Some(progress) = self.progress {
            progress(Progress { done, total });
        }
    }
}

/// How far a render is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows finished; of derivatives, blocks of pixels.
    pub done: usize,
    /// Rows to render, or blocks.
    pub total: usize,
}

/// How a caller watches and stops a render that goes on after the call that began it.
#[derive(Clone, Default)]
pub struct Watch {
    /// Called as rows are finished, from any thread.
    pub progress: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
    /// Raised by the caller to stop the render.
    pub cancel: Option<Arc<AtomicBool>>,
}

impl Watch {
    /// The same for a call that waits.
    pub fn control(&self) -> Control<'_> {
        let progress = self.progress.as_deref().map(|progress| progress as &(dyn Fn(Progress) + Sync));
        Control { progress, cancel: self.cancel.as_deref() }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Watch { progress, cancel } = self;
        f.debug_struct("Watch").field("progress", &progress.is_some()).field("cancel", cancel).finish()
    }
}
