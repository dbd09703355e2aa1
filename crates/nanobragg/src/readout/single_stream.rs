//! Photon noise in the C program's random numbers and precision: the quirk `poisson_single_precision`.

use std::f64::consts::PI;

use crate::plan::{NoiseStream, Ran1};

/// Poisson deviates: products of uniform deviates below a mean of 12, rejection against a Lorentzian up to
/// 10⁶, a normal deviate above (Numerical Recipes in C, 2nd ed., §7.3).
#[derive(Clone, Debug)]
pub struct Deviates {
    generator: Ran1,
    /// The second of a pair of normal deviates.
    spare: Option<f32>,
}

impl Deviates {
    /// Deviates of a plan's stream, from its seed.
    pub(super) fn of(stream: &NoiseStream) -> Self {
        let mut generator = stream.generator.clone();
        generator.reseed(stream.seed);
        Self::new(generator)
    }

    /// Deviates that draw from `generator`.
    pub fn new(generator: Ran1) -> Self {
        Deviates { generator, spare: None }
    }

    /// A deviate with mean `mean`; a mean that is not a number gives 0.
    pub fn deviate(&mut self, mean: f32) -> f32 {
        if mean.is_nan() {
            0.0
        } else if mean > 1.0e6 {
            (f64::from(mean) + f64::from(mean).sqrt() * f64::from(self.normal())) as f32
        } else if mean < 12.0 {
            self.by_products(mean)
        } else {
            self.by_rejection(mean)
        }
    }

    fn by_products(&mut self, mean: f32) -> f32 {
        let limit = (-f64::from(mean)).exp() as f32;
        let (mut count, mut product) = (-1.0f32, 1.0f32);
        loop {
            count += 1.0;
            product *= self.generator.uniform();
            // Written so that a limit that is not a number ends the loop.
            if product > limit {
                continue;
            }
            return count;
        }
    }

    fn by_rejection(&mut self, mean: f32) -> f32 {
        let width = (2.0 * f64::from(mean)).sqrt() as f32;
        let log_mean = f64::from(mean).ln() as f32;
        let peak = mean * log_mean - ln_gamma((f64::from(mean) + 1.0) as f32);
        loop {
            let (lorentzian, count) = loop {
                let y = (PI * f64::from(self.generator.uniform())).tan() as f32;
                let count = width * y + mean;
                if count >= 0.0 {
                    break (y, count.floor());
                }
            };
            let log_ratio = count * log_mean - ln_gamma((f64::from(count) + 1.0) as f32) - peak;
            let square = lorentzian * lorentzian;
            let ratio = (0.9 * (1.0 + f64::from(square)) * f64::from(log_ratio).exp()) as f32;
            if self.generator.uniform() <= ratio {
                return count;
            }
        }
    }

    /// A normal deviate (Box and Muller).
    fn normal(&mut self) -> f32 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let mut deviate = || (2.0 * f64::from(self.generator.uniform()) - 1.0) as f32;
            let (v1, v2) = (deviate(), deviate());
            let radius = v1 * v1 + v2 * v2;
            if radius < 1.0 && radius != 0.0 {
                let scale = (-2.0 * f64::from(radius).ln() / f64::from(radius)).sqrt() as f32;
                self.spare = Some(v1 * scale);
                return v2 * scale;
            }
        }
    }
}

/// ln Γ(x) for x > 0 (Lanczos, SIAM J. Numer. Anal. B 1, 86, 1964, in Numerical Recipes' coefficients).
fn ln_gamma(x: f32) -> f32 {
    const COEFFICIENTS: [f64; 6] = [
        76.18009172947146,
        -86.50532032941677,
        24.01409824083091,
        -1.231739572450155,
        0.1208650973866179e-2,
        -0.5395239384953e-5,
    ];
    let x = f64::from(x);
    let shifted = x + 5.5;
    let shifted = shifted - (x + 0.5) * shifted.ln();
    let mut y = x;
    let series = COEFFICIENTS.iter().fold(1.000000000190015, |series, coefficient| {
        y += 1.0;
        series + coefficient / y
    });
    (-shifted + (2.5066282746310005 * series / x).ln()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(mean: f32) -> (f64, f64) {
        let mut deviates = Deviates::new(Ran1::new(99));
        let count = 20_000;
        let deviates: Vec<f64> = (0..count).map(|_| f64::from(deviates.deviate(mean))).collect();
        let average = deviates.iter().sum::<f64>() / f64::from(count);
        let variance = deviates.iter().map(|d| (d - average).powi(2)).sum::<f64>() / f64::from(count - 1);
        (average, variance)
    }

    #[test]
    fn mean_and_variance_agree_with_poisson_in_every_branch() {
        for mean in [0.3f32, 5.0, 11.9, 12.1, 200.0, 1e5, 2e6] {
            let (average, variance) = moments(mean);
            let mean = f64::from(mean);
            assert!((average - mean).abs() < 5.0 * (mean / 20_000.0).sqrt(), "{mean}: {average}");
            assert!((variance / mean - 1.0).abs() < 0.06, "{mean}: {variance}");
        }
    }

    #[test]
    fn odd_means_end() {
        let mut deviates = Deviates::new(Ran1::new(1));
        assert_eq!(deviates.deviate(0.0), 0.0);
        assert_eq!(deviates.deviate(f32::NAN), 0.0);
        assert_eq!(deviates.deviate(-1.0), 0.0);
        assert!(deviates.deviate(f32::INFINITY).is_infinite());
    }

    #[test]
    fn ln_gamma_of_whole_numbers_is_a_factorial() {
        assert!((ln_gamma(11.0) - 3628800f32.ln()).abs() < 1e-5);
    }
}
