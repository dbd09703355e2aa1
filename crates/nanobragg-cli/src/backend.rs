//! What renders: the backend that the command line asks for.

use nanobragg::backend::{Backend, Cpu, Precision, Scalar};
use nanobragg_config::Setup;
use nanobragg_session::Device;

use crate::console::Console;

/// The backend of `setup`. What is found out on the way is said on `console`.
///
/// # Errors
/// Where a graphics processor is asked for and there is none, or it fails its test.
pub fn of(setup: &Setup, console: Console) -> anyhow::Result<Box<dyn Backend>> {
    match setup.device {
        Device::Scalar => Ok(Box::new(Scalar)),
        Device::Cpu => cpu(setup),
        Device::Gpu => gpu::open(setup, console),
        Device::Auto => gpu::open_or(setup, console, cpu),
    }
}

fn cpu(setup: &Setup) -> anyhow::Result<Box<dyn Backend>> {
    let cpu = if setup.threads > 0 { Cpu::with_threads(setup.threads)? } else { Cpu::default() };
    Ok(Box::new(cpu.with_precision(setup.precision.unwrap_or(Precision::Double))))
}

#[cfg(feature = "gpu")]
mod gpu {
    use std::sync::atomic::{AtomicBool, Ordering};

    use nanobragg::Error;
    use nanobragg::backend::{Backend, Control, Precision};
    use nanobragg::image::Image;
    use nanobragg::plan::Plan;
    use nanobragg_config::Setup;
    use nanobragg_session::GpuChoice;
    use nanobragg_wgpu::{GpuBackend, GpuError, LimitsOverride, Opened, Request, Selection};

    use crate::console::Console;
    use crate::misuse::Misuse;

    /// A graphics processor, software ones included: it was asked for by name.
    pub fn open(setup: &Setup, console: Console) -> anyhow::Result<Box<dyn Backend>> {
        let opened = nanobragg_wgpu::open(&request(setup, Selection::Any)?).map_err(named)?;
        let info = opened.gpu.info();
        if !info.is_real() {
            console.say(&format!(
                "{} is software: it renders on the cores that -device cpu would use",
                info.name
            ));
        }
        Ok(Box::new(trusted(setup, console, opened)?))
    }

    /// A graphics processor in hardware, or else what `fallback` gives.
    pub fn open_or(
        setup: &Setup,
        console: Console,
        fallback: fn(&Setup) -> anyhow::Result<Box<dyn Backend>>,
    ) -> anyhow::Result<Box<dyn Backend>> {
        match nanobragg_wgpu::open(&request(setup, Selection::BestReal)?) {
            Ok(opened) => {
                let gpu = trusted(setup, console, opened)?;
                Ok(Box::new(Auto { gpu, cpu: fallback(setup)?, console, on_cpu: AtomicBool::new(false) }))
            }
            Err(GpuError::NoAdapter { .. }) => {
                console.say("-device auto: no graphics processor in hardware, rendering on the cpu");
                fallback(setup)
            }
            Err(error @ GpuError::NoSuchAdapter { .. }) => Err(named(error)),
            Err(error) => {
                console.warn(&format!("-device auto: {error}"));
                console.say("-device auto: rendering on the cpu");
                fallback(setup)
            }
        }
    }

    /// The error, which is the command line's where it names an adapter that is not there.
    fn named(error: GpuError) -> anyhow::Error {
        match error {
            GpuError::NoSuchAdapter { .. } => Misuse(format!("-adapter: {error}")).into(),
            error => error.into(),
        }
    }

    fn trusted(setup: &Setup, console: Console, opened: Opened) -> anyhow::Result<GpuBackend> {
        let test = &opened.selftest;
        console.say(&format!(
            "gpu {}: self-test in {} within {:.1e} of the brightest pixel, median {:.1e} of a pixel",
            test.adapter, test.precision, test.max_of_max, test.median_relative
        ));
        Ok(GpuBackend::new(opened.gpu, precision(setup))?)
    }

    /// A graphics processor, and the CPU for what it refuses.
    struct Auto {
        gpu: GpuBackend,
        cpu: Box<dyn Backend>,
        console: Console,
        /// Where the last image was rendered.
        on_cpu: AtomicBool,
    }

    impl Auto {
        fn last(&self) -> &dyn Backend {
            if self.on_cpu.load(Ordering::Relaxed) { self.cpu.as_ref() } else { &self.gpu }
        }
    }

    impl Backend for Auto {
        fn name(&self) -> &'static str {
            self.last().name()
        }

        fn evaluation(&self, plan: &Plan) -> String {
            self.last().evaluation(plan)
        }

        fn render(&self, plan: &Plan, control: &Control<'_>) -> Result<Image, Error> {
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
                    self.console.say(&format!("-device auto: {error}; rendering on the cpu"));
                    self.cpu.render(plan, control)
                }
                result => Ok(result?),
            }
        }
    }

    fn request(setup: &Setup, unnamed: Selection) -> anyhow::Result<Request> {
        let GpuChoice { adapter, selftest, limits } = &setup.gpu;
        let lower: LimitsOverride = match limits {
            Some(list) => list.parse().map_err(|error| Misuse(format!("-gpu_limits {list}: {error}")))?,
            None => LimitsOverride::default(),
        };
        let selection = adapter.clone().map_or(unnamed, Selection::Named);
        Ok(Request { selection, lower, precision: precision(setup), retest: *selftest })
    }

    fn precision(setup: &Setup) -> nanobragg_wgpu::Precision {
        match setup.precision {
            Some(Precision::Double) => nanobragg_wgpu::Precision::Double,
            Some(Precision::Single) | None => nanobragg_wgpu::Precision::Single,
        }
    }
}

#[cfg(not(feature = "gpu"))]
mod gpu {
    use nanobragg::backend::Backend;
    use nanobragg_config::Setup;

    use crate::console::Console;
    use crate::misuse::Misuse;

    pub fn open(_: &Setup, _: Console) -> anyhow::Result<Box<dyn Backend>> {
        Err(Misuse("-device gpu: this program was built without its feature gpu; use -device cpu".to_owned())
            .into())
    }

    pub fn open_or(
        setup: &Setup,
        console: Console,
        fallback: fn(&Setup) -> anyhow::Result<Box<dyn Backend>>,
    ) -> anyhow::Result<Box<dyn Backend>> {
        console.say("-device auto: this program was built without its feature gpu, rendering on the cpu");
        fallback(setup)
    }
}
