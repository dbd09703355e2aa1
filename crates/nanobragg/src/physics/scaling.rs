//! From the accumulated sum to photons.

use crate::real::Real;

/// Photons in a pixel before the geometric factors: r_e² · fluence · I / steps.
///
/// `r_e_sqr` in m², `fluence` in 1/m², `intensity` in electrons².
#[inline(always)]
pub fn photons<T: Real>(r_e_sqr: T, fluence: T, intensity: T, steps: T) -> T {
    r_e_sqr * fluence * intensity / steps
}
