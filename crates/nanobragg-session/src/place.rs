//! Whether files can lie where they are wanted.

use std::path::Path;

use nanobragg_io::atomic::{self, Pending};

use crate::error::Cause;
use crate::{Error, Format, Output};

/// Finds out before the render whether the images can be written.
///
/// # Errors
/// As [`check_place`], [`check_first`] and [`Output::check`].
pub(crate) fn check_outputs(outputs: &[Output]) -> Result<(), Error> {
    // A failing table of structure factors is a warning.
    outputs.iter().filter(|output| output.format != Format::Table).try_for_each(|output| {
        output.check()?;
        check_place(&output.path)?;
        check_first(output)
    })
}

/// Finds out whether a file may have this name.
///
/// # Errors
/// [`ErrorKind::Place`](crate::ErrorKind::Place), [`ErrorKind::File`](crate::ErrorKind::File).
pub fn check_place(path: &Path) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder
        && !folder.is_dir()
    {
        return Err(Cause::NoFolder { path: path.to_owned(), folder: folder.to_owned() }.into());
    }
    if path.is_dir() {
        return Err(Cause::IsFolder(path.to_owned()).into());
    }
    Ok(atomic::check_name(path)?)
}

/// Finds out whether the folder of an output takes new files: of a series, the first file is enough.
///
/// # Errors
/// [`ErrorKind::File`](crate::ErrorKind::File).
pub fn check_first(output: &Output) -> Result<(), Error> {
    match output.format {
        // It needs a regular file.
        Format::Nexus => drop(Pending::beside(&output.path)?),
        _ => atomic::check_file(&output.path)?,
    }
    Ok(())
}
