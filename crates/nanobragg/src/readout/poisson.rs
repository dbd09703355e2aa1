//! Photon noise: a stream of random numbers for each pixel, exact deviates in double precision.

use rand_distr::{Distribution, Poisson};
use rayon::prelude::*;

use super::MOST;
use super::lanes::MOST_PIXELS;
use super::saturation::cut;
use crate::image::Image;
use crate::level::Level;
use crate::plan::{NoiseStream, Streams};

/// Numbers of photons where `means` are expected, slow-major: Poisson deviates, cut at [`MOST`]. They are those of
/// [`Readout::counted`](super::Readout::counted) for a whole image on panel 0 with this seed of the noise, on any number of
/// threads: a pixel's number depends on the seed, its place and its mean alone. Images that are to differ need seeds that do.
///
/// ```
/// use nanobragg::image::Image;
/// use nanobragg::readout::poisson;
///
/// let means = Image::from_pixels(2, vec![0.0, 0.5, 20.0, 1e6]).unwrap_or_else(|| Image::new(2, 2));
/// let counts = poisson(&means, 1);
/// assert_eq!((counts.len(), counts[0]), (4, 0));
/// assert_eq!(poisson(&means, 1), counts);
/// assert_ne!(poisson(&means, 2), counts);
/// ```
pub fn poisson(means: &Image, seed: i64) -> Vec<i32> {
    let photons = Photons::new(seed, 0);
    let width = means.fast();
    let mut counts = vec![0; means.pixels().len()];
    let rows = counts.par_chunks_mut(width).zip(means.pixels().par_chunks(width)).enumerate();
    rows.for_each_init(Vec::new, |values, (slow, (counts, means))| {
        values.clear();
        values.extend(means.iter().copied().map(f64::from));
        photons.detect(slow, 0, values);
        counts.iter_mut().zip(&*values).for_each(|(count, &value)| *count = (cut(value, MOST) as i32).max(0));
    });
    counts
}

/// Numbers of photons: Poisson deviates, each from the stream of its pixel, so that it depends on the seed, the
/// panel, the pixel and its mean alone.
///
/// Products of uniform deviates below a mean of 12 (Knuth), modified normal deviates above (Ahrens & Dieter, ACM
/// Trans. Math. Softw. 8, 163, 1982, doi:10.1145/355993.355997). Many pixels at once are drawn in vectors, with the same
/// deviates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Photons {
    streams: Streams,
    panel: u32,
    level: Level,
}

impl Photons {
    /// Numbers of photons on the panel of a plan.
    pub(super) fn of(noise: &NoiseStream) -> Self {
        Photons::new(noise.seed, noise.panel)
    }

    fn new(seed: i64, panel: u32) -> Self {
        Photons { streams: Streams::new(seed, *b"photons "), panel, level: Level::detect() }
    }

    /// Gives pixels of row `slow` from column `start` on their noise: `means` become deviates, each that of
    /// [`Self::deviate`].
    pub(super) fn detect(&self, slow: usize, start: usize, means: &mut [f64]) {
        let mut left = Vec::new();
        for (part, means) in means.chunks_mut(MOST_PIXELS).enumerate() {
            let first = start + part * MOST_PIXELS;
            self.level.draw(&self.streams, [self.panel, slow as u32, first as u32], means, &mut left);
            for at in left.drain(..) {
                if let Some(mean) = means.get_mut(at as usize) {
                    *mean = self.deviate(slow, first + at as usize, *mean);
                }
            }
        }
    }

    /// The deviate of the pixel at (`slow`, `fast`), whose mean is `mean`; a mean that is not a number gives 0.
    pub(super) fn deviate(&self, slow: usize, fast: usize, mean: f64) -> f64 {
        match Poisson::new(mean) {
            Ok(poisson) => poisson.sample(&mut self.streams.pixel(self.panel, slow, fast)),
            // Above 10¹⁹, where the noise is in the tenth digit, far beyond any counter.
            Err(_) if mean > 0.0 => mean,
            Err(_) => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Experiment, PixelGrid, UnitCell};
    use crate::readout::Readout;

    fn photons(level: Level) -> Photons {
        Photons { streams: Streams::new(1, *b"photons "), panel: 3, level }
    }

    #[test]
    fn pixels_that_are_drawn_together_have_the_deviates_that_each_has_by_itself() {
        let mut random = Streams::new(5, *b"means   ").pixel(0, 0, 0);
        for level in Level::available() {
            let photons = photons(level);
            for scale in [1e-3, 0.1, 1.0, 5.0, 13.0, 100.0, 1e5] {
                for row in 0..20 {
                    let mut uniform = || random.next_u32() as f32 / u32::MAX as f32;
                    let mut means: Vec<f64> = (0..200)
                        .map(|_| f64::from(uniform() * scale * if row % 3 == 0 { 1.0 } else { uniform() }))
                        .collect();
                    for (at, odd) in [(3, 0.0), (70, f64::NAN), (71, -1.0), (72, f64::INFINITY), (199, 1e30)]
                    {
                        means[at] = odd;
                    }
                    let expected: Vec<f64> = means
                        .iter()
                        .enumerate()
                        .map(|(at, &mean)| photons.deviate(row, 7 + at, mean))
                        .collect();
                    photons.detect(row, 7, &mut means);
                    assert_eq!(means, expected, "{level:?} {scale} {row}");
                }
            }
        }
    }

    #[test]
    fn photons_of_an_image_and_a_seed_are_those_that_a_counting_detector_reads_out() {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
        experiment.detector.pixels = PixelGrid::new(150, 40, 1e-3);
        experiment.seeds.noise = 77;
        let means: Vec<f32> = (0..6000).map(|at| (at as f32 * 0.01).powi(3) - 5.0).collect();
        let mut image = Image::from_pixels(150, means).unwrap();
        image.row_mut(3)[7..11].copy_from_slice(&[f32::NAN, f32::INFINITY, 1e30, -0.0]);
        let counted = Readout::counted().read(&experiment.plan().unwrap(), &image, 0.0);
        assert_eq!(poisson(&image, 77), counted.pixels);
        assert_ne!(poisson(&image, 78), counted.pixels);
        assert_eq!(poisson(&Image::new(5, 0), 1), []);
    }

    #[test]
    fn odd_means_end() {
        let photons = photons(Level::detect());
        for mean in [0.0, -0.0, -1.0, f64::NAN, f64::NEG_INFINITY, 1e-300] {
            assert_eq!(photons.deviate(0, 0, mean), 0.0, "{mean}");
        }
        assert_eq!(photons.deviate(0, 0, f64::INFINITY), f64::INFINITY);
        assert_eq!(photons.deviate(0, 0, 1e30), 1e30);
        assert!((photons.deviate(0, 0, 1e19) / 1e19 - 1.0).abs() < 1e-8);
    }
}
