//! What a reader did not take as the file has it.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::{OneLine, shown};

/// Something in a file that was not taken as it stands, and what was done instead.
///
/// `Display` is one line: `FILE: PLACE: FOUND: ASSUMED`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The file as the caller named it.
    pub file: PathBuf,
    /// The line, key or column.
    pub place: String,
    /// What stands there.
    pub found: String,
    /// What was assumed or left out.
    pub assumed: String,
}

impl Warning {
    pub(crate) fn new(
        file: &Path,
        place: impl Into<String>,
        found: impl AsRef<[u8]>,
        assumed: impl Into<String>,
    ) -> Self {
        Warning {
            file: file.to_owned(),
            place: place.into(),
            found: shown(found.as_ref()),
            assumed: assumed.into(),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Warning { file, place, found, assumed } = self;
        write!(out, "{}: {place}: {found}: {assumed}", OneLine(file))
    }
}

/// What a reader took from a file, with its warnings.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<T> {
    /// What was read.
    pub data: T,
    /// What was not taken as it stands.
    pub warnings: Vec<Warning>,
}
