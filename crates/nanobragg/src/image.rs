//! Images.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, RenderCause};

/// Where a pixel is: by names, since both numbers are of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pixel {
    /// Row, from 0.
    pub slow: usize,
    /// Column, from 0.
    pub fast: usize,
}

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

    /// [`Image::new`], where there may be no memory for it.
    ///
    /// # Errors
    /// [`ErrorKind::Memory`](crate::ErrorKind::Memory).
    pub fn try_new(fast: usize, slow: usize) -> Result<Self, Error> {
        let pixels = fast.checked_mul(slow);
        // Memory that comes zeroed cannot be asked for in the first place.
        if pixels.is_some_and(|pixels| Vec::<f32>::new().try_reserve_exact(pixels).is_ok()) {
            return Ok(Self::new(fast, slow));
        }
        let bytes = (fast as u128 * slow as u128).saturating_mul(size_of::<f32>() as u128);
        Err(RenderCause::Memory { fast, slow, bytes }.into())
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

    /// All pixels, slow-major, without a copy.
    pub fn into_pixels(self) -> Vec<f32> {
        self.pixels
    }

    /// All pixels, slow-major, to be changed.
    pub fn pixels_mut(&mut self) -> &mut [f32] {
        &mut self.pixels
    }

    /// Photons of a pixel, if the image has it.
    pub fn get(&self, Pixel { slow, fast }: Pixel) -> Option<f32> {
        self.pixels.get(slow * self.fast + fast).copied().filter(|_| fast < self.fast)
    }

    /// Row `slow`, if the image has it.
    pub fn row(&self, slow: usize) -> Option<&[f32]> {
        self.pixels.get(slow * self.fast..(slow + 1) * self.fast)
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

/// Memory of images that are done with, for those to come: a series of frames then asks the system for none. Clones share
/// it.
///
/// ```
/// use nanobragg::image::{Image, Spares};
///
/// let spares = Spares::default();
/// spares.give(Image::new(3, 2));
/// assert_eq!(spares.dark(3, 2)?, Image::new(3, 2));
/// # Ok::<(), nanobragg::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Spares {
    kept: Arc<Mutex<Vec<Vec<f32>>>>,
}

impl Spares {
    /// Images whose memory is kept at most.
    const MOST: usize = 64;

    /// Keeps the memory of `image`. What has another size than that is given up: a series has images of one size.
    pub fn give(&self, image: Image) {
        let pixels = image.into_pixels();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|other| other.len() == pixels.len());
        if kept.len() < Self::MOST {
            kept.push(pixels);
        }
    }

    /// A dark image.
    ///
    /// # Errors
    /// As [`Image::try_new`].
    pub fn dark(&self, fast: usize, slow: usize) -> Result<Image, Error> {
        match self.take(fast, slow) {
            Some(mut image) => {
                image.pixels.fill(0.0);
                Ok(image)
            }
            None => Image::try_new(fast, slow),
        }
    }

    /// An image of which every pixel is going to be written: it may hold another one.
    ///
    /// # Errors
    /// As [`Image::try_new`].
    pub fn any(&self, fast: usize, slow: usize) -> Result<Image, Error> {
        self.take(fast, slow).map_or_else(|| Image::try_new(fast, slow), Ok)
    }

    fn take(&self, fast: usize, slow: usize) -> Option<Image> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().rposition(|pixels| Some(pixels.len()) == fast.checked_mul(slow))?;
        Some(Image { fast: fast.max(1), pixels: kept.swap_remove(at) })
    }
}

/// A number for each pixel of an image, if there is memory.
pub(crate) fn zeros(fast: usize, slow: usize) -> Result<Vec<f64>, Error> {
    let mut numbers = Vec::new();
    let pixels = fast.saturating_mul(slow);
    let bytes = pixels as u128 * size_of::<f64>() as u128;
    numbers.try_reserve_exact(pixels).map_err(|_| RenderCause::Memory { fast, slow, bytes })?;
    numbers.resize(pixels, 0.0);
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_that_no_memory_holds_is_an_error() {
        for edge in [1 << 30, usize::MAX] {
            assert_eq!(Image::try_new(edge, edge).unwrap_err().kind(), crate::ErrorKind::Memory);
        }
        let error = Image::try_new(1 << 31, 1 << 31).unwrap_err().to_string();
        let expected =
            "not enough memory for an image of 2147483648 x 2147483648 pixels, 18446744073709551616 bytes";
        assert_eq!(error, expected);
        assert_eq!(Image::try_new(3, 2).unwrap(), Image::new(3, 2));
    }

    #[test]
    fn memory_of_an_image_serves_the_next_of_its_size() {
        let spares = Spares::default();
        let count = || spares.kept.lock().unwrap().len();
        let bright = || Image::from_pixels(3, vec![1.0; 6]).unwrap();
        spares.give(bright());
        assert_eq!(spares.any(6, 2).unwrap(), Image::new(6, 2));
        let reused = spares.any(2, 3).unwrap();
        assert_eq!((reused.fast(), reused.pixels(), count()), (2, &[1.0; 6][..], 0));
        spares.give(bright());
        assert_eq!(spares.clone().dark(3, 2).unwrap(), Image::new(3, 2));
        spares.give(bright());
        spares.give(Image::new(5, 5));
        assert_eq!(count(), 1);
        assert_eq!(spares.any(usize::MAX, 2).unwrap_err().kind(), crate::ErrorKind::Memory);
    }
}
