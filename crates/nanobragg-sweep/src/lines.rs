//! Where the lines of a manifest's images are in its file.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::num::NonZero;

/// Bytes of the longest line: far above any that is written.
pub(crate) const LONGEST_LINE: u64 = 1 << 20;
/// Bits of a line's length.
const LENGTH_BITS: u32 = LONGEST_LINE.ilog2() + 1;

/// Where a line is: its first byte, and behind that, in [`LENGTH_BITS`], its bytes with the end. A sweep of many images keeps
/// one for each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place(NonZero<u64>);

impl Place {
    /// `None` for an empty line, and for one so long or so far behind that no manifest has it.
    fn new(first: u64, bytes: usize) -> Option<Self> {
        let fits = bytes > 0 && bytes as u64 <= LONGEST_LINE && first.leading_zeros() >= LENGTH_BITS;
        NonZero::new((first << LENGTH_BITS) | bytes as u64).filter(|_| fits).map(Place)
    }

    /// The line.
    pub fn read(self, mut file: &File) -> io::Result<Vec<u8>> {
        let packed = self.0.get();
        let mut line = vec![0; (packed & ((1 << LENGTH_BITS) - 1)) as usize];
        file.seek(SeekFrom::Start(packed >> LENGTH_BITS))?;
        file.read_exact(&mut line)?;
        Ok(line)
    }
}

/// The places of all of them.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// By the number of the image, from 1.
    places: Vec<Option<Place>>,
    /// Bytes of the file.
    end: u64,
}

impl Lines {
    /// None, in a file of so many bytes.
    pub fn after(bytes: usize) -> Self {
        Lines { places: Vec::new(), end: bytes as u64 }
    }

    /// Notes the line of image `image` that is added at the end.
    pub fn add(&mut self, image: usize, line: &str) {
        if self.places.len() <= image {
            self.places.resize(image + 1, None);
        }
        self.places[image] = Place::new(self.end, line.len());
        self.pass(line);
    }

    /// Passes over a line that is added at the end.
    pub fn pass(&mut self, line: &str) {
        self.end += line.len() as u64;
    }

    /// The line of an image, if it has one.
    pub fn of(&self, image: usize) -> Option<Place> {
        self.places.get(image).copied().flatten()
    }

    /// The images that have lines, and these, in the order of images.
    pub fn all(&self) -> impl Iterator<Item = (usize, Place)> + '_ {
        self.places.iter().enumerate().filter_map(|(image, place)| Some((image, (*place)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_hold_what_they_are_made_of() {
        let parts = |first, bytes| {
            let packed = Place::new(first, bytes)?.0.get();
            Some((packed >> LENGTH_BITS, packed & ((1 << LENGTH_BITS) - 1)))
        };
        let (last, longest) = ((1 << (64 - LENGTH_BITS)) - 1, LONGEST_LINE as usize);
        for (first, bytes) in [(0, 1), (7, longest), (last, 1), (last, longest)] {
            assert_eq!(parts(first, bytes), Some((first, bytes as u64)));
        }
        for (first, bytes) in [(7, 0), (7, longest + 1), (last + 1, 1)] {
            assert_eq!(parts(first, bytes), None);
        }
    }

    #[test]
    fn lines_are_found_by_their_image() {
        let mut lines = Lines::after(10);
        lines.add(3, "third\n");
        lines.pass("not an image\n");
        lines.add(1, "first\n");
        assert!(lines.of(2).is_none() && lines.of(99).is_none());
        let places: Vec<_> =
            lines.all().map(|(image, place)| (image, place.0.get() >> LENGTH_BITS)).collect();
        assert_eq!(places, [(1, 29), (3, 10)]);
    }
}
