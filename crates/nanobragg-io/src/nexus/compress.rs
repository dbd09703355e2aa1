//! Frames as they are stored: bytes of like significance side by side (HDF5's shuffle), then deflated.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::deflate::{BLOCK, Encoder};

/// Level of deflate that is written down in the file, for those who compress it again.
pub(super) const LEVEL: u32 = 4;

/// Bytes of a count.
const WIDTH: usize = 4;

/// A frame of counts, or a band of its rows, as a stack stores it.
pub fn compress_frame(pixels: &[i32]) -> Vec<u8> {
    let mut encoder = Encoder::new();
    let mut block = [0; BLOCK];
    for plane in 0..WIDTH {
        for pixels in pixels.chunks(BLOCK) {
            let part = &mut block[..pixels.len()];
            for (byte, pixel) in part.iter_mut().zip(pixels) {
                *byte = (pixel >> (8 * plane)) as u8;
            }
            encoder.add(part);
        }
    }
    encoder.finish()
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
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

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
    fn frames_of_counts_are_about_as_short_as_a_general_encoder_makes_them() {
        let noise = |n: i32, most: i32| {
            let hash = (n as u32).wrapping_mul(0x9e37_79b1);
            let hash = (hash ^ hash >> 15).wrapping_mul(0x85eb_ca77);
            ((i64::from((hash ^ (hash >> 13)) >> 8) * i64::from(most)) >> 24) as i32
        };
        for (most, dark) in [(2, 40), (3, 1), (20, 1), (1000, 1), (300, 5)] {
            let count = |n: i32| if noise(n ^ 0x55aa, dark) == 0 { noise(n, most) } else { 0 };
            let pixels: Vec<i32> = (0..200_000).map(count).collect();
            let byte = |plane: usize| pixels.iter().map(move |pixel| pixel.to_le_bytes()[plane]);
            let shuffled: Vec<u8> = (0..WIDTH).flat_map(byte).collect();
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(LEVEL));
            encoder.write_all(&shuffled).unwrap();
            let (ours, theirs) = (compress_frame(&pixels).len(), encoder.finish().unwrap().len());
            assert!(ours as f64 <= 1.15 * theirs as f64, "{most} {dark}: {ours} bytes, not {theirs}");
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
