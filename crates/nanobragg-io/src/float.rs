//! Raw images of 32-bit floats: little-endian, no header, the fast axis first.

use std::path::Path;

use crate::atomic::write_atomic;
use crate::binary::{open_regular, read_numbers, write_little_endian};
use crate::error::{Error, Result};

/// Writes the pixels as little-endian 32-bit floats.
///
/// # Errors
/// [`Write`](crate::ErrorKind::Write).
pub fn write_float(path: &Path, pixels: &[f32]) -> Result<()> {
    write_atomic(path, |out| write_little_endian(out, pixels, f32::to_le_bytes))
}

/// Reads an image of exactly `pixels` little-endian 32-bit floats. The values are not looked at: they may be
/// NaN or infinite.
///
/// # Errors
/// [`Length`](crate::ErrorKind::Length) when the file has another length, checked before memory is allocated; [`Read`](crate::ErrorKind::Read),
/// also for what is not a regular file; [`Memory`](crate::ErrorKind::Memory).
pub fn read_float(path: &Path, pixels: usize) -> Result<Vec<f32>> {
    let (file, length) = open_regular(path)?;
    let expected = pixels as u128 * 4;
    if u128::from(length) != expected {
        return Err(Error::length(path, "float image", expected, length.into()));
    }
    read_numbers(path, file, pixels, f32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("float.bin");
        for pixels in [0, 1, 8191, 8192, 20_000] {
            let image: Vec<f32> = (0..pixels).map(|n| n as f32 * 0.1 - 5.0).collect();
            write_float(&path, &image).unwrap();
            assert_eq!(read_float(&path, image.len()).unwrap(), image);
        }
        write_float(&path, &[1.0, -2.0]).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
    }

    #[test]
    fn another_length_is_an_error_with_both() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("float.bin");
        std::fs::write(&path, [0; 13]).unwrap();
        for (pixels, bytes) in [(3, "12"), (4, "16"), (usize::MAX, "73786976294838206460")] {
            let error = read_float(&path, pixels).unwrap_err().to_string();
            let expected = format!("{}: float image: expected {bytes} bytes, found 13", path.display());
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let error = read_float(directory.path(), 1).unwrap_err().to_string();
        assert_eq!(error, format!("cannot read {}: not a regular file", directory.path().display()));
        assert_eq!(read_float(Path::new("no/file"), 1).unwrap_err().kind(), crate::ErrorKind::Read);
    }
}
