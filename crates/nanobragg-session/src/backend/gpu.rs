//! Graphics processors.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nanobragg::backend::{
    Backend, Capabilities, Control, Cpu, Differentiate, FirstOf, Frame, Precision, Refusal, Ticket,
    Unsupported, Want,
};
use nanobragg::plan::Plan;
use nanobragg::sensitivity::{Block, Layout, PixelSet};
use nanobragg_wgpu::{ErrorKind, GpuBackend, Opened, Request, Selection, UpperLimits};

use crate::error::Cause;
use crate::{Compute, Error, GpuChoice, Note, Warning, Watch};

/// A graphics processor, software ones included: it was asked for by name.
pub(super) fn open<'a>(compute: &Compute, watch: Watch<'a>) -> Result<Box<dyn Differentiate + 'a>, Error> {
    Ok(Box::new(named(compute, watch)?))
}

/// A graphics processor in hardware, or else `cpu`.
pub(super) fn open_or<'a>(
    compute: &Compute,
    watch: Watch<'a>,
    cpu: Cpu,
) -> Result<Box<dyn Differentiate + 'a>, Error> {
    let Some(gpu) = in_hardware(compute, watch)? else { return Ok(Box::new(cpu)) };
    Ok(Box::new(Auto::new(gpu, cpu, compute.precision.unwrap_or(Precision::Double), watch)))
}

fn named(compute: &Compute, watch: Watch<'_>) -> Result<GpuBackend, Error> {
    let opened = nanobragg_wgpu::open(&request(compute, Selection::Any)?)?;
    let info = opened.gpu.info();
    if !info.is_real() {
        watch.note(&Note::SoftwareAdapter(info.name.clone()));
    }
    trusted(compute, watch, opened)
}

/// A graphics processor in hardware, where there is one that works; where not, it is said.
fn in_hardware(compute: &Compute, watch: Watch<'_>) -> Result<Option<GpuBackend>, Error> {
    let failed = |error: String| {
        watch.warn(&Warning::DeviceFailed(error));
        Ok(None)
    };
    match nanobragg_wgpu::open(&request(compute, Selection::BestReal)?) {
        // What was opened and has passed its test may still lack what the renderer needs.
        Ok(opened) => trusted(compute, watch, opened)
            .map_or_else(|error| failed(error.to_string()), |gpu| Ok(Some(gpu))),
        Err(error) if error.kind() == ErrorKind::NoAdapter => {
            watch.note(&Note::OnCpu("no graphics processor in hardware".to_owned()));
            Ok(None)
        }
        Err(error) if error.kind() == ErrorKind::NoSuchAdapter => Err(error.into()),
        Err(error) => failed(error.to_string()),
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
    both: FirstOf<dyn Differentiate>,
    watch: Watch<'a>,
    /// What was passed over and is not said yet.
    refusals: Arc<Mutex<Vec<Refusal>>>,
    /// What was passed over for derivatives, which a fit asks for over and over, and is said.
    said: Mutex<Vec<Refusal>>,
    /// The evaluation of the last frame that the CPU rendered, where it rendered the last one.
    on_cpu: Mutex<Option<Precision>>,
    precision: Precision,
}

impl<'a> Auto<'a> {
    fn new(gpu: GpuBackend, cpu: Cpu, precision: Precision, watch: Watch<'a>) -> Self {
        let refusals = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&refusals);
        let both = FirstOf::differentiating(vec![Box::new(gpu), Box::new(cpu)])
            .with_notice(move |refusal: &Refusal| lock(&heard).push(refusal.clone()));
        Auto { both, watch, refusals, said: Mutex::default(), on_cpu: Mutex::new(None), precision }
    }

    fn say(&self, refusal: &Refusal) {
        self.watch.note(&Note::OnCpu(format!("{}: {}", refusal.backend, refusal.reason)));
    }

    /// Says what was passed over, if anything.
    fn tell(&self) {
        let refusals = std::mem::take(&mut *lock(&self.refusals));
        *lock(&self.on_cpu) = (!refusals.is_empty()).then_some(self.precision);
        refusals.iter().filter(|refusal| refusal.next.is_some()).for_each(|refusal| self.say(refusal));
    }

    /// A CPU to ask how it evaluates, where it rendered the last frame.
    fn cpu(&self) -> Option<Cpu> {
        lock(&self.on_cpu).map(|precision| Cpu::default().with_precision(precision))
    }
}

/// A thread that panicked leaves data that are as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Backend for Auto<'_> {
    fn capabilities(&self) -> &Capabilities {
        self.both.capabilities()
    }

    fn evaluation(&self, plan: &Plan) -> String {
        self.cpu().map_or_else(|| self.both.evaluation(plan), |cpu| cpu.evaluation(plan))
    }

    fn describe(&self, plan: &Plan) -> String {
        self.cpu().map_or_else(|| self.both.describe(plan), |cpu| cpu.describe(plan))
    }

    fn supports(&self, plan: &Plan, want: &Want) -> Result<(), Unsupported> {
        self.both.supports(plan, want)
    }

    fn frame(&self, plan: &Plan, want: &Want, control: &Control<'_>) -> Result<Frame, nanobragg::Error> {
        let frame = self.both.frame(plan, want, control);
        self.tell();
        frame
    }

    fn render_into(
        &self,
        plan: &Plan,
        pixels: &mut [f32],
        control: &Control<'_>,
    ) -> Result<(), nanobragg::Error> {
        let rendered = self.both.render_into(plan, pixels, control);
        self.tell();
        rendered
    }

    fn submit(
        &self,
        plan: Arc<Plan>,
        want: Want,
        watch: nanobragg::backend::Watch,
    ) -> Result<Ticket, nanobragg::Error> {
        let ticket = self.both.submit(plan, want, watch);
        self.tell();
        ticket
    }

    fn collect(&self, ticket: Ticket) -> Result<Frame, nanobragg::Error> {
        let frame = self.both.collect(ticket);
        self.tell();
        frame
    }

    fn recycle(&self, frame: Frame) {
        self.both.recycle(frame);
    }
}

impl Differentiate for Auto<'_> {
    fn differentiates(&self, plan: &Plan, layout: &Layout) -> Result<(), Unsupported> {
        self.both.differentiates(plan, layout)
    }

    fn sensitivities(
        &self,
        plan: &Plan,
        layout: &Layout,
        pixels: PixelSet<'_>,
        control: &Control<'_>,
        each: &(dyn Fn(usize, &Block<'_>) + Sync),
    ) -> Result<(), nanobragg::Error> {
        let summed = self.both.sensitivities(plan, layout, pixels, control, each);
        for refusal in std::mem::take(&mut *lock(&self.refusals)) {
            let mut said = lock(&self.said);
            if refusal.next.is_some() && !said.contains(&refusal) {
                self.say(&refusal);
                said.push(refusal);
            }
        }
        summed
    }
}

fn request(compute: &Compute, unnamed: Selection) -> Result<Request, Error> {
    let GpuChoice { adapter, selftest, limits } = &compute.gpu;
    let limits: UpperLimits = match limits {
        Some(list) => list.parse().map_err(|reason| Cause::Limits { list: list.clone(), reason })?,
        None => UpperLimits::default(),
    };
    let selection = adapter.clone().map_or(unnamed, Selection::Named);
    Ok(Request { selection, limits, precision: precision(compute), retest: *selftest })
}

fn precision(compute: &Compute) -> Precision {
    compute.precision.unwrap_or(Precision::Single)
}
