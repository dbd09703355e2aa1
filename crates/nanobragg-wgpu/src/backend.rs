//! The renderer as a backend of the library.

use std::sync::{Mutex, MutexGuard, PoisonError};

use nanobragg::Error;
use nanobragg::backend::{Backend, Control};
use nanobragg::image::Image;
use nanobragg::plan::Plan;

use crate::Precision;
use crate::error::GpuError;
use crate::gpu::Gpu;
use crate::renderer::Renderer;

/// A [`Renderer`] that can be shared, as a [`Backend`].
#[derive(Debug)]
pub struct GpuBackend {
    adapter: String,
    precision: Precision,
    renderer: Mutex<Renderer>,
}

impl GpuBackend {
    /// A backend on `gpu`.
    ///
    /// # Errors
    /// As [`Renderer::new`].
    pub fn new(gpu: Gpu, precision: Precision) -> Result<Self, GpuError> {
        let info = gpu.info();
        let adapter = format!("{} ({})", info.name, info.backend);
        Ok(GpuBackend { adapter, precision, renderer: Mutex::new(Renderer::new(gpu, precision)?) })
    }

    /// The renderer, for what a [`Backend`] does not offer.
    pub fn renderer(&self) -> MutexGuard<'_, Renderer> {
        // A renderer has no state that a panic could leave half changed: buffers are compared before they are used.
        self.renderer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for GpuBackend {
    fn name(&self) -> &'static str {
        crate::NAME
    }

    fn evaluation(&self, _plan: &Plan) -> String {
        format!("{} on {}", self.precision.name(), self.adapter)
    }

    fn render(&self, plan: &Plan, control: &Control<'_>) -> Result<Image, Error> {
        let span = tracing::info_span!("render", backend = self.name());
        let _entered = span.enter();
        let mut renderer = self.renderer();
        let image = renderer.render(plan, control)?;
        let timings = renderer.timings();
        tracing::debug!(?timings, evaluation = self.evaluation(plan), "rendered");
        Ok(image)
    }
}
