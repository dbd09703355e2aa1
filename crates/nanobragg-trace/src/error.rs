//! What can go wrong with traces.

use std::io;
use std::path::PathBuf;

/// Why a trace could not be read, compared or written. `Display` is one line and complete.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Problem);

/// What an [`Error`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused to open or read a file.
    Read,
    /// Nothing in a file or text is a line of a trace.
    NoTrace,
    /// Two traces share no quantity.
    NothingInCommon,
    /// A report, or the folder for it, cannot be written.
    Write,
}

impl ErrorKind {
    /// A word that stays the same whatever the text.
    pub const fn code(self) -> &'static str {
        match self {
            ErrorKind::Read => "trace.read",
            ErrorKind::NoTrace => "trace.no-trace",
            ErrorKind::NothingInCommon => "trace.nothing-in-common",
            ErrorKind::Write => "trace.write",
        }
    }
}

impl Error {
    /// What it is about.
    pub fn kind(&self) -> ErrorKind {
        match self.0 {
            Problem::Read { .. } => ErrorKind::Read,
            Problem::NoTrace { .. } => ErrorKind::NoTrace,
            Problem::NothingInCommon { .. } => ErrorKind::NothingInCommon,
            Problem::Folder { .. } | Problem::Write(_) => ErrorKind::Write,
        }
    }

    /// The code of its kind.
    pub fn code(&self) -> &'static str {
        self.kind().code()
    }
}

/// What happened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("cannot read {}: {cause}", path.display())]
    Read { path: PathBuf, cause: io::Error },
    #[error("{name}: none of its {lines} lines is a trace; expected TRACE_PY, TRACE_C or JSON lines")]
    NoTrace { name: String, lines: usize },
    #[error("{a} and {b} have no quantity in common: there is nothing to compare")]
    NothingInCommon { a: String, b: String },
    #[error("cannot make the folder {}: {cause}", path.display())]
    Folder { path: PathBuf, cause: io::Error },
    #[error(transparent)]
    Write(nanobragg_io::Error),
}
