//! The one error type of this crate.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What a reader or writer of this crate returns.
pub type Result<T> = std::result::Result<T, IoError>;

/// Why a file could not be read or written.
///
/// `Display` is one line and complete: it holds the operating system's reason where there is one, so
/// `Error::source` is always `None` and a chain of causes does not say the same thing twice.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IoError {
    /// The operating system refused to open or read the file.
    #[error("cannot read {}: {cause}", OneLine(.path))]
    Read {
        /// The file as the caller named it.
        path: PathBuf,
        /// The operating system's reason.
        cause: io::Error,
    },
    /// The operating system refused to create or write the file.
    #[error("cannot write {}: {cause}", OneLine(.path))]
    Write {
        /// The file as the caller named it.
        path: PathBuf,
        /// The operating system's reason.
        cause: io::Error,
    },
    /// What the caller asked to be written does not fit the format.
    #[error("cannot write {}: {reason}", OneLine(.path))]
    Unwritable {
        /// The file as the caller named it.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// A line of a text file is not what the format asks for.
    #[error("{}:{line}: expected {expected}, found {found}", OneLine(.path))]
    Line {
        /// The file as the caller named it.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What the format asks for.
        expected: String,
        /// What the line holds, shortened and escaped.
        found: String,
    },
    /// A line is longer than any line of a text file has reason to be.
    #[error("{}:{line}: expected a line of at most {limit} bytes, found a longer one (a binary file?)", OneLine(.path))]
    LineTooLong {
        /// The file as the caller named it.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The longest line accepted, in bytes.
        limit: usize,
    },
    /// A value in a binary file or an image header is not what the format asks for.
    #[error("{}: {what}: expected {expected}, found {found}", OneLine(.path))]
    Value {
        /// The file as the caller named it.
        path: PathBuf,
        /// The value's name.
        what: String,
        /// What the format asks for.
        expected: String,
        /// What the file holds, shortened and escaped.
        found: String,
    },
    /// A file or a part of it has another length than its header, or the caller, says.
    #[error("{}: {what}: expected {expected} bytes, found {found}", OneLine(.path))]
    Length {
        /// The file as the caller named it.
        path: PathBuf,
        /// The part of the file.
        what: &'static str,
        /// Bytes that should be there.
        expected: u128,
        /// Bytes that are there.
        found: u128,
    },
    /// The contents do not fit into memory.
    #[error("{}: not enough memory for {bytes} bytes", OneLine(.path))]
    Memory {
        /// The file as the caller named it.
        path: PathBuf,
        /// Bytes asked for.
        bytes: u128,
    },
}

impl IoError {
    pub(crate) fn read(path: &Path, cause: io::Error) -> Self {
        Self::Read { path: path.to_owned(), cause }
    }

    pub(crate) fn write(path: &Path, cause: io::Error) -> Self {
        Self::Write { path: path.to_owned(), cause }
    }

    pub(crate) fn unwritable(path: &Path, reason: impl Into<String>) -> Self {
        Self::Unwritable { path: path.to_owned(), reason: reason.into() }
    }

    /// `found` is quoted here, so pass it as it stands in the file.
    pub(crate) fn line(path: &Path, line: u64, expected: impl Into<String>, found: &[u8]) -> Self {
        Self::Line { path: path.to_owned(), line, expected: expected.into(), found: quoted(found) }
    }

    /// `found` is quoted here, so pass it as it stands in the file.
    pub(crate) fn value(
        path: &Path,
        what: impl Into<String>,
        expected: impl Into<String>,
        found: &[u8],
    ) -> Self {
        Self::Value {
            path: path.to_owned(),
            what: what.into(),
            expected: expected.into(),
            found: quoted(found),
        }
    }

    pub(crate) fn missing(path: &Path, what: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Value {
            path: path.to_owned(),
            what: what.into(),
            expected: expected.into(),
            found: "none".to_owned(),
        }
    }

    pub(crate) fn length(path: &Path, what: &'static str, expected: u128, found: u128) -> Self {
        Self::Length { path: path.to_owned(), what, expected, found }
    }
}

/// A path as part of a message: names may hold line breaks, messages may not.
struct OneLine<'a>(&'a Path);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.to_string_lossy().chars() {
            if character.is_control() {
                write!(out, "{}", character.escape_default())?;
            } else {
                fmt::Write::write_char(out, character)?;
            }
        }
        Ok(())
    }
}

/// Characters of a quotation, quotation marks not counted.
const QUOTE_LIMIT: usize = 58;

/// Text from a file as part of a message: in quotation marks, escaped, shortened to 60 characters.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    // No shown character takes more than four bytes, so a prefix will do.
    let shown = &bytes[..bytes.len().min(4 * QUOTE_LIMIT + 4)];
    let mut text = String::from("\"");
    let mut length = 0;
    let mut pieces = Vec::new();
    for chunk in shown.utf8_chunks() {
        for character in chunk.valid().chars() {
            // An apostrophe needs no escape between double quotation marks.
            if character == '\'' {
                pieces.push("'".to_owned());
            } else {
                pieces.push(character.escape_debug().to_string());
            }
        }
        pieces.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    let total: usize = pieces.iter().map(|piece| piece.chars().count()).sum();
    let cut = total > QUOTE_LIMIT || shown.len() < bytes.len();
    let room = if cut { QUOTE_LIMIT - 3 } else { QUOTE_LIMIT };
    for piece in &pieces {
        length += piece.chars().count();
        if length > room {
            break;
        }
        text.push_str(piece);
    }
    text.push_str(if cut { "...\"" } else { "\"" });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_short_single_lines() {
        assert_eq!(quoted(b"1 2 x 4"), "\"1 2 x 4\"");
        assert_eq!(quoted(b""), "\"\"");
        assert_eq!(quoted(b"it's \"a\"\n\x1b"), "\"it's \\\"a\\\"\\n\\u{1b}\"");
        assert_eq!(quoted(b"\xff\x00a"), "\"\\xff\\0a\"");
        assert_eq!(quoted(&[b'x'; 58]).chars().count(), 60);
        let long = quoted(&[b'x'; 100_000]);
        assert_eq!(long.chars().count(), 60);
        assert!(long.ends_with("x...\""));
        assert!(quoted(&[0xff; 100_000]).chars().count() <= 60);
        assert!(quoted("\u{1f600}".repeat(1000).as_bytes()).chars().count() <= 60);
    }

    #[test]
    fn paths_stay_on_one_line() {
        let error = IoError::read(Path::new("a\nb"), io::Error::from_raw_os_error(2));
        assert!(error.to_string().starts_with("cannot read a\\nb: "), "{error}");
        assert!(!error.to_string().contains('\n'));
    }

    #[test]
    fn messages_name_file_line_expectation_and_finding() {
        let error = IoError::line(Path::new("P1.hkl"), 17, "\"h k l F\"", b"1 2 x 4");
        assert_eq!(error.to_string(), "P1.hkl:17: expected \"h k l F\", found \"1 2 x 4\"");
    }
}
