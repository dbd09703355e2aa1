//! How long a render takes, before it begins.

use std::time::Duration;

use nanobragg::plan::{Interpolation, Plan};

use crate::{Compute, Device};

/// Seconds that a core needs for a term whose structure factor is that of the nearest node, and for one that interpolates:
/// those of a few years' old server core in double precision (docs/PERFORMANCE.md).
const NEAREST: f64 = 6e-9;
const INTERPOLATED: f64 = 8e-8;
/// The same for the scalar definition.
const SCALAR: f64 = 6e-8;
/// Seconds for what a sub-pixel needs once.
const SUBPIXEL: f64 = 3e-8;

/// How long the cores are likely to render `plan`, within a factor of two or three; none for a graphics processor.
pub fn estimate(plan: &Plan, compute: &Compute) -> Option<Duration> {
    let term = match compute.device {
        Device::Scalar => SCALAR,
        Device::Cpu if plan.interpolation == Interpolation::Off => NEAREST,
        Device::Cpu => INTERPOLATED,
        _ => return None,
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = match (compute.device, compute.threads) {
        (Device::Scalar, _) => 1,
        (_, 0) => cores,
        (_, asked) => asked.min(cores),
    };
    let subpixels = plan.region.pixels() as f64 * plan.oversample as f64 * plan.oversample as f64;
    let seconds = (plan.terms() * term + subpixels * SUBPIXEL) / threads as f64;
    Some(Duration::from_secs_f64(seconds.min(1e12)))
}
