//! Random numbers by their place.

use rand_philox::{Philox, splitmix64};

/// A stream of random numbers for every pixel of every panel, all from one seed.
///
/// What a stream gives depends on the seed, the name and the place alone: not on other pixels, nor on the order in
/// which they are asked for. The generator is Philox 4×32 with 10 rounds (Salmon, Moraes, Dror & Shaw, SC 2011,
/// doi:10.1145/2063384.2063405): seed and name are its key; its counter holds the panel, the row, the column, and
/// how many blocks of the stream are used, in 32 bits each.
///
/// ```
/// use nanobragg::plan::Streams;
///
/// let streams = Streams::new(1, *b"photons ");
/// let first = streams.pixel(0, 3, 5).next_u64();
/// assert_eq!(streams.pixel(0, 3, 5).next_u64(), first);
/// assert_ne!(streams.pixel(1, 3, 5).next_u64(), first);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    key: [u32; 2],
}

impl Streams {
    /// Streams of what is called `name`, from `seed`.
    pub fn new(seed: i64, name: [u8; 8]) -> Self {
        // Seeds are small numbers that differ in few bits, names are letters: each is mixed.
        let key = splitmix64(splitmix64(seed.cast_unsigned()).wrapping_add(u64::from_le_bytes(name)));
        Streams { key: [key as u32, (key >> 32) as u32] }
    }

    /// The key of the generator.
    pub(crate) fn key(&self) -> [u32; 2] {
        self.key
    }

    /// The stream of the pixel in row `slow` and column `fast` of panel `panel`.
    #[inline]
    pub fn pixel(&self, panel: u32, slow: usize, fast: usize) -> Philox {
        // Longer rows than 2³² would take 16 GiB each.
        let place = u128::from(panel) << 96 | u128::from(slow as u32) << 64 | u128::from(fast as u32) << 32;
        Philox::new(self.key, place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_in_every_part_of_their_key() {
        let first = |seed, name: &[u8; 8], panel, slow, fast| {
            Streams::new(seed, *name).pixel(panel, slow, fast).next_u64()
        };
        let all = [
            first(1, b"photons ", 0, 0, 0),
            first(2, b"photons ", 0, 0, 0),
            first(-1, b"photons ", 0, 0, 0),
            first(1, b"flicker ", 0, 0, 0),
            first(1, b"photons ", 1, 0, 0),
            first(1, b"photons ", 0, 1, 0),
            first(1, b"photons ", 0, 0, 1),
        ];
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }

    #[test]
    fn a_stream_does_not_run_into_its_neighbor() {
        let streams = Streams::new(1, *b"photons ");
        let neighbor = streams.pixel(0, 0, 1).next_u64();
        let mut own = streams.pixel(0, 0, 0);
        assert!((0..10_000).all(|_| own.next_u64() != neighbor));
    }
}
