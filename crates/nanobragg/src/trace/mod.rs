//! Traces: every intermediate of one pixel as structured events, from the very evaluation that renders.
//!
//! [`trace_pixel`] runs [`nest::pixel`](crate::nest::pixel) with a [`Recorder`], which hands what the
//! evaluation computed to [`tracing`]. Nothing is emitted while an image is rendered: backends evaluate with
//! nobody looking on. The crate `nanobragg-trace` turns the events into text; any other
//! subscriber sees them as well.
//!
//! # Events
//! All are at level `TRACE` and carry `slow` and `fast`, the pixel. Numbers are `f64`, whole ones integers.
//!
//! | target | fields | once per |
//! | --- | --- | --- |
//! | [`TRACE_PY`] | `key` and `value`; `x` `y` `z` for vectors; `h` `k` `l` for indices | fact |
//! | [`TRACE_PY_TRICUBIC`] | `key` = `GRID_START`, `F` (with `i` `j` `k` `value`), `GRID_END`, `H_COORDS`, `K_COORDS`, `L_COORDS` (with `n0` to `n3`) | structure factor of the 4 × 4 × 4 neighborhood |
//! | [`TRACE_PY_PHI`] | `phi_tic` `phi_deg` `k_frac` `F_latt_b` `F_latt` `S_x` `S_y` `S_z` `a_star_y` `b_star_y` `c_star_y` `V_actual`; with [`Options::all_steps`] first `source` `subpixel` `layer` `domain` | phi step |
//! | [`TRACE_PY_ROTSTAR`] | `phi_tic` `ap_y` `bp_y` `cp_y` | phi step, with [`Options::rot_stars`] |
//!
//! Phi steps are emitted as they are evaluated, between the facts; the real-space vectors of `ROTSTAR` after
//! the last fact. Units are in the keys; S and the reciprocal vectors are in 1/Å, the volume in Å³, and
//! `scattering_vec_A_inv`, despite its name, in 1/m.
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
mod recorder;

pub use recorder::Recorder;

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

/// Photons in pixel (`slow`, `fast`), with every intermediate emitted as an event.
///
/// The result has the bits of [`nest::pixel`](crate::nest::pixel) under any other sink. Mask and region of
/// interest are not looked at. The events are emitted on the calling thread.
///
/// ```
/// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
/// use nanobragg::nest::pixel;
/// use nanobragg::trace::{Options, trace_pixel};
///
/// let mut experiment = Experiment::uniform(UnitCell::new(100.0, 100.0, 100.0, 90.0, 90.0, 90.0), 100.0);
/// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
/// let plan = experiment.plan()?;
/// let traced = trace_pixel(&plan, 20, 30, Options::default());
/// assert_eq!(traced.to_bits(), pixel(&plan, 20, 30, &mut ()).to_bits());
/// # Ok::<(), nanobragg::Error>(())
/// ```
pub fn trace_pixel<T: Real>(plan: &Plan<T>, slow: usize, fast: usize, options: Options) -> T {
    let mut recorder = Recorder::new(plan, slow, fast, options);
    pixel(plan, slow, fast, &mut recorder)
}
