//! Reading a TIFF of gray numbers.

use std::io::BufReader;
use std::path::Path;

use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits};

use crate::binary::open_regular;
use crate::error::{Error, Result};

/// Every file begins with one of these.
pub const TIFF_MAGICS: [&[u8; 4]; 2] = [b"II*\0", b"MM\0*"];
/// The largest image accepted, in pixels.
const MOST_PIXELS: u64 = 1 << 30;
/// A byte of the file stands for this many of the image at most: a run of equal bytes takes two.
const MOST_EXPANSION: u64 = 64;

/// An image of a TIFF file.
#[derive(Clone, Debug, PartialEq)]
pub struct TiffImage {
    /// Pixels along the fast axis.
    pub fast: usize,
    /// Pixels along the slow axis.
    pub slow: usize,
    /// `fast * slow` pixels, the fast axis first.
    pub data: Vec<f64>,
}

/// Reads the first image of a file: one gray number a pixel, whole or floating-point, of 8 to 64 bits, without
/// compression or in runs (PackBits).
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) for a file that is no TIFF or damaged, colors, another compression, and more than
/// 2^30 pixels; [`Length`](crate::ErrorKind::Length) for a file too short for its size, checked before memory is
/// allocated; [`Read`](crate::ErrorKind::Read), also for what is not a regular file; [`Memory`](crate::ErrorKind::Memory).
pub fn read_tiff(path: &Path) -> Result<TiffImage> {
    let (file, length) = open_regular(path)?;
    let wrong = |cause: tiff::TiffError| match cause {
        tiff::TiffError::IoError(cause) => Error::read(path, cause),
        cause => Error::value(path, "image", "a TIFF of gray numbers", cause.to_string().as_bytes()),
    };
    let mut decoder = Decoder::new(BufReader::new(file)).map_err(wrong)?;
    let (width, height) = decoder.dimensions().map_err(wrong)?;
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > MOST_PIXELS {
        let found = format!("{width} x {height}");
        return Err(Error::value(path, "size", format!("1 to {MOST_PIXELS} pixels"), found.as_bytes()));
    }
    let bits = match decoder.colortype().map_err(wrong)? {
        ColorType::Gray(bits) if bits >= 8 => bits,
        other => {
            let found = format!("{other:?}");
            return Err(Error::value(path, "colors", "gray numbers of 8 bits or more", found.as_bytes()));
        }
    };
    let bytes = pixels * u64::from(bits / 8);
    if bytes / MOST_EXPANSION > length {
        return Err(Error::length(path, "pixels", (bytes / MOST_EXPANSION).into(), length.into()));
    }
    let mut limits = Limits::default();
    limits.decoding_buffer_size = usize::try_from(bytes).unwrap_or(usize::MAX);
    limits.intermediate_buffer_size = limits.decoding_buffer_size;
    let mut data = Vec::new();
    let count = pixels as usize;
    data.try_reserve_exact(count).map_err(|_| Error::memory(path, u128::from(pixels) * 8))?;
    macro_rules! doubles {
        ($numbers:expr, $double:expr) => {
            data.extend($numbers.into_iter().map($double))
        };
    }
    match decoder.with_limits(limits).read_image().map_err(wrong)? {
        DecodingResult::U8(numbers) => doubles!(numbers, f64::from),
        DecodingResult::U16(numbers) => doubles!(numbers, f64::from),
        DecodingResult::U32(numbers) => doubles!(numbers, f64::from),
        DecodingResult::U64(numbers) => doubles!(numbers, |number| number as f64),
        DecodingResult::I8(numbers) => doubles!(numbers, f64::from),
        DecodingResult::I16(numbers) => doubles!(numbers, f64::from),
        DecodingResult::I32(numbers) => doubles!(numbers, f64::from),
        DecodingResult::I64(numbers) => doubles!(numbers, |number| number as f64),
        DecodingResult::F16(numbers) => doubles!(numbers, |number| f64::from(number.to_f32())),
        DecodingResult::F32(numbers) => doubles!(numbers, f64::from),
        DecodingResult::F64(numbers) => doubles!(numbers, |number| number),
    }
    if data.len() != count {
        return Err(Error::length(path, "pixels", count as u128, data.len() as u128));
    }
    Ok(TiffImage { fast: width as usize, slow: height as usize, data })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiff::write_tiff;

    #[test]
    fn what_is_written_is_read_and_damage_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tif");
        let pixels: Vec<f32> = (0..12).map(|n| n as f32 * 0.5).collect();
        write_tiff(&path, 4, 3, "photons", &pixels).unwrap();
        let image = read_tiff(&path).unwrap();
        assert_eq!((image.fast, image.slow), (4, 3));
        assert!(image.data.iter().zip(&pixels).all(|(a, b)| *a == f64::from(*b)));
        let good = std::fs::read(&path).unwrap();
        for length in 0..good.len() {
            std::fs::write(&path, &good[..length]).unwrap();
            read_tiff(&path).unwrap_err();
        }
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] = !bytes[at];
            std::fs::write(&path, bytes).unwrap();
            let text = read_tiff(&path).map_or_else(|error| error.to_string(), |_| String::new());
            assert!(!text.contains('\n'), "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_read_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tif");
        let file = std::fs::File::create(&path).unwrap();
        let mut encoder = tiff::encoder::TiffEncoder::new(file).unwrap();
        encoder.write_image::<tiff::encoder::colortype::Gray16>(2, 1, &[7, 65_535]).unwrap();
        assert_eq!(read_tiff(&path).unwrap().data, [7.0, 65_535.0]);
    }
}
