//! Why images cannot be compared.

use std::path::{Path, PathBuf};

/// Why images cannot be compared. `Display` is one line and complete.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Problem);

/// What an [`Error`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file cannot be read or written, or is not what it seems to be.
    File,
    /// A raw image whose size nobody said.
    NoSize,
    /// A format that is written and not read.
    NotRead,
    /// Images of different sizes.
    Sizes,
    /// Images that a file does not have, or none of two files is a stack of.
    Images,
    /// There is not enough memory to compare images of this size.
    Memory,
    /// A picture could not be encoded.
    Picture,
}

impl ErrorKind {
    /// A word that stays the same whatever the text.
    pub const fn code(self) -> &'static str {
        match self {
            ErrorKind::File => "compare.file",
            ErrorKind::NoSize => "compare.no-size",
            ErrorKind::NotRead => "compare.not-read",
            ErrorKind::Sizes => "compare.sizes",
            ErrorKind::Images => "compare.images",
            ErrorKind::Memory => "compare.memory",
            ErrorKind::Picture => "compare.picture",
        }
    }
}

impl Error {
    /// What it is about.
    pub fn kind(&self) -> ErrorKind {
        match self.0 {
            Problem::Io(_) => ErrorKind::File,
            Problem::NoSize { .. } => ErrorKind::NoSize,
            Problem::NotRead { .. } => ErrorKind::NotRead,
            Problem::Sizes { .. } => ErrorKind::Sizes,
            Problem::Lacking { .. } | Problem::NoStack => ErrorKind::Images,
            Problem::Memory { .. } => ErrorKind::Memory,
            Problem::Picture(_) => ErrorKind::Picture,
        }
    }

    /// The code of its kind.
    pub fn code(&self) -> &'static str {
        self.kind().code()
    }

    /// A file of a format that is not read.
    pub(crate) fn not_read(path: &Path, kind: &'static str) -> Self {
        Error(Problem::NotRead { path: path.to_owned(), kind })
    }

    /// There are not so many `bytes` for work on images of this size.
    pub(crate) fn memory(fast: usize, slow: usize, bytes: u128) -> Self {
        Error(Problem::Memory { fast, slow, bytes })
    }

    /// Images of different sizes, (fast, slow).
    pub(crate) fn sizes(a: (usize, usize), b: (usize, usize)) -> Self {
        Error(Problem::Sizes { a, b, images: [1, 1] })
    }

    /// Of two files of so many images each.
    pub(crate) fn stacked(a: (usize, usize), b: (usize, usize), images: [usize; 2]) -> Self {
        Error(Problem::Sizes { a, b, images })
    }

    /// Whether sizes differ and one of the files has several images, of which one may have the other's size.
    pub fn is_of_stack(&self) -> bool {
        matches!(self.0, Problem::Sizes { images, .. } if images.iter().any(|&images| images > 1))
    }
}

impl From<nanobragg_io::Error> for Error {
    fn from(error: nanobragg_io::Error) -> Self {
        Error(Problem::Io(error))
    }
}

impl From<png::EncodingError> for Error {
    fn from(error: png::EncodingError) -> Self {
        Error(Problem::Picture(error))
    }
}

/// What is said of files that have several images.
fn stacks(images: &[usize; 2]) -> String {
    let stack = |(name, images): (&str, &usize)| format!("; {name} is a stack of {images} images");
    ["A", "B"].into_iter().zip(images).filter(|(_, images)| **images > 1).map(stack).collect()
}

/// What happened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error(transparent)]
    Io(nanobragg_io::Error),
    #[error("{}: raw floats have no header; give the size", path.display())]
    NoSize { path: PathBuf },
    #[error("{}: {kind} is not supported; give SMV, CBF, NXmx or TIFF images, NumPy arrays, gray maps or files of floats", path.display())]
    NotRead { path: PathBuf, kind: &'static str },
    #[error("A has {} x {} pixels (fast, slow), B has {} x {}{}", a.0, a.1, b.0, b.1, stacks(images))]
    Sizes { a: (usize, usize), b: (usize, usize), images: [usize; 2] },
    #[error("{} has {images} image{}, not number {number}", path.display(), if *images == 1 { "" } else { "s" })]
    Lacking { path: PathBuf, images: usize, number: usize },
    #[error("neither A nor B is an NXmx file, whose images are numbered")]
    NoStack,
    #[error("not enough memory: images of {fast} x {slow} pixels need {bytes} bytes more to be compared")]
    Memory { fast: usize, slow: usize, bytes: u128 },
    #[error("the picture cannot be encoded: {0}")]
    Picture(png::EncodingError),
}
