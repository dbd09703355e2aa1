//! The pixels to render.

use crate::check::ranged;
use crate::error::{Error, PlanCause, RenderCause};
use crate::model::{Experiment, Mask};
use crate::plan::DetectorPlan;

/// The pixels to render.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// First and last rendered pixel along the fast axis, both included; empty when the first is greater.
    pub fast: (usize, usize),
    /// First and last rendered pixel along the slow axis.
    pub slow: (usize, usize),
    /// Pixels of the image along the fast axis.
    pub image_fast: usize,
    /// Pixels of the image along the slow axis.
    pub image_slow: usize,
    /// Pixels to keep.
    pub mask: Option<Mask>,
}

impl Region {
    /// Whether the pixel lies in the region of interest, masked or not.
    #[inline]
    pub fn in_roi(&self, slow: usize, fast: usize) -> bool {
        (self.fast.0..=self.fast.1).contains(&fast) && (self.slow.0..=self.slow.1).contains(&slow)
    }

    /// Whether the pixel is rendered.
    #[inline]
    pub fn renders(&self, slow: usize, fast: usize) -> bool {
        let kept = |mask: &Mask| mask.keep.get(slow * mask.fast + fast).copied().unwrap_or(false);
        self.in_roi(slow, fast) && self.mask.as_ref().is_none_or(kept)
    }

    /// Position of a pixel in scan order.
    #[inline]
    pub fn index(&self, slow: usize, fast: usize) -> usize {
        slow * self.image_fast + fast
    }

    /// Rows and columns of the region that lie on the image: (slow, fast) ranges.
    pub fn ranges(&self) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let range = |(first, last): (usize, usize), size: usize| {
            let first = first.min(size);
            first..last.saturating_add(1).min(size).max(first)
        };
        (range(self.slow, self.image_slow), range(self.fast, self.image_fast))
    }

    /// Whether every pixel of the image is rendered.
    pub fn is_whole(&self) -> bool {
        self.mask.is_none() && self.ranges() == (0..self.image_slow, 0..self.image_fast)
    }

    /// Makes `pixels`, slow-major, ready to be rendered into: dark, unless every one of them is going to be written.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange) where they are not as many as the image's.
    pub fn prepare(&self, pixels: &mut [f32]) -> Result<(), Error> {
        let wanted = self.image_fast * self.image_slow;
        if pixels.len() != wanted {
            return Err(RenderCause::Buffer { found: pixels.len(), wanted }.into());
        }
        if !self.is_whole() {
            pixels.fill(0.0);
        }
        Ok(())
    }

    /// Number of pixels in the region of interest.
    pub fn pixels(&self) -> usize {
        let (rows, columns) = self.ranges();
        rows.len() * columns.len()
    }
}

/// The pixels of `detector` that the experiment asks for.
pub(in crate::plan) fn region(
    experiment: &Experiment,
    detector: &DetectorPlan<f64>,
) -> Result<Region, Error> {
    let (image_fast, image_slow) = (detector.fast_pixels, detector.slow_pixels);
    let mask = experiment.rendering.mask.clone();
    if let Some(mask) = &mask
        && (mask.fast, mask.slow) != (image_fast, image_slow)
    {
        let (mask, detector) = ([mask.fast, mask.slow], [image_fast, image_slow]);
        return Err(PlanCause::MaskSize { mask, detector }.into());
    }
    if let Some(mask) = &mask {
        let count = mask.keep.len();
        let whole = count == image_fast * image_slow;
        ranged("the number of values in the mask", count as f64, "one for each of its pixels", whole)?;
    }
    let roi = experiment.rendering.roi;
    let ends = |(first, last): (Option<usize>, Option<usize>), size: usize| {
        (first.unwrap_or(0), last.unwrap_or(size))
    };
    Ok(Region {
        fast: ends(roi.fast, image_fast),
        slow: ends(roi.slow, image_slow),
        image_fast,
        image_slow,
        mask,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::model::{PixelGrid, UnitCell};

    #[test]
    fn a_mask_has_a_value_for_every_pixel() {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
        experiment.detector.pixels = PixelGrid::new(4, 3, 1e-3);
        let mask = |count| Mask { fast: 4, slow: 3, keep: vec![true; count].into() };
        experiment.rendering.mask = Some(mask(12));
        assert!(experiment.plan().is_ok());
        experiment.rendering.mask = Some(mask(11));
        assert_eq!(experiment.plan().unwrap_err().kind(), ErrorKind::OutOfRange);
    }
}
