//! Names that were removed from a group of a file and that the library still finds.
//!
//! A group of many names has them in a heap, in which the HDF Group's library leaves the bytes of a name that it removes. The library here reads such a heap from
//! front to back, and takes those for names. How many there are the heap says itself.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use rust_hdf5::format::fractal_heap::{FractalHeapHeader, collect_managed_objects};
use rust_hdf5::format::messages::link::LinkMessage;
use rust_hdf5::format::{BlockReader, FormatContext, FormatError, FormatResult};

use super::file::Nxmx;
use crate::warning::{Warning, WarningKind};

/// The beginning of a heap.
const HEAP: &[u8; 4] = b"FRHP";
/// Bytes at both ends of a file in which heaps are looked for: what is not image after image stands there.
const SEARCHED: u64 = 16 << 20;
/// Heaps that are looked at.
const MOST_HEAPS: usize = 256;
/// Bytes of the header of a heap.
const HEADER: usize = 512;
/// The most bytes of a block that are read: groups have no larger ones.
const MOST_OF_BLOCK: usize = 4 << 20;

struct Blocks(File);

impl BlockReader for Blocks {
    fn read_block(&mut self, offset: u64, len: usize) -> FormatResult<Vec<u8>> {
        let short = |available| FormatError::BufferTooShort { needed: len, available };
        if len > MOST_OF_BLOCK {
            return Err(short(MOST_OF_BLOCK));
        }
        let mut bytes = Vec::new();
        let read = self
            .0
            .seek(SeekFrom::Start(offset))
            .and_then(|_| std::io::Read::by_ref(&mut self.0).take(len as u64).read_to_end(&mut bytes));
        read.map_err(|_| short(0))?;
        Ok(bytes)
    }
}

impl Nxmx<'_> {
    /// That names which were removed from a group are still read.
    pub(crate) fn leftovers(&self) -> Option<Warning> {
        let file = File::open(self.path()).ok()?;
        let length = file.metadata().ok()?.len();
        let mut blocks = Blocks(file);
        let starts = [0, length.saturating_sub(SEARCHED).max(SEARCHED.min(length))];
        let mut found: Vec<String> = Vec::new();
        let mut heaps = 0;
        for start in starts {
            let mut part = Vec::new();
            let size = SEARCHED.min(length.saturating_sub(start));
            blocks.0.seek(SeekFrom::Start(start)).ok()?;
            std::io::Read::by_ref(&mut blocks.0).take(size).read_to_end(&mut part).ok()?;
            for at in memchr::memmem::find_iter(&part, HEAP) {
                heaps += 1;
                if heaps > MOST_HEAPS {
                    break;
                }
                found.extend(more_names(&mut blocks, start + at as u64).unwrap_or_default());
            }
        }
        found.sort();
        found.dedup();
        let (first, more) = (found.first()?, found.len() - 1);
        let text = if more == 0 { first.clone() } else { format!("{first} and {more} more") };
        let assumed = "a group has fewer names than are found in it: some were removed or renamed and still count; h5repack takes them out";
        Some(Warning::new(WarningKind::RepeatedKey, self.path(), "file", text, assumed))
    }
}

/// The names in the heap at an address, where there are more than it has.
fn more_names(blocks: &mut Blocks, address: u64) -> Option<Vec<String>> {
    let context = FormatContext::default_v3();
    let header = FractalHeapHeader::decode(&blocks.read_block(address, HEADER).ok()?, &context).ok()?;
    let mut names = Vec::new();
    for payload in collect_managed_objects(&header, &context, blocks).ok()? {
        let mut rest = payload.as_slice();
        // Every name begins with a 1, and nothing else does that a group has in a heap.
        while rest.first() == Some(&1) {
            match LinkMessage::decode(rest, &context) {
                Ok((link, length)) if length > 0 => {
                    names.push(link.name);
                    rest = rest.get(length..).unwrap_or_default();
                }
                _ => break,
            }
        }
    }
    (names.len() as u64 > header.man_nobjs && header.man_nobjs > 0).then_some(names)
}
