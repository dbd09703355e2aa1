//! Figures of an image.

use std::ops::Range;

use rayon::prelude::*;

use crate::image::Image;
use crate::image::Pixel;
use crate::level::{Job, Level};
use crate::plan::Plan;

/// Figures of an image over its region of interest, as the reference program counts them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// Brightest pixel.
    pub max: f32,
    /// The brightest pixel; `None` where no pixel has photons.
    pub max_pixel: Option<Pixel>,
    /// Center of the last sub-pixel of the brightest pixel along the fast and slow axes, meters.
    pub max_at: (f64, f64),
    /// Mean over the rendered pixels.
    pub mean: f64,
    /// Root mean square over the rendered pixels.
    pub rms: f64,
    /// Root mean square deviation from the mean over the region of interest, masked pixels included.
    pub rmsd: f64,
    /// Rendered pixels.
    pub rendered: usize,
    /// Whether the photons of all pixels of the region of interest are finite and not negative.
    pub possible: bool,
}

impl Statistics {
    /// The figures of `image`, which `plan` gave. Each row is looked at once, while it is at hand; the figures are the same on
    /// any number of threads.
    pub fn of(plan: &Plan, image: &Image) -> Self {
        let (rows, columns) = plan.region.ranges();
        let first = rows.start;
        let level = Level::detect();
        let of_row = |at: usize| {
            let mut sums = RowSums::default();
            level.run(Row { plan, image, slow: first + at, columns: &columns, sums: &mut sums });
            sums
        };
        // Of small images the threads cost more than they save.
        let sums: Vec<RowSums> = (0..rows.len()).into_par_iter().with_min_len(64).map(of_row).collect();
        let (mut max, mut max_row) = (0.0f32, None);
        let (mut sum, mut sum_sqr, mut rendered) = (0.0f64, 0.0f64, 0usize);
        for (slow, row) in rows.zip(&sums) {
            if row.max > max {
                (max, max_row) = (row.max, Some(slow));
            }
            sum += row.sum;
            sum_sqr += row.sum_sqr;
            rendered += row.rendered;
        }
        let max_pixel = max_row.and_then(|slow| {
            let is_max = |&fast: &usize| {
                plan.region.renders(slow, fast) && image.get(Pixel { slow, fast }) == Some(max)
            };
            columns.clone().find(is_max).map(|fast| Pixel { slow, fast })
        });
        let degrees = |count: usize| count.max(2) as f64 - 1.0;
        let mean = sum / rendered.max(1) as f64;
        // Squares about a row's own mean and those of the row's mean about the whole's (Chan, Golub & LeVeque, Am. Stat.
        // 37, 242, 1983).
        let (squares, count) = sums.iter().fold((0.0, 0), |(squares, count), row| {
            let apart = row.mean - mean;
            (squares + row.squares + row.count as f64 * apart * apart, count + row.count)
        });
        Statistics {
            max,
            max_pixel,
            max_at: max_pixel.map_or((0.0, 0.0), |pixel| last_subpixel(plan, pixel)),
            mean,
            rms: (sum_sqr / degrees(rendered)).sqrt(),
            rmsd: (squares / degrees(count)).sqrt(),
            rendered,
            possible: sums.iter().all(|row| row.possible),
        }
    }
}

/// A row that is looked at.
struct Row<'a> {
    plan: &'a Plan,
    image: &'a Image,
    slow: usize,
    columns: &'a Range<usize>,
    sums: &'a mut RowSums,
}

impl Job for Row<'_> {
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        *self.sums = RowSums::of(self.plan, self.image, self.slow, self.columns);
    }
}

/// Sums over the region's part of a row.
#[derive(Default)]
struct RowSums {
    /// Of the rendered pixels.
    rendered: usize,
    max: f32,
    sum: f64,
    sum_sqr: f64,
    /// Of all pixels: their number, mean, and squared deviations from it.
    count: usize,
    mean: f64,
    squares: f64,
    possible: bool,
}

/// Pixels that a thread looks at before it takes others.
const AT_ONCE: usize = 1 << 16;

/// Parts of a sum, so that vectors can hold them.
const PARTS: usize = 16;

impl RowSums {
    #[inline(always)]
    fn of(plan: &Plan, image: &Image, slow: usize, columns: &Range<usize>) -> Self {
        let row = image.row(slow).and_then(|row| row.get(columns.clone())).unwrap_or_default();
        let all = Sums::of(row);
        let kept = match &plan.region.mask {
            None => all,
            Some(_) => {
                let renders = |&(fast, _): &(usize, &f32)| plan.region.renders(slow, fast);
                let kept = (columns.start..).zip(row).filter(renders).map(|(_, &value)| value);
                Sums::of(&kept.collect::<Vec<f32>>())
            }
        };
        let mean = all.sum / row.len().max(1) as f64;
        RowSums {
            rendered: kept.count,
            max: kept.max,
            sum: kept.sum,
            sum_sqr: kept.sum_sqr,
            count: row.len(),
            mean,
            squares: deviations(row, mean),
            possible: all.possible,
        }
    }
}

/// Sums over some pixels.
#[derive(Clone, Copy)]
struct Sums {
    count: usize,
    max: f32,
    sum: f64,
    sum_sqr: f64,
    possible: bool,
}

impl Sums {
    /// Plain loops: a closure that an iterator calls may be compiled for itself, without the instructions of a level.
    #[inline(always)]
    fn of(pixels: &[f32]) -> Self {
        let (mut max, mut impossible) = ([0.0f32; PARTS], [0u32; PARTS]);
        let (mut sum, mut sum_sqr) = ([0.0f64; PARTS], [0.0f64; PARTS]);
        let (whole, rest) = pixels.as_chunks::<PARTS>();
        let mut last = [0.0; PARTS];
        last[..rest.len()].copy_from_slice(rest);
        // Zeros at the end change none of the sums.
        for part in whole.iter().chain([&last]) {
            for at in 0..PARTS {
                let value = part[at];
                max[at] = if value > max[at] { value } else { max[at] };
                impossible[at] |= u32::from(!possible(value));
                sum[at] += f64::from(value);
                // The square is formed in single precision, as in the reference program.
                sum_sqr[at] += f64::from(value * value);
            }
        }
        // Comparisons, because LLVM 22 crashes on a fold with a maximum in either precision.
        let mut most = 0.0f32;
        for max in max {
            if max > most {
                most = max;
            }
        }
        Sums {
            count: pixels.len(),
            max: most,
            sum: sum.iter().sum(),
            sum_sqr: sum_sqr.iter().sum(),
            possible: impossible == [0; PARTS],
        }
    }
}

/// Whether all pixels of an image have photons that are finite and not negative. Threads share the image.
pub fn all_possible(image: &Image) -> bool {
    let impossible = |pixels: &[f32]| {
        // Without a branch: this takes a tenth of the time of a loop that stops at the first.
        pixels.iter().fold(0, |any, &value| any | u32::from(!possible(value)))
    };
    image.pixels().par_chunks(AT_ONCE).map(impossible).reduce(|| 0, |a, b| a | b) == 0
}

/// Whether a pixel can have so many photons: finite, and not negative.
#[inline(always)]
pub fn possible(value: f32) -> bool {
    (0.0..=f32::MAX).contains(&value)
}

/// Squared deviations from `mean`.
#[inline(always)]
fn deviations(pixels: &[f32], mean: f64) -> f64 {
    let mut squares = [0.0f64; PARTS];
    let (whole, rest) = pixels.as_chunks::<PARTS>();
    for part in whole {
        for at in 0..PARTS {
            let apart = f64::from(part[at]) - mean;
            squares[at] += apart * apart;
        }
    }
    for at in 0..rest.len() {
        let apart = f64::from(rest[at]) - mean;
        squares[at] += apart * apart;
    }
    squares.iter().sum()
}

fn last_subpixel(plan: &Plan, pixel: Pixel) -> (f64, f64) {
    let size = plan.detector.pixel_size / plan.oversample as f64;
    let center = |pixel| {
        crate::physics::geometry::subpixel_center::<f64>(pixel, plan.oversample - 1, plan.oversample, size)
    };
    (center(pixel.fast), center(pixel.slow))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Experiment, Mask, PixelGrid, Roi, UnitCell};

    /// The figures as they are defined, pixel after pixel.
    fn plainly(plan: &Plan, image: &Image) -> [f64; 5] {
        let (rows, columns) = plan.region.ranges();
        let all: Vec<(usize, usize)> = rows.flat_map(|s| columns.clone().map(move |f| (s, f))).collect();
        let value = |&(slow, fast): &(usize, usize)| f64::from(image.get(Pixel { slow, fast }).unwrap());
        let kept: Vec<f64> = all.iter().filter(|at| plan.region.renders(at.0, at.1)).map(value).collect();
        let mean = kept.iter().sum::<f64>() / kept.len() as f64;
        let squares: f64 = kept.iter().map(|value| value * value).sum();
        let apart: f64 = all.iter().map(|at| (value(at) - mean).powi(2)).sum();
        let max = kept.iter().fold(0.0, |most: f64, &value| if value > most { value } else { most });
        let rms = (squares / (kept.len() as f64 - 1.0)).sqrt();
        [max, mean, rms, (apart / (all.len() as f64 - 1.0)).sqrt(), kept.len() as f64]
    }

    #[test]
    fn figures_are_those_of_the_rendered_pixels() {
        let (fast, slow) = (53, 41);
        for masked in [false, true] {
            let mut experiment =
                Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
            experiment.detector.pixels = PixelGrid::new(fast, slow, 1e-3);
            experiment.rendering.roi = Roi::new((2, 50), (3, 37));
            if masked {
                let keep = (0..fast * slow).map(|at| at % 7 != 3).collect::<Vec<_>>().into();
                experiment.rendering.mask = Some(Mask { fast, slow, keep });
            }
            let plan = experiment.plan().unwrap();
            let pixels = (0..fast * slow).map(|at| ((at * 7919) % 10_007) as f32 * 0.5).collect();
            let mut image = Image::from_pixels(fast, pixels).unwrap();
            let found = Statistics::of(&plan, &image);
            let figures = [f64::from(found.max), found.mean, found.rms, found.rmsd, found.rendered as f64];
            for (found, expected) in figures.iter().zip(plainly(&plan, &image)) {
                assert!((found / expected - 1.0).abs() < 1e-6, "{found} {expected}");
            }
            assert!(found.possible);
            let at = [found.max_at.0, found.max_at.1].map(|meters| (meters / 1e-3) as usize);
            assert_eq!(found.max_pixel, Some(Pixel { slow: at[1], fast: at[0] }));
            assert_eq!(found.max_pixel.and_then(|pixel| image.get(pixel)), Some(found.max));
            for impossible in [f32::NAN, f32::INFINITY, -1.0] {
                image.row_mut(20)[20] = impossible;
                assert!(!Statistics::of(&plan, &image).possible);
            }
        }
    }
}
