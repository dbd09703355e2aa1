//! Images of an earlier sweep that a new one in its place does not write.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use nanobragg_io::atomic::real_folder;
use nanobragg_session::Warning;

use crate::manifest;
use crate::target::Target;

/// Names those that stay beside the `images` images of `targets`: what the manifest at `path` lists, and what has the names of images that would
/// follow.
pub(crate) fn images(path: &Path, targets: &[Target], images: usize) -> Option<Warning> {
    // One folder may be spelled in several ways; most files are in one, whose name is looked up once.
    let folders = RefCell::new(BTreeMap::<PathBuf, PathBuf>::new());
    let real = |file: &Path| {
        let (mut folders, folder) = (folders.borrow_mut(), file.parent().unwrap_or(Path::new("")));
        if !folders.contains_key(folder) {
            folders.insert(folder.to_owned(), real_folder(file));
        }
        folders.get(folder).map_or_else(PathBuf::new, |real| real.join(file.file_name().unwrap_or_default()))
    };
    let own: BTreeSet<PathBuf> =
        targets.iter().flat_map(|target| target.files(images)).map(|file| real(&file)).collect();
    let following = |target: &Target| {
        let files = (images + 1..).map_while(|image| target.file(image));
        files.take_while(|file| file.is_file()).collect::<Vec<_>>()
    };
    let listed = manifest::files(path).into_iter().filter(|file| !own.contains(&real(file)));
    let left = targets.iter().flat_map(following).chain(listed);
    let left: BTreeMap<PathBuf, PathBuf> = left.map(|file| (real(&file), file)).collect();
    let first = left.values().next()?.clone();
    Some(Warning::EarlierImages { first, more: left.len() - 1 })
}

#[cfg(test)]
mod tests {
    use nanobragg_session::{Content, Format, Output};

    use super::*;

    #[test]
    fn images_that_stay_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str| folder.path().join(name);
        let output = Output { path: of("a_###.npy"), format: Format::Npy, content: Content::Photons };
        let targets = [Target::new(&output).unwrap()];
        let manifest = of("manifest.jsonl");
        let said = || images(&manifest, &targets, 2).map(|warning| warning.to_string());
        for name in ["a_001.npy", "a_002.npy", "a_005.npy", "b_003.npy"] {
            std::fs::write(of(name), "x").unwrap();
        }
        assert_eq!(said(), None);
        std::fs::write(of("a_003.npy"), "x").unwrap();
        let text = "of an earlier sweep; this one does not write";
        assert_eq!(said().unwrap(), format!("{}: {text} it", of("a_003.npy").display()));
        std::fs::write(of("a_004.npy"), "x").unwrap();
        assert_eq!(said().unwrap(), format!("{} (and 2 more): {text} them", of("a_003.npy").display()));
    }
}
