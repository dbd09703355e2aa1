//! What is made small: how far data are from the photons of the model.

/// The smallest expectation that a variance is made of, photons.
const FLOOR: f64 = 0.01;

/// A measure of how far data `y` are from the model `m`, in photons. Its sum over pixels is minimized.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// ½ [ln V + (y − m)² / V], V = max(m, 0.01) + σ², σ the read-out noise: the likelihood of photons and electronics.
    #[default]
    PoissonGaussian,
    /// m − y ln m, for detectors that count photons.
    Poisson,
    /// ½ (y − m)², for tests.
    LeastSquares,
}

/// A pixel's part of a target.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// The value.
    pub value: f64,
    /// Its derivative by the model.
    pub slope: f64,
    /// The expectation of its second derivative (Fisher).
    pub weight: f64,
    /// Squared residual over its variance.
    pub chi2: f64,
}

impl Target {
    /// The score of `data` photons where the model has `model`, and the read-out noise is `readout_noise` photons.
    ///
    /// ```
    /// use nanobragg_refine::Target;
    ///
    /// let score = Target::Poisson.at(9.0, 0.0, 4.0);
    /// assert_eq!((score.slope, score.weight), (1.0 - 9.0 / 4.0, 0.25));
    /// ```
    pub fn at(self, data: f64, readout_noise: f64, model: f64) -> Score {
        let (floored, inside) = if model > FLOOR { (model, 1.0) } else { (FLOOR, 0.0) };
        let variance = variance(model, readout_noise);
        let residual = data - model;
        let chi2 = residual * residual / variance;
        let precision = 1.0 / variance;
        match self {
            Target::PoissonGaussian => Score {
                value: 0.5 * (variance.ln() + chi2),
                slope: -residual * precision + inside * 0.5 * (precision - chi2 * precision),
                weight: precision + inside * 0.5 * precision * precision,
                chi2,
            },
            Target::Poisson => {
                // Below the floor the tangent goes on, so that the slope is that of the value everywhere.
                let slope = 1.0 - data / floored;
                let value = floored - data * floored.ln() + slope * (model - floored);
                Score { value, slope, weight: 1.0 / floored, chi2 }
            }
            Target::LeastSquares => {
                Score { value: 0.5 * residual * residual, slope: -residual, weight: 1.0, chi2 }
            }
        }
    }
}

/// The variance of a pixel where `model` photons are expected.
pub(crate) fn variance(model: f64, readout_noise: f64) -> f64 {
    model.max(FLOOR) + readout_noise * readout_noise
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_values() {
        for target in [Target::PoissonGaussian, Target::Poisson, Target::LeastSquares] {
            for (data, noise, model) in
                [(3.0, 0.5, 2.0), (0.0, 0.5, -1.0), (700.0, 3.0, 650.0), (1.0, 0.0, 0.1)]
            {
                let step = 1e-5;
                let value = |by: f64| target.at(data, noise, model + by).value;
                let difference = (value(step) - value(-step)) / (2.0 * step);
                let slope = target.at(data, noise, model).slope;
                assert!(
                    (difference - slope).abs() < 1e-6 * (1.0 + slope.abs()),
                    "{target:?} {slope} {difference}"
                );
            }
        }
    }
}
