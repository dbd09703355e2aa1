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

/// The derivative of the logarithm of [`capture_fraction`] by ρ; zero where nothing is captured.
pub fn slope_of_logarithm(layer: usize, spacing: f64, mu: f64, rho: f64) -> f64 {
    let depth = |layer: usize| layer as f64 * spacing * mu;
    let reaching = |layer: usize| (-depth(layer) / rho).exp();
    let captured = reaching(layer) - reaching(layer + 1);
    if captured == 0.0 {
        return 0.0;
    }
    (depth(layer) * reaching(layer) - depth(layer + 1) * reaching(layer + 1)) / (rho * rho * captured)
}

/// Mean depth below the face of a layer, along its normal in meters, at which photons that it captures are captured:
/// ρ/μ - z/(exp(μ z/ρ) - 1), for a thickness `spacing` z in meters, `mu` μ in 1/m and a cosine `obliquity` ρ between
/// the ray and the normal. The exponential has no memory: it is the same in every layer.
pub fn mean_depth(spacing: f64, mu: f64, obliquity: f64) -> f64 {
    let x = mu * spacing / obliquity;
    // 1/x - 1/(exp x - 1); the difference cancels where x is small, and its series there is good to 1e-16.
    let share = if x < 0.02 {
        0.5 - x / 12.0 + x.powi(3) / 720.0 - x.powi(5) / 30240.0
    } else {
        1.0 / x - 1.0 / x.exp_m1()
    };
    spacing * share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_at_their_mean_depths_give_the_mean_depth_of_the_sensor() {
        for (thickness, mu, obliquity) in [(1e-3, 1.0 / 3.5e-3, 0.77), (4.5e-4, 2e4, 0.9), (1e-4, 500.0, 1.0)]
        {
            let whole = mean_depth(thickness, mu, obliquity);
            let (direction, normal) =
                (Vector3::new((1.0f64 - obliquity * obliquity).sqrt(), 0.0, obliquity), Vector3::z());
            let count = 4;
            let spacing = thickness / f64::from(count);
            let (mut captured, mut depth) = (0.0, 0.0);
            for layer in 0..count as usize {
                let share = capture_fraction(layer, spacing, mu, &direction, &normal);
                captured += share;
                depth += share * (layer as f64 * spacing + mean_depth(spacing, mu, obliquity));
            }
            assert!((depth / captured / whole - 1.0).abs() < 1e-12, "{thickness} {mu}: {depth} {whole}");
        }
        assert!((mean_depth(1.0, 0.02f64.next_down(), 1.0) - mean_depth(1.0, 0.02, 1.0)).abs() < 1e-14);
    }

    #[test]
    fn layers_add_up_to_beer_lambert() {
        let (direction, normal) = (Vector3::new(0.6, 0.0, 0.8), Vector3::z());
        let sum: f64 = (0..4).map(|layer| capture_fraction(layer, 1e-4, 3e3, &direction, &normal)).sum();
        assert!((sum - (1.0 - (-4e-4f64 * 3e3 / 0.8).exp())).abs() < 1e-15);
    }
}
