//! Whether the files of a sweep can be written, and do no harm.

use std::path::{Path, PathBuf};

use nanobragg::model::PixelGrid;
use nanobragg_session::{Output, check_memory, check_place};

use crate::error::Cause;
use crate::target::Target;
use crate::{Error, sweeper};

/// Checks the files of `images` images and the manifest; `outputs` are what `targets` were made from.
pub(crate) fn targets(
    outputs: &[Output],
    targets: &[Target],
    images: usize,
    manifest: &Path,
    inputs: &[PathBuf],
) -> Result<(), Error> {
    for (at, (target, output)) in targets.iter().zip(outputs).enumerate() {
        output.check()?;
        if let Some(other) = outputs.iter().take(at).find(|other| other.format == output.format) {
            return Err(Cause::SameKind { one: other.path.clone(), other: output.path.clone() }.into());
        }
        if let Some(Output { path, .. }) = target.stack()
            && path.exists()
            && !path.is_file()
            && !path.is_dir()
        {
            return Err(Cause::NotRegular(path.clone()).into());
        }
    }
    let inputs: Vec<PathBuf> = inputs.iter().filter_map(|input| input.canonicalize().ok()).collect();
    check_place(manifest)?;
    let manifest_place = place(&real_folder(manifest), manifest);
    if inputs.contains(&manifest_place) {
        return Err(Cause::OverwritesInput(manifest.to_owned()).into());
    }
    for target in targets {
        let paths: Box<dyn Iterator<Item = PathBuf>> = match target {
            Target::Stack(output) => Box::new(std::iter::once(output.path.clone())),
            Target::Numbered(..) => Box::new((1..=images).filter_map(|image| target.file(image))),
        };
        // All files of a target lie in one folder.
        let mut folder = None;
        for path in paths {
            check_place(&path)?;
            let folder = folder.get_or_insert_with(|| real_folder(&path));
            let real = place(folder, &path);
            if inputs.contains(&real) {
                return Err(Cause::OverwritesInput(path).into());
            }
            if real == manifest_place {
                return Err(Cause::SameOutput(path).into());
            }
        }
    }
    Ok(())
}

/// Finds out whether there is memory for the image that is rendered, the one that waits and those that are written.
pub(crate) fn memory(pixels: &PixelGrid, outputs: &[Output], images: usize) -> Result<(), Error> {
    let at_once = images.min(2 + sweeper::writers());
    Ok(check_memory(&vec![(pixels.fast(), pixels.slow()); at_once], outputs)?)
}

/// The folder of a file that need not be there yet.
fn real_folder(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

/// Where a file in `folder` is written: links are followed.
fn place(folder: &Path, path: &Path) -> PathBuf {
    let linked = if path.is_symlink() { path.canonicalize().ok() } else { None };
    linked.unwrap_or_else(|| folder.join(path.file_name().unwrap_or_default()))
}
