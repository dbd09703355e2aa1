//! Which files may be written: none that is read, and none twice, whatever links call them.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use crate::atomic::destination;

/// Files that are read.
#[derive(Clone, Debug, Default)]
pub struct Inputs(Known);

/// Files that are known.
#[derive(Clone, Debug, Default)]
struct Known {
    /// Their real names.
    names: HashSet<PathBuf>,
    /// Those that have several, by what they have in common.
    several: HashSet<(u64, u64)>,
}

impl Known {
    fn add(&mut self, place: PathBuf) {
        self.several.extend(identity(&place));
        self.names.insert(place);
    }

    fn has(&self, place: &Path) -> bool {
        let has_identity =
            || !self.several.is_empty() && identity(place).is_some_and(|of| self.several.contains(&of));
        self.names.contains(place) || has_identity()
    }
}

/// What all names of a file have in common, where it has several.
#[cfg(unix)]
fn identity(place: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let found = fs::symlink_metadata(place).ok().filter(fs::Metadata::is_file)?;
    (found.nlink() > 1).then(|| (found.dev(), found.ino()))
}

/// Files that have several names are not told here.
#[cfg(not(unix))]
fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}

/// Whether a file may have other names than `path`: it is a link, or has several names.
pub fn has_other_names(path: &Path) -> bool {
    path.is_symlink() || identity(path).is_some()
}

/// Whether what is written to `path` lies below `folder`, all links followed, those that lead to nothing included.
pub fn lies_below(folder: &Path, path: &Path) -> bool {
    let (folder, place) = (resolved(folder), resolved(path));
    folder.zip(place).is_some_and(|(folder, place)| place != folder && place.starts_with(folder))
}

/// The real name of what is there or will be; `None` where links lead in a circle.
fn resolved(path: &Path) -> Option<PathBuf> {
    /// As many as Linux follows.
    const MOST_LINKS: usize = 40;
    let parts = |path: &Path| -> Vec<OsString> {
        path.components().rev().map(|part| part.as_os_str().to_owned()).collect()
    };
    let mut left = parts(&std::path::absolute(path).ok()?);
    let (mut place, mut links) = (PathBuf::new(), 0);
    while let Some(part) = left.pop() {
        match part.as_encoded_bytes() {
            b"." => {}
            b".." => drop(place.pop()),
            _ => {
                place.push(part);
                if let Ok(target) = fs::read_link(&place) {
                    links += 1;
                    if links > MOST_LINKS {
                        return None;
                    }
                    place.pop();
                    left.extend(parts(&target));
                }
            }
        }
    }
    Some(place)
}

impl Inputs {
    /// These files.
    pub fn of<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        Inputs::default().with(paths)
    }

    /// With other files that are read.
    #[must_use]
    pub fn with<'a>(mut self, paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        paths.into_iter().filter_map(|path| destination(path)).for_each(|place| self.0.add(place));
        self
    }

    /// Places of the files that are written beside them.
    pub fn places(&self) -> Places<'_> {
        Places { inputs: self, taken: Known::default() }
    }
}

/// Places of the files that are written.
///
/// ```
/// use std::path::{Path, PathBuf};
///
/// use nanobragg_io::places::{Clash, Inputs};
///
/// let inputs = Inputs::of(&[PathBuf::from("cell.mat")]);
/// let mut places = inputs.places();
/// assert_eq!(places.take(Path::new("image.cbf")), Ok(()));
/// assert_eq!(places.take(Path::new("./image.cbf")), Err(Clash::Output));
/// assert_eq!(places.take(Path::new("./cell.mat")), Err(Clash::Input));
/// ```
#[derive(Clone, Debug)]
pub struct Places<'a> {
    inputs: &'a Inputs,
    taken: Known,
}

impl Places<'_> {
    /// Takes the place of an output. Pipes and devices have none: they can take two.
    ///
    /// # Errors
    /// It is that of a file that is read, or of another output.
    pub fn take(&mut self, path: &Path) -> Result<(), Clash> {
        let Some(place) = destination(path) else { return Ok(()) };
        self.check(&place)?;
        self.taken.add(place);
        Ok(())
    }

    /// Whether `place`, the [`destination`] of an output, is free.
    ///
    /// # Errors
    /// It is that of a file that is read, or of another output.
    pub fn check(&self, place: &Path) -> Result<(), Clash> {
        match place {
            place if self.inputs.0.has(place) => Err(Clash::Input),
            place if self.taken.has(place) => Err(Clash::Output),
            _ => Ok(()),
        }
    }

    /// [`Self::check`] of a name under which there is nothing yet, without a look at the disk.
    ///
    /// # Errors
    /// It is that of a file that is read, or of another output.
    pub fn check_new(&self, place: &Path) -> Result<(), Clash> {
        match place {
            place if self.inputs.0.names.contains(place) => Err(Clash::Input),
            place if self.taken.names.contains(place) => Err(Clash::Output),
            _ => Ok(()),
        }
    }
}

/// What an output would replace. `Display` goes on from the name of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// A file that is read.
    Input,
    /// Another output.
    Output,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Clash::Input => "is an input and an output",
            Clash::Output => "is the name of two outputs",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn links_and_folders_are_told_by_their_real_names_and_devices_take_two() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("in"), "").unwrap();
        fs::create_dir(path("sub")).unwrap();
        std::os::unix::fs::symlink(path("in"), path("link")).unwrap();
        let inputs = Inputs::of(&[path("link")]).with(&[path("absent")]);
        let mut places = inputs.places();
        for name in ["in", "sub/../in", "link", "sub/../absent"] {
            assert_eq!(places.take(&path(name)), Err(Clash::Input), "{name}");
        }
        assert_eq!(places.take(&path("out")), Ok(()));
        assert_eq!(places.check(&folder.path().canonicalize().unwrap().join("out")), Err(Clash::Output));
        assert_eq!(places.take(&path("sub/../out")), Err(Clash::Output));
        for _ in 0..2 {
            assert_eq!(places.take(Path::new("/dev/null")), Ok(()));
        }
    }

    #[cfg(unix)]
    #[test]
    fn several_names_of_one_file_are_one_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["in", "out"] {
            fs::write(path(name), "").unwrap();
            fs::hard_link(path(name), path(&format!("{name}2"))).unwrap();
        }
        let inputs = Inputs::of(&[path("in")]);
        let mut places = inputs.places();
        assert_eq!(places.take(&path("in2")), Err(Clash::Input));
        assert_eq!(places.take(&path("out")), Ok(()));
        assert_eq!(places.take(&path("out2")), Err(Clash::Output));
        assert!(has_other_names(&path("out2")) && !has_other_names(&path("absent")));
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_out_of_a_folder_or_stay_below_it() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path("in/sub")).unwrap();
        for (target, link) in [
            ("sub", "in/folder"),
            ("../out", "in/away"),
            ("../../in/new", "in/sub/back"),
            ("away", "in/twice"),
            ("/nowhere/at/all", "in/dangling"),
            ("circle", "in/circle"),
        ] {
            symlink(target, path(link)).unwrap();
        }
        symlink("in", path("same")).unwrap();
        for (name, expected) in [
            ("in/a.npy", true),
            ("in/none/a.npy", true),
            ("in/folder/a.npy", true),
            ("in/folder/../a.npy", true),
            ("in/sub/back", true),
            ("same/a.npy", true),
            ("in/away", false),
            ("in/away/a.npy", false),
            ("in/twice", false),
            ("in/dangling", false),
            ("in/circle", false),
            ("in/../a.npy", false),
            ("in/sub/..", false),
            ("inn/a.npy", false),
        ] {
            assert_eq!(lies_below(&path("in"), &path(name)), expected, "{name}");
            assert_eq!(lies_below(&path("same"), &path(name)), expected, "{name}");
        }
    }
}
