//! Structure factors of MTZ and mmCIF files, and telling these from text.

use std::ffi::OsStr;
use std::path::Path;

use crate::error::{Error, Result};
use crate::lines::without_mark;
pub use crate::rows::{MOST_REFLECTIONS, Reflections};
use crate::{cif, gzip, mtz};

/// Bytes looked at to tell the kind of a file.
const LOOKED_AT: u64 = 1 << 16;

/// Kinds of files with structure factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `h k l F`, see [`crate::hkl`].
    Text,
    /// MTZ, see [`crate::mtz`].
    Mtz,
    /// mmCIF or CIF, see [`crate::cif`].
    Cif,
}

/// The kind of a file, by its contents; by its name where these do not say (a pipe, an empty file).
///
/// # Errors
/// [`Read`](crate::ErrorKind::Read).
pub fn kind(path: &Path) -> Result<Kind> {
    let start = gzip::beginning(path, LOOKED_AT)?;
    if start.starts_with(mtz::MAGIC) {
        return Ok(Kind::Mtz);
    }
    let mut lines = without_mark(&start).split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#"));
    let first_is = |word: &[u8]| {
        first.is_some_and(|line| line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
    };
    Ok(match first {
        Some(_) if first_is(b"data_") || first_is(b"loop_") => Kind::Cif,
        // Binary under that name is a damaged MTZ file, not text: the reader says what it lacks.
        Some(_) if extension(path) == "mtz" && start.iter().any(|&byte| byte < b'\t') => Kind::Mtz,
        Some(_) => Kind::Text,
        None => match extension(path).as_str() {
            "mtz" => Kind::Mtz,
            "cif" | "mmcif" | "ent" => Kind::Cif,
            _ => Kind::Text,
        },
    })
}

/// The extension in small letters, without `.gz`.
fn extension(path: &Path) -> String {
    let name = path.file_name().map(OsStr::to_ascii_lowercase).unwrap_or_default();
    let name = name.to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').map(|(_, extension)| extension.to_owned()).unwrap_or_default()
}

/// Reads an MTZ or mmCIF file; `column` names the amplitudes or intensities to take.
///
/// # Errors
/// Those of [`mtz::read`] and [`cif::read_reflections`].
pub fn read(path: &Path, kind: Kind, column: Option<&str>) -> Result<Reflections> {
    match kind {
        Kind::Mtz => mtz::read(path, column),
        Kind::Cif => cif::read_reflections(path, column),
        Kind::Text => Err(Error::missing(path, "columns", "an MTZ or mmCIF file to choose columns of")),
    }
}
