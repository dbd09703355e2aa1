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
}

impl Frame {
    /// The frame of one panel.
    pub fn of(spots: Image) -> Self {
        Frame { spots: vec![spots], labels: Vec::new() }
    }

    /// The frame of one panel with labels, if there are any.
    pub(super) fn labeled(spots: Image, labels: Option<LabelImage>) -> Self {
        Frame { spots: vec![spots], labels: labels.into_iter().collect() }
    }

    /// The photons on the first panel.
    pub fn into_image(self) -> Image {
        self.spots.into_iter().next().unwrap_or_else(|| Image::new(1, 0))
    }
}
