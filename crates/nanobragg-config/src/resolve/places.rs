//! Where files are written: nothing that is read is replaced, no two files are one, and an experiment file of somebody
//! else reaches no further than the working directory.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use nanobragg_io::atomic::is_standard_output;
use nanobragg_io::places::{Clash, Inputs, lies_below};
use nanobragg_session::Output;

use super::Context;
use crate::classic::{self, Arity, FlagId, Occurrence, ParsedArgs, Role};
use crate::{ConfigError, Setup};

/// Refuses outputs that an experiment file places elsewhere than below the working directory.
pub(super) fn trusted(args: &ParsedArgs, context: &Context) -> Result<(), ConfigError> {
    if args.has(FlagId::TrustPaths) {
        return Ok(());
    }
    // What the command line says in their place was not in the file.
    let counts = |occurrence: &&Occurrence| {
        occurrence.from_file && args.last(occurrence.flag).is_some_and(|last| last.from_file)
    };
    for occurrence in args.occurrences.iter().filter(counts) {
        let written = |row: &classic::Flag| row.arity == Arity::Path && !row.is(Role::InputFile);
        let path = occurrence.values.path(0);
        if !classic::flag(occurrence.flag).is_some_and(written) {
            continue;
        }
        if !is_below(path) {
            let (path, key) = (path.to_owned(), occurrence.given.clone());
            return Err(ConfigError::OutsideOutput { path, key });
        }
        stays_below(path, context)?;
    }
    Ok(())
}

/// Refuses a file that links lead elsewhere than below the working directory.
fn stays_below(path: &Path, context: &Context) -> Result<(), ConfigError> {
    let stays = is_standard_output(path) || lies_below(&context.path(Path::new(".")), &context.path(path));
    if stays { Ok(()) } else { Err(ConfigError::LinkedOutside(path.to_owned())) }
}

/// Refuses images that links lead out of the working directory: with an experiment file somebody else may have made the links. What
/// the command line names, or its caller trusts, goes where it goes.
pub(super) fn confined(setup: &Setup, args: &ParsedArgs, context: &Context) -> Result<(), ConfigError> {
    if args.files.is_empty() || args.has(FlagId::TrustPaths) {
        return Ok(());
    }
    let is_path =
        |occurrence: &&Occurrence| classic::flag(occurrence.flag).is_some_and(|row| row.arity == Arity::Path);
    let called = args.occurrences.iter().filter(|occurrence| !occurrence.from_file).filter(is_path);
    let called: HashSet<&Path> = called.map(|occurrence| occurrence.values.path(0)).collect();
    let is_called = |path: &Path| {
        // What an image was made from goes beside it, but not through a link.
        let beside = path.extension().is_some_and(|extension| extension == "json") && !path.is_symlink();
        called.contains(path) || (beside && called.contains(&*path.with_extension("")))
    };
    let others = setup.outputs.list().into_iter().filter(|output| !is_called(&output.path));
    in_panels(setup, others.collect()).iter().try_for_each(|output| stays_below(&output.path, context))
}

/// Whether a path, by its text, leads below the folder that it starts from.
fn is_below(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// Refuses outputs that are inputs, and outputs that are one file.
pub(super) fn check(setup: &Setup, args: &ParsedArgs, context: &Context) -> Result<(), ConfigError> {
    let inputs = Inputs::of(setup.inputs.iter().chain(&args.files));
    let panels = setup.panels.len();
    let is_pipe = |path: &Path| {
        is_standard_output(path)
            || context.path(path).metadata().is_ok_and(|found| !found.is_file() && !found.is_dir())
    };
    if let Some(path) = setup.outputs.images().find(|path| panels > 1 && is_pipe(path)) {
        return Err(ConfigError::PanelsToPipe { path: path.clone(), panels });
    }
    let mut places = inputs.places();
    written(setup).into_iter().try_for_each(|path| match places.take(&context.path(&path)) {
        Ok(()) => Ok(()),
        Err(Clash::Input) => Err(ConfigError::OverwritesInput(path)),
        Err(Clash::Output) => Err(ConfigError::SameOutput(path)),
    })
}

/// All files that are to be written.
fn written(setup: &Setup) -> Vec<PathBuf> {
    in_panels(setup, setup.outputs.list()).into_iter().map(|output| output.path).collect()
}

/// The files that `outputs` are, of each panel where there are several.
fn in_panels(setup: &Setup, outputs: Vec<Output>) -> Vec<Output> {
    match setup.panels.len() {
        0 => outputs,
        count => (0..count)
            .flat_map(|number| outputs.iter().filter_map(move |output| output.of_panel(number)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_folder_are_told_by_their_text() {
        for path in ["a.npy", "./a.npy", "a/b.npy", "..a/b", ""] {
            assert!(is_below(Path::new(path)), "{path}");
        }
        for path in ["../a.npy", "/a.npy", "a/../../b.npy", "a/..", "./.."] {
            assert!(!is_below(Path::new(path)), "{path}");
        }
    }
}
