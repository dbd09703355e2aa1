//! Whether the files of a sweep can be written, and do no harm.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use nanobragg::model::PixelGrid;
use nanobragg_io::atomic::{self, destination_in, real_folder};
use nanobragg_io::places::{Clash, Inputs, has_other_names, lies_below};
use nanobragg_session::{Format, Output, check_first, check_memory_of, check_place};

use crate::Error;
use crate::error::Cause;
use crate::manifest::is_manifest;
use crate::target::Target;
use crate::threads::Threads;

/// Checks the files of `images` images and the manifest, which replace none of `inputs` and are none of those `beside` them;
/// `outputs` are what `targets` were made from.
pub(crate) fn targets(
    outputs: &[Output],
    targets: &[Target],
    images: usize,
    manifest: &Path,
    inputs: &Inputs,
    beside: &[PathBuf],
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
    let mut places = inputs.places();
    for path in beside {
        check_place(path)?;
        atomic::check_file(path)?;
        places.take(path).map_err(|clash| replaces(clash, path))?;
    }
    check_place(manifest)?;
    atomic::check_file(manifest)?;
    places.take(manifest).map_err(|clash| replaces(clash, manifest))?;
    for (target, output) in targets.iter().zip(outputs) {
        let Some(folder) = Folder::of_target(target, images) else { continue };
        let last = target.files(images).count();
        let mut linked = HashSet::new();
        for (image, path) in (1..).zip(target.files(images)) {
            let clash = |clash| replaces(clash, &path);
            // The last name may be the longest.
            if image == 1 || image == last || folder.may_have(&path) {
                check_place(&path)?;
                if has_other_names(&path) {
                    places.take(&path).map_err(clash)?;
                    linked.insert(path.clone());
                } else if let Some(place) = destination_in(&folder.real, &path) {
                    places.check(&place).map_err(clash)?;
                }
            } else if let Some(place) = folder.place(&path) {
                places.check_new(&place).map_err(clash)?;
            }
            if image == 1 {
                check_first(&Output { path, ..output.clone() })?;
            }
        }
        if linked.is_empty() {
            continue;
        }
        // A link may lead to an image before it.
        for path in target.files(images).filter(|path| !linked.contains(path)) {
            if let Some(place) = folder.place(&path) {
                places.check_new(&place).map_err(|clash| replaces(clash, &path))?;
            }
        }
    }
    Ok(())
}

/// Files of `targets` for so many images, and of those `beside` them, that are there.
fn there<'a>(
    targets: &'a [Target],
    images: usize,
    beside: &'a [PathBuf],
) -> impl Iterator<Item = PathBuf> + 'a {
    let of_target = move |target: &'a Target| {
        let folder = Folder::of_target(target, images);
        target.files(images).filter(move |path| folder.as_ref().is_some_and(|folder| folder.may_have(path)))
    };
    targets.iter().flat_map(of_target).chain(beside.iter().cloned()).filter(|path| path.is_file())
}

/// Refuses to replace what is there: no manifest says that it is this sweep's.
pub(crate) fn unoccupied(targets: &[Target], images: usize, beside: &[PathBuf]) -> Result<(), Error> {
    there(targets, images, beside).next().map_or(Ok(()), |path| Err(Cause::Occupied(path).into()))
}

/// Refuses to replace a manifest by anything else, and anything else by the manifest at `path`.
pub(crate) fn replaceable(
    path: &Path,
    targets: &[Target],
    images: usize,
    beside: &[PathBuf],
) -> Result<(), Error> {
    let is_empty = || path.metadata().is_ok_and(|found| found.len() == 0);
    if path.is_file() && !is_manifest(path)? && !is_empty() {
        return Err(Cause::NoManifest(path.to_owned()).into());
    }
    for file in there(targets, images, beside) {
        if is_manifest(&file)? {
            return Err(Cause::IsManifest(file).into());
        }
    }
    Ok(())
}

/// Refuses files that links lead out of the working directory: those of `targets`, and `manifest` if it is one. Where targets were
/// `named` by who starts the sweep, so were their folders, and the file of a stack.
pub(crate) fn confined(
    targets: &[Target],
    images: usize,
    manifest: Option<&Path>,
    named: bool,
) -> Result<(), Error> {
    let in_its_folder = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.is_some_and(|folder| lies_below(folder, path))
    };
    let check = |path: &Path| match lies_below(Path::new("."), path) || named && in_its_folder(path) {
        true => Ok(()),
        false => Err(Error::from(Cause::Outside(path.to_owned()))),
    };
    manifest.map_or(Ok(()), check)?;
    for target in targets.iter().filter(|target| !named || target.stack().is_none()) {
        let Some(folder) = Folder::of_target(target, images) else { continue };
        // What is not there lies where the first lies.
        let there = target.files(images).enumerate().filter(|(at, path)| *at == 0 || folder.may_have(path));
        there.map(|(_, path)| path).try_for_each(|path| check(&path))?;
    }
    Ok(())
}

/// The error of an output that would replace something.
fn replaces(clash: Clash, path: &Path) -> Error {
    match clash {
        Clash::Input => Cause::OverwritesInput(path.to_owned()).into(),
        Clash::Output => Cause::SameOutput(path.to_owned()).into(),
    }
}

/// The folder of a target: all its files lie in one, which is asked once what is in it.
struct Folder {
    /// Its real name.
    real: PathBuf,
    /// What is in it, where it can be read.
    names: Option<HashSet<OsString>>,
}

impl Folder {
    /// That of `target`, for so many images.
    fn of_target(target: &Target, images: usize) -> Option<Self> {
        let real = real_folder(&target.files(images).next()?);
        let names =
            std::fs::read_dir(&real).and_then(|all| all.map(|found| Ok(found?.file_name())).collect());
        Some(Folder { real, names: names.ok() })
    }

    /// The place of `path` where no link stands there.
    fn place(&self, path: &Path) -> Option<PathBuf> {
        path.file_name().map(|name| self.real.join(name))
    }

    /// Whether something of the name of `path` may be there.
    fn may_have(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        self.names.as_ref().is_none_or(|names| names.contains(name))
    }
}

/// Finds out whether there is memory for the images that are on their way at once.
pub(crate) fn memory(
    pixels: &PixelGrid,
    outputs: &[Output],
    images: usize,
    threads: Threads,
) -> Result<(), Error> {
    let stacked = outputs.iter().any(|output| output.format == Format::Nexus);
    // A frame that does not shrink is as large as an image.
    let frames = if stacked { threads.frames().min(images) } else { 0 };
    let at_once = threads.images().min(images) + frames;
    let writing = threads.finishing.min(images);
    Ok(check_memory_of(&vec![(pixels.fast(), pixels.slow()); at_once], outputs, writing)?)
}
