//! NumPy arrays: images with their shape.

mod read;

pub use read::{NPY_MAGIC, NpyImage, read_npy};

use std::path::Path;

use crate::atomic::write_atomic;
use crate::binary::write_little_endian;
use crate::error::{Error, Result};

/// The pixels begin at a multiple of this, in bytes, as the format recommends.
const ALIGNMENT: usize = 64;

/// Writes the pixels as an array of little-endian 32-bit floats of shape (`slow`, `fast`), version 1.0 of the
/// format: what `numpy.load` and `numpy.memmap` take.
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) when `pixels` does not hold `fast * slow` pixels; [`Write`](crate::ErrorKind::Write).
pub fn write_npy(path: &Path, fast: usize, slow: usize, pixels: &[f32]) -> Result<()> {
    if fast.checked_mul(slow) != Some(pixels.len()) {
        let reason = format!("{fast} x {slow} pixels expected, {} given", pixels.len());
        return Err(Error::unwritable(path, reason));
    }
    write_floats(path, &[slow, fast], pixels)
}

/// The same for panels of one size: an array of shape (panel, `slow`, `fast`).
///
/// # Errors
/// Those of [`write_npy`].
pub fn write_npy_panels(path: &Path, fast: usize, slow: usize, panels: &[Vec<f32>]) -> Result<()> {
    let pixels = panels.concat();
    if fast.checked_mul(slow).and_then(|size| size.checked_mul(panels.len())) != Some(pixels.len()) {
        let reason = format!("panels of {fast} x {slow} pixels expected, {} pixels given", pixels.len());
        return Err(Error::unwritable(path, reason));
    }
    write_floats(path, &[panels.len(), slow, fast], &pixels)
}

fn write_floats(path: &Path, shape: &[usize], pixels: &[f32]) -> Result<()> {
    let header = header("<f4", shape);
    write_atomic(path, |out| {
        out.write_all(&header)?;
        write_little_endian(out, pixels, f32::to_le_bytes)
    })
}

/// Writes an array of little-endian 64-bit floats of the shape `shape`, the last axis fastest, from pieces that follow
/// one another.
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) when the pieces do not fill the shape; [`Write`](crate::ErrorKind::Write).
pub fn write_npy_doubles(path: &Path, shape: &[usize], pieces: &[&[f64]]) -> Result<()> {
    let expected = shape.iter().try_fold(1usize, |product, &length| product.checked_mul(length));
    let found: usize = pieces.iter().map(|piece| piece.len()).sum();
    if expected != Some(found) {
        return Err(Error::unwritable(
            path,
            format!("an array of {shape:?} expected, {found} numbers given"),
        ));
    }
    let header = header("<f8", shape);
    write_atomic(path, |out| {
        out.write_all(&header)?;
        pieces.iter().try_for_each(|piece| write_little_endian(out, piece, f64::to_le_bytes))
    })
}

/// Magic number, version, length of the description, description, padding, line feed.
fn header(kind: &str, shape: &[usize]) -> Vec<u8> {
    const START: &[u8] = b"\x93NUMPY\x01\x00";
    let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
    let comma = if shape.len() == 1 { "," } else { "" };
    let shape = format!("({}{comma})", lengths.join(", "));
    let description = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let length = (START.len() + 2 + description.len() + 1).next_multiple_of(ALIGNMENT);
    let described = length - START.len() - 2;
    let mut header = START.to_vec();
    // A few sizes of at most twenty digits each keep it far below 64 KiB.
    header.extend((described as u16).to_le_bytes());
    header.extend(description.bytes());
    header.resize(length - 1, b' ');
    header.push(b'\n');
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_what_numpy_writes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.npy");
        write_npy(&path, 3, 2, &[0.0, 1.0, 2.0, 3.0, 4.0, -5.5]).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let mut expected = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
        expected.extend(b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
        expected.resize(127, b' ');
        expected.push(b'\n');
        assert_eq!(bytes[..128], expected);
        assert_eq!(bytes.len(), 128 + 24);
        assert_eq!(bytes[128 + 20..], (-5.5f32).to_le_bytes());
    }

    #[test]
    fn pixels_begin_at_a_multiple_of_the_alignment() {
        for (fast, slow) in [(1, 1), (usize::MAX, usize::MAX), (1234, 99999), (10_000_000_000, 1)] {
            let header = header("<f4", &[slow, fast]);
            assert!(header.len().is_multiple_of(ALIGNMENT) && header.ends_with(b"\n"));
            assert_eq!(usize::from(u16::from_le_bytes([header[8], header[9]])), header.len() - 10);
        }
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.npy");
        let error = write_npy(&path, 2, 2, &[0.0; 3]).unwrap_err().to_string();
        assert_eq!(error, format!("cannot write {}: 2 x 2 pixels expected, 3 given", path.display()));
        assert!(!path.exists());
    }

    #[test]
    fn doubles_of_any_shape_come_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.npy");
        write_npy_doubles(&path, &[2, 3], &[&[0.1, 1.0, 2.0], &[3.0, 4.0, -5.5]]).unwrap();
        assert_eq!(read_npy(&path).unwrap().data, [0.1, 1.0, 2.0, 3.0, 4.0, -5.5]);
        write_npy_doubles(&path, &[2, 1, 1], &[&[0.1], &[0.2]]).unwrap();
        assert!(String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains("'shape': (2, 1, 1), }"));
        assert!(write_npy_doubles(&path, &[2, 2], &[&[0.0]]).is_err());
    }
}
