//! Comparison pixel by pixel: errors and their quantiles, sums, correlation, the worst pixels.

use std::fmt;

use serde::Serialize;

use crate::tolerance::Tolerance;

/// Where quantiles of errors are given.
pub const QUANTILES: [f64; 4] = [0.5, 0.9, 0.99, 1.0];

/// Number of worst pixels kept.
const WORST: usize = 10;

/// One pixel in which two images differ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Row.
    pub slow: usize,
    /// Column.
    pub fast: usize,
    /// First image.
    pub a: f64,
    /// Second image.
    pub b: f64,
}

/// How two images differ. In JSON a number that is not finite is null.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What was allowed.
    pub tolerance: Tolerance,
    /// Pixels compared.
    pub pixels: usize,
    /// Pixels of the same value in both.
    pub identical: usize,
    /// Pixels beyond the tolerance.
    pub failing: usize,
    /// Largest |a - b|.
    pub max_abs: f64,
    /// Largest |a - b| over the brightest pixel of the second image.
    pub max_of_max: f64,
    /// [`QUANTILES`] of |a - b| over all pixels.
    pub absolute_quantiles: [f64; 4],
    /// [`QUANTILES`] of |a - b| / |b| over the pixels where b is not zero.
    pub relative_quantiles: [f64; 4],
    /// Root of the mean of (a - b)².
    pub rmse: f64,
    /// Pearson's coefficient over the pixels that are finite in both; none where an image is uniform.
    pub correlation: Option<f64>,
    /// Sum of the first image.
    pub sum_a: f64,
    /// Sum of the second image.
    pub sum_b: f64,
    /// The first sum over the second; none where that is zero.
    pub sum_ratio: Option<f64>,
    /// The ten pixels with the largest |a - b|, worst first.
    pub worst: Vec<Difference>,
}

impl Comparison {
    /// Whether no pixel is beyond the tolerance.
    pub fn passes(&self) -> bool {
        self.failing == 0
    }
}

/// |a - b|: zero for equal values and for two that are both no number, infinite where only one is.
pub fn distance(a: f64, b: f64) -> f64 {
    let delta = (a - b).abs();
    match () {
        () if a == b || (a.is_nan() && b.is_nan()) => 0.0,
        () if delta.is_nan() => f64::INFINITY,
        () => delta,
    }
}

/// The pixel of largest absolute value; those that are not finite do not count.
pub fn brightest<T: Copy + Into<f64>>(pixels: &[T]) -> f64 {
    let values = pixels.iter().map(|&pixel| pixel.into().abs());
    values.filter(|value| value.is_finite()).fold(0.0, f64::max)
}

/// Compares image `a` with `b`, both slow-major and `fast` pixels wide. Images of different lengths fail in
/// every pixel; a value that is not a number equals only another.
pub fn compare<A, B>(a: &[A], b: &[B], fast: usize, tolerance: Tolerance) -> Comparison
where
    A: Copy + Into<f64>,
    B: Copy + Into<f64>,
{
    let max = brightest(b);
    let fast = fast.max(1);
    let mut worst = Worst::default();
    let common = a.len().min(b.len());
    let (mut absolute, mut relative) = (Vec::with_capacity(common), Vec::with_capacity(common));
    let mut failing = if a.len() == b.len() { 0 } else { a.len().max(b.len()) };
    let (mut identical, mut squares) = (0, 0.0);
    let mut moments = Moments::default();
    for (index, (&a, &b)) in a.iter().zip(b).enumerate() {
        let (a, b) = (a.into(), b.into());
        let delta = distance(a, b);
        if delta > tolerance.limit(b, max) || (delta > 0.0 && !b.is_finite()) {
            failing += 1;
        }
        if delta == 0.0 {
            identical += 1;
        } else {
            worst.offer(delta, Difference { slow: index / fast, fast: index % fast, a, b });
        }
        absolute.push(delta);
        if b != 0.0 {
            relative.push(if delta == 0.0 { 0.0 } else { delta / b.abs() });
        }
        squares += delta * delta;
        moments.add(a, b);
    }
    let pixels = absolute.len();
    let max_abs = worst.0.first().map_or(0.0, |(delta, _)| *delta);
    let (sum_a, sum_b) = (sum(a), sum(b));
    Comparison {
        tolerance,
        pixels,
        identical,
        failing,
        max_abs,
        max_of_max: if max > 0.0 { max_abs / max } else { max_abs },
        absolute_quantiles: quantiles(absolute),
        relative_quantiles: quantiles(relative),
        rmse: (squares / pixels.max(1) as f64).sqrt(),
        correlation: moments.correlation(),
        sum_a,
        sum_b,
        sum_ratio: (sum_b != 0.0).then_some(sum_a / sum_b),
        worst: worst.0.into_iter().map(|(_, difference)| difference).collect(),
    }
}

fn sum<T: Copy + Into<f64>>(pixels: &[T]) -> f64 {
    pixels.iter().map(|&pixel| pixel.into()).sum()
}

fn quantiles(mut values: Vec<f64>) -> [f64; 4] {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1) as f64;
    QUANTILES.map(|q| values.get((q * last).round() as usize).copied().unwrap_or(0.0))
}

/// The largest differences, largest first; of equal ones the first found.
#[derive(Default)]
struct Worst(Vec<(f64, Difference)>);

impl Worst {
    fn offer(&mut self, delta: f64, difference: Difference) {
        if self.0.len() == WORST && self.0.last().is_some_and(|(least, _)| delta <= *least) {
            return;
        }
        let at = self.0.partition_point(|(kept, _)| *kept >= delta);
        self.0.insert(at, (delta, difference));
        self.0.truncate(WORST);
    }
}

/// Running means and co-moments (Welford 1962, Technometrics 4, 419), which lose no digits to large means.
#[derive(Default)]
struct Moments {
    count: f64,
    mean: [f64; 2],
    /// Sums of (a - mean)², (b - mean)², (a - mean)(b - mean).
    centerd: [f64; 3],
}

impl Moments {
    fn add(&mut self, a: f64, b: f64) {
        if !(a.is_finite() && b.is_finite()) {
            return;
        }
        self.count += 1.0;
        let [da, db] = [a - self.mean[0], b - self.mean[1]];
        self.mean[0] += da / self.count;
        self.mean[1] += db / self.count;
        let [ea, eb] = [a - self.mean[0], b - self.mean[1]];
        self.centerd[0] += da * ea;
        self.centerd[1] += db * eb;
        self.centerd[2] += da * eb;
    }

    fn correlation(&self) -> Option<f64> {
        let [aa, bb, ab] = self.centerd;
        let scale = aa.sqrt() * bb.sqrt();
        (scale > 0.0 && scale.is_finite()).then(|| (ab / scale).clamp(-1.0, 1.0))
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

    const PROGRAMS: Tolerance = Tolerance::PROGRAMS;
    const EXACT: Tolerance = Tolerance { relative: 0.0, of_max: 0.0 };

    #[test]
    fn equal_images_pass_and_one_changed_pixel_fails() {
        let image: Vec<f32> = (0..100u8).map(f32::from).collect();
        let same = compare(&image, &image, 10, EXACT);
        assert!(same.passes());
        assert_eq!((same.identical, same.correlation, same.sum_ratio), (100, Some(1.0), Some(1.0)));
        let mut changed = image.clone();
        changed[57] *= 1.0 + 3e-6;
        let comparison = compare(&changed, &image, 10, PROGRAMS);
        assert_eq!((comparison.failing, comparison.identical), (1, 99));
        assert_eq!((comparison.worst[0].slow, comparison.worst[0].fast), (5, 7));
        assert!(!compare(&changed, &image, 10, EXACT).passes());
    }

    #[test]
    fn what_is_not_a_number_fails() {
        for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(!compare(&[wrong], &[1.0f32], 1, PROGRAMS).passes(), "{wrong}");
            assert!(!compare(&[1.0f32], &[wrong], 1, PROGRAMS).passes(), "{wrong}");
            assert!(compare(&[wrong], &[wrong], 1, PROGRAMS).passes(), "{wrong}");
        }
        assert!(!compare(&[f32::INFINITY], &[f32::NEG_INFINITY], 1, PROGRAMS).passes());
    }

    #[test]
    fn images_of_different_size_fail() {
        assert!(!compare(&[1.0f32], &[1.0f32, 2.0], 1, PROGRAMS).passes());
        assert!(!compare::<f32, f32>(&[], &[1.0], 1, PROGRAMS).passes());
    }

    #[test]
    fn figures_are_those_of_the_definitions() {
        let (a, b) = ([1.0f64, 2.0, 3.0, 6.0], [1.0f64, 2.0, 4.0, 4.0]);
        let found = compare(&a, &b, 2, EXACT);
        assert_eq!((found.max_abs, found.max_of_max, found.failing), (2.0, 0.5, 2));
        assert!((found.rmse - (5.0f64 / 4.0).sqrt()).abs() < 1e-15);
        assert_eq!((found.sum_a, found.sum_b, found.sum_ratio), (12.0, 11.0, Some(12.0 / 11.0)));
        assert_eq!(found.absolute_quantiles[3], 2.0);
        assert_eq!(found.relative_quantiles[3], 0.5);
        // Covariance 6, variances 14 and 6.75 (both times four).
        let expected = 8.0 / (14.0f64 * 6.75).sqrt();
        assert!((found.correlation.unwrap() - expected).abs() < 1e-12, "{:?}", found.correlation);
        assert_eq!(compare(&[1.0f64, 1.0], &[1.0f64, 2.0], 1, EXACT).correlation, None);
        assert_eq!(compare(&[1.0f64], &[0.0f64], 1, EXACT).sum_ratio, None);
    }

    #[test]
    fn the_ten_worst_pixels_come_worst_first() {
        let zeros = vec![0.0f64; 40];
        let errors: Vec<f64> = (0..40).map(|n| f64::from((n * 7) % 40)).collect();
        let worst: Vec<f64> = compare(&errors, &zeros, 8, EXACT).worst.iter().map(|d| d.a).collect();
        assert_eq!(worst, (30..40).rev().map(f64::from).collect::<Vec<_>>());
    }
}
