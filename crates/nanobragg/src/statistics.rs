//! Figures of an image, and its conversion to integers.

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

/// The scale that puts the brightest pixel at 55000, or 1 for a dark image.
pub fn auto_scale(max: f32) -> f64 {
    if max > 0.0 { 55000.0 / f64::from(max) } else { 1.0 }
}

/// An image of 16-bit counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Counts, slow-major.
    pub pixels: Vec<u16>,
    /// Pixels that had to be cut off at 65535.
    pub saturated: usize,
}

/// `image` × `scale` + `adc_offset`, rounded and cut to 0..=65535; zero outside the region of interest.
pub fn scaled_counts(plan: &Plan, image: &Image, scale: f64, adc_offset: f64) -> Counts {
    let mut counts = Counts { pixels: vec![0; image.pixels().len()], saturated: 0 };
    for_roi(plan, image, |at, value| {
        let mut count = f64::from(value) * scale + adc_offset;
        if count > 65535.0 {
            counts.saturated += 1;
            count = 65535.0;
        }
        // Rounded in single precision, as in the reference program.
        counts.pixels[at] = ((count.max(0.0) + 0.5) as f32).floor() as u16;
    });
    counts
}

/// `image` × `scale`, cut to 0..=255; zero outside the region of interest.
pub fn scaled_bytes(plan: &Plan, image: &Image, scale: f64) -> Vec<u8> {
    let mut bytes = vec![0; image.pixels().len()];
    for_roi(plan, image, |at, value| {
        let level = f64::from(value) * scale;
        // What is not a number stays black.
        bytes[at] = if level > 255.0 { 255 } else { level as u8 };
    });
    bytes
}

/// Calls `visit` with position and value of each pixel of the region of interest, in scan order.
pub(crate) fn for_roi(plan: &Plan, image: &Image, mut visit: impl FnMut(usize, f32)) {
    let (rows, columns) = plan.region.ranges();
    for slow in rows {
        for fast in columns.clone() {
            if let Some(value) = image.get(slow, fast) {
                visit(plan.region.index(slow, fast), value);
            }
        }
    }
}
