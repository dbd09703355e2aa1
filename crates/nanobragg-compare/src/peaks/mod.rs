//! Comparison spot by spot: local maxima of both images, assigned one to one.

mod find;
mod pair;

use serde::Serialize;

pub use find::{Peak, find};
pub use pair::pair;

use crate::image::Image;

/// What counts as a peak, and how far its counterpart may be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PeakOptions {
    /// Maxima above this quantile of the image's positive pixels are peaks.
    pub quantile: f64,
    /// Largest distance of a pair, pixels.
    pub radius: f64,
    /// Peaks kept of each image, the brightest.
    pub most: usize,
}

impl Default for PeakOptions {
    fn default() -> Self {
        PeakOptions { quantile: 0.99, radius: 2.0, most: 2000 }
    }
}

/// How the peaks of two images correspond.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Peaks {
    /// How they were found.
    pub options: PeakOptions,
    /// Peaks of the first image.
    pub count_a: usize,
    /// Peaks of the second image.
    pub count_b: usize,
    /// Pairs.
    pub matched: usize,
    /// Pairs over the peaks of the image that has more; none where neither has any.
    pub fraction_matched: Option<f64>,
    /// Mean distance of a pair, pixels; none without pairs.
    pub mean_distance: Option<f64>,
    /// Largest distance of a pair, pixels; none without pairs.
    pub max_distance: Option<f64>,
    /// Sum of the first image's peaks over that of their counterparts, heights of the paired maxima.
    pub intensity_ratio: Option<f64>,
}

impl Peaks {
    /// Finds and pairs the peaks of two images of one size.
    pub fn of(a: &Image, b: &Image, options: PeakOptions) -> Peaks {
        let (of_a, of_b) = (find(a, options), find(b, options));
        let pairs = pair(&of_a, &of_b, options.radius);
        let distances = pairs.iter().map(|pair| pair.distance);
        let heights = |side: fn(&pair::Pair) -> usize, peaks: &[Peak]| -> f64 {
            pairs.iter().filter_map(|pair| peaks.get(side(pair))).map(|peak| peak.height).sum()
        };
        let (sum_a, sum_b) = (heights(|pair| pair.a, &of_a), heights(|pair| pair.b, &of_b));
        let any = (!pairs.is_empty()).then_some(());
        let more = of_a.len().max(of_b.len());
        Peaks {
            options,
            count_a: of_a.len(),
            count_b: of_b.len(),
            matched: pairs.len(),
            fraction_matched: (more > 0).then(|| pairs.len() as f64 / more as f64),
            mean_distance: any.map(|()| distances.clone().sum::<f64>() / pairs.len() as f64),
            max_distance: any.map(|()| distances.fold(0.0, f64::max)),
            intensity_ratio: any.map(|()| sum_a / sum_b),
        }
    }
}
