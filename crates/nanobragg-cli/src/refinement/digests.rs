//! What files are, for finding out whether they are still what an earlier run has read.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// SHA-256 of files by their names.
pub type Contents = BTreeMap<String, String>;

/// Contents of files, each of which is read once for all images.
#[derive(Default)]
pub struct Digests(RefCell<HashMap<PathBuf, String>>);

impl Digests {
    /// Those of `files`. What can be read only once, such as a pipe, has none.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn of<'a>(&self, files: impl IntoIterator<Item = &'a PathBuf>) -> anyhow::Result<Contents> {
        let regular = files.into_iter().filter(|path| path.is_file());
        regular.map(|path| Ok((path.display().to_string(), self.digest(path)?))).collect()
    }

    fn digest(&self, path: &Path) -> anyhow::Result<String> {
        if let Some(known) = self.0.borrow().get(path) {
            return Ok(known.clone());
        }
        let digest = nanobragg_sweep::digest(path)?;
        self.0.borrow_mut().insert(path.to_owned(), digest.clone());
        Ok(digest)
    }
}

/// The first file that is another one than it was `before`.
pub fn changed<'a>(before: &Contents, now: &'a Contents) -> Option<&'a str> {
    let differs = |(name, digest): &(&String, &String)| before.get(*name).is_some_and(|was| was != *digest);
    now.iter().find(differs).map(|(name, _)| name.as_str())
}
