//! Reading an image of counts in byte-offset compression.

use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use super::decompress;
use super::write::START_OF_BINARY;
use crate::binary::open_regular;
use crate::error::{Error, Result};

/// Every file begins so.
pub const CBF_MAGIC: &[u8; 6] = b"###CBF";
/// The longest text before the pixels.
const LONGEST_HEADER: usize = 1 << 20;
/// The largest image accepted, in pixels.
const MOST_PIXELS: usize = 1 << 30;
/// A count takes at most fifteen bytes.
const MOST_BYTES: u64 = 1 << 32;

/// An image of a CBF file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CbfImage {
    /// Pixels along the fast axis.
    pub fast: usize,
    /// Pixels along the slow axis.
    pub slow: usize,
    /// `fast * slow` counts, the fast axis first; those below zero were not measured.
    pub counts: Vec<i32>,
}

/// Reads the first image of a file: 32-bit counts in byte-offset compression, as this program and detectors write them.
/// Where the file has a checksum it is compared.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) for a file that is no CBF, another compression or element type, a checksum that is
/// not that of the pixels, a size that is not there, and pixels that are damaged; [`Length`](crate::ErrorKind::Length) for pixels that are cut short; [`Read`](crate::ErrorKind::Read), also for what is not a
/// regular file.
pub fn read_cbf(path: &Path) -> Result<CbfImage> {
    read_cbf_with_text(path).map(|read| read.image)
}

/// An image, and what is around its pixels.
pub(crate) struct CbfFile {
    pub image: CbfImage,
    /// The text before the pixels.
    pub text: String,
    /// Whether more pixels follow behind the image.
    pub has_more: bool,
}

/// As [`read_cbf`], with what is around the pixels.
pub(crate) fn read_cbf_with_text(path: &Path) -> Result<CbfFile> {
    let (mut file, length) = open_regular(path)?;
    if length > MOST_BYTES {
        return Err(Error::length(path, "file", MOST_BYTES.into(), length.into()));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|cause| Error::read(path, cause))?;
    if !bytes.starts_with(CBF_MAGIC) {
        let start = bytes.get(..8).unwrap_or(&bytes);
        return Err(Error::value(path, "format", "a file starting with \"###CBF\"", start));
    }
    let searched = bytes.get(..LONGEST_HEADER).unwrap_or(&bytes);
    let end = memchr::memmem::find(searched, &START_OF_BINARY)
        .ok_or_else(|| Error::missing(path, "binary section", "pixels"))?;
    let text = String::from_utf8_lossy(&bytes[..end]);
    let header = Mime { path, text: &text };
    header.expect("conversions=", "\"x-CBF_BYTE_OFFSET\"")?;
    header.expect("X-Binary-Element-Type:", "\"signed 32-bit integer\"")?;
    let fast = header.number("X-Binary-Size-Fastest-Dimension:")?;
    let slow = header.number("X-Binary-Size-Second-Dimension:")?;
    let size = header.number("X-Binary-Size:")?;
    if let Some(images) =
        header.word("X-Binary-Size-Third-Dimension:").filter(|images| !["0", "1"].contains(images))
    {
        return Err(Error::value(path, "X-Binary-Size-Third-Dimension", "1: one image", images.as_bytes()));
    }
    // The order of bytes is the compression's own.
    let order = header.word("X-Binary-Element-Byte-Order:");
    if let Some(other) = order.filter(|order| !order.eq_ignore_ascii_case("LITTLE_ENDIAN")) {
        return Err(Error::value(path, "X-Binary-Element-Byte-Order", "LITTLE_ENDIAN", other.as_bytes()));
    }
    if header.word("X-Binary-Number-of-Elements:").is_some() {
        let elements = header.number("X-Binary-Number-of-Elements:")?;
        if fast.checked_mul(slow) != Some(elements) {
            let expected = format!("{fast} x {slow}, as the dimensions say");
            let found = elements.to_string();
            return Err(Error::value(path, "X-Binary-Number-of-Elements", expected, found.as_bytes()));
        }
    }
    let pixels = fast.checked_mul(slow).filter(|&pixels| pixels <= MOST_PIXELS);
    let pixels = pixels.ok_or_else(|| {
        let found = format!("{fast} x {slow}");
        Error::value(path, "dimensions", format!("at most {MOST_PIXELS} pixels"), found.as_bytes())
    })?;
    let start = end + START_OF_BINARY.len();
    let rest = &bytes[start..];
    let binary =
        rest.get(..size).ok_or_else(|| Error::length(path, "pixels", size as u128, rest.len() as u128))?;
    if let Some(digest) = header.word("Content-MD5:") {
        let found = STANDARD.encode(Md5::digest(binary));
        if digest != found {
            return Err(Error::value(
                path,
                "Content-MD5",
                format!("{found}, that of the pixels"),
                digest.as_bytes(),
            ));
        }
    }
    let counts = decompress(binary, pixels)
        .ok_or_else(|| Error::value(path, "pixels", format!("{pixels} counts"), b"others"))?;
    let behind = rest.get(size..).unwrap_or_default();
    let has_more = memchr::memmem::find(behind, &START_OF_BINARY).is_some();
    Ok(CbfFile { image: CbfImage { fast, slow, counts }, text: text.into_owned(), has_more })
}

/// The lines that describe the pixels.
struct Mime<'a> {
    path: &'a Path,
    text: &'a str,
}

impl<'a> Mime<'a> {
    /// What follows `key`, on the first line that begins with it.
    fn word(&self, key: &str) -> Option<&'a str> {
        self.text.lines().find_map(|line| line.trim_start().strip_prefix(key)).map(str::trim)
    }

    fn expect(&self, key: &'static str, expected: &'static str) -> Result<()> {
        match self.word(key) {
            None => Err(Error::missing(self.path, key, expected)),
            Some(found) if found == expected => Ok(()),
            Some(found) => Err(Error::value(self.path, key, expected, found.as_bytes())),
        }
    }

    fn number(&self, key: &'static str) -> Result<usize> {
        let word = self.word(key).ok_or_else(|| Error::missing(self.path, key, "a number"))?;
        word.parse().map_err(|_| Error::value(self.path, key, "a whole number", word.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbf::header::tests::header;
    use crate::cbf::write_cbf;

    #[test]
    fn what_is_written_is_read_and_damage_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cbf");
        let counts = [0, -1, 127, 40_000, i32::MAX, 5];
        write_cbf(&path, &header(3, 2, 1e-4), &counts).unwrap();
        let expected = CbfImage { fast: 3, slow: 2, counts: counts.to_vec() };
        assert_eq!(read_cbf(&path).unwrap(), expected);
        let good = std::fs::read(&path).unwrap();
        assert!(!read_cbf_with_text(&path).unwrap().has_more);
        std::fs::write(&path, [good.as_slice(), &good].concat()).unwrap();
        assert!(read_cbf_with_text(&path).unwrap().has_more);
        let start = memchr::memmem::find(&good, &START_OF_BINARY).unwrap();
        let changed = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = good.clone();
            change(&mut bytes);
            std::fs::write(&path, bytes).unwrap();
            read_cbf(&path).unwrap_err().to_string()
        };
        assert!(changed(&|bytes| bytes[start + 5] ^= 1).contains("Content-MD5"));
        assert!(changed(&|bytes| bytes.truncate(start + 8)).contains("pixels"));
        assert!(changed(&|bytes| bytes.truncate(start)).contains("binary section"));
        assert!(changed(&|bytes| bytes[0] = b'x').contains("###CBF"));
        let said = |from: &str, to: &str| {
            let text = String::from_utf8_lossy(&good[..start]).into_owned();
            assert!(text.contains(from), "{text}");
            changed(&|bytes| *bytes = [text.replace(from, to).as_bytes(), &good[start..]].concat())
        };
        let order = said("LITTLE_ENDIAN", "BIG_ENDIAN");
        assert!(order.ends_with("Byte-Order: expected LITTLE_ENDIAN, found \"BIG_ENDIAN\""), "{order}");
        let elements = said("Number-of-Elements: 6", "Number-of-Elements: 7");
        assert!(elements.ends_with("expected 3 x 2, as the dimensions say, found \"7\""), "{elements}");
        let third = said("X-Binary-Number", "X-Binary-Size-Third-Dimension: 2\r\nX-Binary-Number");
        assert!(third.ends_with("Third-Dimension: expected 1: one image, found \"2\""), "{third}");
    }
}
