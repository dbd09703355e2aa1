//! Blocks of little- or big-endian numbers.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;

use bytemuck::NoUninit;

use crate::error::{Error, Result};
use crate::gzip;

/// Numbers converted at a time.
const BLOCK: usize = 8192;

/// A file from which any part can be read.
#[derive(Debug)]
pub(crate) enum Regular {
    /// As it is.
    Plain(File),
    /// What a compressed one unfolds to.
    Unfolded(Cursor<Vec<u8>>),
}

impl Read for Regular {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Regular::Plain(file) => file.read(buffer),
            Regular::Unfolded(bytes) => bytes.read(buffer),
        }
    }
}

impl Seek for Regular {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Regular::Plain(file) => file.seek(to),
            Regular::Unfolded(bytes) => bytes.seek(to),
        }
    }
}

/// Opens a file whose length can be relied on and returns that length in bytes, decompressed where it is compressed. Pipes and
/// devices are refused: the length could not be compared with the header before memory is allocated.
pub(crate) fn open_regular(path: &Path) -> Result<(Regular, u64)> {
    if gzip::is_compressed(path)? {
        let bytes = gzip::whole(path, u64::MAX - 1)?;
        let length = bytes.len() as u64;
        return Ok((Regular::Unfolded(Cursor::new(bytes)), length));
    }
    let (file, length) = open_as_it_is(path)?;
    Ok((Regular::Plain(file), length))
}

/// The same, of a file as it lies on the disk.
pub(crate) fn open_as_it_is(path: &Path) -> Result<(File, u64)> {
    gzip::check_regular(path)?;
    let failed = |cause| Error::read(path, cause);
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    Ok((file, length))
}

/// The first bytes of a file of any format, at most `count`, decompressed where it is compressed.
///
/// # Errors
/// [`Read`](crate::ErrorKind::Read), also for what is not a regular file: what is read of a pipe is gone.
pub fn first_bytes(path: &Path, count: u64) -> Result<Vec<u8>> {
    gzip::check_regular(path)?;
    gzip::beginning(path, count)
}

/// Reads `count` numbers of `N` bytes. The caller has compared the count with the file's length.
pub(crate) fn read_numbers<T, const N: usize>(
    path: &Path,
    mut input: impl Read,
    count: usize,
    convert: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>> {
    let bytes = count as u128 * N as u128;
    let mut numbers = Vec::new();
    numbers.try_reserve_exact(count).map_err(|_| Error::memory(path, bytes))?;
    let mut block = vec![[0; N]; BLOCK.min(count)];
    while numbers.len() < count {
        let wanted = BLOCK.min(count - numbers.len());
        let part = &mut block[..wanted];
        input.read_exact(part.as_flattened_mut()).map_err(|cause| Error::read(path, cause))?;
        numbers.extend(part.iter().map(|&number| convert(number)));
    }
    Ok(numbers)
}

/// Writes numbers one after another, the least byte first: on most machines as they lie in memory.
pub(crate) fn write_little_endian<T: NoUninit, const N: usize>(
    out: &mut dyn Write,
    numbers: &[T],
    convert: impl Fn(T) -> [u8; N],
) -> io::Result<()> {
    if cfg!(target_endian = "little") {
        return out.write_all(bytemuck::cast_slice(numbers));
    }
    let mut block = Vec::with_capacity(BLOCK.min(numbers.len()));
    for part in numbers.chunks(BLOCK) {
        block.clear();
        block.extend(part.iter().map(|&number| convert(number)));
        out.write_all(block.as_flattened())?;
    }
    Ok(())
}
