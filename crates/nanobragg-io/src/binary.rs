//! Blocks of little- or big-endian numbers.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use bytemuck::NoUninit;

use crate::error::{Error, Result};

/// Numbers converted at a time.
const BLOCK: usize = 8192;

/// Opens a file whose length can be relied on and returns that length in bytes. Pipes and devices are refused:
/// the length could not be compared with the header before memory is allocated.
pub(crate) fn open_regular(path: &Path) -> Result<(File, u64)> {
    let failed = |cause| Error::read(path, cause);
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
    }
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    Ok((file, length))
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
