//! Images.

/// An image of single-precision photon counts, slow-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    fast: usize,
    pixels: Vec<f32>,
}

impl Image {
    /// A dark image of `fast` × `slow` pixels.
    pub fn new(fast: usize, slow: usize) -> Self {
        Image { fast: fast.max(1), pixels: vec![0.0; fast * slow] }
    }

    /// An image from its pixels; `None` when they do not fill whole rows.
    pub fn from_pixels(fast: usize, pixels: Vec<f32>) -> Option<Self> {
        (fast > 0 && pixels.len().is_multiple_of(fast)).then_some(Image { fast, pixels })
    }

    /// Pixels along the fast axis.
    pub fn fast(&self) -> usize {
        self.fast
    }

    /// Pixels along the slow axis.
    pub fn slow(&self) -> usize {
        self.pixels.len() / self.fast
    }

    /// All pixels, slow-major.
    pub fn pixels(&self) -> &[f32] {
        &self.pixels
    }

    /// The pixel at (`slow`, `fast`), if the image has it.
    pub fn get(&self, slow: usize, fast: usize) -> Option<f32> {
        self.pixels.get(slow * self.fast + fast).copied().filter(|_| fast < self.fast)
    }

    /// One row.
    ///
    /// # Panics
    /// When the image has no row `slow`.
    pub fn row_mut(&mut self, slow: usize) -> &mut [f32] {
        &mut self.pixels[slow * self.fast..(slow + 1) * self.fast]
    }

    /// All rows.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.pixels.chunks_exact_mut(self.fast)
    }
}
