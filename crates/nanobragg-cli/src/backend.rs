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
    use nanobragg::backend::{Backend, FirstOf, Precision, Refusal};
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
                let both = FirstOf::new(vec![Box::new(gpu), fallback(setup)?]);
                Ok(Box::new(both.with_notice(move |refusal| passed_over(console, refusal))))
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

    /// Says that a backend cannot render the plan, and which does.
    fn passed_over(console: Console, refusal: &Refusal) {
        let Refusal { backend, reason, next, .. } = refusal;
        let next = next.map_or_else(String::new, |next| format!("; rendering on the {next}"));
        console.say(&format!("-device auto: {backend}: {reason}{next}"));
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

    fn request(setup: &Setup, unnamed: Selection) -> anyhow::Result<Request> {
        let GpuChoice { adapter, selftest, limits } = &setup.gpu;
        let lower: LimitsOverride = match limits {
            Some(list) => list.parse().map_err(|error| Misuse(format!("-gpu_limits {list}: {error}")))?,
            None => LimitsOverride::default(),
        };
        let selection = adapter.clone().map_or(unnamed, Selection::Named);
        Ok(Request { selection, lower, precision: precision(setup), retest: *selftest })
    }

    fn precision(setup: &Setup) -> Precision {
        setup.precision.unwrap_or(Precision::Single)
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
