//! Images of the formats that are read: SMV, miniCBF, NXmx, NumPy, TIFF, PGM, raw floats.

use std::path::Path;

use nanobragg_io::cbf::{CBF_MAGIC, read_cbf};
use nanobragg_io::first_bytes;
use nanobragg_io::float::read_float;
use nanobragg_io::nexus::{HDF5_MAGIC, NxmxStack, read_nxmx, read_nxmx_images};
use nanobragg_io::npy::{NPY_MAGIC, read_npy};
use nanobragg_io::pgm::read_pgm;
use nanobragg_io::smv::read_smv;
use nanobragg_io::tiff::{TIFF_MAGICS, read_tiff};
use serde::Serialize;

use crate::error::{Error, Problem};

/// A format of image files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Format {
    /// SMV (ADSC) counts.
    Smv,
    /// CBF counts.
    Cbf,
    /// NXmx (HDF5) counts.
    Nxmx,
    /// A NumPy array.
    Npy,
    /// TIFF of gray numbers.
    Tiff,
    /// An 8-bit gray map.
    Pgm,
    /// 32-bit floats without a header.
    Float,
}

impl Format {
    /// The format of a file, from its first bytes; what begins like no other is raw floats.
    ///
    /// # Errors
    /// [`NotRead`](crate::ErrorKind::NotRead) for PNG; a file that cannot be opened or read.
    pub fn of(path: &Path) -> Result<Format, Error> {
        let start = first_bytes(path, 16)?;
        if start.starts_with(b"\x89PNG") {
            return Err(Error::not_read(path, "PNG"));
        }
        Ok(match start.as_slice() {
            start if start.starts_with(NPY_MAGIC) => Format::Npy,
            start if start.starts_with(HDF5_MAGIC) => Format::Nxmx,
            start if TIFF_MAGICS.iter().any(|magic| start.starts_with(*magic)) => Format::Tiff,
            start if start.starts_with(CBF_MAGIC) => Format::Cbf,
            start if start.starts_with(b"{\nHEADER") || start.starts_with(b"{\r\nHEADER") => Format::Smv,
            [b'P', b'5', space, ..] if space.is_ascii_whitespace() => Format::Pgm,
            _ => Format::Float,
        })
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Smv => "SMV",
            Format::Cbf => "CBF",
            Format::Nxmx => "NXmx",
            Format::Npy => "npy",
            Format::Tiff => "TIFF",
            Format::Pgm => "PGM",
            Format::Float => "raw floats",
        }
    }
}

/// An image as numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Pixels along the slow axis.
    pub slow: usize,
    /// Pixels along the fast axis.
    pub fast: usize,
    /// `slow * fast` pixels, the fast axis first.
    pub pixels: Vec<f64>,
    /// The format they came in.
    pub format: Format,
}

impl Image {
    /// Reads the image at `path`. `size` (fast, slow) is that of raw floats; other formats say their own.
    /// Images of an NXmx stack come one below the other.
    ///
    /// # Errors
    /// [`ErrorKind::NoSize`](crate::ErrorKind::NoSize) for raw floats without a size; [`ErrorKind::File`](crate::ErrorKind::File).
    pub fn read(path: &Path, size: Option<(usize, usize)>) -> Result<Image, Error> {
        Ok(Image::read_all(path, size)?.0)
    }

    /// The same, and how many images the file has.
    fn read_all(path: &Path, size: Option<(usize, usize)>) -> Result<(Image, usize), Error> {
        let format = Format::of(path)?;
        let (fast, slow, pixels) = match format {
            Format::Smv => {
                let image = read_smv(path)?;
                (image.fast, image.slow, doubles(image.fast, &image.data, |count| count as f64)?)
            }
            Format::Cbf => {
                let image = read_cbf(path)?;
                (image.fast, image.slow, doubles(image.fast, &image.counts, f64::from)?)
            }
            Format::Nxmx => {
                let stack = read_nxmx(path)?;
                return Ok((Image::of_stack(&stack)?, stack.images));
            }
            Format::Tiff => {
                let image = read_tiff(path)?;
                (image.fast, image.slow, image.data)
            }
            Format::Pgm => {
                let image = read_pgm(path)?;
                (image.fast, image.slow, doubles(image.fast, &image.data, f64::from)?)
            }
            Format::Npy => {
                let image = read_npy(path)?;
                (image.fast, image.slow, image.data)
            }
            Format::Float => {
                let (fast, slow) = size.ok_or_else(|| Problem::NoSize { path: path.to_owned() })?;
                let pixels = read_float(path, fast.saturating_mul(slow))?;
                (fast, slow, doubles(fast, &pixels, f64::from)?)
            }
        };
        Ok((Image { slow, fast, pixels, format }, 1))
    }

    /// Reads the images `first` to `last` of an NXmx file, counted from 0; they come one below the other.
    ///
    /// # Errors
    /// [`ErrorKind::Images`](crate::ErrorKind::Images) where the file has no such images;
    /// [`ErrorKind::File`](crate::ErrorKind::File).
    pub fn read_images(path: &Path, images: [usize; 2]) -> Result<Image, Error> {
        Ok(Image::read_some(path, images)?.0)
    }

    /// The same, and how many they are.
    fn read_some(path: &Path, [first, last]: [usize; 2]) -> Result<(Image, usize), Error> {
        let (stack, images) = read_nxmx_images(path, first..last.saturating_add(1))?;
        if last < first || last >= images {
            return Err(Problem::Lacking { path: path.to_owned(), images, number: last }.into());
        }
        Ok((Image::of_stack(&stack)?, stack.images))
    }

    fn of_stack(stack: &NxmxStack) -> Result<Image, Error> {
        let pixels = doubles(stack.fast, &stack.counts, f64::from)?;
        Ok(Image { slow: stack.images * stack.slow, fast: stack.fast, pixels, format: Format::Nxmx })
    }

    /// Finds out whether there is memory for what a comparison or a picture makes of two images of this size.
    pub(crate) fn check_memory(&self) -> Result<(), Error> {
        // Of each, one number a pixel: errors and relative errors, positive pixels of both images.
        let bytes = self.pixels.len() as u128 * 2 * size_of::<f64>() as u128;
        let fits =
            usize::try_from(bytes).is_ok_and(|bytes| Vec::<u8>::new().try_reserve_exact(bytes).is_ok());
        if fits { Ok(()) } else { Err(Error::memory(self.fast, self.slow, bytes)) }
    }

    /// Reads two images that are to be compared: of NXmx files the first to the last of `images`, where they are given, else
    /// all. Raw floats without a given size (fast, slow) take that of the other image.
    ///
    /// # Errors
    /// Those of [`Self::read`] and [`Self::read_images`], also where images are given and neither file is NXmx; and
    /// [`ErrorKind::Sizes`](crate::ErrorKind::Sizes).
    pub fn read_pair(
        a: &Path,
        b: &Path,
        size: Option<(usize, usize)>,
        images: Option<[usize; 2]>,
    ) -> Result<[Image; 2], Error> {
        let formats = [Format::of(a)?, Format::of(b)?];
        if images.is_some() && !formats.contains(&Format::Nxmx) {
            return Err(Problem::NoStack.into());
        }
        let own = |path: &Path| -> Result<Option<(Image, usize)>, Error> {
            match (Format::of(path)?, size, images) {
                (Format::Float, None, _) => Ok(None),
                (Format::Nxmx, _, Some(images)) => Image::read_some(path, images).map(Some),
                _ => Image::read_all(path, size).map(Some),
            }
        };
        let (of_a, of_b) = (own(a)?, own(b)?);
        let other =
            |image: &Option<(Image, usize)>| image.as_ref().map(|(image, _)| (image.fast, image.slow));
        let (size_a, size_b) = (other(&of_b), other(&of_a));
        let (a, images_a) = of_a.map_or_else(|| Image::read_all(a, size_a), Ok)?;
        let (b, images_b) = of_b.map_or_else(|| Image::read_all(b, size_b), Ok)?;
        if (a.fast, a.slow) != (b.fast, b.slow) {
            return Err(Error::stacked((a.fast, a.slow), (b.fast, b.slow), [images_a, images_b]));
        }
        Ok([a, b])
    }
}

/// Pixels in double precision.
fn doubles<T: Copy>(fast: usize, pixels: &[T], double: impl Fn(T) -> f64) -> Result<Vec<f64>, Error> {
    let mut doubles = Vec::new();
    let bytes = pixels.len() as u128 * size_of::<f64>() as u128;
    let reserved = doubles.try_reserve_exact(pixels.len());
    reserved.map_err(|_| Error::memory(fast, pixels.len() / fast.max(1), bytes))?;
    doubles.extend(pixels.iter().map(|&pixel| double(pixel)));
    Ok(doubles)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg_io::float::write_float;
    use nanobragg_io::pgm::write_pgm;

    #[test]
    fn the_first_bytes_tell_the_format_and_floats_take_the_others_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        write_pgm(&path("a"), 3, 2, "x", &[0, 1, 2, 3, 4, 255]).unwrap();
        write_float(&path("b"), &[0.0, 1.0, 2.0, 3.0, 4.0, 255.0]).unwrap();
        let [a, b] = Image::read_pair(&path("a"), &path("b"), None, None).unwrap();
        assert_eq!((a.format, b.format), (Format::Pgm, Format::Float));
        assert_eq!((a.pixels, (a.fast, a.slow)), (b.pixels, (b.fast, b.slow)));
        let error = Image::read_pair(&path("b"), &path("b"), None, None).unwrap_err();
        assert_eq!(error.code(), "compare.no-size", "{error}");
        assert!(Image::read_pair(&path("b"), &path("b"), Some((2, 3)), None).is_ok());
        let error = Image::read_pair(&path("a"), &path("b"), Some((2, 3)), None).unwrap_err().to_string();
        assert_eq!(error, "A has 3 x 2 pixels (fast, slow), B has 2 x 3");
        let error = Image::read_pair(&path("b"), &path("b"), Some((7, 3)), None).unwrap_err().to_string();
        assert!(error.ends_with("expected 84 bytes, found 24"), "{error}");
        assert!(Image::read(&path("missing"), None).is_err());
    }
}
