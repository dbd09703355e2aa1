//! Writing an image.

use std::io;
use std::path::Path;

use crate::atomic::write_atomic;
use crate::binary::write_little_endian;
use crate::error::{Error, Result, quoted};

/// A header's length is a multiple of this, in bytes.
const HEADER_UNIT: usize = 512;

/// One line of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderEntry {
    /// What stands before the `=`.
    pub key: String,
    /// What stands after it.
    pub value: String,
    /// Whether the line ends with a semicolon. The reference program leaves it out after `DIALS_ORIGIN`.
    pub terminated: bool,
}

impl HeaderEntry {
    /// The line `key=value;`.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into(), terminated: true }
    }

    /// The line `key=value`, without a semicolon.
    pub fn unterminated(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { terminated: false, ..Self::new(key, value) }
    }

    fn is_valid(&self) -> bool {
        let plain = |text: &str| !text.contains(|c: char| c.is_control() || matches!(c, ';' | '{' | '}'));
        !self.key.is_empty() && !self.key.contains('=') && plain(&self.key) && plain(&self.value)
    }
}

/// Writes an image of 16-bit pixels, little-endian, the fast axis first.
///
/// The header holds `HEADER_BYTES` (512, or the next multiple that is enough), `DIM`, `BYTE_ORDER`, `TYPE`,
/// `SIZE1` and `SIZE2`, then `entries` in their order.
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) when `data` does not hold `fast * slow` pixels, or an entry has no key or holds
/// characters that would end it (control characters, braces, `;`, and `=` in a key); [`Write`](crate::ErrorKind::Write).
pub fn write_smv(path: &Path, entries: &[HeaderEntry], fast: usize, slow: usize, data: &[u16]) -> Result<()> {
    if fast.checked_mul(slow) != Some(data.len()) {
        return Err(wrong_number(path, [fast, slow], data.len()));
    }
    let head = head(path, entries, fast, slow)?;
    write_atomic(path, |out| {
        out.write_all(head.as_bytes())?;
        write_little_endian(out, data, u16::to_le_bytes)
    })
}

/// Writes such an image part after part, of which only one is in memory: `next` replaces what the last part held by
/// the pixels that follow it, and is called until there are `fast * slow`.
///
/// # Errors
/// As of [`write_smv`]: the number of pixels is wrong where a part is empty or goes beyond the last pixel.
pub fn write_smv_parts(
    path: &Path,
    entries: &[HeaderEntry],
    fast: usize,
    slow: usize,
    mut next: impl FnMut(&mut Vec<u16>),
) -> Result<()> {
    let head = head(path, entries, fast, slow)?;
    let pixels = fast.checked_mul(slow).ok_or_else(|| wrong_number(path, [fast, slow], 0))?;
    let mut given = Ok(());
    let written = write_atomic(path, |out| {
        out.write_all(head.as_bytes())?;
        let (mut part, mut written) = (Vec::new(), 0);
        while written < pixels {
            next(&mut part);
            written += part.len();
            if part.is_empty() || written > pixels {
                given = Err(wrong_number(path, [fast, slow], written));
                return Err(io::ErrorKind::InvalidData.into());
            }
            write_little_endian(out, &part, u16::to_le_bytes)?;
        }
        Ok(())
    });
    given.and(written)
}

fn wrong_number(path: &Path, [fast, slow]: [usize; 2], given: usize) -> Error {
    Error::unwritable(path, format!("{fast} x {slow} pixels expected, {given} given"))
}

/// The header, if its entries can be one.
fn head(path: &Path, entries: &[HeaderEntry], fast: usize, slow: usize) -> Result<String> {
    if let Some(entry) = entries.iter().find(|entry| !entry.is_valid()) {
        let text = format!("{}={}", entry.key, entry.value);
        let reason = format!("{} cannot be a header entry", quoted(text.as_bytes()));
        return Err(Error::unwritable(path, reason));
    }
    Ok(header_block(entries, fast, slow))
}

fn header_block(entries: &[HeaderEntry], fast: usize, slow: usize) -> String {
    let mut rest =
        format!("DIM=2;\nBYTE_ORDER=little_endian;\nTYPE=unsigned_short;\nSIZE1={fast};\nSIZE2={slow};\n");
    for HeaderEntry { key, value, terminated } in entries {
        let end = if *terminated { ";" } else { "" };
        rest.push_str(&format!("{key}={value}{end}\n"));
    }
    rest.push_str("}\x0c");
    // The length is part of what it measures; it settles, as a unit holds far more than the number's digits.
    let mut bytes = HEADER_UNIT;
    loop {
        let mut block = format!("{{\nHEADER_BYTES={bytes};\n{rest}");
        if block.len() <= bytes {
            block.extend(std::iter::repeat_n(' ', bytes - block.len()));
            return block;
        }
        bytes = block.len().next_multiple_of(HEADER_UNIT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smv::read_smv;

    fn entries() -> Vec<HeaderEntry> {
        vec![
            HeaderEntry::new("PIXEL_SIZE", "0.1"),
            HeaderEntry::unterminated("DIALS_ORIGIN", "1,2,3"),
            HeaderEntry::new("PHI", "0"),
        ]
    }

    #[test]
    fn layout() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.img");
        write_smv(&path, &entries(), 2, 1, &[1, 0x0203]).unwrap();
        let mut expected = b"{\nHEADER_BYTES=512;\nDIM=2;\nBYTE_ORDER=little_endian;\nTYPE=unsigned_short;\n\
            SIZE1=2;\nSIZE2=1;\nPIXEL_SIZE=0.1;\nDIALS_ORIGIN=1,2,3\nPHI=0;\n}\x0c"
            .to_vec();
        expected.resize(512, b' ');
        expected.extend([1, 0, 3, 2]);
        assert_eq!(std::fs::read(&path).unwrap(), expected);
    }

    #[test]
    fn round_trip() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.img");
        let data: Vec<u16> = (0..300 * 100).map(|pixel| (pixel * 7) as u16).collect();
        write_smv(&path, &entries(), 300, 100, &data).unwrap();
        let image = read_smv(&path).unwrap();
        assert_eq!((image.fast, image.slow), (300, 100));
        assert!(image.data.iter().copied().eq(data.into_iter().map(i64::from)));
        assert_eq!(image.header.text("DIALS_ORIGIN"), Some("1,2,3"));
        assert_eq!(image.header.number("PHI").unwrap(), Some(0.0));
    }

    #[test]
    fn every_header_length_is_a_whole_number_of_units() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.img");
        for length in (0..2000).step_by(37).chain(380..420).chain(890..930) {
            let entry = HeaderEntry::new("COMMENT", "x".repeat(length));
            write_smv(&path, &[entry], 1, 1, &[7]).unwrap();
            let bytes = std::fs::read(&path).unwrap();
            assert_eq!(bytes.len() % 512, 2);
            let image = read_smv(&path).unwrap();
            assert_eq!(image.header.header_bytes(), bytes.len() - 2);
            assert_eq!(image.data, [7]);
            let text = image.header.as_str().trim_end_matches(' ').len();
            assert!(image.header.header_bytes() - text < 512);
        }
    }

    #[test]
    fn parts_are_the_whole() {
        let directory = tempfile::tempdir().unwrap();
        let [whole, parts] = ["whole.img", "parts.img"].map(|name| directory.path().join(name));
        let data: Vec<u16> = (0..300).collect();
        write_smv(&whole, &entries(), 30, 10, &data).unwrap();
        let mut left = data.chunks(70);
        write_smv_parts(&parts, &entries(), 30, 10, |part| {
            part.clear();
            part.extend(left.next().unwrap());
        })
        .unwrap();
        assert_eq!(std::fs::read(&parts).unwrap(), std::fs::read(&whole).unwrap());
        for (lengths, given) in [([3, 0], 3), ([3, 2], 5)] {
            let mut lengths = lengths.into_iter();
            let path = directory.path().join("wrong.img");
            let next = |part: &mut Vec<u16>| *part = vec![0; lengths.next().unwrap()];
            let error = write_smv_parts(&path, &[], 2, 2, next).unwrap_err();
            assert!(error.to_string().ends_with(&format!("2 x 2 pixels expected, {given} given")), "{error}");
            assert!(!path.exists());
        }
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.img");
        let error = write_smv(&path, &[], 2, 2, &[0; 3]).unwrap_err().to_string();
        assert_eq!(error, format!("cannot write {}: 2 x 2 pixels expected, 3 given", path.display()));
        for (key, value) in [("", "1"), ("A=B", "1"), ("A", "1;\nB=2"), ("A", "}"), ("A\n", "1")] {
            let error = write_smv(&path, &[HeaderEntry::new(key, value)], 1, 1, &[0]).unwrap_err();
            assert!(error.to_string().ends_with("cannot be a header entry"), "{error}");
        }
        assert!(!path.exists());
    }
}
