//! The pixels of a detector: how large and how many.

/// Size and number of the pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct PixelGrid {
    /// Edge of the square pixels in meters.
    pub pixel_size: f64,
    /// Extent along the fast axis in meters.
    pub size_fast: f64,
    /// Extent along the slow axis in meters.
    pub size_slow: f64,
}

impl Default for PixelGrid {
    fn default() -> Self {
        PixelGrid { pixel_size: 0.1e-3, size_fast: 102.4e-3, size_slow: 102.4e-3 }
    }
}

impl PixelGrid {
    /// A grid of `fast` × `slow` pixels of `pixel_size` meters.
    pub fn new(fast: usize, slow: usize, pixel_size: f64) -> Self {
        PixelGrid { pixel_size, size_fast: pixel_size * fast as f64, size_slow: pixel_size * slow as f64 }
    }

    /// Number of pixels along the fast axis.
    pub fn fast(&self) -> usize {
        Self::count(self.size_fast, self.pixel_size)
    }

    /// Number of pixels along the slow axis.
    pub fn slow(&self) -> usize {
        Self::count(self.size_slow, self.pixel_size)
    }

    fn count(size: f64, pixel: f64) -> usize {
        (size / pixel - 0.5).ceil() as usize
    }
}
