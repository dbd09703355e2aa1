//! Files that may be compressed: gzip is told by its first two bytes, whatever the name.

use std::fs::{self, File};
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::error::{Error, Result};

const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// First bytes of files of other compressions and archives, which are not read, and what they are. No number of an image begins so.
const OTHERS: [(&[u8], &str); 5] = [
    (b"\x1f\x9d", "compress (.Z)"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
];
/// A file of bzip2 has the size of its blocks and pi after that.
const BZIP2: (&[u8], &[u8]) = (b"BZh", b"1AY&SY");
/// Bytes that tell what a file is.
const LOOKED_AT: u64 = 10;
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
        (&mut file).take(LOOKED_AT).read_to_end(&mut start).map_err(failed)?;
        if let Some(found) = other(&start) {
            let expected = "a file that is not compressed, or compressed by gzip: unpack it";
            return Err(Error::value(path, "file", expected, found.as_bytes()));
        }
        if is_utf16(&start) {
            return Err(Error::value(path, "file", "text in UTF-8", b"UTF-16"));
        }
        let is_compressed = start.starts_with(&MAGIC);
        let whole = Cursor::new(start).chain(file);
        if !is_compressed {
            return Ok(Source::Plain(whole));
        }
        let decoder = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, whole));
        Ok(Source::Gzip(Box::new(decoder)))
    }
}

/// What a file is that is compressed otherwise.
fn other(start: &[u8]) -> Option<&'static str> {
    let is_bzip2 = start.starts_with(BZIP2.0) && start.get(BZIP2.0.len() + 1..) == Some(BZIP2.1);
    let known = OTHERS.into_iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, what)| what);
    known.or(is_bzip2.then_some("bzip2"))
}

/// Whether bytes are a mark of UTF-16 and characters of ASCII behind it, which no numbers are.
fn is_utf16(start: &[u8]) -> bool {
    let is_text = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    match *start {
        [0xff, 0xfe, one, 0, other, 0, ..] => is_text(one) && is_text(other),
        [0xfe, 0xff, 0, one, 0, other, ..] => is_text(one) && is_text(other),
        _ => false,
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
    fn other_compressions_are_called_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.hkl");
        for (start, what) in [
            (&b"BZh91AY&SY\xf9\xfa"[..], "bzip2"),
            (b"\xfd7zXZ\0\0\x04", "xz"),
            (b"\x28\xb5\x2f\xfd\x04", "Zstandard"),
            (b"PK\x03\x04\x14", "a ZIP archive"),
        ] {
            fs::write(&path, start).unwrap();
            let expected = format!(
                "{}: file: expected a file that is not compressed, or compressed by gzip: unpack it, found \"{what}\"",
                path.display()
            );
            let errors = [
                Bounded::text(&path).map(|_| ()),
                whole(&path, 9).map(|_| ()),
                beginning(&path, 9).map(|_| ()),
                crate::binary::open_regular(&path).map(|_| ()),
            ];
            for error in errors {
                assert_eq!(error.unwrap_err().to_string(), expected);
            }
        }
        for start in [&b"\xff\xfe1\0 \x000\0"[..], b"\xfe\xff\x001\0 \x000"] {
            fs::write(&path, start).unwrap();
            let error = whole(&path, 9).unwrap_err().to_string();
            assert!(error.ends_with("a.hkl: file: expected text in UTF-8, found \"UTF-16\""), "{error}");
        }
        for good in ["BZh 1 2 3\n", "", "1"] {
            fs::write(&path, good).unwrap();
            assert_eq!(whole(&path, 99).unwrap(), good.as_bytes());
        }
    }

    #[test]
    fn what_goes_on_beyond_the_limit_is_an_error() {
        let mut bytes = Vec::new();
        let read = |length: u64, limit| Bounded { input: io::repeat(b'x').take(length), left: limit, limit };
        assert_eq!(read(10, 10).read_to_end(&mut bytes).unwrap(), 10);
        let error = read(u64::MAX, 1 << 20).read_to_end(&mut bytes).unwrap_err().to_string();
        assert_eq!(error, "no more than 1048576 bytes of it are read, and it goes on");
    }
}
