//! What a photon-counting detector would have read out: 32-bit counts without an offset.

use crate::image::Image;
use crate::noise::for_deviates;
use crate::plan::Plan;
use crate::statistics::for_roi;

/// The count of a pixel that was not rendered, as area detectors mark their gaps.
pub const UNMEASURED: i32 = -1;

/// The largest count. The two numbers above it are taken by some readers for marks of bad pixels.
pub const MOST: i32 = i32::MAX - 2;

/// An image of 32-bit counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotonCounts {
    /// Counts, slow-major; [`UNMEASURED`] where nothing was rendered.
    pub pixels: Vec<i32>,
    /// Pixels that had to be cut off at [`MOST`].
    pub cut: usize,
}

impl PhotonCounts {
    fn unmeasured(image: &Image) -> Self {
        PhotonCounts { pixels: vec![UNMEASURED; image.pixels().len()], cut: 0 }
    }

    fn set(&mut self, plan: &Plan, at: usize, count: f64) {
        if !plan.region.renders(at / plan.region.image_fast, at % plan.region.image_fast) {
            return;
        }
        if count > f64::from(MOST) {
            self.cut += 1;
        }
        self.pixels[at] = count.clamp(0.0, f64::from(MOST)) as i32;
    }
}

/// Poisson deviates of the photons from the plan's seed: the very numbers of
/// [`poisson_image`](crate::noise::poisson_image), before its offset and its cut to 16 bits.
pub fn poisson_counts(plan: &Plan, image: &Image) -> PhotonCounts {
    let mut counts = PhotonCounts::unmeasured(image);
    for_deviates(plan, image, |at, deviate| counts.set(plan, at, deviate));
    counts
}

/// Photons × `scale`, rounded.
pub fn rounded_counts(plan: &Plan, image: &Image, scale: f64) -> PhotonCounts {
    let mut counts = PhotonCounts::unmeasured(image);
    for_roi(plan, image, |at, photons| counts.set(plan, at, (f64::from(photons) * scale).round()));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Experiment, Mask, PixelGrid, Roi, UnitCell};
    use crate::noise::poisson_image;

    fn plan(change: impl FnOnce(&mut Experiment)) -> Plan {
        let mut experiment = Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0), 1.0);
        experiment.detector.pixels = PixelGrid::new(4, 3, 1e-3);
        change(&mut experiment);
        experiment.plan().unwrap()
    }

    fn image(pixels: [f32; 12]) -> Image {
        Image::from_pixels(4, pixels.to_vec()).unwrap()
    }

    #[test]
    fn counts_are_the_deviates_of_the_noise_image() {
        let plan = plan(|_| {});
        let image = image([0.0, 1.0, 5.0, 11.0, 13.0, 100.0, 1000.0, 3e4, 3e4, 2.0, 2.0, 0.5]);
        let (counts, noisy) = (poisson_counts(&plan, &image), poisson_image(&plan, &image, 40.0));
        let with_offset: Vec<u16> = counts.pixels.iter().map(|&count| count as u16 + 40).collect();
        assert_eq!(with_offset, noisy.counts.pixels);
    }

    #[test]
    fn what_was_not_rendered_is_marked() {
        let keep = (0..12).map(|at| at != 5).collect::<Vec<_>>().into();
        let plan = plan(|experiment| {
            experiment.rendering.mask = Some(Mask { fast: 4, slow: 3, keep });
            experiment.rendering.roi = Roi::new((1, 3), (1, 2));
        });
        let image = image([7.0; 12]);
        let rounded = rounded_counts(&plan, &image, 2.0).pixels;
        assert_eq!(rounded, [-1, -1, -1, -1, -1, -1, 14, 14, -1, 14, 14, 14]);
        let noisy = poisson_counts(&plan, &image).pixels;
        assert!(noisy.iter().zip(&rounded).all(|(noisy, rounded)| (*noisy < 0) == (*rounded < 0)));
    }

    #[test]
    fn counts_are_rounded_and_cut() {
        let plan = plan(|_| {});
        let mut pixels = [0.0; 12];
        pixels[..5].copy_from_slice(&[0.49, 0.5, 1.5, 1e30, f32::NAN]);
        let counts = rounded_counts(&plan, &image(pixels), 1.0);
        assert_eq!(counts.pixels[..5], [0, 1, 2, MOST, 0]);
        assert_eq!(counts.cut, 1);
    }
}
