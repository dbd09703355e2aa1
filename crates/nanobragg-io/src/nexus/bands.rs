//! Bands of rows: what a frame is stored in.

use super::compress_frame;

/// Bytes of a length.
const LENGTH: usize = size_of::<u64>();

/// How a frame is divided: into bands of as many rows, of which the last may reach beyond the frame. A frame that a
/// detector of today has is one band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bands {
    /// Pixels of a row.
    pub fast: usize,
    /// Rows of the frame.
    pub slow: usize,
    /// Rows of a band.
    pub rows: usize,
}

impl Bands {
    /// Pixels of a band, at most, unless a single row has more.
    const MOST: usize = 20 << 20;

    /// The bands of a frame of `fast` × `slow` pixels.
    pub fn of(fast: usize, slow: usize) -> Self {
        Self::within(fast, slow, Self::MOST)
    }

    /// Bands that are no larger than the largest of several modules, which lie one below the other in a frame of `fast` ×
    /// `slow` pixels: those of equal modules are the modules.
    pub(super) fn of_modules(fast: usize, slow: usize, largest: usize) -> Self {
        Self::within(fast, slow, largest.min(Self::MOST))
    }

    pub(super) fn within(fast: usize, slow: usize, most: usize) -> Self {
        let fit = (most / fast.max(1)).clamp(1, slow.max(1));
        // All bands alike, so that the last is padded with as little as may be.
        let count = slow.max(1).div_ceil(fit);
        Bands { fast, slow, rows: slow.max(1).div_ceil(count) }
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.slow.div_ceil(self.rows)
    }

    /// Pixels of a band, those beyond the frame included.
    pub fn pixels(self) -> usize {
        self.fast * self.rows
    }

    /// A frame as [`StackWriter::write_compressed`](super::StackWriter::write_compressed) takes it.
    pub fn compress(self, pixels: &[i32]) -> Vec<u8> {
        if self.count() == 1 {
            return compress_frame(pixels);
        }
        let mut frame = Vec::new();
        for band in pixels.chunks(self.pixels().max(1)) {
            let bytes = self.compress_band(band);
            frame.extend((bytes.len() as u64).to_le_bytes());
            frame.extend(bytes);
        }
        frame
    }

    /// A band as it is stored; what lies beyond the frame is zero.
    pub(super) fn compress_band(self, pixels: &[i32]) -> Vec<u8> {
        if pixels.len() == self.pixels() {
            return compress_frame(pixels);
        }
        let mut padded = pixels.to_vec();
        padded.resize(self.pixels(), 0);
        compress_frame(&padded)
    }

    /// The bands of a compressed frame; `None` where it has other ones.
    pub(super) fn split(self, frame: &[u8]) -> Option<Vec<&[u8]>> {
        if self.count() == 1 {
            return Some(vec![frame]);
        }
        let mut rest = frame;
        let mut bands = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<LENGTH>() {
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let band;
            (band, rest) = after.split_at_checked(length)?;
            bands.push(band);
        }
        (rest.is_empty() && bands.len() == self.count()).then_some(bands)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_frames_come_apart_again() {
        let bands = Bands::within(5, 7, 15);
        let pixels: Vec<i32> = (0..35).collect();
        let frame = bands.compress(&pixels);
        let split = bands.split(&frame).unwrap();
        assert_eq!(split[1], compress_frame(&pixels[15..30]));
        let last = [&pixels[30..], &[0; 10]].concat();
        assert_eq!((split.len(), split[2]), (3, &compress_frame(&last)[..]));
        for wrong in [&frame[..frame.len() - 1], &frame[1..], &[], &[0; 7]] {
            assert_eq!(bands.split(wrong), None);
        }
    }

    #[test]
    fn frames_of_detectors_are_one_band_and_larger_ones_are_divided_evenly() {
        for (fast, slow) in [(1, 1), (4148, 4362), (4096, 4096)] {
            let bands = Bands::of(fast, slow);
            assert_eq!((bands.rows, bands.count()), (slow, 1));
        }
        let bands = Bands::of(8192, 8192);
        assert_eq!((bands.rows, bands.count(), bands.pixels()), (2048, 4, 1 << 24));
        let bands = Bands::within(5, 7, 15);
        assert_eq!((bands.rows, bands.count()), (3, 3));
        let bands = Bands::within(50, 3, 15);
        assert_eq!((bands.rows, bands.count()), (1, 3));
    }
}
