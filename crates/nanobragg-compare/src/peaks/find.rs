//! Local maxima.

use super::PeakOptions;
use crate::image::Image;

/// A local maximum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Where: intensity-weighted mean over 3 × 3 pixels around the maximum (slow, fast), in pixels.
    pub at: [f64; 2],
    /// The maximum's value.
    pub height: f64,
}

/// The peaks of an image, brightest first. A maximum is brighter than its eight neighbors; of equal neighbors
/// the first in the image counts.
pub fn find(image: &Image, options: PeakOptions) -> Vec<Peak> {
    let Some(threshold) = threshold(image, options.quantile) else { return Vec::new() };
    let mut found: Vec<(usize, Peak)> = (0..image.pixels.len())
        .filter(|&index| is_maximum(image, index, threshold))
        .map(|index| (index, peak(image, index)))
        .collect();
    found.sort_by(|(i, p), (j, q)| q.height.total_cmp(&p.height).then(i.cmp(j)));
    found.truncate(options.most);
    found.into_iter().map(|(_, peak)| peak).collect()
}

/// The quantile of the pixels that are positive.
fn threshold(image: &Image, quantile: f64) -> Option<f64> {
    let mut values: Vec<f64> = Vec::with_capacity(image.pixels.len());
    values.extend(image.pixels.iter().copied().filter(|value| *value > 0.0 && value.is_finite()));
    let last = values.len().checked_sub(1)?;
    let at = (quantile.clamp(0.0, 1.0) * last as f64).round() as usize;
    let largest = values.iter().copied().fold(0.0, f64::max);
    let (_, value, _) = values.select_nth_unstable_by(at.min(last), f64::total_cmp);
    // The brightest pixel of an image is a peak whatever the quantile.
    Some(value.min(largest.next_down()))
}

/// Neighbors of a pixel and itself, as far as they lie in the image: (slow, fast, index).
fn around(image: &Image, index: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    let fast = image.fast.max(1);
    let (slow_at, fast_at) = (index / fast, index % fast);
    let rows = slow_at.saturating_sub(1)..(slow_at + 2).min(image.slow);
    let columns = fast_at.saturating_sub(1)..(fast_at + 2).min(fast);
    rows.flat_map(move |s| columns.clone().map(move |f| (s, f, s * fast + f)))
}

fn value(image: &Image, index: usize) -> f64 {
    image.pixels.get(index).copied().filter(|value| value.is_finite()).unwrap_or(f64::NEG_INFINITY)
}

fn is_maximum(image: &Image, index: usize, threshold: f64) -> bool {
    let height = value(image, index);
    height > threshold
        && height > 0.0
        && around(image, index).all(|(_, _, other)| {
            let neighbor = value(image, other);
            other == index || neighbor < height || (neighbor == height && index < other)
        })
}

fn peak(image: &Image, index: usize) -> Peak {
    let (mut weight, mut slow, mut fast) = (0.0, 0.0, 0.0);
    for (s, f, at) in around(image, index) {
        let w = value(image, at).max(0.0);
        weight += w;
        slow += w * s as f64;
        fast += w * f as f64;
    }
    Peak { at: [slow / weight, fast / weight], height: value(image, index) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Format;

    fn image(fast: usize, pixels: &[f64]) -> Image {
        Image { slow: pixels.len() / fast, fast, pixels: pixels.to_vec(), format: Format::Float }
    }

    const ALL: PeakOptions = PeakOptions { quantile: 0.0, radius: 1.0, most: 100 };

    #[test]
    #[rustfmt::skip]
    fn maxima_are_found_at_their_centroids_brightest_first() {
        let image = image(5, &[
            5.0, 1.0, 0.0, 0.0, 0.0,
            0.0, 0.0, 0.0, 4.0, 8.0,
            0.0, 0.0, 0.0, 0.0, 0.0,
            0.0, 2.0, 2.0, 0.0, f64::NAN,
        ]);
        let peaks = find(&image, ALL);
        let heights: Vec<f64> = peaks.iter().map(|peak| peak.height).collect();
        assert_eq!(heights, [8.0, 5.0, 2.0]);
        assert_eq!(peaks[0].at[0], 1.0);
        assert!((peaks[0].at[1] - (3.0 * 4.0 + 4.0 * 8.0) / 12.0).abs() < 1e-12);
        assert_eq!(find(&image, PeakOptions { most: 1, ..ALL }).len(), 1);
        assert_eq!(find(&image, PeakOptions { quantile: 1.0, ..ALL }).len(), 1);
    }

    #[test]
    fn dark_and_empty_images_have_none() {
        assert!(find(&image(2, &[0.0; 4]), ALL).is_empty());
        assert!(find(&image(1, &[]), ALL).is_empty());
        assert!(find(&image(2, &[f64::NAN; 4]), ALL).is_empty());
    }
}
