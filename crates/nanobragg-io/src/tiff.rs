//! TIFF images: written as 32-bit floats, read as any gray numbers.

mod read;

pub use read::{TIFF_MAGICS, TiffImage, read_tiff};

use std::io::Cursor;
use std::path::Path;

use tiff::encoder::TiffEncoder;
use tiff::encoder::colortype::Gray32Float;
use tiff::tags::Tag;

use crate::atomic::write_atomic;
use crate::error::{Error, Result};

/// Writes the pixels as one uncompressed image of 32-bit floats, `description` in its description tag.
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) when `pixels` does not hold `fast * slow` pixels, or the image is larger than the
/// format's 32-bit offsets allow; [`Write`](crate::ErrorKind::Write).
pub fn write_tiff(path: &Path, fast: usize, slow: usize, description: &str, pixels: &[f32]) -> Result<()> {
    if fast.checked_mul(slow) != Some(pixels.len()) {
        let reason = format!("{fast} x {slow} pixels expected, {} given", pixels.len());
        return Err(Error::unwritable(path, reason));
    }
    let too_large = || Error::unwritable(path, format!("{fast} x {slow} pixels are too many for a TIFF"));
    let (Ok(width), Ok(height)) = (u32::try_from(fast), u32::try_from(slow)) else {
        return Err(too_large());
    };
    // The format points back and forth, which a pipe cannot: it is put together in memory.
    let mut bytes = Cursor::new(Vec::new());
    let encoded = (|| {
        let mut encoder = TiffEncoder::new(&mut bytes)?;
        let mut image = encoder.new_image::<Gray32Float>(width, height)?;
        image.encoder().write_tag(Tag::ImageDescription, description)?;
        image.write_data(pixels)
    })();
    encoded.map_err(|_| too_large())?;
    write_atomic(path, |out| out.write_all(bytes.get_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiff::decoder::{Decoder, DecodingResult};

    #[test]
    fn round_trip() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tif");
        let pixels: Vec<f32> = (0..70 * 30).map(|n| n as f32 * 0.37 - 2.0).collect();
        write_tiff(&path, 70, 30, "photons", &pixels).unwrap();
        let mut decoder = Decoder::new(std::fs::File::open(&path).unwrap()).unwrap();
        assert_eq!(decoder.dimensions().unwrap(), (70, 30));
        assert_eq!(decoder.get_tag_ascii_string(Tag::ImageDescription).unwrap(), "photons");
        let DecodingResult::F32(read) = decoder.read_image().unwrap() else { panic!("not floats") };
        assert_eq!(read, pixels);
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tif");
        let error = write_tiff(&path, 2, 2, "", &[0.0; 3]).unwrap_err().to_string();
        assert_eq!(error, format!("cannot write {}: 2 x 2 pixels expected, 3 given", path.display()));
        assert!(!path.exists());
    }
}
