//! What can go wrong with traces.

use std::io;
use std::path::PathBuf;

use nanobragg_io::IoError;

/// Why a trace could not be read, compared or written. `Display` is one line and complete.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The operating system refused to open or read the file.
    #[error("cannot read {}: {cause}", path.display())]
    Read {
        /// The file as the caller named it.
        path: PathBuf,
        /// The operating system's reason.
        cause: io::Error,
    },
    /// Nothing in the file is a line of a trace.
    #[error("{name}: none of its {lines} lines is a trace; expected TRACE_PY, TRACE_C or JSON lines")]
    NoTrace {
        /// The file, or what the text was called.
        name: String,
        /// Lines it has.
        lines: usize,
    },
    /// Two traces share no quantity.
    #[error("{a} and {b} have no quantity in common: there is nothing to compare")]
    NothingInCommon {
        /// The one trace.
        a: String,
        /// The other.
        b: String,
    },
    /// The folder for the reports cannot be made.
    #[error("cannot make the folder {}: {cause}", path.display())]
    Folder {
        /// The folder as the caller named it.
        path: PathBuf,
        /// The operating system's reason.
        cause: io::Error,
    },
    /// A report cannot be written.
    #[error(transparent)]
    Write(#[from] IoError),
}
