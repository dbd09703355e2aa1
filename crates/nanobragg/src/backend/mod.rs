//! Backends: what turns a plan into an image.

mod capabilities;
mod control;
mod cpu;
mod differentiate;
mod first_of;
mod frame;
mod labels;
mod row;
mod scalar;
mod simd;
mod ticket;

pub use capabilities::{Capabilities, Products, Want};
pub use control::{Control, Progress, Watch};
pub use cpu::{Cpu, OwnThreads};
pub use differentiate::Differentiate;
pub use first_of::{FirstOf, Refusal};
pub use frame::Frame;
pub use labels::LabelImage;
pub use scalar::Scalar;
pub use ticket::{Pending, Ticket};

pub use crate::error::{Remedy, Unsupported};
pub use crate::precision::Precision;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;
use crate::image::Image;
use crate::nest::pixel_unless;
use crate::plan::Plan;
use row::{RowSink, Sample};

/// Something that renders plans.
pub trait Backend: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> &Capabilities;

    /// How the terms of `plan` are evaluated, for a line of a report.
    fn evaluation(&self, plan: &Plan) -> String;

    /// Whether it renders what is wanted of `plan`. Asking does no work.
    ///
    /// # Errors
    /// What is in the way. [`Self::frame`] and [`Self::submit`] refuse for the same reason.
    fn supports(&self, plan: &Plan, want: &Want) -> Result<(), Unsupported>;

    /// Renders what is wanted of `plan`, and waits for it. The frame is the same, bit for bit, however often and with
    /// however many threads it is rendered. Frames that several threads ask for at once overlap.
    ///
    /// # Errors
    /// [`ErrorKind::Canceled`](crate::ErrorKind::Canceled) when `control` says so,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported); what else depends on the backend.
    fn frame(&self, plan: &Plan, want: &Want, control: &Control<'_>) -> Result<Frame, Error>;

    /// Begins to render what is wanted of `plan`. Several frames may be on their way at once, and are
    /// [collected](Self::collect) in any order.
    ///
    /// # Errors
    /// As [`Self::frame`].
    fn submit(&self, plan: Arc<Plan>, want: Want, watch: Watch) -> Result<Ticket, Error>;

    /// Waits for a frame that was submitted.
    ///
    /// # Errors
    /// As [`Self::frame`].
    fn collect(&self, ticket: Ticket) -> Result<Frame, Error> {
        ticket.collect()
    }

    /// Takes back a frame that is done with: the next of its size may use its memory.
    fn recycle(&self, frame: Frame) {
        drop(frame);
    }

    /// Name as users write it.
    fn name(&self) -> &'static str {
        self.capabilities().name
    }

    /// Who renders `plan` and how, for a line of a report.
    fn describe(&self, plan: &Plan) -> String {
        format!("{}: {}", self.name(), self.evaluation(plan))
    }

    /// The image of `plan`, in the backend's own choice of precision.
    ///
    /// # Errors
    /// As [`Self::frame`].
    fn render(&self, plan: &Plan, control: &Control<'_>) -> Result<Image, Error> {
        Ok(self.frame(plan, &Want::default(), control)?.into_image())
    }

    /// The image of `plan` into `pixels`, slow-major: an [`Image`]'s or memory of whatever kind. They get the bits that
    /// [`Self::render`] gives, and no memory for an image is asked for. After an error they mean nothing.
    ///
    /// ```
    /// use nanobragg::backend::{Backend, Control, Cpu};
    /// use nanobragg::image::Image;
    /// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
    ///
    /// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0)?, 100.0);
    /// experiment.detector.pixels = PixelGrid::new(32, 24, 1e-3);
    /// let plan = experiment.plan()?;
    /// let mut image = Image::new(32, 24);
    /// Cpu::default().render_into(&plan, image.pixels_mut(), &Control::default())?;
    /// assert_eq!(image, Cpu::default().render(&plan, &Control::default())?);
    /// # Ok::<(), nanobragg::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Self::frame`]; [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange) where `pixels` are not as many as the
    /// image's.
    fn render_into(&self, plan: &Plan, pixels: &mut [f32], control: &Control<'_>) -> Result<(), Error> {
        plan.region.prepare(pixels)?;
        let image = self.render(plan, control)?;
        pixels.copy_from_slice(image.pixels());
        self.recycle(Frame::of(image));
        Ok(())
    }
}

/// Photons of the pixels of row `slow` from `start` on by the definition; those that are not rendered stay as they
/// are, and so do those that are not reached before `stop` is raised.
fn pixel_by_pixel<P: Sample, R: RowSink>(
    plan: &Plan,
    slow: usize,
    start: usize,
    out: &mut [P],
    sink: &mut R,
    stop: Option<&AtomicBool>,
) {
    for (fast, out) in (start..).zip(out) {
        if stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return;
        }
        if plan.region.renders(slow, fast) {
            *out = P::of(pixel_unless(plan, slow, fast, &mut sink.pixel(fast), stop));
        }
    }
}
