//! Files that may be compressed: gzip is told by its first two bytes, whatever the name.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::error::{Error, Result};

const MAGIC: [u8; 2] = [0x1f, 0x8b];
const BUFFER: usize = 1 << 16;
/// Most bytes that a compressed file may unfold to. Text is read in constant memory: this bounds the time.
const UNFOLDED_LIMIT: u64 = 16 << 30;

/// A file's contents, decompressed where they are compressed.
#[derive(Debug)]
pub(crate) enum Source {
    /// As it is.
    Plain(File),
    /// Through the decompressor, with the bytes that may still come.
    Gzip(Box<MultiGzDecoder<BufReader<File>>>, u64),
}

impl Source {
    /// Opens a file. What is not a regular file is not looked into: a pipe gives its bytes once.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let failed = |cause| Error::read(path, cause);
        let mut file = File::open(path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Ok(Source::Plain(file));
        }
        let mut start = Vec::new();
        (&mut file).take(MAGIC.len() as u64).read_to_end(&mut start).map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        if start != MAGIC {
            return Ok(Source::Plain(file));
        }
        let decoder = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, file));
        Ok(Source::Gzip(Box::new(decoder), UNFOLDED_LIMIT))
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::Plain(file) => file.read(buffer),
            Source::Gzip(decoder, left) => {
                let count = decoder.read(buffer)?;
                *left = left.checked_sub(count as u64).ok_or_else(|| {
                    io::Error::other(format!("it unfolds to more than {UNFOLDED_LIMIT} bytes"))
                })?;
                Ok(count)
            }
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

/// The whole of a regular file, decompressed.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) when it is longer than `limit`, [`Read`](crate::ErrorKind::Read) also for pipes and devices.
pub(crate) fn whole(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let failed = |cause| Error::read(path, cause);
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
    }
    let mut bytes = Vec::new();
    Source::open(path)?.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(Error::value(path, "length", format!("at most {limit} bytes"), b"more"));
    }
    Ok(bytes)
}
