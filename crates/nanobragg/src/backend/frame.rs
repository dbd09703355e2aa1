//! What a backend makes of a plan.

use crate::image::Image;

/// What a backend made of a plan: an image for every product and panel.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Frame {
    /// Photons in the spots, and of the background that the plan holds: an image a panel.
    pub spots: Vec<Image>,
}

impl Frame {
    /// The frame of one panel.
    pub fn of(spots: Image) -> Self {
        Frame { spots: vec![spots] }
    }

    /// The photons on the first panel.
    pub fn into_image(self) -> Image {
        self.spots.into_iter().next().unwrap_or_else(|| Image::new(1, 0))
    }
}
