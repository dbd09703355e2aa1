//! What files are, for finding out whether they are still what an earlier run has read.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Bytes of a file that is read for its digest, at most: a larger one, a stack of many images, is told by its length and time.
const MOST_DIGESTED: u64 = 1 << 30;

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
        let found = std::fs::metadata(path).ok().filter(|found| found.len() > MOST_DIGESTED);
        let digest = match found {
            None => nanobragg_sweep::digest(path)?,
            Some(found) => {
                let since = found.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
                format!("{} bytes, modified {:.3}", found.len(), since.unwrap_or_default().as_secs_f64())
            }
        };
        self.0.borrow_mut().insert(path.to_owned(), digest.clone());
        Ok(digest)
    }
}

/// The first file that is another one than it was `before`.
pub fn changed<'a>(before: &Contents, now: &'a Contents) -> Option<&'a str> {
    let differs = |(name, digest): &(&String, &String)| before.get(*name).is_some_and(|was| was != *digest);
    now.iter().find(differs).map(|(name, _)| name.as_str())
}
