//! Structure factors as text: `h k l F`, one reflection after another.
//!
//! Numbers are separated by white space; a line holds four of them or a multiple of four. `#` starts a comment
//! and blank lines are skipped. The file may be compressed by gzip. More columns, such as a sigma, are an error: a free-format reader would take
//! them for the next reflection's indices.

use std::io;
use std::path::Path;

use crate::error::{Error, Result};
use crate::lines::{Lines, finite, is_space, real, without_comment};

/// One reflection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HklRecord {
    /// Miller index along a*.
    pub h: i32,
    /// Miller index along b*.
    pub k: i32,
    /// Miller index along c*.
    pub l: i32,
    /// Structure factor amplitude, in electrons.
    pub f: f64,
}

/// Reads the reflections of a text file in order, in constant memory.
///
/// The iterator ends after the first error. A file without reflections is no error here: it yields nothing.
#[derive(Debug)]
pub struct HklReader {
    lines: Lines,
    /// The rest of a line that holds several reflections.
    pending: Vec<HklRecord>,
    given: usize,
    failed: bool,
}

impl HklReader {
    /// Opens a file; nothing is read yet.
    ///
    /// # Errors
    /// [`Read`](crate::ErrorKind::Read) when the file cannot be opened. The iterator's items are [`Line`](crate::ErrorKind::Line) for a line
    /// that is not `h k l F` with whole 32-bit indices and a finite F, [`LineTooLong`](crate::ErrorKind::LineTooLong) for a line of
    /// more than 64 KiB, and [`Read`](crate::ErrorKind::Read).
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { lines: Lines::open(path)?, pending: Vec::new(), given: 0, failed: false })
    }

    fn next_record(&mut self) -> Result<Option<HklRecord>> {
        if let Some(&record) = self.pending.get(self.given) {
            self.given += 1;
            return Ok(Some(record));
        }
        self.pending.clear();
        self.given = 0;
        while self.lines.advance()? {
            if let Some(record) = plain_record(self.lines.line()) {
                return Ok(Some(record));
            }
            let mut tokens = Tokens(self.lines.line());
            let Some(token) = tokens.next() else { continue };
            let Some(first) = record(token, &mut tokens) else { return Err(self.line_error()) };
            while let Some(token) = tokens.next() {
                let Some(more) = record(token, &mut tokens) else { return Err(self.line_error()) };
                self.pending.push(more);
            }
            return Ok(Some(first));
        }
        Ok(None)
    }

    /// Says what is wrong with the current line, which is known to be wrong.
    #[cold]
    fn line_error(&self) -> Error {
        let line = without_comment(self.lines.line());
        let path = self.lines.path();
        // What a pipe holds is not known beforehand.
        let is_other = [&b"MTZ "[..], b"data_", b"loop_"].iter().any(|start| line.starts_with(start));
        if is_other && std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
            let cause = "not a regular file, which MTZ and mmCIF have to be";
            return Error::read(path, io::Error::new(io::ErrorKind::InvalidInput, cause));
        }
        let mut expected = String::from("numbers h k l F");
        let tokens: Vec<_> = Tokens(line).collect();
        if !tokens.len().is_multiple_of(4) {
            if tokens.len() > 4 {
                expected.push_str(" (extra columns such as sigma are not accepted)");
            }
            return self.lines.error(expected, line);
        }
        let numbers = || tokens.iter().map(|token| real(token));
        if numbers().all(|number| number.is_some()) {
            let finite = numbers().flatten().all(f64::is_finite);
            expected.push_str(if finite { " with whole 32-bit h, k, l" } else { " with finite numbers" });
        }
        self.lines.error(expected, line)
    }
}

impl Iterator for HklReader {
    type Item = Result<HklRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let item = self.next_record();
        self.failed = item.is_err();
        item.transpose()
    }
}

/// Words of a line up to its end or a comment.
struct Tokens<'a>(&'a [u8]);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let start = self.0.iter().position(|&byte| !is_space(byte))?;
        let rest = &self.0[start..];
        let length = rest.iter().position(|&byte| is_space(byte) || byte == b'#').unwrap_or(rest.len());
        let (token, after) = rest.split_at(length);
        self.0 = after;
        if token.is_empty() { None } else { Some(token) }
    }
}

fn record(first: &[u8], rest: &mut Tokens<'_>) -> Option<HklRecord> {
    let h = index(first)?;
    let k = index(rest.next()?)?;
    let l = index(rest.next()?)?;
    let f = finite(rest.next()?)?;
    Some(HklRecord { h, k, l, f })
}

/// A whole number in any notation (`-3`, `1.0`, `2e1`) that fits.
fn index(token: &[u8]) -> Option<i32> {
    let value = finite(token)?;
    let whole = value as i32;
    if f64::from(whole) == value { Some(whole) } else { None }
}

/// Decimal digits that any `f64` holds exactly, and so does the power of ten that divides them: their quotient is
/// the number nearest to the text, as the general parser gives it.
const EXACT_DIGITS: usize = 15;
const POWERS_OF_TEN: [f64; EXACT_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads the lines that nearly all files consist of, three short whole numbers and one with a decimal point, in
/// one pass. `None` for any other line, right or wrong: the general way decides about it.
#[inline]
fn plain_record(line: &[u8]) -> Option<HklRecord> {
    let mut rest = line;
    let h = plain_index(&mut rest)?;
    let k = plain_index(&mut rest)?;
    let l = plain_index(&mut rest)?;
    skip_space(&mut rest);
    let negative = take_sign(&mut rest);
    let (whole, whole_digits) = take_digits(&mut rest, 0);
    let (mut mantissa, mut decimals) = (whole, 0);
    if let Some((b'.', after)) = rest.split_first() {
        rest = after;
        (mantissa, decimals) = take_digits(&mut rest, whole);
    }
    let digits = whole_digits + decimals;
    if digits == 0 || digits > EXACT_DIGITS || !rest.iter().all(|&byte| is_space(byte)) {
        return None;
    }
    let size = mantissa as f64 / POWERS_OF_TEN[decimals];
    Some(HklRecord { h, k, l, f: if negative { -size } else { size } })
}

/// A whole number of at most nine digits with white space after it.
#[inline]
fn plain_index(rest: &mut &[u8]) -> Option<i32> {
    skip_space(rest);
    let negative = take_sign(rest);
    let (size, digits) = take_digits(rest, 0);
    if digits == 0 || digits > 9 || !is_space(*rest.first()?) {
        return None;
    }
    let size = size as i32;
    Some(if negative { -size } else { size })
}

#[inline]
fn skip_space(rest: &mut &[u8]) {
    while let Some((&byte, after)) = rest.split_first()
        && is_space(byte)
    {
        *rest = after;
    }
}

/// Whether there was a minus sign.
#[inline]
fn take_sign(rest: &mut &[u8]) -> bool {
    match rest.split_first() {
        Some((&sign @ (b'-' | b'+'), after)) => {
            *rest = after;
            sign == b'-'
        }
        _ => false,
    }
}

/// The number whose decimal digits are those of `start` and the ones found, and how many were found. With more
/// digits than [`EXACT_DIGITS`] the number is meaningless.
#[inline]
fn take_digits(rest: &mut &[u8], start: u64) -> (u64, usize) {
    let (mut number, mut count) = (start, 0);
    while let Some((&byte, after)) = rest.split_first()
        && byte.is_ascii_digit()
    {
        number = number.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
        count += 1;
        *rest = after;
    }
    (number, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(text: &[u8]) -> Vec<Result<HklRecord>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        HklReader::open(file.path()).unwrap().collect()
    }

    fn good(text: &str) -> Vec<(i32, i32, i32, f64)> {
        let records = read(text.as_bytes()).into_iter().map(|item| item.unwrap());
        records.map(|r| (r.h, r.k, r.l, r.f)).collect()
    }

    /// The message after the file's name.
    fn bad(text: &[u8]) -> String {
        let message = read(text).pop().unwrap().unwrap_err().to_string();
        assert!(!message.contains('\n'));
        let start = [":1:", ":2:", ":3:"].iter().find_map(|number| message.find(number)).unwrap();
        message[start..].to_owned()
    }

    #[test]
    fn plain_lines() {
        assert_eq!(good("1 2 3 4.5\n-1\t+2  0   1e2\r\n"), [(1, 2, 3, 4.5), (-1, 2, 0, 100.0)]);
        assert_eq!(good("  1 2 3 4"), [(1, 2, 3, 4.0)]);
        assert_eq!(good("1.0 -2e1 0.0 -4"), [(1, -20, 0, -4.0)]);
        assert_eq!(good("-0 00 000000000001 1"), [(0, 0, 1, 1.0)]);
        assert_eq!(good("2147483647 -2147483648 123456789 0"), [(i32::MAX, i32::MIN, 123_456_789, 0.0)]);
    }

    #[test]
    fn both_ways_of_reading_a_number_agree() {
        let numbers =
            ["0", "-0", "+.5", "5.", "140.750", "-12345.678901234", "123456789012345", "0.00000000000001"];
        let general = ["1234567890123456", "0.1234567890123456", "1e3", "1.5E-7", "9007199254740993"];
        for text in numbers.into_iter().chain(general) {
            let [(1, -2, 3, f)] = good(&format!("1 -2 +3 {text}\r\n"))[..] else { panic!("{text}") };
            assert_eq!(f.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
            assert_eq!(plain_record(format!("1 -2 +3 {text}").as_bytes()).is_some(), numbers.contains(&text));
        }
    }

    #[test]
    fn comments_and_blank_lines() {
        assert_eq!(
            good("# h k l F\n\n \t\r\n1 2 3 4#x\n1 2 3 5 # 1 2 3\n#"),
            [(1, 2, 3, 4.0), (1, 2, 3, 5.0)]
        );
        assert!(good("").is_empty());
    }

    #[test]
    fn several_reflections_on_a_line() {
        let expected: Vec<_> = (0..3).map(|n| (n, n, n, f64::from(n))).collect();
        assert_eq!(good("0 0 0 0 1 1 1 1 2 2 2 2\n"), expected);
        assert_eq!(good("0 0 0 0 1 1 1 1\n2 2 2 2"), expected);
    }

    #[test]
    fn wrong_lines() {
        assert_eq!(bad(b"1 2 x 4"), ":1: expected numbers h k l F, found \"1 2 x 4\"");
        assert_eq!(bad(b"1 2 3 4\n1 2 3\n"), ":2: expected numbers h k l F, found \"1 2 3\"");
        assert_eq!(
            bad(b"\n\n1 2 3 4 0.1 # s"),
            ":3: expected numbers h k l F (extra columns such as sigma are not accepted), found \"1 2 3 4 0.1\""
        );
        for line in ["1.5 2 3 4", "1 2 3000000000 4", "1e99 2 3 4"] {
            let expected = ":1: expected numbers h k l F with whole 32-bit h, k, l, found ";
            assert_eq!(bad(line.as_bytes()), format!("{expected}\"{line}\""));
        }
        for line in ["1 2 3 nan", "1 2 3 -inf", "1 2 3 1e999", "nan 2 3 4"] {
            let expected = ":1: expected numbers h k l F with finite numbers, found ";
            assert_eq!(bad(line.as_bytes()), format!("{expected}\"{line}\""));
        }
        for line in ["1 2 3 .", "1 2 3 -", "1 2 3 4.5.6", "1 2 3 1-", "1.2.3 4 5 6"] {
            assert_eq!(bad(line.as_bytes()), format!(":1: expected numbers h k l F, found \"{line}\""));
        }
        assert_eq!(bad(b"- 2 3 4"), ":1: expected numbers h k l F, found \"- 2 3 4\"");
        assert_eq!(
            bad(b"\x1f\x8c\x08\x00\xff"),
            ":1: expected numbers h k l F, found \"\\u{1f}\\x8c\\u{8}\\0\\xff\""
        );
        assert!(bad(&[0; 1 << 17]).starts_with(":1: expected a line of at most 65536 bytes"));
    }

    #[test]
    fn nothing_follows_an_error() {
        let items = read(b"1 2 3 4\nx\n1 2 3 4\n");
        assert_eq!(items.len(), 2);
        let items = read(b"1 2 3 4 5 6 7\n1 2 3 4\n");
        assert_eq!(items.len(), 1);
        assert!(items[0].is_err());
    }

    #[test]
    fn a_missing_file_and_a_directory() {
        let error = HklReader::open(Path::new("no/P1.hkl")).unwrap_err().to_string();
        assert!(error.starts_with("cannot read no/P1.hkl: "), "{error}");
        let directory = tempfile::tempdir().unwrap();
        let last = HklReader::open(directory.path()).and_then(|mut reader| reader.next().unwrap());
        assert_eq!(last.unwrap_err().kind(), crate::ErrorKind::Read);
    }
}
