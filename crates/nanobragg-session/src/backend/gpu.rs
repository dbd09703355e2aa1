//! Graphics processors.

use std::sync::Arc;

use nanobragg::backend::{
    Backend, Capabilities, Control, Cpu, FirstOf, Frame, Precision, Ticket, Unsupported, Want,
};
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
            Ok(Box::new(Auto { both: FirstOf::new(vec![Box::new(gpu), Box::new(cpu)]), watch }))
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

/// A graphics processor, and the CPU for what it refuses, which is said.
struct Auto<'a> {
    both: FirstOf,
    watch: Watch<'a>,
}

impl Auto<'_> {
    /// Says what stands in the way of the backends that are passed over.
    fn tell(&self, plan: &Plan, want: &Want) {
        for refusal in self.both.choose(plan, want).1.iter().filter(|refusal| refusal.next.is_some()) {
            self.watch.note(&Note::OnCpu(format!("{}: {}", refusal.backend, refusal.reason)));
        }
    }
}

impl Backend for Auto<'_> {
    fn capabilities(&self) -> &Capabilities {
        self.both.capabilities()
    }

    fn evaluation(&self, plan: &Plan) -> String {
        self.both.evaluation(plan)
    }

    fn describe(&self, plan: &Plan) -> String {
        self.both.describe(plan)
    }

    fn supports(&self, plan: &Plan, want: &Want) -> Result<(), Unsupported> {
        self.both.supports(plan, want)
    }

    fn frame(&self, plan: &Plan, want: &Want, control: &Control<'_>) -> Result<Frame, nanobragg::Error> {
        self.tell(plan, want);
        self.both.frame(plan, want, control)
    }

    fn submit(
        &self,
        plan: Arc<Plan>,
        want: Want,
        watch: nanobragg::backend::Watch,
    ) -> Result<Ticket, nanobragg::Error> {
        self.tell(&plan, &want);
        self.both.submit(plan, want, watch)
    }

    fn collect(&self, ticket: Ticket) -> Result<Frame, nanobragg::Error> {
        self.both.collect(ticket)
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

fn precision(compute: &Compute) -> Precision {
    compute.precision.unwrap_or(Precision::Single)
}
