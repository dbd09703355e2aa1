//! Why images cannot be compared.

use std::path::PathBuf;

use nanobragg_io::IoError;

/// Why images cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// A file cannot be read or written, or is not what it seems to be.
    #[error(transparent)]
    Io(#[from] IoError),
    /// A raw image whose size nobody said.
    #[error("{}: raw floats do not say how wide the image is, and the other image does not either: give its size", path.display())]
    NoSize {
        /// The file.
        path: PathBuf,
    },
    /// Images of different sizes; sizes are (fast, slow).
    #[error("A has {} x {} pixels (fast, slow), B has {} x {}", a.0, a.1, b.0, b.1)]
    Sizes {
        /// Of the first image.
        a: (usize, usize),
        /// Of the second image.
        b: (usize, usize),
    },
    /// A picture could not be encoded.
    #[error("the picture cannot be encoded: {0}")]
    Picture(#[from] png::EncodingError),
}
