//! What evaluates the traced pixels.

use nanobragg::image::Pixel;
use nanobragg::plan::Plan;
use nanobragg_trace::{CaptureOptions, TraceText, capture};
use serde_json::Value;

/// What evaluates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// The definition, on the processor.
    #[default]
    Cpu,
    /// A graphics processor: this one, or the best.
    Gpu(Option<String>),
}

impl Device {
    /// Name as users write it.
    pub fn name(&self) -> &'static str {
        match self {
            Device::Cpu => "cpu",
            Device::Gpu(_) => "gpu",
        }
    }
}

/// Something that traces pixels of a plan.
pub enum Tracer<'a> {
    Double(&'a Plan),
    Single(Box<Plan<f32>>),
    #[cfg(feature = "gpu")]
    Gpu(&'a Plan, Box<nanobragg_wgpu::Renderer>, Value),
}

impl<'a> Tracer<'a> {
    /// A tracer of `plan` on `device`.
    pub fn new(plan: &'a Plan, device: &Device, single_precision: bool) -> anyhow::Result<Self> {
        match device {
            Device::Cpu if single_precision => Ok(Tracer::Single(Box::new(plan.cast()))),
            Device::Cpu => Ok(Tracer::Double(plan)),
            Device::Gpu(adapter) => gpu(plan, adapter.as_deref(), single_precision),
        }
    }

    /// The graphics processor that evaluates: name, interface, driver and its version.
    pub fn adapter(&self) -> Option<Value> {
        match self {
            Tracer::Double(_) | Tracer::Single(_) => None,
            #[cfg(feature = "gpu")]
            Tracer::Gpu(_, _, adapter) => Some(adapter.clone()),
        }
    }

    /// The trace of pixel (`slow`, `fast`).
    pub fn trace(&mut self, slow: usize, fast: usize, options: &CaptureOptions) -> anyhow::Result<TraceText> {
        match self {
            Tracer::Double(plan) => Ok(capture(plan, Pixel { slow, fast }, options)),
            Tracer::Single(plan) => Ok(capture(plan, Pixel { slow, fast }, options)),
            #[cfg(feature = "gpu")]
            Tracer::Gpu(plan, renderer, _) => {
                let taps = renderer.trace(plan, slow, fast)?;
                let mut recorder = nanobragg::trace::Recorder::new(plan, slow, fast, options.trace);
                taps.replay(plan, &mut recorder);
                Ok(TraceText::new(&recorder.finish(), options))
            }
        }
    }
}

#[cfg(feature = "gpu")]
fn gpu<'a>(plan: &'a Plan, adapter: Option<&str>, single: bool) -> anyhow::Result<Tracer<'a>> {
    use nanobragg_wgpu::{Precision, Renderer, Request, Selection};
    let selection = adapter.map_or(Selection::Any, |name| Selection::Named(name.to_owned()));
    let precision = if single { Precision::Single } else { Precision::Double };
    let opened = nanobragg_wgpu::open(&Request { selection, precision, ..Request::default() })?;
    let info = opened.gpu.info();
    crate::say(&format!(
        "gpu {} ({}), driver {} {}",
        info.name, info.backend, info.driver, info.driver_version
    ));
    let adapter = serde_json::json!({
        "name": info.name,
        "backend": info.backend,
        "driver": info.driver,
        "driver_version": info.driver_version,
    });
    Ok(Tracer::Gpu(plan, Box::new(Renderer::new(opened.gpu, precision)?), adapter))
}

#[cfg(not(feature = "gpu"))]
fn gpu<'a>(_: &'a Plan, _: Option<&str>, _: bool) -> anyhow::Result<Tracer<'a>> {
    Err(NotBuilt.into())
}

/// Graphics processors are not built in.
#[derive(Debug)]
#[cfg(not(feature = "gpu"))]
struct NotBuilt;

#[cfg(not(feature = "gpu"))]
impl std::fmt::Display for NotBuilt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("--device gpu: this program was built without its feature gpu; use cpu")
    }
}

#[cfg(not(feature = "gpu"))]
impl std::error::Error for NotBuilt {}

/// What was asked for and is not to be had.
pub enum Lacking {
    /// The device.
    Device,
    /// The device's support for the experiment.
    Support,
}

/// What is lacking, where that is the error.
#[cfg(feature = "gpu")]
pub fn lacking(error: &anyhow::Error) -> Option<Lacking> {
    let kind = error.downcast_ref::<nanobragg_wgpu::Error>()?.kind();
    match kind {
        kind if kind.is_absence() => Some(Lacking::Device),
        nanobragg_wgpu::ErrorKind::Unsupported => Some(Lacking::Support),
        _ => None,
    }
}

/// What is lacking, where that is the error.
#[cfg(not(feature = "gpu"))]
pub fn lacking(error: &anyhow::Error) -> Option<Lacking> {
    error.is::<NotBuilt>().then_some(Lacking::Device)
}
