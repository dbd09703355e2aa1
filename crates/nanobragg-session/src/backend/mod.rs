//! What renders: the backend that a job asks for.

#[cfg(not(feature = "gpu"))]
mod absent;
#[cfg(feature = "gpu")]
mod gpu;

use nanobragg::backend::{Backend, Cpu, Differentiate, Precision, Scalar};

use crate::{Compute, Device, Error, Watch};
#[cfg(not(feature = "gpu"))]
use absent as gpu;

/// The backend of `compute`. What is found out on the way, and later, `watch` is told.
///
/// # Errors
/// Where a graphics processor is asked for and there is none, or it fails its test.
pub fn open<'a>(compute: &Compute, watch: Watch<'a>) -> Result<Box<dyn Backend + 'a>, Error> {
    Ok(match compute.device {
        Device::Scalar => Box::new(Scalar),
        Device::Cpu | Device::Gpu | Device::Auto => open_for_derivatives(compute, watch)?,
    })
}

/// What computes images and derivatives where `compute` renders; for the scalar definition, which has no derivatives, the CPU. What is found out
/// on the way, and later, `watch` is told.
///
/// # Errors
/// Those of [`open`].
pub fn open_for_derivatives<'a>(
    compute: &Compute,
    watch: Watch<'a>,
) -> Result<Box<dyn Differentiate + 'a>, Error> {
    match compute.device {
        Device::Scalar | Device::Cpu => Ok(Box::new(cpu(compute)?)),
        Device::Gpu => gpu::open(compute, watch),
        Device::Auto => gpu::open_or(compute, watch, cpu(compute)?),
    }
}

fn cpu(compute: &Compute) -> Result<Cpu, Error> {
    let cpu = if compute.threads > 0 { Cpu::with_threads(compute.threads)? } else { Cpu::default() };
    Ok(cpu.with_precision(compute.precision.unwrap_or(Precision::Double)))
}
