//! The polarization factor (Kahn et al., J. Appl. Cryst. 15, 330, 1982).

use nalgebra::Vector3;

use super::rotation::{dot, magnitude, unitize};
use crate::real::{Real, is_plain, real};

/// How the polarization factor is computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kahn<T: Real> {
    /// Kahn's factor.
    pub factor: T,
    /// Direction of the incident electric field; projected across each source's beam.
    pub axis: Vector3<T>,
    /// Whether directions are normalized by their norm + 1e-10 (quirk `polarization_epsilon`).
    pub epsilon: bool,
}

/// 0.5 (1 + cos² 2θ - K cos 2ψ sin² 2θ) for the directions `incident` i and `diffracted` d.
///
/// cos 2θ = i · d; with B = unit(axis × i) and E = unit(i × B), ψ = -atan2(d · B, d · E).
/// Returns the factor and cos 2θ.
// @stage polarization
pub fn factor<T: Real>(kahn: &Kahn<T>, incident: &Vector3<T>, diffracted: &Vector3<T>) -> (T, T) {
    let direction = |v: &Vector3<T>| {
        if kahn.epsilon { v / (magnitude(v) + real::<T>(1e-10)) } else { unitize(v).0 }
    };
    let (incident, diffracted) = (direction(incident), direction(diffracted));
    let one = real::<T>(1.0);
    let axes = || {
        let b_in = unitize(&kahn.axis.cross(&incident)).0;
        (b_in, unitize(&incident.cross(&b_in)).0)
    };
    let cos_2theta = dot(&incident, &diffracted);
    let cos_sqr = cos_2theta * cos_2theta;
    let sin_sqr = one - cos_sqr;
    if !is_plain::<T>() {
        // The same without an angle, which has no derivative straight ahead: cos 2ψ sin² 2θ = (d · E)² - (d · B)².
        let (b_in, e_in) = axes();
        let (b, e) = (dot(&diffracted, &b_in), dot(&diffracted, &e_in));
        let anisotropic = kahn.factor * (e * e - b * b);
        return (real::<T>(0.5) * (one + cos_sqr - anisotropic), cos_2theta);
    }
    let psi = if kahn.factor.is_zero() {
        T::zero()
    } else {
        let (b_in, e_in) = axes();
        -dot(&diffracted, &b_in).atan2(dot(&diffracted, &e_in))
    };
    let anisotropic = kahn.factor * (real::<T>(2.0) * psi).cos() * sin_sqr;
    (real::<T>(0.5) * (one + cos_sqr - anisotropic), cos_2theta)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kahn(k: f64) -> Kahn<f64> {
        Kahn { factor: k, axis: Vector3::y(), epsilon: false }
    }

    #[test]
    fn full_polarization_kills_scattering_along_the_field() {
        let along_field = factor(&kahn(1.0), &Vector3::x(), &Vector3::y()).0;
        let across_field = factor(&kahn(1.0), &Vector3::x(), &Vector3::z()).0;
        assert!(along_field.abs() < 1e-15);
        assert!((across_field - 1.0).abs() < 1e-15);
    }

    #[test]
    fn unpolarized_is_thomson() {
        let diffracted = Vector3::new(0.6, 0.0, 0.8);
        let (p, cos_2theta) = factor(&kahn(0.0), &Vector3::x(), &diffracted);
        assert!((cos_2theta - 0.6).abs() < 1e-15 && (p - 0.5 * 1.36).abs() < 1e-15);
    }

    #[test]
    fn epsilon_changes_the_tenth_digit_only() {
        let with = Kahn { epsilon: true, ..kahn(0.3) };
        let diffracted = Vector3::new(0.6, 0.48, 0.64);
        let (a, _) = factor(&with, &Vector3::x(), &diffracted);
        let (b, _) = factor(&kahn(0.3), &Vector3::x(), &diffracted);
        assert!(a != b && (a - b).abs() < 1e-9);
    }
}
