//! Which files may be written: none that is read, and none twice.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::atomic::destination;

/// Files that are read, by their real names.
#[derive(Clone, Debug, Default)]
pub struct Inputs(HashSet<PathBuf>);

impl Inputs {
    /// These files.
    pub fn of<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        Inputs::default().with(paths)
    }

    /// With other files that are read.
    #[must_use]
    pub fn with<'a>(mut self, paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        self.0.extend(paths.into_iter().filter_map(|path| destination(path)));
        self
    }

    /// Places of the files that are written beside them.
    pub fn places(&self) -> Places<'_> {
        Places { inputs: self, taken: HashSet::new() }
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
    taken: HashSet<PathBuf>,
}

impl Places<'_> {
    /// Takes the place of an output. Pipes and devices have none: they can take two.
    ///
    /// # Errors
    /// It is that of a file that is read, or of another output.
    pub fn take(&mut self, path: &Path) -> Result<(), Clash> {
        let Some(place) = destination(path) else { return Ok(()) };
        self.check(&place)?;
        self.taken.insert(place);
        Ok(())
    }

    /// Whether `place`, the [`destination`] of an output, is free.
    ///
    /// # Errors
    /// It is that of a file that is read, or of another output.
    pub fn check(&self, place: &Path) -> Result<(), Clash> {
        match place {
            place if self.inputs.0.contains(place) => Err(Clash::Input),
            place if self.taken.contains(place) => Err(Clash::Output),
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
        std::fs::write(path("in"), "").unwrap();
        std::fs::create_dir(path("sub")).unwrap();
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
}
