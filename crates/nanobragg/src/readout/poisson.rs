//! Photon noise: a stream of random numbers for each pixel, exact deviates in double precision.

use rand_distr::{Distribution, Poisson};

use crate::plan::{NoiseStream, Streams};

/// Numbers of photons: Poisson deviates, each from the stream of its pixel, so that it depends on the seed, the
/// panel, the pixel and its mean alone.
///
/// Products of uniform deviates below a mean of 12 (Knuth), modified normal deviates above (Ahrens & Dieter, ACM
/// Trans. Math. Softw. 8, 163, 1982, doi:10.1145/355993.355997).
#[derive(Clone, Copy, Debug)]
pub(super) struct Photons {
    streams: Streams,
    panel: u32,
}

impl Photons {
    /// Numbers of photons on the panel of a plan.
    pub(super) fn of(noise: &NoiseStream) -> Self {
        Photons { streams: Streams::new(noise.seed, *b"photons "), panel: noise.panel }
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

    #[test]
    fn odd_means_end() {
        let photons = Photons { streams: Streams::new(1, *b"photons "), panel: 0 };
        for mean in [0.0, -0.0, -1.0, f64::NAN, f64::NEG_INFINITY, 1e-300] {
            assert_eq!(photons.deviate(0, 0, mean), 0.0, "{mean}");
        }
        assert_eq!(photons.deviate(0, 0, f64::INFINITY), f64::INFINITY);
        assert_eq!(photons.deviate(0, 0, 1e30), 1e30);
        assert!((photons.deviate(0, 0, 1e19) / 1e19 - 1.0).abs() < 1e-8);
    }
}
