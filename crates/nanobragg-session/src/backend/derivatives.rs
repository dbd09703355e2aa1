//! Derivatives on a graphics processor, and on the CPU where it has none of them.

use std::sync::{Arc, Mutex};

use nanobragg::backend::{
    Backend, Capabilities, Control, Cpu, Differentiate, Frame, Ticket, Unsupported, Want,
};
use nanobragg::plan::Plan;
use nanobragg::sensitivity::{Block, Layout, PixelSet};
use nanobragg_wgpu::GpuBackend;

use crate::{Note, Watch};

/// A graphics processor, and the CPU for what it refuses, which is said.
pub(super) struct AutoDerivatives<'a> {
    gpu: GpuBackend,
    cpu: Cpu,
    watch: Watch<'a>,
    /// What was refused, and is said once.
    said: Mutex<Vec<Unsupported>>,
}

impl<'a> AutoDerivatives<'a> {
    pub fn new(gpu: GpuBackend, cpu: Cpu, watch: Watch<'a>) -> Self {
        AutoDerivatives { gpu, cpu, watch, said: Mutex::default() }
    }

    /// The graphics processor, unless it has refused.
    fn chosen(&self, answer: Result<(), Unsupported>) -> &dyn Differentiate {
        let Err(reason) = answer else { return &self.gpu };
        let news = self.said.lock().is_ok_and(|mut said| {
            let news = !said.contains(&reason);
            said.extend(news.then(|| reason.clone()));
            news
        });
        if news {
            self.watch.note(&Note::OnCpu(format!("{}: {reason}", self.gpu.name())));
        }
        &self.cpu
    }
}

impl Backend for AutoDerivatives<'_> {
    fn capabilities(&self) -> &Capabilities {
        self.gpu.capabilities()
    }

    fn evaluation(&self, plan: &Plan) -> String {
        self.gpu.evaluation(plan)
    }

    fn supports(&self, plan: &Plan, want: &Want) -> Result<(), Unsupported> {
        self.gpu.supports(plan, want).or_else(|_| self.cpu.supports(plan, want))
    }

    fn frame(&self, plan: &Plan, want: &Want, control: &Control<'_>) -> Result<Frame, nanobragg::Error> {
        self.chosen(self.gpu.supports(plan, want)).frame(plan, want, control)
    }

    fn submit(
        &self,
        plan: Arc<Plan>,
        want: Want,
        watch: nanobragg::backend::Watch,
    ) -> Result<Ticket, nanobragg::Error> {
        self.chosen(self.gpu.supports(&plan, &want)).submit(plan, want, watch)
    }
}

impl Differentiate for AutoDerivatives<'_> {
    fn differentiates(&self, plan: &Plan, layout: &Layout) -> Result<(), Unsupported> {
        self.gpu.differentiates(plan, layout).or_else(|_| self.cpu.differentiates(plan, layout))
    }

    fn sensitivities(
        &self,
        plan: &Plan,
        layout: &Layout,
        pixels: PixelSet<'_>,
        control: &Control<'_>,
        each: &(dyn Fn(usize, &Block<'_>) + Sync),
    ) -> Result<(), nanobragg::Error> {
        let chosen = self.chosen(self.gpu.differentiates(plan, layout));
        chosen.sensitivities(plan, layout, pixels, control, each)
    }
}
