//! Counts are Poisson's: mean, variance, histogram and independence, for every mean that a pixel can have; and the
//! count of a pixel depends on its seed, panel, place and mean alone.
//!
//! Seeds are fixed: a test that passes once passes always. Bounds are five standard errors, which a right generator
//! exceeds for one seed in 1.7 million, unless another confidence stands beside them.

#![allow(clippy::unwrap_used)] // clippy.toml allows them in test functions, not in what they call

use std::num::NonZeroU32;

use nanobragg::image::Image;
use nanobragg::model::{Experiment, Mask, PixelGrid, Quirk, Quirks, Roi, UnitCell};
use nanobragg::readout::Readout;

/// Edge of the images; their pixels are the deviates of a sample.
const EDGE: usize = 1000;
const N: f64 = (EDGE * EDGE) as f64;

fn experiment(edge: usize) -> Experiment {
    let mut experiment = Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
    experiment.detector.pixels = PixelGrid::new(edge, edge, 1e-4);
    experiment.rendering.oversample = NonZeroU32::new(1);
    experiment
}

fn read(experiment: &Experiment, image: &Image) -> Vec<i32> {
    Readout::counted().read(&experiment.plan().unwrap(), image, 0.0).pixels
}

fn uniform(edge: usize, mean: f32) -> Image {
    Image::from_pixels(edge, vec![mean; edge * edge]).unwrap()
}

/// A million deviates.
fn sample(mean: f32, seed: i64) -> Vec<i32> {
    let mut experiment = experiment(EDGE);
    experiment.seeds.noise = seed;
    read(&experiment, &uniform(EDGE, mean))
}

/// Mean, and variance over mean.
fn moments(counts: &[i32]) -> (f64, f64) {
    let mean = counts.iter().map(|&count| f64::from(count)).sum::<f64>() / N;
    let variance = counts.iter().map(|&count| (f64::from(count) - mean).powi(2)).sum::<f64>() / (N - 1.0);
    (mean, variance / mean)
}

/// How far mean and variance lie from Poisson's, in standard errors.
fn errors(counts: &[i32], mean: f64) -> (f64, f64) {
    let (found, ratio) = moments(counts);
    ((found - mean) / (mean / N).sqrt(), (ratio - 1.0) / ((2.0 + 1.0 / mean) / N).sqrt())
}

#[test]
fn mean_and_variance_are_right_in_every_decade() {
    let decades = (-2..=9).map(|power| 10f32.powi(power));
    // Where the method changes, and where single precision fails worst.
    for (seed, mean) in (1..).zip(decades.chain([11.99, 12.01, 9.8e5, 9.99e5])) {
        let (of_mean, of_variance) = errors(&sample(mean, seed), f64::from(mean));
        assert!(of_mean.abs() <= 5.0, "mean {mean}: {of_mean} standard errors");
        assert!(of_variance.abs() <= 5.0, "variance of {mean}: {of_variance} standard errors");
    }
}

#[test]
fn the_bound_tells_single_precision() {
    let mut experiment = experiment(EDGE);
    experiment.quirks = Quirks::default().with(Quirk::PoissonSinglePrecision);
    let counts = read(&experiment, &uniform(EDGE, 9.8e5));
    let (_, ratio) = moments(&counts);
    assert!((ratio - 1.18).abs() < 0.01, "{ratio}");
    assert!(errors(&counts, 9.8e5).1 > 100.0);
}

/// χ² of a histogram against Poisson's, and its degrees of freedom. Counts that are expected fewer than ten times are
/// put together at either end.
fn chi_square(counts: &[i32], mean: f64) -> (f64, f64) {
    let most = counts.iter().copied().max().unwrap() as usize + 1;
    let mut found = vec![0.0; most + 1];
    for &count in counts {
        found[count as usize] += 1.0;
    }
    let mut ln_factorial = 0.0;
    let expected: Vec<f64> = (0..=most)
        .map(|count| {
            ln_factorial += (count.max(1) as f64).ln();
            N * (count as f64 * mean.ln() - mean - ln_factorial).exp()
        })
        .collect();
    let first = expected.iter().position(|&expected| expected >= 10.0).unwrap();
    let last = expected.iter().rposition(|&expected| expected >= 10.0).unwrap();
    let sums = |bins: &[f64]| -> Vec<f64> {
        let mut sums = bins[first..=last].to_vec();
        sums[0] += bins[..first].iter().sum::<f64>();
        sums[last - first] += bins[last + 1..].iter().sum::<f64>();
        sums
    };
    let terms = sums(&found).into_iter().zip(sums(&expected));
    (terms.map(|(found, expected)| (found - expected).powi(2) / expected).sum(), (last - first) as f64)
}

/// What χ² exceeds once in ten thousand (Wilson & Hilferty, PNAS 17, 684, 1931, doi:10.1073/pnas.17.12.684).
fn rare_chi_square(degrees: f64) -> f64 {
    const NORMAL: f64 = 3.719;
    let part = 2.0 / (9.0 * degrees);
    degrees * (1.0 - part + NORMAL * part.sqrt()).powi(3)
}

#[test]
fn histograms_are_those_of_poisson() {
    for (seed, mean) in [(21, 0.1f32), (22, 3.0), (23, 11.9), (24, 12.1), (25, 30.0), (26, 1000.0)] {
        let counts = sample(mean, seed);
        let (chi, degrees) = chi_square(&counts, f64::from(mean));
        assert!(chi < rare_chi_square(degrees), "mean {mean}: {chi} of {degrees}");
        // Against a mean that is five percent off they are not.
        let (chi, degrees) = chi_square(&counts, f64::from(mean) * 1.05);
        assert!(chi > rare_chi_square(degrees), "mean {mean}: {chi} of {degrees}");
    }
}

/// Correlation of two samples with this mean in standard errors.
fn correlation<'a>(pairs: impl Iterator<Item = (&'a i32, &'a i32)>, mean: f64) -> f64 {
    let (mut sum, mut number) = (0.0, 0.0);
    for (&a, &b) in pairs {
        sum += (f64::from(a) - mean) * (f64::from(b) - mean) / mean;
        number += 1.0;
    }
    sum / f64::sqrt(number)
}

#[test]
fn neighbors_panels_and_seeds_are_independent() {
    for mean in [3.0f32, 30.0] {
        let counts = sample(mean, 31);
        let next = sample(mean, 32);
        let mut panel = experiment(EDGE);
        (panel.seeds.noise, panel.detector.panel) = (31, 1);
        let panel = read(&panel, &uniform(EDGE, mean));
        let mean = f64::from(mean);
        let rows = counts.chunks(EDGE);
        let along = correlation(rows.flat_map(|row| row.iter().zip(&row[1..])), mean);
        let across = correlation(counts.iter().zip(&counts[EDGE..]), mean);
        let diagonal = correlation(counts.iter().zip(&counts[EDGE + 1..]), mean);
        let others = [&next, &panel].map(|other| correlation(counts.iter().zip(other), mean));
        for errors in [along, across, diagonal, others[0], others[1]] {
            assert!(errors.abs() <= 5.0, "mean {mean}: {errors} standard errors");
        }
        // What is the same correlates.
        assert!(correlation(counts.iter().zip(&counts), mean) > 900.0);
    }
}

/// An image whose means run through all methods.
fn varied(edge: usize) -> Image {
    let mean = |at: usize| 10f32.powi((at * 7 % 11) as i32 - 2);
    Image::from_pixels(edge, (0..edge * edge).map(mean).collect()).unwrap()
}

#[test]
fn counts_do_not_depend_on_threads() {
    let image = varied(101);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Readout::counted().read(&experiment(101).plan().unwrap(), &image, 0.0))
    };
    let alone = on(1);
    assert!(alone.photons > 1e9);
    assert_eq!(alone, on(3));
    assert_eq!(alone, on(8));
}

#[test]
fn a_count_depends_on_no_other_pixel() {
    let edge = 40;
    let whole = read(&experiment(edge), &varied(edge));
    let mut region = experiment(edge);
    region.rendering.roi = Roi::new((7, 30), (11, 22));
    let mut masked = experiment(edge);
    let keep = (0..edge * edge).map(|at| at % 3 != 0).collect::<Vec<_>>().into();
    masked.rendering.mask = Some(Mask { fast: edge, slow: edge, keep });
    for (experiment, measured) in [(region, 24 * 12), (masked, edge * edge - 534)] {
        let part = read(&experiment, &varied(edge));
        let kept = part.iter().zip(&whole).filter(|(part, _)| **part >= 0);
        assert!(kept.clone().all(|(part, whole)| part == whole));
        assert_eq!(kept.count(), measured);
    }
    // A larger image has the same counts where the smaller one is.
    let large = read(&experiment(EDGE), &uniform(EDGE, 50.0));
    let small = read(&experiment(edge), &uniform(edge, 50.0));
    assert!(large.chunks(EDGE).zip(small.chunks(edge)).all(|(large, small)| large[..edge] == *small));
    // Another mean of one pixel changes that pixel.
    let mut pixels = varied(edge).pixels().to_vec();
    pixels[500] = 1e6;
    let changed = read(&experiment(edge), &Image::from_pixels(edge, pixels).unwrap());
    let differing: Vec<usize> = (0..whole.len()).filter(|&at| whole[at] != changed[at]).collect();
    assert_eq!(differing, [500]);
}

#[test]
fn a_seed_gives_these_counts() {
    let image = Image::from_pixels(4, vec![0.3, 5.0, 11.0, 13.0, 100.0, 1e4, 1e6, 1e9]).unwrap();
    let mut experiment = experiment(4);
    experiment.detector.pixels = PixelGrid::new(4, 2, 1e-4);
    experiment.seeds.noise = 7;
    assert_eq!(read(&experiment, &image), [0, 2, 13, 14, 123, 10107, 1000124, 999980404]);
}
