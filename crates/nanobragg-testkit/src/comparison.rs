//! Comparison of float images: quantiles, maximum, worst pixels.

use std::fmt;

use crate::tolerance::Tolerance;

/// One pixel in which two images differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Row.
    pub slow: usize,
    /// Column.
    pub fast: usize,
    /// First image.
    pub a: f32,
    /// Second image.
    pub b: f32,
}

/// How two images differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Pixels compared.
    pub pixels: usize,
    /// Pixels beyond the tolerance.
    pub failing: usize,
    /// Largest |a - b|.
    pub max_abs: f64,
    /// Largest |a - b| over the brightest pixel of the second image.
    pub max_of_max: f64,
    /// Quantiles 0.5, 0.9, 0.99, 1 of |a - b| / |b| over the pixels where b is not zero.
    pub relative_quantiles: [f64; 4],
    /// The ten pixels with the largest |a - b|, worst first.
    pub worst: Vec<Difference>,
}

impl Comparison {
    /// Whether no pixel is beyond the tolerance.
    pub fn passes(&self) -> bool {
        self.failing == 0
    }
}

/// Compares image `a` with `b`, both slow-major and `fast` pixels wide. Images of different lengths fail in
/// every pixel; a value that is not a number equals only another.
pub fn compare(a: &[f32], b: &[f32], fast: usize, tolerance: Tolerance) -> Comparison {
    let max = b.iter().fold(0.0f64, |max, &b| max.max(f64::from(b).abs()));
    let limit = |b: f64| tolerance.relative * b.abs() + tolerance.of_max * max;
    let mut differences: Vec<(f64, Difference)> = Vec::new();
    let mut relative = Vec::new();
    let mut failing = if a.len() == b.len() { 0 } else { a.len().max(b.len()) };
    for (index, (&a, &b)) in a.iter().zip(b).enumerate() {
        let (x, y) = (f64::from(a), f64::from(b));
        let same = a == b || (a.is_nan() && b.is_nan());
        let delta = if same { 0.0 } else { (x - y).abs() };
        if !same && (delta.is_nan() || delta > limit(y)) {
            failing += 1;
        }
        if y != 0.0 {
            relative.push(if delta.is_nan() { f64::INFINITY } else { delta / y.abs() });
        }
        if !same {
            let difference = Difference { slow: index / fast.max(1), fast: index % fast.max(1), a, b };
            differences.push((if delta.is_nan() { f64::INFINITY } else { delta }, difference));
        }
    }
    relative.sort_by(f64::total_cmp);
    differences.sort_by(|p, q| q.0.total_cmp(&p.0));
    let quantile = |q: f64| {
        let last = relative.len().saturating_sub(1) as f64;
        relative.get((q * last).round() as usize).copied().unwrap_or(0.0)
    };
    let max_abs = differences.first().map_or(0.0, |(delta, _)| *delta);
    Comparison {
        pixels: a.len().min(b.len()),
        failing,
        max_abs,
        max_of_max: if max > 0.0 { max_abs / max } else { max_abs },
        relative_quantiles: [0.5, 0.9, 0.99, 1.0].map(quantile),
        worst: differences.into_iter().take(10).map(|(_, difference)| difference).collect(),
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, nine, hundredth, most] = self.relative_quantiles;
        write!(
            f,
            "{} of {} pixels beyond tolerance; max |a-b| {:.3e} ({:.3e} of the maximum); relative: median {median:.1e}, 90% {nine:.1e}, 99% {hundredth:.1e}, max {most:.1e}",
            self.failing, self.pixels, self.max_abs, self.max_of_max
        )?;
        for Difference { slow, fast, a, b } in &self.worst {
            write!(f, "\n  slow {slow} fast {fast}: {a:e} against {b:e}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tolerance::{REFERENCE_FLOATS, SAME_BITS};

    #[test]
    fn equal_images_pass_and_one_changed_pixel_fails() {
        let image: Vec<f32> = (0..100u8).map(f32::from).collect();
        assert!(compare(&image, &image, 10, SAME_BITS).passes());
        let mut changed = image.clone();
        changed[57] *= 1.0 + 3e-6;
        let comparison = compare(&changed, &image, 10, REFERENCE_FLOATS);
        assert_eq!((comparison.failing, comparison.worst[0].slow, comparison.worst[0].fast), (1, 5, 7));
    }

    #[test]
    fn what_is_not_a_number_fails() {
        assert!(!compare(&[f32::NAN], &[1.0], 1, REFERENCE_FLOATS).passes());
        assert!(!compare(&[f32::INFINITY], &[1.0], 1, REFERENCE_FLOATS).passes());
        assert!(compare(&[f32::NAN], &[f32::NAN], 1, REFERENCE_FLOATS).passes());
    }

    #[test]
    fn images_of_different_size_fail() {
        assert!(!compare(&[1.0], &[1.0, 2.0], 1, REFERENCE_FLOATS).passes());
    }
}
