//! The byte-offset compression of the CBF format: differences of neighbors in as few bytes as will hold them.

/// Compresses 32-bit counts: each is the difference to the one before it, in 8 bits where it lies within ±127,
/// after an escape of 0x80 in 16 bits within ±32767, after a further 0x8000 in 32 bits, after a further
/// 0x80000000 in 64 bits (International Tables for Crystallography G, §5.6.3.2).
pub fn compress(pixels: &[i32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(pixels.len() + pixels.len() / 8);
    let mut previous = 0i64;
    for &pixel in pixels {
        let difference = i64::from(pixel) - previous;
        previous = i64::from(pixel);
        if let Some(small) = within(difference, i64::from(i8::MAX)) {
            bytes.push(small as i8 as u8);
            continue;
        }
        bytes.push(0x80);
        if let Some(middle) = within(difference, i64::from(i16::MAX)) {
            bytes.extend((middle as i16).to_le_bytes());
            continue;
        }
        bytes.extend(i16::MIN.to_le_bytes());
        if let Some(large) = within(difference, i64::from(i32::MAX)) {
            bytes.extend((large as i32).to_le_bytes());
            continue;
        }
        bytes.extend(i32::MIN.to_le_bytes());
        bytes.extend(difference.to_le_bytes());
    }
    bytes
}

fn within(difference: i64, most: i64) -> Option<i64> {
    (-most..=most).contains(&difference).then_some(difference)
}

/// Undoes [`compress`]; `None` when the bytes do not hold exactly `count` counts of 32 bits.
pub fn decompress(bytes: &[u8], count: usize) -> Option<Vec<i32>> {
    // Every count takes a byte at least, so the bytes bound the memory.
    if bytes.len() < count {
        return None;
    }
    let mut pixels = Vec::with_capacity(count);
    let mut rest = bytes;
    let mut value = 0i64;
    for _ in 0..count {
        let mut difference = i64::from(i8::from_le_bytes(take(&mut rest)?));
        if difference == i64::from(i8::MIN) {
            difference = i64::from(i16::from_le_bytes(take(&mut rest)?));
            if difference == i64::from(i16::MIN) {
                difference = i64::from(i32::from_le_bytes(take(&mut rest)?));
                if difference == i64::from(i32::MIN) {
                    difference = i64::from_le_bytes(take(&mut rest)?);
                }
            }
        }
        value = value.checked_add(difference)?;
        pixels.push(i32::try_from(value).ok()?);
    }
    rest.is_empty().then_some(pixels)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_as_the_format_has_it() {
        assert_eq!(compress(&[0, 1, -126, 127 - 126]), [0, 1, 0x81, 127]);
        assert_eq!(compress(&[128]), [0x80, 0x80, 0x00]);
        assert_eq!(compress(&[-128]), [0x80, 0x80, 0xff]);
        assert_eq!(compress(&[32768]), [0x80, 0x00, 0x80, 0x00, 0x80, 0x00, 0x00]);
        let widest = compress(&[i32::MAX, i32::MIN]);
        let mut expected = vec![0x80, 0x00, 0x80, 0xff, 0xff, 0xff, 0x7f];
        expected.extend([0x80, 0x00, 0x80, 0x00, 0x00, 0x00, 0x80]);
        expected.extend((i64::from(i32::MIN) - i64::from(i32::MAX)).to_le_bytes());
        assert_eq!(widest, expected);
    }

    #[test]
    fn round_trip_at_the_edges_of_every_width() {
        let edges = [0i64, 127, 128, 32767, 32768, 2147483646, 2147483647];
        let mut pixels = vec![0];
        for edge in edges {
            for sign in [-1, 1] {
                for more in [-1, 0, 1] {
                    let value = (sign * edge + more).clamp(i64::from(i32::MIN), i64::from(i32::MAX));
                    pixels.extend([value as i32, 0, -1, value as i32]);
                }
            }
        }
        pixels.extend([i32::MAX, i32::MIN, i32::MAX]);
        assert_eq!(decompress(&compress(&pixels), pixels.len()), Some(pixels));
    }

    #[test]
    fn wrong_bytes_are_refused() {
        let bytes = compress(&[5, 500, 50_000]);
        assert!(decompress(&bytes, 3).is_some());
        assert_eq!(decompress(&bytes, 2), None);
        assert_eq!(decompress(&bytes, 4), None);
        assert_eq!(decompress(&bytes[..bytes.len() - 1], 3), None);
        assert_eq!(decompress(&compress(&[i32::MAX]).into_iter().chain([1]).collect::<Vec<_>>(), 2), None);
        assert_eq!(decompress(&[], usize::MAX), None);
    }
}
