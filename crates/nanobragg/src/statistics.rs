//! Figures of an image.

use crate::image::Image;
use crate::plan::Plan;

/// Figures of an image over its region of interest, as the reference program counts them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// Brightest pixel.
    pub max: f32,
    /// Place of the last sub-pixel of the brightest pixel along the fast and slow axes, meters.
    pub max_at: (f64, f64),
    /// Mean over the rendered pixels.
    pub mean: f64,
    /// Root mean square over the rendered pixels.
    pub rms: f64,
    /// Root mean square deviation from the mean over the region of interest, masked pixels included.
    pub rmsd: f64,
    /// Rendered pixels.
    pub rendered: usize,
}

impl Statistics {
    /// The figures of `image`, which `plan` gave.
    pub fn of(plan: &Plan, image: &Image) -> Self {
        let (rows, columns) = plan.region.ranges();
        let (mut max, mut max_at) = (0.0f32, (0.0, 0.0));
        let (mut sum, mut sum_sqr, mut rendered) = (0.0f64, 0.0f64, 0usize);
        let pixels = || rows.clone().flat_map(|slow| columns.clone().map(move |fast| (slow, fast)));
        for (slow, fast) in pixels().filter(|&(slow, fast)| plan.region.renders(slow, fast)) {
            let Some(value) = image.get(slow, fast) else { continue };
            if value > max {
                max = value;
                max_at = last_subpixel(plan, slow, fast);
            }
            sum += f64::from(value);
            // The square is formed in single precision, as in the reference program.
            sum_sqr += f64::from(value * value);
            rendered += 1;
        }
        let degrees = |count: usize| count.max(2) as f64 - 1.0;
        let mean = sum / rendered.max(1) as f64;
        let deviations =
            pixels().filter_map(|(slow, fast)| image.get(slow, fast)).map(|value| f64::from(value) - mean);
        let (squares, count) = deviations.fold((0.0, 0), |(squares, count), d| (squares + d * d, count + 1));
        Statistics {
            max,
            max_at,
            mean,
            rms: (sum_sqr / degrees(rendered)).sqrt(),
            rmsd: (squares / degrees(count)).sqrt(),
            rendered,
        }
    }
}

fn last_subpixel(plan: &Plan, slow: usize, fast: usize) -> (f64, f64) {
    let size = plan.detector.pixel_size / plan.oversample as f64;
    let center = |pixel| {
        crate::physics::geometry::subpixel_center::<f64>(pixel, plan.oversample - 1, plan.oversample, size)
    };
    (center(fast), center(slow))
}
