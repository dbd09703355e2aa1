//! Where the lines of a manifest's images are in its file.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::num::NonZero;

/// Bits of a line's length: of a mebibyte and more.
const LENGTH_BITS: u32 = 21;

/// Where a line is: its first byte, and behind that, in [`LENGTH_BITS`], its bytes with the end. A sweep of many images keeps
/// one for each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place(NonZero<u64>);

impl Place {
    /// A line is not empty, and no file has as many bytes as would not fit.
    fn new(first: u64, bytes: usize) -> Option<Self> {
        NonZero::new((first << LENGTH_BITS) | (bytes as u64 & ((1 << LENGTH_BITS) - 1))).map(Place)
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
