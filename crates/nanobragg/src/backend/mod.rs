//! Backends: what turns a plan into an image.

mod cpu;
mod precision;
mod scalar;
mod simd;

pub use cpu::Cpu;
pub use precision::Precision;
pub use scalar::Scalar;

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;
use crate::image::Image;
use crate::nest::pixel;
use crate::plan::Plan;

/// Something that renders plans.
pub trait Backend {
    /// Name as users write it.
    fn name(&self) -> &'static str;

    /// How the terms of `plan` are evaluated, for a line of a report.
    fn evaluation(&self, plan: &Plan) -> String;

    /// Renders `plan`. The image is the same, bit for bit, however often and with however many threads it is
    /// rendered.
    ///
    /// # Errors
    /// [`ErrorKind::Canceled`](crate::ErrorKind::Canceled) when `control` says so; what else depends on the backend.
    fn render(&self, plan: &Plan, control: &Control<'_>) -> Result<Image, Error>;
}

/// How a caller watches and stops a render.
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

    fn check(&self) -> Result<(), Error> {
        if self.canceled() { Err(Error::canceled()) } else { Ok(()) }
    }

    fn report(&self, done: usize, total: usize) {
        if let Some(progress) = self.progress {
            progress(Progress { done, total });
        }
    }
}

/// How far a render is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows finished.
    pub done: usize,
    /// Rows to render.
    pub total: usize,
}

/// Photons of the pixels of row `slow` from `start` on by the definition; those that are not rendered stay as they
/// are.
fn pixel_by_pixel(plan: &Plan, slow: usize, start: usize, out: &mut [f64]) {
    for (fast, out) in (start..).zip(out) {
        if plan.region.renders(slow, fast) {
            *out = pixel(plan, slow, fast, &mut ());
        }
    }
}
