//! Traces: every intermediate of one pixel, from the very evaluation that renders.
//!
//! [`trace_pixel`] runs [`nest::pixel`](crate::nest::pixel) with a [`Recorder`], which keeps what the
//! evaluation computed as a [`PixelTrace`]: each [`Quantity`] with its [`Value`], in the order of evaluation.
//! Nothing is recorded while an image is rendered: backends evaluate with nobody looking on. The crate `nanobragg-trace` turns a trace into text.
//!
//! # Events
//! [`PixelTrace::emit`] hands a trace to [`tracing`], for subscribers of any kind. All events are at level `TRACE` and carry `slow` and `fast`, the pixel. Numbers are `f64`, whole ones integers.
//!
//! | target | fields | once per |
//! | --- | --- | --- |
//! | [`TRACE_PY`] | `key` and `value`; `x` `y` `z` for vectors; `h` `k` `l` for indices | fact |
//! | [`TRACE_PY_TRICUBIC`] | `key` = `GRID_START`, `F` (with `i` `j` `k` `value`), `GRID_END`, `H_COORDS`, `K_COORDS`, `L_COORDS` (with `n0` to `n3`) | structure factor of the 4 × 4 × 4 neighborhood |
//! | [`TRACE_PY_PHI`] | `phi_tic` `phi_deg` `k_frac` `F_latt_b` `F_latt` `S_x` `S_y` `S_z` `a_star_y` `b_star_y` `c_star_y` `V_actual`; with [`Options::all_steps`] first `source` `subpixel` `layer` `domain` | phi step |
//! | [`TRACE_PY_ROTSTAR`] | `phi_tic` `ap_y` `bp_y` `cp_y` | phi step, with [`Options::rot_stars`] |
//!
//! Phi steps stand where they were evaluated, between the facts; the real-space vectors of `ROTSTAR` after
//! the last fact. [`Quantity::unit`] is the unit of a fact; S and the reciprocal vectors are in 1/Å, the volume in Å³.
//!
//! # What a fact belongs to
//! Geometry belongs to the pixel's first sub-pixel of the first layer; what depends on the source to the
//! first source that survives the resolution limit (absent when none does); the lattice to the first phi step
//! and mosaic domain. From `I_before_scaling_pre_polar` on the facts are those of the finished pixel:
//! `polar`, `omega_pixel` and `capture_fraction` are the factors it was scaled by, or the last ones used when
//! they enter term by term, which `oversample_thick`, `oversample_polar` and `oversample_omega` = 1 say, and
//! `cos_2theta` is i · d of the last direction that was evaluated.
//!
//! Set-up values are read from the fields of the plan that the renderer reads. The recorder computes what
//! the evaluation does not: unit conversions, i · d, the reciprocal vectors and the volume of each phi step, and
//! the structure factor by the method that was not in use.
//!
//! Two facts follow the program whose logs they are compared with. With the quirk
//! [`vectors_as_given`](crate::model::Quirk::VectorsAsGiven), which is the PyTorch port's,
//! `floatimage_accumulated` is the double-precision result and `rot_a_star_A_inv` and its like belong to the first phi
//! step; without it the former is the single-precision pixel as an image stores it and the latter are those
//! of the lattice at rest, as in the C program.

mod event;
mod pixel_trace;
mod quantity;
mod recorder;

pub use pixel_trace::{Grid, PhiStep, PixelTrace, RotatedCell, TermNumbers, Value};
pub use quantity::{Quantity, Unit};
pub use recorder::Recorder;

use crate::image::Pixel;
use crate::nest::pixel;
use crate::plan::Plan;
use crate::real::Real;

/// Target of the facts of a pixel.
pub const TRACE_PY: &str = "TRACE_PY";
/// Target of the phi steps.
pub const TRACE_PY_PHI: &str = "TRACE_PY_PHI";
/// Target of the rotated real-space vectors.
pub const TRACE_PY_ROTSTAR: &str = "TRACE_PY_ROTSTAR";
/// Target of the neighborhood of structure factors.
pub const TRACE_PY_TRICUBIC: &str = "TRACE_PY_TRICUBIC";

/// What a trace holds besides the facts, the neighborhood and one line a phi step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The y components of the rotated real-space vectors of every phi step, in Å.
    pub rot_stars: bool,
    /// A phi-step event for every source, sub-pixel, layer and domain, not only for the first of each.
    pub all_steps: bool,
}

/// Photons in a pixel, and every intermediate.
///
/// The result has the bits of [`nest::pixel`](crate::nest::pixel) under any other sink. Mask and region of
/// interest are not looked at.
///
/// ```
/// use nanobragg::image::Pixel;
/// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
/// use nanobragg::nest::pixel;
/// use nanobragg::trace::{Options, Quantity, Unit, trace_pixel};
///
/// let mut experiment = Experiment::uniform(UnitCell::new(100.0, 100.0, 100.0, 90.0, 90.0, 90.0)?, 100.0);
/// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
/// let plan = experiment.plan()?;
/// let (photons, trace) = trace_pixel(&plan, Pixel { slow: 20, fast: 30 }, Options::default());
/// assert_eq!(photons.to_bits(), pixel(&plan, Pixel { slow: 20, fast: 30 }, &mut ()).to_bits());
/// assert_eq!(trace.scalar(Quantity::Photons), Some(photons));
/// assert_eq!(Quantity::ScatteringVector.unit(), Unit::PerMeter);
/// # Ok::<(), nanobragg::Error>(())
/// ```
pub fn trace_pixel<T: Real>(plan: &Plan<T>, at: Pixel, options: Options) -> (T, PixelTrace) {
    let mut recorder = Recorder::new(plan, at.slow, at.fast, options);
    let photons = pixel(plan, at, &mut recorder);
    (photons, recorder.finish())
}
