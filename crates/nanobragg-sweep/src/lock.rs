//! One sweep at a time writes a file.
//!
//! The lock is one on a hidden file beside it, which the system gives up with the process, however that ends. A lock file
//! that a killed process leaves holds nobody up.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Error;
use crate::error::Cause;

/// Bytes that a lock file has at most.
const LONGEST: u64 = 64;

/// A lock, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    /// Open as long as the lock is held.
    file: File,
}

impl Lock {
    /// A lock on `guarded`, which need not be there yet.
    ///
    /// # Errors
    /// Another one has it; the lock file cannot be written.
    pub fn on(guarded: &Path) -> Result<Self, Error> {
        /// Others may give up theirs, and remove the file, while this one is taken.
        const ATTEMPTS: usize = 20;
        let mut name = OsString::from(".");
        name.push(guarded.file_name().unwrap_or_default());
        name.push(".lock");
        let path = guarded.with_file_name(name);
        let failed = |cause| Error::from(nanobragg_io::Error::write(&path, cause));
        for _ in 0..ATTEMPTS {
            let mut options = OpenOptions::new();
            let mut file =
                options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
            let held = match file.try_lock() {
                Ok(()) => false,
                Err(TryLockError::WouldBlock) => true,
                // A file system that knows no locks.
                Err(TryLockError::Error(cause)) if cause.kind() == io::ErrorKind::Unsupported => false,
                Err(TryLockError::Error(cause)) => return Err(failed(cause)),
            };
            if held {
                let holder = Holder::read(&mut file).map(|holder| holder.describe()).unwrap_or_default();
                return Err(Cause::Busy { path: guarded.to_owned(), holder }.into());
            }
            if !is_at(&file, &path) {
                continue;
            }
            if !is_ours(&mut file) {
                break;
            }
            // Dropped, and with it removed, where the name of the holder cannot be written.
            let mut lock = Lock { path: path.clone(), file };
            Holder::now().write(&mut lock.file).map_err(failed)?;
            return Ok(lock);
        }
        Err(failed(io::Error::other("it is not the lock of a sweep")))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Still held: nobody else has begun. A file that stays is in nobody's way.
        drop(fs::remove_file(&self.path));
    }
}

/// Whether `file` is the one that has the name `path`, and no link stands there.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let place = |found: fs::Metadata| (found.dev(), found.ino());
    file.metadata().ok().map(place) == fs::symlink_metadata(path).ok().map(place)
}

/// Whether `file` is the one that has the name `path`: open files keep their names here.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

/// Whether it holds what a lock does, whole or cut off: what somebody else keeps under this name is left alone.
fn is_ours(file: &mut File) -> bool {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(LONGEST).read_to_string(&mut text));
    read.is_ok() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '\n'))
}

/// Who has a lock.
#[derive(Debug, PartialEq)]
struct Holder {
    process: u32,
    /// Seconds since 1970.
    since: u64,
}

impl Holder {
    fn now() -> Self {
        Holder { process: std::process::id(), since: seconds() }
    }

    fn write(&self, file: &mut File) -> io::Result<()> {
        file.set_len(0)?;
        file.rewind()?;
        // At once: a part would not say who it is.
        file.write_all(format!("{} {}\n", self.process, self.since).as_bytes())
    }

    fn read(file: &mut File) -> Option<Self> {
        let mut text = String::new();
        file.rewind().ok()?;
        file.take(LONGEST).read_to_string(&mut text).ok()?;
        let (process, since) = text.strip_suffix('\n')?.split_once(' ')?;
        Some(Holder { process: process.parse().ok()?, since: since.parse().ok()? })
    }

    fn describe(&self) -> String {
        let ago = seconds().saturating_sub(self.since);
        format!(": process {}, begun {ago} s ago", self.process)
    }
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn a_second_one_is_refused_with_the_name_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let guarded = folder.path().join("manifest.jsonl");
        let lock = Lock::on(&guarded).unwrap();
        let refused = Lock::on(&guarded).unwrap_err();
        assert_eq!(refused.kind().code(), "sweep.busy");
        let expected = format!("another sweep is writing it: process {}, begun ", std::process::id());
        assert!(refused.to_string().contains(&expected), "{refused}");
        drop(lock);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        // What a killed one leaves.
        fs::write(folder.path().join(".manifest.jsonl.lock"), "1 5\n").unwrap();
        drop(Lock::on(&guarded).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_lock_that_was_cut_off_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        for cut in ["", "4021", "4021 ", "4021 17"] {
            fs::write(folder.path().join(".a.nxs.lock"), cut).unwrap();
            drop(Lock::on(&folder.path().join("a.nxs")).unwrap());
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn what_is_no_lock_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".a.nxs.lock");
        fs::write(&path, "letters\n").unwrap();
        let refused = Lock::on(&folder.path().join("a.nxs")).unwrap_err().to_string();
        assert!(refused.ends_with(".a.nxs.lock: it is not the lock of a sweep"), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), b"letters\n");
    }
}
