//! Lines of a text file, in constant memory, whatever the file holds.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use memchr::memchr;

use crate::error::{Error, Result};
use crate::gzip::Bounded;

/// The longest line accepted, in bytes: far above any table's, far below what a binary file can hold
/// between two line feeds.
pub(crate) const LINE_LIMIT: usize = 1 << 16;
const BUFFER: usize = 4 * LINE_LIMIT;
/// What some editors put before text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Splits a file into lines without copying them: the current line is a slice of the read buffer.
#[derive(Debug)]
pub(crate) struct Lines<R = Bounded> {
    input: R,
    path: PathBuf,
    buffer: Box<[u8]>,
    /// The current line, without its line feed.
    line: (usize, usize),
    /// What was read and not yet handed out.
    next: usize,
    end: usize,
    number: u64,
    finished: bool,
    /// Whether carriage returns alone end lines, as soon as that is known.
    returns: Option<bool>,
}

impl Lines {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Ok(Self::new(path, Bounded::text(path)?))
    }

    /// A file of which no more than `limit` bytes are read.
    pub(crate) fn open_within(path: &Path, limit: u64) -> Result<Self> {
        Ok(Self::new(path, Bounded::open(path, limit)?))
    }
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(path: &Path, input: R) -> Self {
        Self {
            input,
            path: path.to_owned(),
            buffer: vec![0; BUFFER].into_boxed_slice(),
            line: (0, 0),
            next: 0,
            end: 0,
            number: 0,
            finished: false,
            returns: None,
        }
    }

    /// Goes to the next line; `false` at the end of the file.
    pub(crate) fn advance(&mut self) -> Result<bool> {
        let mut searched = self.next;
        loop {
            if let Some(offset) = memchr(b'\n', &self.buffer[searched..self.end]) {
                let stop = searched + offset;
                self.line = (self.next, stop);
                self.next = stop + 1;
                self.count_line();
                return self.check_length();
            }
            if self.end - self.next > LINE_LIMIT {
                self.line = (self.next, self.end);
                self.count_line();
                return self.check_length();
            }
            if self.finished {
                let any = self.next < self.end;
                self.line = (self.next, self.end);
                self.next = self.end;
                if any {
                    self.count_line();
                }
                return Ok(any);
            }
            self.buffer.copy_within(self.next..self.end, 0);
            self.end -= self.next;
            self.next = 0;
            searched = self.end;
            self.refill()?;
            let open = self.buffer.get_mut(..self.end).unwrap_or_default();
            self.returns = self.returns.or_else(|| ends_by_returns(open));
            if self.returns == Some(true) {
                feed(open);
                searched = 0;
            }
        }
    }

    /// Counts the current line; the first is handed out without a byte-order mark.
    fn count_line(&mut self) {
        self.number += 1;
        if self.number == 1 && self.line().starts_with(BYTE_ORDER_MARK) {
            self.line.0 += BYTE_ORDER_MARK.len();
        }
    }

    fn refill(&mut self) -> Result<()> {
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.finished = count == 0;
                    self.end += count;
                    return Ok(());
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(Error::read(&self.path, cause)),
            }
        }
    }

    fn check_length(&self) -> Result<bool> {
        if self.line.1 - self.line.0 <= LINE_LIMIT {
            return Ok(true);
        }
        Err(Error::line_too_long(&self.path, self.number, LINE_LIMIT))
    }

    /// The current line without its line feed (a carriage return stays).
    pub(crate) fn line(&self) -> &[u8] {
        &self.buffer[self.line.0..self.line.1]
    }

    /// The number of the current line, counted from 1; 0 before the first.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// An error about the current line; `found` is the offending part of it.
    pub(crate) fn error(&self, expected: impl Into<String>, found: &[u8]) -> Error {
        Error::line(&self.path, self.number, expected, found.trim_ascii())
    }
}

/// Makes line feeds of carriage returns, where these alone end lines, as in texts of old Macs.
pub(crate) fn end_lines(bytes: &mut [u8]) {
    if ends_by_returns(bytes) == Some(true) {
        feed(bytes);
    }
}

/// Whether a text has carriage returns and no line feed; `None` where what follows a return at its end will say so.
fn ends_by_returns(bytes: &[u8]) -> Option<bool> {
    if memchr(b'\n', bytes).is_some() {
        return Some(false);
    }
    memchr(b'\r', bytes).filter(|first| first + 1 < bytes.len()).map(|_| true)
}

fn feed(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
}

/// What C's `isspace` accepts.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The line without a comment that starts at `#`.
pub(crate) fn without_comment(line: &[u8]) -> &[u8] {
    match memchr(b'#', line) {
        Some(start) => &line[..start],
        None => line,
    }
}

/// Text without the byte-order mark that may stand before it.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// A finite number in decimal notation; `None` for everything else.
pub(crate) fn finite(token: &[u8]) -> Option<f64> {
    real(token).filter(|value| value.is_finite())
}

/// A number in decimal notation, `nan` and `inf` too. The letter of an exponent may be the `D` of Fortran's double
/// precision.
pub(crate) fn real(token: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(token).ok()?;
    text.parse().ok().or_else(|| {
        let (mantissa, exponent) = text.split_once(['d', 'D'])?;
        let exponent: i32 = exponent.parse().ok()?;
        format!("{mantissa}e{exponent}").parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Lines::new(Path::new("x"), bytes);
        let mut found = Vec::new();
        while lines.advance().unwrap() {
            found.push(lines.line().to_vec());
            assert_eq!(lines.number(), found.len() as u64);
        }
        assert!(!lines.advance().unwrap());
        found
    }

    #[test]
    fn splits_with_and_without_a_last_line_feed() {
        assert!(all(b"").is_empty());
        assert_eq!(all(b"\n"), [b""]);
        assert_eq!(all(b"a\n\nb"), [&b"a"[..], b"", b"b"]);
        assert_eq!(all(b"a\nb\n"), [b"a", b"b"]);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_line() {
        assert_eq!(all(b"\xef\xbb\xbfa\n\xef\xbb\xbfb"), [&b"a"[..], b"\xef\xbb\xbfb"]);
        assert_eq!(all(b"\xef\xbb\xbf\n"), [b""]);
        assert_eq!(all(b"\xef\xbb\xbf"), [b""]);
        assert_eq!(without_mark(b"\xef\xbb\xbf{"), b"{");
        assert_eq!(without_mark(b"\xef\xbb"), b"\xef\xbb");
    }

    #[test]
    fn exponents_of_fortran_are_read() {
        for (text, number) in [("1.5D+02", 150.0), ("-2d-1", -0.2), ("3.D0", 3.0), ("1.5E+02", 150.0)] {
            assert_eq!(finite(text.as_bytes()), Some(number), "{text}");
        }
        for text in ["d5", "D", "1D", "1D2.0", "1e2D3", "0x1D2", "nan", "1D999", "infD1"] {
            assert_eq!(finite(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn lines_across_buffer_ends_are_whole() {
        let text: String = (0..100_000).map(|number| format!("line {number}\n")).collect();
        let expected: Vec<_> = text.lines().map(|line| line.as_bytes().to_vec()).collect();
        assert_eq!(all(text.as_bytes()), expected);
    }

    #[test]
    fn carriage_returns_alone_end_lines_wherever_the_buffer_ends() {
        let lines = |text: &[u8], step: usize| {
            let mut lines = Lines::new(Path::new("a"), Steps(text, step));
            let mut all = Vec::new();
            while lines.advance().unwrap() {
                all.push(String::from_utf8(lines.line().to_vec()).unwrap());
            }
            all
        };
        for step in 1..6 {
            assert_eq!(lines(b"a\rbc\rd", step), ["a", "bc", "d"]);
            assert_eq!(lines(b"a\r\nbc\r\nd\r", step), ["a\r", "bc\r", "d\r"]);
            assert_eq!(lines(b"a\r\rb\r", step), ["a", "", "b"]);
        }
    }

    #[test]
    fn a_carriage_return_within_a_line_ends_none() {
        assert_eq!(all(b"# a\rb\n1 2\n"), [&b"# a\rb"[..], b"1 2"]);
        let mut text = b"# a\rb\n".to_vec();
        end_lines(&mut text);
        assert_eq!(text, b"# a\rb\n");
    }

    /// Bytes that come a few at a time.
    struct Steps<'a>(&'a [u8], usize);

    impl Read for Steps<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn long_lines_end_in_an_error_without_being_read() {
        let line = [b'x'; LINE_LIMIT];
        assert_eq!(all(&line), [line]);
        for endless in [io::repeat(b'x').take(u64::MAX), io::repeat(0).take(LINE_LIMIT as u64 + 1)] {
            let mut lines = Lines::new(Path::new("x"), endless);
            let error = lines.advance().unwrap_err().to_string();
            assert!(error.starts_with("x:1: expected a line of at most 65536 bytes"), "{error}");
        }
    }
}
