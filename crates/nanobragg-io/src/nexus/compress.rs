//! Frames as they are stored: bytes of like significance side by side (HDF5's shuffle), then deflated.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

/// Level of deflate, also written down in the file. Higher levels take longer and save little on counts.
pub(super) const LEVEL: u32 = 4;

/// Bytes of a count.
const WIDTH: usize = 4;

/// A frame of counts as a stack stores it.
pub fn compress_frame(pixels: &[i32]) -> Vec<u8> {
    let mut shuffled = vec![0; pixels.len() * WIDTH];
    for (at, pixel) in pixels.iter().enumerate() {
        for (plane, byte) in pixel.to_le_bytes().into_iter().enumerate() {
            shuffled[plane * pixels.len() + at] = byte;
        }
    }
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(pixels.len()), Compression::new(LEVEL));
    // Writing to memory does not fail.
    let written = encoder.write_all(&shuffled).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

/// Undoes [`compress_frame`]; `None` when the bytes do not hold exactly `count` counts.
pub fn decompress_frame(bytes: &[u8], count: usize) -> Option<Vec<i32>> {
    let length = count.checked_mul(WIDTH)?;
    let mut shuffled = Vec::new();
    // One byte more than there should be shows a frame that is too long.
    ZlibDecoder::new(bytes).take(length as u64 + 1).read_to_end(&mut shuffled).ok()?;
    if shuffled.len() != length {
        return None;
    }
    let byte = |at: usize, plane: usize| shuffled[plane * count + at];
    Some((0..count).map(|at| i32::from_le_bytes([0, 1, 2, 3].map(|plane| byte(at, plane)))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let pixels: Vec<i32> =
            (0..10_000).map(|n| (n * n) % 70_000 - 1).chain([i32::MAX, i32::MIN]).collect();
        let bytes = compress_frame(&pixels);
        assert!(bytes.len() < pixels.len() * WIDTH);
        assert_eq!(decompress_frame(&bytes, pixels.len()), Some(pixels));
        assert_eq!(decompress_frame(&compress_frame(&[]), 0), Some(Vec::new()));
    }

    #[test]
    fn wrong_bytes_are_refused() {
        let bytes = compress_frame(&[1, 2, 3]);
        assert_eq!(decompress_frame(&bytes, 2), None);
        assert_eq!(decompress_frame(&bytes, 4), None);
        assert_eq!(decompress_frame(&bytes[..bytes.len() / 2], 3), None);
        assert_eq!(decompress_frame(b"no zlib", 3), None);
        assert_eq!(decompress_frame(&bytes, usize::MAX), None);
    }
}
