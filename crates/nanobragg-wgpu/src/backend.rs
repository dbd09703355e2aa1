//! The renderer as a backend of the library.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nanobragg::Error;
use nanobragg::backend::{
    Backend, Capabilities, Control, Differentiate, Frame, Precision, Products, Ticket, Unsupported, Want,
    Watch,
};
use nanobragg::plan::Plan;
use nanobragg::sensitivity::{Block, Layout, PixelSet};

use crate::error;
use crate::gpu::Gpu;
use crate::read_back::Pending;
use crate::renderer::{Collector, PendingSlopes, Renderer, Wanted};
use crate::timing::Timings;

/// A [`Renderer`] that can be shared, as a [`Backend`]. Frames that are submitted before the one before is collected
/// overlap, and so do those that several threads ask for: a thread has the renderer while it submits, and waits for its image
/// and puts it in order without it. The device never waits for the host.
#[derive(Debug)]
pub struct GpuBackend {
    adapter: String,
    precision: Precision,
    capabilities: Capabilities,
    renderer: Arc<Mutex<Renderer>>,
    collector: Collector,
}

impl GpuBackend {
    /// A backend on `gpu`, which renders in this precision and no other.
    ///
    /// # Errors
    /// As [`Renderer::new`].
    pub fn new(gpu: Gpu, precision: Precision) -> Result<Self, error::Error> {
        let info = gpu.info();
        let adapter = format!("{} ({})", info.name, info.backend);
        let capabilities = Capabilities {
            name: crate::NAME,
            precisions: vec![precision],
            products: Products::default(),
            order: false,
            table_bytes: Some(gpu.limits().binding.saturating_mul(2)),
        };
        let renderer = Renderer::new(gpu, precision)?;
        let collector = renderer.collector();
        let renderer = Arc::new(Mutex::new(renderer));
        Ok(GpuBackend { adapter, precision, capabilities, renderer, collector })
    }

    /// Takes note of an image that was collected, unless another is just being submitted.
    fn note(&self, timings: Timings) {
        if let Ok(mut renderer) = self.renderer.try_lock() {
            renderer.collected(timings);
        }
    }

    /// The renderer, for what a [`Backend`] does not offer.
    pub fn renderer(&self) -> MutexGuard<'_, Renderer> {
        locked(&self.renderer)
    }
}

/// A renderer has no state that a panic could leave half changed: buffers are compared before they are used.
fn locked(renderer: &Mutex<Renderer>) -> MutexGuard<'_, Renderer> {
    renderer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a device does not do. A fault of the device says nothing about the plan: rendering tells of it.
fn refusal(answer: Result<(), error::Error>) -> Result<(), Unsupported> {
    match answer.err().and_then(|error| error.unsupported().cloned()) {
        Some(reason) => Err(reason),
        None => Ok(()),
    }
}

impl Differentiate for GpuBackend {
    fn differentiates(&self, plan: &Plan, layout: &Layout) -> Result<(), Unsupported> {
        let wanted = Wanted { plan, layout, pixels: PixelSet::All };
        refusal(self.renderer().fits_slopes(wanted))
    }

    fn sensitivities(
        &self,
        plan: &Plan,
        layout: &Layout,
        pixels: PixelSet<'_>,
        control: &Control<'_>,
        each: &(dyn Fn(usize, &Block<'_>) + Sync),
    ) -> Result<(), Error> {
        let span = tracing::info_span!("differentiate", backend = self.name());
        let _entered = span.enter();
        let wanted = Wanted { plan, layout, pixels };
        // While a band is on its way to the host, the device works on the next. Whoever takes a band's blocks may do so on threads
        // that ask for derivatives themselves: the renderer is not held meanwhile.
        let collect = |pending: PendingSlopes| self.collector.slopes(pending, wanted, control, each);
        let mut timings = Timings::default();
        let mut before: Option<PendingSlopes> = None;
        for band in 0.. {
            let next = self.renderer().submit_slopes(wanted, band, control)?;
            let last = next.is_none();
            if let Some(pending) = std::mem::replace(&mut before, next) {
                timings = timings.and(collect(pending)?);
            }
            if last {
                break;
            }
        }
        tracing::debug!(?timings, "differentiated");
        self.note(timings);
        Ok(())
    }
}

impl Backend for GpuBackend {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn evaluation(&self, _plan: &Plan) -> String {
        format!("{} on {}", self.precision.name(), self.adapter)
    }

    fn supports(&self, plan: &Plan, want: &Want) -> Result<(), Unsupported> {
        want.within(&self.capabilities)?;
        refusal(self.renderer().fits(plan))
    }

    fn frame(&self, plan: &Plan, want: &Want, control: &Control<'_>) -> Result<Frame, Error> {
        let span = tracing::info_span!("render", backend = self.name());
        let _entered = span.enter();
        want.within(&self.capabilities).map_err(error::Error::from)?;
        let pending = self.renderer().submit(plan, control)?;
        let (image, timings) = self.collector.image(pending, control)?;
        self.note(timings);
        tracing::debug!(?timings, evaluation = self.evaluation(plan), "rendered");
        Ok(Frame::of(image))
    }

    fn render_into(&self, plan: &Plan, pixels: &mut [f32], control: &Control<'_>) -> Result<(), Error> {
        let span = tracing::info_span!("render", backend = self.name());
        let _entered = span.enter();
        plan.region.prepare(pixels)?;
        let pending = self.renderer().submit(plan, control)?;
        let timings = self.collector.pixels(pending, pixels, control)?;
        self.note(timings);
        tracing::debug!(?timings, evaluation = self.evaluation(plan), "rendered");
        Ok(())
    }

    fn submit(&self, plan: Arc<Plan>, want: Want, watch: Watch) -> Result<Ticket, Error> {
        want.within(&self.capabilities).map_err(error::Error::from)?;
        let pending = self.renderer().submit(&plan, &watch.control())?;
        let (renderer, collector) = (Arc::clone(&self.renderer), self.collector.clone());
        Ok(Ticket::new(Flying { renderer, collector, pending, watch }))
    }

    fn recycle(&self, frame: Frame) {
        frame.spots.into_iter().for_each(|image| self.collector.spares.give(image));
    }
}

/// A frame that the device is rendering.
struct Flying {
    renderer: Arc<Mutex<Renderer>>,
    collector: Collector,
    pending: Pending,
    watch: Watch,
}

impl nanobragg::backend::Pending for Flying {
    fn is_finished(&mut self) -> bool {
        // A device that has failed keeps nobody waiting: collecting tells of it.
        locked(&self.renderer).is_finished(&self.pending).unwrap_or(true)
    }

    fn collect(self: Box<Self>) -> Result<Frame, Error> {
        let Flying { renderer, collector, pending, watch } = *self;
        let (image, timings) = collector.image(pending, &watch.control())?;
        if let Ok(mut renderer) = renderer.try_lock() {
            renderer.collected(timings);
        }
        Ok(Frame::of(image))
    }
}
