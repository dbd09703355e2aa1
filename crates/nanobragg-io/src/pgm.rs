//! Grayscale images of one byte a pixel: binary PGM (`P5`).

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::atomic::write_atomic;
use crate::binary::{open_regular, read_numbers};
use crate::error::{Error, Result};
use crate::lines::is_space;

/// The header, comments and all, must end within this many bytes.
const HEADER_LIMIT: u64 = 1 << 16;

/// An 8-bit image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PgmImage {
    /// Pixels along the fast axis (the width).
    pub fast: usize,
    /// Pixels along the slow axis (the height).
    pub slow: usize,
    /// `fast * slow` pixels, the fast axis first.
    pub data: Vec<u8>,
}

/// Writes an 8-bit image with one comment line.
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) when `data` does not hold `fast * slow` pixels or the comment is not one line;
/// [`Write`](crate::ErrorKind::Write).
pub fn write_pgm(path: &Path, fast: usize, slow: usize, comment: &str, data: &[u8]) -> Result<()> {
    if fast.checked_mul(slow) != Some(data.len()) {
        let reason = format!("{fast} x {slow} pixels expected, {} given", data.len());
        return Err(Error::unwritable(path, reason));
    }
    if comment.contains(['\n', '\r']) {
        return Err(Error::unwritable(path, "the comment must be one line"));
    }
    write_atomic(path, |out| {
        write!(out, "P5\n{fast} {slow}\n# {comment}\n255\n")?;
        out.write_all(data)
    })
}

/// Reads an 8-bit image. Comments may stand anywhere in the header; bytes after the image are ignored.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) for a file that is no binary PGM, a size that is no positive number, and a maximum other
/// than 255; [`Length`](crate::ErrorKind::Length) when the file ends before the image does, checked before memory is allocated;
/// [`Read`](crate::ErrorKind::Read), also for what is not a regular file; [`Memory`](crate::ErrorKind::Memory).
pub fn read_pgm(path: &Path) -> Result<PgmImage> {
    let failed = |cause| Error::read(path, cause);
    let (mut file, length) = open_regular(path)?;
    let mut bytes = Vec::new();
    (&mut file).take(HEADER_LIMIT).read_to_end(&mut bytes).map_err(failed)?;
    if !bytes.starts_with(b"P5") {
        let start = &bytes[..bytes.len().min(8)];
        return Err(Error::value(path, "format", "a binary PGM image starting with P5", start));
    }
    let mut header = Header { bytes: &bytes, position: 2 };
    let mut size = |what| {
        let word = header.word();
        let value = number(word).filter(|&value| value > 0);
        value.ok_or_else(|| Error::value(path, what, "a positive whole number", word))
    };
    let (fast, slow) = (size("width")?, size("height")?);
    let maximum = header.word();
    if number(maximum) != Some(255) {
        return Err(Error::value(path, "maximum", "255", maximum));
    }
    // Exactly one white space character ends the header: the next byte may be a pixel that looks like one.
    let start = header.position as u64 + 1;
    let expected = u128::from(fast) * u128::from(slow);
    let found = length.saturating_sub(start);
    if u128::from(found) < expected {
        return Err(Error::length(path, "pixels", expected, found.into()));
    }
    let too_large = |_| Error::memory(path, expected);
    let pixels = usize::try_from(expected).map_err(too_large)?;
    file.seek(SeekFrom::Start(start)).map_err(failed)?;
    let data = read_numbers(path, file, pixels, |[byte]| byte)?;
    Ok(PgmImage { fast: fast as usize, slow: slow as usize, data })
}

struct Header<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Header<'a> {
    /// The next word, past white space and comments; empty at the end.
    fn word(&mut self) -> &'a [u8] {
        let mut comment = false;
        while let Some(&byte) = self.bytes.get(self.position) {
            if byte == b'#' {
                comment = true;
            } else if comment && matches!(byte, b'\n' | b'\r') {
                comment = false;
            } else if !comment && !is_space(byte) {
                break;
            }
            self.position += 1;
        }
        let rest = &self.bytes[self.position..];
        let length = rest.iter().position(|&byte| is_space(byte) || byte == b'#').unwrap_or(rest.len());
        self.position += length;
        &rest[..length]
    }
}

/// At most nine digits, so that the product of two fits everywhere.
fn number(word: &[u8]) -> Option<u32> {
    if word.len() > 9 || !word.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(word).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> std::result::Result<PgmImage, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("image.pgm");
        std::fs::write(&path, bytes).unwrap();
        read_pgm(&path)
            .map_err(|error| error.to_string().strip_prefix(&path.display().to_string()).unwrap().to_owned())
    }

    #[test]
    fn round_trip() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("image.pgm");
        let data: Vec<u8> = b"\n #255\x00\xff \n#".repeat(4);
        write_pgm(&path, 11, 4, "pixels scaled by 1", &data).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"P5\n11 4\n# pixels scaled by 1\n255\n\n #255"));
        assert_eq!(read_pgm(&path).unwrap(), PgmImage { fast: 11, slow: 4, data });
    }

    #[test]
    fn headers_of_other_programs() {
        let image = PgmImage { fast: 2, slow: 1, data: vec![32, 10] };
        assert_eq!(read(b"P5 2 1 255 \x20\n"), Ok(image.clone()));
        assert_eq!(read(b"P5\r# a # b\r2#c\n1\n#d\n255\n\x20\nmore"), Ok(image));
    }

    #[test]
    fn wrong_files() {
        let wrong = |bytes: &[u8]| read(bytes).unwrap_err();
        let format = ": format: expected a binary PGM image starting with P5, found";
        assert_eq!(wrong(b""), format!("{format} \"\""));
        assert_eq!(wrong(b"P2\n1 1 255\n1"), format!("{format} \"P2\\n1 1 2\""));
        let size = "expected a positive whole number, found";
        assert_eq!(wrong(b"P5\n0 1\n255\n"), format!(": width: {size} \"0\""));
        assert_eq!(wrong(b"P5\n1 -1\n255\n"), format!(": height: {size} \"-1\""));
        assert_eq!(wrong(b"P5\n9999999999 1\n255\n"), format!(": width: {size} \"9999999999\""));
        assert_eq!(wrong(b"P5\n# no end"), format!(": width: {size} \"\""));
        assert_eq!(wrong(b"P5\n1 1\n65535\nab"), ": maximum: expected 255, found \"65535\"");
        assert_eq!(wrong(b"P5\n2 2\n255\nabc"), ": pixels: expected 4 bytes, found 3");
        assert_eq!(wrong(b"P5\n2 2\n255"), ": pixels: expected 4 bytes, found 0");
        let huge = wrong(b"P5\n999999999 999999999\n255\nabc");
        assert_eq!(huge, ": pixels: expected 999999998000000001 bytes, found 3");
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("image.pgm");
        let error = write_pgm(&path, 2, 2, "", &[0; 3]).unwrap_err().to_string();
        assert_eq!(error, format!("cannot write {}: 2 x 2 pixels expected, 3 given", path.display()));
        write_pgm(&path, usize::MAX, 2, "", &[0; 3]).unwrap_err();
        write_pgm(&path, 1, 1, "two\nlines", &[0]).unwrap_err();
        assert!(!path.exists());
    }
}
