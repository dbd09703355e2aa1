//! The scattering vector.

use nalgebra::Vector3;

use super::rotation::magnitude;
use crate::real::{Real, is_plain_zero, real};

/// Scattering vector q = (d - i) / λ in 1/m, for unit vectors `diffracted` d and `incident` i and a
/// wavelength in meters.
#[inline(always)]
// @stage scattering
pub fn scattering_vector<T: Real>(
    diffracted: &Vector3<T>,
    incident: &Vector3<T>,
    wavelength: T,
) -> Vector3<T> {
    Vector3::new(
        (diffracted.x - incident.x) / wavelength,
        (diffracted.y - incident.y) / wavelength,
        (diffracted.z - incident.z) / wavelength,
    )
}

/// sin θ / λ, half the length of the scattering vector, 1/m.
#[inline(always)]
pub fn stol<T: Real>(scattering: &Vector3<T>) -> T {
    real::<T>(0.5) * magnitude(scattering)
}

/// Factor exp(-B q² / 2) on intensities of spots, q the length of the scattering vector, for an isotropic B factor in m².
#[inline(always)]
// @stage damping
pub fn damping<T: Real>(b_factor: T, scattering: &Vector3<T>) -> T {
    if is_plain_zero(b_factor) {
        return real(1.0);
    }
    (-(real::<T>(0.5) * b_factor * scattering.dot(scattering))).exp()
}

/// Whether a term at `stol` lies beyond the resolution limit `dmin` (meters; 0 for no limit).
#[inline(always)]
// @stage beyond_resolution
pub fn beyond_resolution<T: Real>(dmin: T, stol: T) -> bool {
    let zero = T::zero();
    dmin > zero && stol > zero && dmin > real::<T>(0.5) / stol
}
