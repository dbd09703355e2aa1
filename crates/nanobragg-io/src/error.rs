//! The one error type of this crate.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What a reader or writer of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a file could not be read or written.
///
/// `Display` is one line and complete: it holds the operating system's reason where there is one, so
/// `Error::source` is always `None` and a chain of causes does not say the same thing twice.
#[derive(Debug)]
pub struct Error(Box<Fault>);

/// What went wrong, for those who act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused to open or read the file.
    Read,
    /// The operating system refused to create or write the file.
    Write,
    /// What the caller asked to be written does not fit the format.
    Unwritable,
    /// A line of a text file is not what the format asks for.
    Line,
    /// A line is longer than any line of a text file has reason to be.
    LineTooLong,
    /// A value in a binary file, an image header or a document is missing or not what the format asks for.
    Value,
    /// A file or a part of it has another length than its header, or the caller, says.
    Length,
    /// The contents do not fit into memory.
    Memory,
    /// Another run is writing the file.
    Busy,
}

impl ErrorKind {
    /// A name that stays the same from version to version.
    pub const fn code(self) -> &'static str {
        match self {
            ErrorKind::Read => "io.read",
            ErrorKind::Write => "io.write",
            ErrorKind::Unwritable => "io.unwritable",
            ErrorKind::Line => "io.line",
            ErrorKind::LineTooLong => "io.line-too-long",
            ErrorKind::Value => "io.value",
            ErrorKind::Length => "io.length",
            ErrorKind::Memory => "io.memory",
            ErrorKind::Busy => "io.busy",
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("cannot read {}: {cause}", OneLine(.path))]
    Read { path: PathBuf, cause: io::Error },
    #[error("cannot write {}: {cause}", Written(.path))]
    Write { path: PathBuf, cause: io::Error },
    #[error("cannot write {}: {reason}", OneLine(.path))]
    Unwritable { path: PathBuf, reason: String },
    /// The line is counted from 1; what it holds is shortened and escaped.
    #[error("{}:{line}: expected {expected}, found {found}", OneLine(.path))]
    Line { path: PathBuf, line: u64, expected: String, found: String },
    #[error("{}:{line}: expected a line of at most {limit} bytes, found a longer one (a binary file?)", OneLine(.path))]
    LineTooLong { path: PathBuf, line: u64, limit: usize },
    #[error("{}: {what}: expected {expected}, found {found}", OneLine(.path))]
    Value { path: PathBuf, what: String, expected: String, found: String },
    #[error("{}: {what}: expected {expected} bytes, found {found}", OneLine(.path))]
    Length { path: PathBuf, what: &'static str, expected: u128, found: u128 },
    #[error("{}: not enough memory for {bytes} bytes", OneLine(.path))]
    Memory { path: PathBuf, bytes: u128 },
    #[error("{}: another run is writing it{holder}", OneLine(.path))]
    Busy { path: PathBuf, holder: String },
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for Error {}

impl Error {
    fn of(fault: Fault) -> Self {
        Self(Box::new(fault))
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        match *self.0 {
            Fault::Read { .. } => ErrorKind::Read,
            Fault::Write { .. } => ErrorKind::Write,
            Fault::Unwritable { .. } => ErrorKind::Unwritable,
            Fault::Line { .. } => ErrorKind::Line,
            Fault::LineTooLong { .. } => ErrorKind::LineTooLong,
            Fault::Value { .. } => ErrorKind::Value,
            Fault::Length { .. } => ErrorKind::Length,
            Fault::Memory { .. } => ErrorKind::Memory,
            Fault::Busy { .. } => ErrorKind::Busy,
        }
    }

    /// The [code](ErrorKind::code) of its kind.
    pub fn code(&self) -> &'static str {
        self.kind().code()
    }

    /// The file as the caller named it.
    pub fn path(&self) -> &Path {
        match &*self.0 {
            Fault::Read { path, .. }
            | Fault::Write { path, .. }
            | Fault::Unwritable { path, .. }
            | Fault::Line { path, .. }
            | Fault::LineTooLong { path, .. }
            | Fault::Value { path, .. }
            | Fault::Length { path, .. }
            | Fault::Memory { path, .. }
            | Fault::Busy { path, .. } => path,
        }
    }

    /// What is there and what was expected, without the file and the place.
    pub(crate) fn found_and_expected(&self) -> (String, String) {
        match &*self.0 {
            Fault::Value { expected, found, .. } => (found.clone(), expected.clone()),
            _ => (self.to_string(), "another".to_owned()),
        }
    }

    /// The operating system refused to open or read the file.
    pub fn read(path: &Path, cause: io::Error) -> Self {
        Self::of(Fault::Read { path: path.to_owned(), cause })
    }

    /// The operating system refused to create or write the file.
    pub fn write(path: &Path, cause: io::Error) -> Self {
        Self::of(Fault::Write { path: path.to_owned(), cause })
    }

    /// Another run writes it; `holder` says which, and begins with what separates it.
    pub(crate) fn busy(path: &Path, holder: String) -> Self {
        Self::of(Fault::Busy { path: path.to_owned(), holder })
    }

    pub(crate) fn unwritable(path: &Path, reason: impl Into<String>) -> Self {
        Self::of(Fault::Unwritable { path: path.to_owned(), reason: reason.into() })
    }

    /// `found` is quoted here, so pass it as it stands in the file.
    pub(crate) fn line(path: &Path, line: u64, expected: impl Into<String>, found: &[u8]) -> Self {
        // Of a file of another kind its kind says more than its bytes.
        let found = kind(found).filter(|_| line == 1).map_or_else(|| quoted(found), str::to_owned);
        Self::of(Fault::Line { path: path.to_owned(), line, expected: expected.into(), found })
    }

    /// The file ends in `line` before all is there; `found` says what is.
    pub(crate) fn ends(
        path: &Path,
        line: u64,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self::of(Fault::Line { path: path.to_owned(), line, expected: expected.into(), found: found.into() })
    }

    pub(crate) fn line_too_long(path: &Path, line: u64, limit: usize) -> Self {
        Self::of(Fault::LineTooLong { path: path.to_owned(), line, limit })
    }

    /// `found` is quoted here, so pass it as it stands in the file.
    pub(crate) fn value(
        path: &Path,
        what: impl Into<String>,
        expected: impl Into<String>,
        found: &[u8],
    ) -> Self {
        let (what, expected, found) = (what.into(), expected.into(), quoted(found));
        Self::of(Fault::Value { path: path.to_owned(), what, expected, found })
    }

    pub(crate) fn missing(path: &Path, what: impl Into<String>, expected: impl Into<String>) -> Self {
        let (what, expected, found) = (what.into(), expected.into(), "none".to_owned());
        Self::of(Fault::Value { path: path.to_owned(), what, expected, found })
    }

    pub(crate) fn length(path: &Path, what: &'static str, expected: u128, found: u128) -> Self {
        Self::of(Fault::Length { path: path.to_owned(), what, expected, found })
    }

    pub(crate) fn memory(path: &Path, bytes: u128) -> Self {
        Self::of(Fault::Memory { path: path.to_owned(), bytes })
    }
}

/// A path as part of a message: names may hold line breaks, messages may not.
pub(crate) struct OneLine<'a>(pub(crate) &'a Path);

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

/// The same of a file that is written, or of standard output.
struct Written<'a>(&'a Path);

impl fmt::Display for Written<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.as_os_str() == "-" { out.write_str("standard output") } else { OneLine(self.0).fmt(out) }
    }
}

/// What a file is that begins with these bytes.
fn kind(start: &[u8]) -> Option<&'static str> {
    KINDS.into_iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, kind)| kind)
}

/// First bytes of files that are taken for others.
const KINDS: [(&[u8], &str); 7] = [
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\x93\xbbdials::af", "a table of reflections of DIALS"),
    (b"###CBF", "a CBF image"),
    (b"MTZ ", "an MTZ file"),
    (b"%PDF", "a PDF document"),
];

/// Characters of a quotation, quotation marks not counted.
const QUOTE_LIMIT: usize = 58;

/// Text from a file as part of a message: in quotation marks, escaped, shortened to 60 characters.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    format!("\"{}\"", shown(bytes))
}

/// Text from a file as part of a message: escaped, shortened to 58 characters.
pub(crate) fn shown(bytes: &[u8]) -> String {
    // No shown character takes more than four bytes, so a prefix will do.
    let shown = &bytes[..bytes.len().min(4 * QUOTE_LIMIT + 4)];
    let mut text = String::new();
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
    if cut {
        text.push_str("...");
    }
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
        let error = Error::read(Path::new("a\nb"), io::Error::from_raw_os_error(2));
        assert!(error.to_string().starts_with("cannot read a\\nb: "), "{error}");
        let full = Error::write(Path::new("-"), io::Error::other("full"));
        assert_eq!(full.to_string(), "cannot write standard output: full");
        assert!(!error.to_string().contains('\n'));
    }

    #[test]
    fn files_of_another_kind_are_named() {
        let error = Error::line(Path::new("x"), 1, "numbers", b"\x93NUMPY\x01\x00v");
        assert_eq!(error.to_string(), "x:1: expected numbers, found a NumPy array");
        assert!(Error::line(Path::new("x"), 2, "numbers", b"\x93NUMPY").to_string().contains("x93"));
        for (magic, kind) in KINDS {
            let error = Error::line(Path::new("x"), 1, "numbers", &[magic, b"x"].concat());
            assert_eq!(error.to_string(), format!("x:1: expected numbers, found {kind}"));
        }
        // As this crate writes it.
        let table = tempfile::NamedTempFile::new().unwrap();
        crate::reflection_table::write_reflection_table(table.path(), &Default::default()).unwrap();
        let error = Error::line(Path::new("x"), 1, "numbers", &std::fs::read(table.path()).unwrap());
        assert_eq!(error.to_string(), "x:1: expected numbers, found a table of reflections of DIALS");
    }

    #[test]
    fn messages_name_file_line_expectation_and_finding() {
        let error = Error::line(Path::new("P1.hkl"), 17, "\"h k l F\"", b"1 2 x 4");
        assert_eq!(error.to_string(), "P1.hkl:17: expected \"h k l F\", found \"1 2 x 4\"");
        assert_eq!((error.kind(), error.code()), (ErrorKind::Line, "io.line"));
        assert_eq!(error.path(), Path::new("P1.hkl"));
    }
}
