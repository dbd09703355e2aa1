//! What a backend makes of a plan.

use super::LabelImage;
use crate::image::Image;

/// What a backend made of a plan: an image for every product and panel.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Frame {
    /// Photons in the spots, and of the background that the plan holds: an image a panel.
    pub spots: Vec<Image>,
    /// Which node lights each pixel up, an image a panel; empty unless it was wanted.
    pub labels: Vec<LabelImage>,
    /// Photons before they were rounded to single precision, slow-major, of each panel; empty unless they were wanted.
    pub doubles: Vec<Vec<f64>>,
}

impl Frame {
    /// The frame of one panel.
    pub fn of(spots: Image) -> Self {
        Frame { spots: vec![spots], labels: Vec::new(), doubles: Vec::new() }
    }

    /// The frame of one panel with what there is besides.
    pub(super) fn with(spots: Image, labels: Option<LabelImage>, doubles: Option<Vec<f64>>) -> Self {
        let (labels, doubles) = (labels.into_iter().collect(), doubles.into_iter().collect());
        Frame { spots: vec![spots], labels, doubles }
    }

    /// Rounds `doubles`, where there are any, into the pixels of `image`.
    pub(super) fn round(doubles: Option<&Vec<f64>>, image: &mut Image) {
        let pixels = image.pixels_mut().iter_mut();
        pixels.zip(doubles.into_iter().flatten()).for_each(|(into, photons)| *into = *photons as f32);
    }

    /// The photons on the first panel.
    pub fn into_image(self) -> Image {
        self.spots.into_iter().next().unwrap_or_else(|| Image::new(1, 0))
    }
}
