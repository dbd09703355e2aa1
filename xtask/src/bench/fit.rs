//! A power law through measured points: a straight line of logarithms.

use serde::{Deserialize, Serialize};

/// y = factor · x^exponent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PowerLaw {
    pub exponent: f64,
    pub factor: f64,
}

impl PowerLaw {
    /// The law nearest to `points` in the sum of squared differences of logarithms; `None` where fewer than two
    /// different abscissae are given or a number is not positive.
    pub fn through(points: &[[f64; 2]]) -> Option<PowerLaw> {
        if points.iter().flatten().any(|&number| !(number > 0.0 && number.is_finite())) {
            return None;
        }
        let count = points.len() as f64;
        let logs: Vec<[f64; 2]> = points.iter().map(|point| point.map(f64::ln)).collect();
        let mean = |axis: usize| logs.iter().map(|point| point[axis]).sum::<f64>() / count;
        let (x0, y0) = (mean(0), mean(1));
        let spread: f64 = logs.iter().map(|[x, _]| (x - x0).powi(2)).sum();
        if points.len() < 2 || spread <= 1e-12 {
            return None;
        }
        let common: f64 = logs.iter().map(|[x, y]| (x - x0) * (y - y0)).sum();
        let exponent = common / spread;
        Some(PowerLaw { exponent, factor: (y0 - exponent * x0).exp() })
    }

    /// y at `x`.
    pub fn at(&self, x: f64) -> f64 {
        self.factor * x.powf(self.exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_law_is_found_again() {
        let points: Vec<_> = [1.0, 3.0, 10.0, 40.0].iter().map(|&x: &f64| [x, 2.5 * x.powf(0.9)]).collect();
        let law = PowerLaw::through(&points).unwrap();
        assert!((law.exponent - 0.9).abs() < 1e-12 && (law.factor - 2.5).abs() < 1e-12);
        assert!((law.at(7.0) - 2.5 * 7f64.powf(0.9)).abs() < 1e-11);
    }

    #[test]
    fn deviations_even_out() {
        let points = [[1.0, 1.1], [10.0, 10.0 / 1.1], [100.0, 100.0 / 1.1], [1000.0, 1100.0]];
        let law = PowerLaw::through(&points).unwrap();
        assert!((law.exponent - 1.0).abs() < 1e-9, "{law:?}");
    }

    #[test]
    fn no_line_is_no_law() {
        assert_eq!(PowerLaw::through(&[]), None);
        assert_eq!(PowerLaw::through(&[[1.0, 1.0]]), None);
        assert_eq!(PowerLaw::through(&[[2.0, 1.0], [2.0, 3.0]]), None);
        assert_eq!(PowerLaw::through(&[[1.0, 0.0], [2.0, 1.0]]), None);
        assert_eq!(PowerLaw::through(&[[1.0, f64::NAN], [2.0, 1.0]]), None);
    }
}
