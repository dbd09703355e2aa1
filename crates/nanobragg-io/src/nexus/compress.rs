//! Frames as they are stored: bytes of like significance side by side (HDF5's shuffle), then deflated.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

/// Level of deflate, also written down in the file. Higher levels take longer and save little on counts.
pub(super) const LEVEL: u32 = 4;

/// Counts whose bytes are put side by side at a time.
const BLOCK: usize = 1 << 15;

/// Bytes of a count.
const WIDTH: usize = 4;

/// A frame of counts, or a band of its rows, as a stack stores it.
pub fn compress_frame(pixels: &[i32]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(LEVEL));
    let mut block = [0; BLOCK];
    // Writing to memory does not fail.
    let written = (0..WIDTH).try_for_each(|plane| {
        pixels.chunks(BLOCK).try_for_each(|pixels| {
            let part = &mut block[..pixels.len()];
            for (byte, pixel) in part.iter_mut().zip(pixels) {
                *byte = pixel.to_le_bytes()[plane];
            }
            encoder.write_all(part)
        })
    });
    written.and_then(|()| encoder.finish()).unwrap_or_default()
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
    fn what_is_stored_does_not_depend_on_blocks() {
        let noise = |n: i32| if n % 7 == 0 { n.wrapping_mul(-1_640_531_535) >> 20 } else { n % 3 };
        for count in [1, 1000, 100_000, 300_001] {
            let pixels: Vec<i32> = (0..count).map(noise).collect();
            let byte = |plane: usize| pixels.iter().map(move |pixel| pixel.to_le_bytes()[plane]);
            let shuffled: Vec<u8> = (0..WIDTH).flat_map(byte).collect();
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(LEVEL));
            encoder.write_all(&shuffled).unwrap();
            assert!(encoder.finish().unwrap() == compress_frame(&pixels), "{count}");
        }
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
