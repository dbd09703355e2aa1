//! Files that may be compressed: gzip is told by its first two bytes, whatever the name.

use std::fs::{self, File};
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::error::{Error, Result};

const MAGIC: [u8; 2] = [0x1f, 0x8b];
const BUFFER: usize = 1 << 16;
/// Most bytes that are read of a text, which takes time and no memory.
const MOST_OF_TEXT: u64 = 16 << 30;
/// Most bytes that a compressed file may unfold to, and how many times its own length where that is less: what people
/// measure and write unfolds to ten times at most, what was made to unfold without end to a thousand times.
const MOST_UNFOLDED: u64 = 2 << 30;
const MOST_TIMES: u64 = 100;
/// Bytes that any compressed file may unfold to.
const UNFOLDED: u64 = 64 << 20;

/// A file's contents, decompressed where they are compressed.
#[derive(Debug)]
pub(crate) enum Source {
    /// As it is.
    Plain(Whole),
    /// Through the decompressor.
    Gzip(Box<MultiGzDecoder<BufReader<Whole>>>),
}

/// A file behind the bytes that were read of it.
type Whole = Chain<Cursor<Vec<u8>>, File>;

/// What may be read of a [`Source`].
#[derive(Debug)]
pub(crate) struct Bounded<R = Source> {
    input: R,
    left: u64,
    limit: u64,
}

impl Bounded {
    /// A text.
    pub(crate) fn text(path: &Path) -> Result<Self> {
        Self::open(path, MOST_OF_TEXT)
    }

    /// A file of which no more than `limit` bytes are read.
    pub(crate) fn open(path: &Path, limit: u64) -> Result<Self> {
        let input = Source::open(path)?;
        let limit = match input {
            Source::Plain(_) => limit,
            Source::Gzip(_) => {
                let about = fs::metadata(path).map_err(|cause| Error::read(path, cause))?;
                // Of a pipe no length is known.
                let length = if about.is_file() { about.len() } else { MOST_UNFOLDED };
                limit.min(length.saturating_mul(MOST_TIMES).clamp(UNFOLDED, MOST_UNFOLDED))
            }
        };
        Ok(Bounded { input, left: limit, limit })
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::other(format!("no more than {} bytes of it are read, and it goes on", self.limit))
        })?;
        Ok(count)
    }
}

impl Source {
    /// Opens a file, or a pipe, which gives its bytes once.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let failed = |cause| Error::read(path, cause);
        let mut file = File::open(path).map_err(failed)?;
        let mut start = Vec::new();
        (&mut file).take(MAGIC.len() as u64).read_to_end(&mut start).map_err(failed)?;
        let is_compressed = start == MAGIC;
        let whole = Cursor::new(start).chain(file);
        if !is_compressed {
            return Ok(Source::Plain(whole));
        }
        let decoder = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, whole));
        Ok(Source::Gzip(Box::new(decoder)))
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::Plain(file) => file.read(buffer),
            Source::Gzip(decoder) => decoder.read(buffer),
        }
    }
}

/// The first bytes of a regular file, at most `count`, decompressed; none of what is not a regular file.
pub(crate) fn beginning(path: &Path, count: u64) -> Result<Vec<u8>> {
    let failed = |cause| Error::read(path, cause);
    let mut bytes = Vec::new();
    if fs::metadata(path).map_err(failed)?.is_file() {
        Source::open(path)?.take(count).read_to_end(&mut bytes).map_err(failed)?;
    }
    Ok(bytes)
}

/// Whether a file is compressed; of what is not a regular file nothing is known.
pub(crate) fn is_compressed(path: &Path) -> Result<bool> {
    let failed = |cause| Error::read(path, cause);
    let is_file = fs::metadata(path).map_err(failed)?.is_file();
    Ok(is_file && matches!(Source::open(path)?, Source::Gzip(_)))
}

/// Refuses pipes and devices, which cannot be read twice.
pub(crate) fn check_regular(path: &Path) -> Result<()> {
    let failed = |cause| Error::read(path, cause);
    if fs::metadata(path).map_err(failed)?.is_file() {
        return Ok(());
    }
    Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")))
}

/// The whole of a regular file, decompressed.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) when it is longer than `limit`, [`Read`](crate::ErrorKind::Read) also for pipes and devices.
pub(crate) fn whole(path: &Path, limit: u64) -> Result<Vec<u8>> {
    check_regular(path)?;
    let failed = |cause| Error::read(path, cause);
    let mut bytes = Vec::new();
    Bounded::open(path, limit + 1)?.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(Error::value(path, "length", format!("at most {limit} bytes"), b"more"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_beyond_the_limit_is_an_error() {
        let mut bytes = Vec::new();
        let read = |length: u64, limit| Bounded { input: io::repeat(b'x').take(length), left: limit, limit };
        assert_eq!(read(10, 10).read_to_end(&mut bytes).unwrap(), 10);
        let error = read(u64::MAX, 1 << 20).read_to_end(&mut bytes).unwrap_err().to_string();
        assert_eq!(error, "no more than 1048576 bytes of it are read, and it goes on");
    }
}
