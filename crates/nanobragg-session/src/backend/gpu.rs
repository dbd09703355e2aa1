//! Graphics processors.

use std::sync::atomic::{AtomicBool, Ordering};

use nanobragg::backend::{Backend, Control, Cpu, Precision};
use nanobragg::image::Image;
use nanobragg::plan::Plan;
use nanobragg_wgpu::{GpuBackend, GpuError, LimitsOverride, Opened, Request, Selection};

use crate::error::Cause;
use crate::{Compute, Error, GpuChoice, Note, Warning, Watch};

/// A graphics processor, software ones included: it was asked for by name.
pub(super) fn open<'a>(compute: &Compute, watch: Watch<'a>) -> Result<Box<dyn Backend + 'a>, Error> {
    let opened = nanobragg_wgpu::open(&request(compute, Selection::Any)?)?;
    let info = opened.gpu.info();
    if !info.is_real() {
        watch.note(&Note::SoftwareAdapter(info.name.clone()));
    }
    Ok(Box::new(trusted(compute, watch, opened)?))
}

/// A graphics processor in hardware, or else `cpu`.
pub(super) fn open_or<'a>(
    compute: &Compute,
    watch: Watch<'a>,
    cpu: Cpu,
) -> Result<Box<dyn Backend + 'a>, Error> {
    match nanobragg_wgpu::open(&request(compute, Selection::BestReal)?) {
        Ok(opened) => {
            let gpu = trusted(compute, watch, opened)?;
            Ok(Box::new(Auto { gpu, cpu, watch, on_cpu: AtomicBool::new(false) }))
        }
        Err(GpuError::NoAdapter { .. }) => {
            watch.note(&Note::OnCpu("no graphics processor in hardware".to_owned()));
            Ok(Box::new(cpu))
        }
        Err(error @ GpuError::NoSuchAdapter { .. }) => Err(error.into()),
        Err(error) => {
            watch.warn(&Warning::DeviceFailed(error.to_string()));
            Ok(Box::new(cpu))
        }
    }
}

fn trusted(compute: &Compute, watch: Watch<'_>, opened: Opened) -> Result<GpuBackend, Error> {
    let test = &opened.selftest;
    watch.note(&Note::SelfTest {
        adapter: test.adapter.clone(),
        precision: test.precision.to_string(),
        max_of_max: test.max_of_max,
        median_relative: test.median_relative,
    });
    Ok(GpuBackend::new(opened.gpu, precision(compute))?)
}

/// A graphics processor, and the CPU for what it refuses.
struct Auto<'a> {
    gpu: GpuBackend,
    cpu: Cpu,
    watch: Watch<'a>,
    /// Where the last image was rendered.
    on_cpu: AtomicBool,
}

impl Auto<'_> {
    fn last(&self) -> &dyn Backend {
        if self.on_cpu.load(Ordering::Relaxed) { &self.cpu } else { &self.gpu }
    }
}

impl Backend for Auto<'_> {
    fn name(&self) -> &'static str {
        self.last().name()
    }

    fn evaluation(&self, plan: &Plan) -> String {
        self.last().evaluation(plan)
    }

    fn render(&self, plan: &Plan, control: &Control<'_>) -> Result<Image, nanobragg::Error> {
        let result = self.gpu.renderer().render(plan, control);
        let refused = matches!(
            result,
            Err(GpuError::OrderDependent { .. }
                | GpuError::Precision { .. }
                | GpuError::LimitExceeded { .. }
                | GpuError::OutOfMemory)
        );
        self.on_cpu.store(refused, Ordering::Relaxed);
        match result {
            Err(error) if refused => {
                self.watch.note(&Note::OnCpu(error.to_string()));
                self.cpu.render(plan, control)
            }
            result => Ok(result?),
        }
    }
}

fn request(compute: &Compute, unnamed: Selection) -> Result<Request, Error> {
    let GpuChoice { adapter, selftest, limits } = &compute.gpu;
    let lower: LimitsOverride = match limits {
        Some(list) => list.parse().map_err(|reason| Cause::Limits { list: list.clone(), reason })?,
        None => LimitsOverride::default(),
    };
    let selection = adapter.clone().map_or(unnamed, Selection::Named);
    Ok(Request { selection, lower, precision: precision(compute), retest: *selftest })
}

fn precision(compute: &Compute) -> nanobragg_wgpu::Precision {
    match compute.precision {
        Some(Precision::Double) => nanobragg_wgpu::Precision::Double,
        Some(Precision::Single) | None => nanobragg_wgpu::Precision::Single,
    }
}
