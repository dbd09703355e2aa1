//! Reading images from NumPy's array files (`.npy`, NEP 1): two axes, slow one first, real numbers.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::binary::{open_regular, read_numbers};
use crate::error::{Error, Result};

/// Every file begins so.
pub const NPY_MAGIC: &[u8; 6] = b"\x93NUMPY";
/// The longest header accepted, in bytes. NumPy's own for an image is below 128.
const LONGEST_HEADER: usize = 1 << 16;
/// The largest image accepted, in pixels.
const MOST_PIXELS: u64 = 1 << 30;

/// An image of a `.npy` file.
#[derive(Clone, Debug, PartialEq)]
pub struct NpyImage {
    /// Pixels along the fast axis, the second of the array.
    pub fast: usize,
    /// Pixels along the slow axis, the first of the array.
    pub slow: usize,
    /// `fast * slow` pixels, the fast axis first, whatever the order in the file.
    pub data: Vec<f64>,
}

/// Reads an array of two axes. Elements may be `b1`, `f4`, `f8`, `u1`, `u2`, `u4`, `u8`, `i1`, `i2`,
/// `i4`, `i8`, of either byte order; both memory orders are read. Bytes after the array are ignored.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) for a file that is no `.npy` file, an unknown version, a header that says no element type,
/// order or shape, another element type, and another number of axes; [`Length`](crate::ErrorKind::Length) when header or array are
/// cut short, checked before memory is allocated; [`Read`](crate::ErrorKind::Read), also for what is not a regular file;
/// [`Memory`](crate::ErrorKind::Memory).
pub fn read_npy(path: &Path) -> Result<NpyImage> {
    let failed = |cause| Error::read(path, cause);
    let (mut file, length) = open_regular(path)?;
    let mut bytes = Vec::new();
    (&mut file).take(LONGEST_HEADER as u64 + 12).read_to_end(&mut bytes).map_err(failed)?;
    let (text, start) = header(path, &bytes)?;
    let entries = Entries { path, text };
    let (slow, fast) = entries.shape()?;
    let fortran = entries.fortran_order()?;
    let kind = entries.word("descr")?;
    let size = element_size(&kind)
        .ok_or_else(|| Error::value(path, "descr", "a real type such as '<f4'", kind.as_bytes()))?;
    let expected = u128::from(slow) * u128::from(fast) * size as u128;
    let found = length.saturating_sub(start as u64);
    if u128::from(found) < expected {
        return Err(Error::length(path, "array", expected, found.into()));
    }
    file.seek(SeekFrom::Start(start as u64)).map_err(failed)?;
    let (slow, fast) = (slow as usize, fast as usize);
    let data = elements(path, file, slow * fast, &kind)?;
    let data = if fortran { transposed(path, &data, slow, fast)? } else { data };
    Ok(NpyImage { fast, slow, data })
}

/// The header's text, and where the array begins.
fn header<'a>(path: &Path, bytes: &'a [u8]) -> Result<(&'a [u8], usize)> {
    if !bytes.starts_with(NPY_MAGIC) {
        let start = &bytes[..bytes.len().min(8)];
        return Err(Error::value(path, "format", "a file starting with \"\\x93NUMPY\"", start));
    }
    let (length, start) = match bytes[NPY_MAGIC.len()..] {
        [1, _, a, b, ..] => (usize::from(u16::from_le_bytes([a, b])), 10),
        [2 | 3, _, a, b, c, d, ..] => (u32::from_le_bytes([a, b, c, d]) as usize, 12),
        [version, _, ..] if !(1..=3).contains(&version) => {
            return Err(Error::value(path, "version", "1, 2 or 3", version.to_string().as_bytes()));
        }
        _ => return Err(Error::length(path, "header", 12, bytes.len() as u128)),
    };
    if length > LONGEST_HEADER {
        let expected = format!("at most {LONGEST_HEADER} bytes");
        return Err(Error::value(path, "header", expected, length.to_string().as_bytes()));
    }
    let end = start + length;
    let text = bytes.get(start..end);
    let text = text.ok_or_else(|| Error::length(path, "header", end as u128, bytes.len() as u128))?;
    Ok((text, end))
}

/// The header: a Python dictionary of three entries, as NumPy writes it.
struct Entries<'a> {
    path: &'a Path,
    text: &'a [u8],
}

impl<'a> Entries<'a> {
    /// What follows the colon behind `'key'`.
    fn after(&self, key: &str) -> Result<&'a [u8]> {
        let quoted = [format!("'{key}'"), format!("\"{key}\"")];
        let found = quoted.iter().find_map(|word| {
            let at = self.text.windows(word.len()).position(|window| window == word.as_bytes())?;
            self.text[at + word.len()..].trim_ascii_start().strip_prefix(b":")
        });
        let missing = || Error::missing(self.path, key, "an entry of the header");
        Ok(found.ok_or_else(missing)?.trim_ascii_start())
    }

    /// A quoted word.
    fn word(&self, key: &str) -> Result<String> {
        let rest = self.after(key)?;
        let mut parts = rest.split(|&byte| byte == b'\'' || byte == b'"');
        match (parts.next(), parts.next()) {
            (Some([]), Some(word)) => Ok(String::from_utf8_lossy(word).into_owned()),
            _ => Err(Error::value(self.path, key, "a word in quotation marks", line(rest))),
        }
    }

    fn fortran_order(&self) -> Result<bool> {
        let rest = self.after("fortran_order")?;
        match rest {
            _ if rest.starts_with(b"False") => Ok(false),
            _ if rest.starts_with(b"True") => Ok(true),
            _ => Err(Error::value(self.path, "fortran_order", "True or False", line(rest))),
        }
    }

    fn shape(&self) -> Result<(u32, u32)> {
        let rest = self.after("shape")?;
        let wrong = || Error::value(self.path, "shape", "two positive numbers (slow, fast)", line(rest));
        let inside = rest.strip_prefix(b"(").and_then(|rest| rest.split(|&byte| byte == b')').next());
        let inside = std::str::from_utf8(inside.ok_or_else(wrong)?).map_err(|_| wrong())?;
        let mut numbers = inside.split(',').map(str::trim).filter(|word| !word.is_empty());
        let mut next = || numbers.next().and_then(|word| word.parse::<u32>().ok()).filter(|&n| n > 0);
        let (slow, fast) = next().zip(next()).ok_or_else(wrong)?;
        if numbers.next().is_some() {
            return Err(wrong());
        }
        if u64::from(slow) * u64::from(fast) > MOST_PIXELS {
            let expected = format!("at most {MOST_PIXELS} pixels");
            return Err(Error::value(self.path, "shape", expected, line(rest)));
        }
        Ok((slow, fast))
    }
}

/// `rest` up to where its entry ends, and a message should.
fn line(rest: &[u8]) -> &[u8] {
    let close = match rest.first() {
        Some(b'(') => Some(b')'),
        Some(b'[') => Some(b']'),
        _ => None,
    };
    let end = match close {
        Some(close) => rest.iter().position(|&byte| byte == close).map(|at| at + 1),
        None => rest.iter().position(|byte| matches!(byte, b',' | b'}' | b'\n')),
    };
    &rest[..end.unwrap_or(rest.len()).min(40)]
}

/// Bytes of an element, for the types that are read.
fn element_size(kind: &str) -> Option<usize> {
    match kind.strip_prefix(['<', '>', '|', '='])? {
        "b1" | "u1" | "i1" => Some(1),
        "u2" | "i2" => Some(2),
        "u4" | "i4" | "f4" => Some(4),
        "u8" | "i8" | "f8" => Some(8),
        _ => None,
    }
}

fn elements(path: &Path, file: impl Read, count: usize, kind: &str) -> Result<Vec<f64>> {
    let big = kind.starts_with('>');
    macro_rules! of {
        ($type:ty) => {
            read_numbers(path, file, count, |bytes| {
                f64::from(if big { <$type>::from_be_bytes(bytes) } else { <$type>::from_le_bytes(bytes) })
            })
        };
    }
    match &kind[1..] {
        // True is 1.
        "b1" | "u1" => of!(u8),
        "i1" => of!(i8),
        "u2" => of!(u16),
        "i2" => of!(i16),
        "u4" => of!(u32),
        "i4" => of!(i32),
        "f4" => of!(f32),
        // Counts beyond 2^53 lose their last digits.
        "u8" => read_numbers(path, file, count, |bytes| {
            (if big { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) }) as f64
        }),
        "i8" => read_numbers(path, file, count, |bytes| {
            (if big { i64::from_be_bytes(bytes) } else { i64::from_le_bytes(bytes) }) as f64
        }),
        _ => of!(f64),
    }
}

/// An array stored with its first axis running fastest, the other way round.
fn transposed(path: &Path, data: &[f64], slow: usize, fast: usize) -> Result<Vec<f64>> {
    let mut rows = Vec::new();
    let reserved = rows.try_reserve_exact(data.len());
    reserved.map_err(|_| Error::memory(path, size_of_val(data) as u128))?;
    let index = |s: usize, f: usize| f * slow + s;
    let indices = (0..slow).flat_map(|s| (0..fast).map(move |f| index(s, f)));
    rows.extend(indices.filter_map(|at| data.get(at).copied()));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_ends_with_its_entry() {
        for (rest, expected) in [
            ("(3, 4, 5), 'x': 1}", "(3, 4, 5)"),
            ("[('a', '<f4'), ('b', '<f4')], 'x': 1}", "[('a', '<f4'), ('b', '<f4')]"),
            ("Maybe, 'shape': (3, 4)}", "Maybe"),
            ("5}", "5"),
        ] {
            assert_eq!(line(rest.as_bytes()), expected.as_bytes());
        }
    }

    fn read(bytes: &[u8]) -> std::result::Result<NpyImage, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.npy");
        std::fs::write(&path, bytes).unwrap();
        read_npy(&path)
            .map_err(|error| error.to_string().strip_prefix(&path.display().to_string()).unwrap().to_owned())
    }

    fn file(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let mut text = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
        text += &" ".repeat((64 - (text.len() + 11) % 64) % 64);
        text.push('\n');
        let mut bytes = [&NPY_MAGIC[..], &[1, 0], &(text.len() as u16).to_le_bytes()].concat();
        bytes.extend_from_slice(text.as_bytes());
        bytes.extend_from_slice(data);
        bytes
    }

    #[test]
    fn every_type_and_both_byte_orders() {
        let floats: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        let image = read(&file("<f4", "False", "(1, 2)", &floats)).unwrap();
        assert_eq!(image, NpyImage { fast: 2, slow: 1, data: vec![1.5, -2.0] });
        let doubles: Vec<u8> = [0.1f64, 7.0].iter().flat_map(|x| x.to_be_bytes()).collect();
        assert_eq!(read(&file(">f8", "False", "(2, 1)", &doubles)).unwrap().data, [0.1, 7.0]);
        for (kind, bytes, value) in [
            ("|u1", &[200][..], 200.0),
            ("|i1", &[0xff], -1.0),
            ("<u2", &[1, 2], 513.0),
            (">u2", &[1, 2], 258.0),
            ("<i2", &[0xfe, 0xff], -2.0),
            ("<u4", &[0, 0, 0, 0x80], 2_147_483_648.0),
            (">i4", &[0xff, 0xff, 0xff, 0xff], -1.0),
        ] {
            assert_eq!(read(&file(kind, "False", "(1, 1)", bytes)).unwrap().data, [value], "{kind}");
        }
    }

    #[test]
    fn both_memory_orders_give_the_same_image() {
        let rows = read(&file("|u1", "False", "(2, 3)", &[1, 2, 3, 4, 5, 6])).unwrap();
        let columns = read(&file("|u1", "True", "(2, 3)", &[1, 4, 2, 5, 3, 6])).unwrap();
        assert_eq!(rows, columns);
    }

    #[test]
    fn later_versions_have_longer_lengths() {
        let first = file("|u1", "False", "(1, 1)", &[9]);
        let mut second = [&NPY_MAGIC[..], &[2, 0], &[first[8], first[9], 0, 0]].concat();
        second.extend_from_slice(&first[10..]);
        assert_eq!(read(&second).unwrap().data, [9.0]);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        assert_eq!(
            read(b"P5\n1 1\n").unwrap_err(),
            ": format: expected a file starting with \"\\x93NUMPY\", found \"P5\\n1 1\\n\""
        );
        assert_eq!(read(b"\x93NUMPY\x09\0").unwrap_err(), ": version: expected 1, 2 or 3, found \"9\"");
        assert_eq!(read(b"\x93NUMPY\x01\0").unwrap_err(), ": header: expected 12 bytes, found 8");
        assert!(
            read(&file("<f4", "False", "(1, 1)", &[])[..40]).unwrap_err().starts_with(": header: expected")
        );
        assert_eq!(
            read(&file("<c8", "False", "(1, 1)", &[0; 8])).unwrap_err(),
            ": descr: expected a real type such as '<f4', found \"<c8\""
        );
        let shape = |shape: &str| read(&file("<f4", "False", shape, &[0; 64])).unwrap_err();
        for wrong in ["(4,)", "(1, 2, 3)", "(0, 3)", "(-1, 3)", "(a, 3)", "4"] {
            assert!(shape(wrong).starts_with(": shape: expected two positive"), "{wrong}: {}", shape(wrong));
        }
        assert!(shape("(65536, 65536)").starts_with(": shape: expected at most 1073741824 pixels"));
        assert_eq!(shape("(4, 5)"), ": array: expected 80 bytes, found 64");
        assert!(read(&file("<f4", "Maybe", "(1, 1)", &[0; 4])).unwrap_err().starts_with(": fortran_order"));
    }

    #[test]
    fn a_claimed_size_takes_no_memory() {
        let error = read(&file("<f8", "False", "(32768, 32768)", &[0; 8])).unwrap_err();
        assert_eq!(error, ": array: expected 8589934592 bytes, found 8");
    }
}
