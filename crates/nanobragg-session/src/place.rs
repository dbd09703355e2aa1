//! Whether files can lie where they are wanted.

use std::path::Path;

use crate::error::Cause;
use crate::{Error, Output};

/// Finds out before the render whether the images can be written.
///
/// # Errors
/// As [`check_place`] and [`Output::check`].
pub(crate) fn check_outputs(outputs: &[Output]) -> Result<(), Error> {
    outputs.iter().filter(|output| output.is_image()).try_for_each(|output| {
        output.check()?;
        check_place(&output.path)
    })
}

/// Finds out whether a file of this name could be written.
///
/// # Errors
/// [`ErrorKind::Place`](crate::ErrorKind::Place).
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
    Ok(())
}
