//! Photons that a sensor layer captures.

use nalgebra::Vector3;

use super::rotation::dot;
use crate::real::{Real, real};

/// Fraction of the photons along `diffracted` that layer `layer` captures:
/// exp(-t z μ / ρ) - exp(-(t + 1) z μ / ρ) with ρ = d · odet.
///
/// `spacing` z in meters, `mu` μ in 1/m; dimensionless.
#[inline(always)]
// @stage capture
pub fn capture_fraction<T: Real>(
    layer: usize,
    spacing: T,
    mu: T,
    diffracted: &Vector3<T>,
    odet: &Vector3<T>,
) -> T {
    let parallax = dot(diffracted, odet);
    let reaching = |layer: usize| (-real::<T>(layer as f64) * spacing * mu / parallax).exp();
    reaching(layer) - reaching(layer + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_add_up_to_beer_lambert() {
        let (direction, normal) = (Vector3::new(0.6, 0.0, 0.8), Vector3::z());
        let sum: f64 = (0..4).map(|layer| capture_fraction(layer, 1e-4, 3e3, &direction, &normal)).sum();
        assert!((sum - (1.0 - (-4e-4f64 * 3e3 / 0.8).exp())).abs() < 1e-15);
    }
}
