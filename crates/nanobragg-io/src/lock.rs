//! One run at a time writes a file.
//!
//! A lock is one on a hidden file beside what it guards, which the system gives up with the process, however that ends: the file
//! that a killed process leaves holds nobody up. Locks are advisory, and a file system that knows none grants all.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::atomic::{destination, real_folder};
use crate::error::{Error, Result};
use crate::fnv::fnv1a;

/// Bytes that a lock file has at most.
const LONGEST: u64 = 64;

/// Bytes that file systems allow in a name.
const LONGEST_NAME: usize = 255;

/// How often a lock is tried, and the pause in between: others may give up theirs, and remove the file, meanwhile.
const ATTEMPTS: usize = 20;
const PAUSE: Duration = Duration::from_millis(10);

/// What a run writes, and nobody else meanwhile.
#[derive(Clone, Debug)]
pub struct Claim {
    /// As the caller names it.
    given: PathBuf,
    /// The lock file; `None` where none is needed.
    lock: Option<PathBuf>,
    shared: bool,
}

impl Claim {
    /// A file, which need not be there yet. Links are followed; pipes and devices need no lock.
    pub fn file(path: &Path) -> Self {
        let lock = destination(path).map(|place| lock_file(&place));
        Claim { given: path.to_owned(), lock, shared: false }
    }

    /// All files that are numbered in the place of the `#` in the name.
    pub fn numbered(path: &Path) -> Self {
        let place = path.file_name().map(|name| real_folder(path).join(name));
        Claim { given: path.to_owned(), lock: place.map(|place| lock_file(&place)), shared: false }
    }

    /// The same under the name that a user gave it.
    #[must_use]
    pub fn called(self, given: &Path) -> Self {
        Claim { given: given.to_owned(), ..self }
    }

    /// The same together with others that share it: with none that has it for itself.
    #[must_use]
    pub fn shared(self) -> Self {
        Claim { shared: true, ..self }
    }
}

/// Locks on all of `claims`, or on none.
///
/// # Errors
/// [`Busy`](crate::ErrorKind::Busy) where another run has one of them; [`Write`](crate::ErrorKind::Write) where a lock file cannot be
/// written.
pub fn lock(claims: impl IntoIterator<Item = Claim>) -> Result<Vec<Lock>> {
    // In one order: of two runs that begin together one gets all. Once: a run is not in its own way.
    let mut ordered: BTreeMap<PathBuf, Claim> = BTreeMap::new();
    for claim in claims {
        let Some(path) = claim.lock.clone() else { continue };
        let alone = !claim.shared;
        let kept = ordered.entry(path).or_insert(claim);
        kept.shared &= !alone;
    }
    ordered.iter().map(|(path, claim)| Lock::take(path, claim)).collect()
}

/// A lock, given back when it is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    /// Open as long as the lock is held.
    file: File,
    shared: bool,
}

impl Lock {
    fn take(path: &Path, Claim { given, shared, .. }: &Claim) -> Result<Self> {
        let failed = |cause| Error::write(path, cause);
        let mut holder = None;
        for attempt in 0..ATTEMPTS {
            // Where a link stood the file would be made elsewhere.
            if path.is_symlink() {
                return Err(not_ours(path));
            }
            let mut options = OpenOptions::new();
            let mut file =
                options.read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
            let held = match if *shared { file.try_lock_shared() } else { file.try_lock() } {
                Ok(()) => false,
                Err(TryLockError::WouldBlock) => true,
                // A file system that knows no locks.
                Err(TryLockError::Error(cause)) if knows_no_locks(&cause) => false,
                Err(TryLockError::Error(cause)) => return Err(failed(cause)),
            };
            if held {
                holder = Some(Holder::read(&mut file));
                if attempt + 1 < ATTEMPTS {
                    sleep(PAUSE);
                }
                continue;
            }
            if !is_at(&file, path) {
                continue;
            }
            if !is_ours(&mut file) {
                return Err(not_ours(path));
            }
            // Dropped, and with it removed, where the name of the holder cannot be written.
            let mut lock = Lock { path: path.to_owned(), file, shared: *shared };
            Holder::now().write(&mut lock.file).map_err(failed)?;
            return Ok(lock);
        }
        let holder = holder.flatten().map(|holder| holder.describe()).unwrap_or_default();
        Err(Error::busy(given, holder))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What others still share stays theirs.
        if self.shared && (self.file.unlock().is_err() || self.file.try_lock().is_err()) {
            return;
        }
        // Still held: nobody else has begun. A file that stays is in nobody's way; another one of the name is another run's.
        if is_at(&self.file, &self.path) {
            drop(fs::remove_file(&self.path));
        }
    }
}

/// The hidden file that stands for the lock on `place`.
fn lock_file(place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default();
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(".lock");
    if hidden.len() > LONGEST_NAME {
        hidden = format!(".nanobragg-{:016x}.lock", fnv1a(name.as_encoded_bytes())).into();
    }
    place.with_file_name(hidden)
}

/// Whether that is the error of a file system that knows no locks, such as NFS without its lock service.
fn knows_no_locks(cause: &io::Error) -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const ENOLCK: Option<i32> = Some(37);
    #[cfg(any(target_vendor = "apple", target_os = "freebsd", target_os = "netbsd", target_os = "openbsd"))]
    const ENOLCK: Option<i32> = Some(77);
    #[cfg(not(any(
        target_os = "linux",
        target_os = "android",
        target_vendor = "apple",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    )))]
    const ENOLCK: Option<i32> = None;
    cause.kind() == io::ErrorKind::Unsupported || ENOLCK.is_some() && cause.raw_os_error() == ENOLCK
}

fn not_ours(path: &Path) -> Error {
    Error::write(path, io::Error::other("it is not the lock of a run"))
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
        format!(": process {}, begun {} ({ago} s ago)", self.process, utc(self.since))
    }
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A time, in seconds since 1970, as one reads it.
fn utc(seconds: u64) -> String {
    const DAY: u64 = 86_400;
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut days, of_day) = (seconds / DAY, seconds % DAY);
    // Far beyond any clock, and soon counted.
    let mut year = 1970;
    while year < 9999 && days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year}-{month:02}-{:02} {hour:02}:{minute:02}:{second:02} UTC", days + 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;
    use crate::ErrorKind;

    fn on(path: &Path) -> Result<Vec<Lock>> {
        lock([Claim::file(path)])
    }

    #[test]
    fn a_second_one_is_refused_with_the_name_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let guarded = folder.path().join("manifest.jsonl");
        let held = on(&guarded).unwrap();
        let refused = on(&guarded).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Busy);
        let expected = format!("another run is writing it: process {}, begun ", std::process::id());
        assert!(refused.to_string().contains(&expected), "{refused}");
        drop(held);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        // What a killed one leaves.
        fs::write(folder.path().join(".manifest.jsonl.lock"), "1 5\n").unwrap();
        drop(on(&guarded).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn all_are_held_or_none_and_nobody_is_in_its_own_way() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["a.nxs", "b.nxs"].map(|name| folder.path().join(name));
        let held = on(&other).unwrap();
        lock([&one, &other].map(|path| Claim::file(path))).unwrap_err();
        drop(on(&one).unwrap());
        drop(held);
        let both = lock([&one, &other, &one].map(|path| Claim::file(path))).unwrap();
        assert_eq!(both.len(), 2);
    }

    #[test]
    fn those_that_share_keep_out_those_that_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fit_#.json");
        let shared = || lock([Claim::numbered(&path).shared()]);
        let (one, other) = (shared().unwrap(), shared().unwrap());
        let alone = || lock([Claim::numbered(&path)]);
        alone().unwrap_err();
        drop(one);
        alone().unwrap_err();
        drop(other);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let held = alone().unwrap();
        shared().unwrap_err();
        drop(held);
    }

    #[cfg(unix)]
    #[test]
    fn two_names_of_one_file_have_one_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("sub")).unwrap();
        std::os::unix::fs::symlink("sub", path("link")).unwrap();
        std::os::unix::fs::symlink("sub/a.nxs", path("b.nxs")).unwrap();
        let held = on(&path("sub/a.nxs")).unwrap();
        for other in ["link/a.nxs", "b.nxs", "sub/../sub/a.nxs"] {
            on(&path(other)).unwrap_err();
        }
        drop(held);
        assert!(on(Path::new("/dev/null")).unwrap().is_empty());
        let held = lock([Claim::numbered(&path("sub/a_#.npy"))]).unwrap();
        lock([Claim::numbered(&path("link/a_#.npy"))]).unwrap_err();
        drop(held);
    }

    #[cfg(unix)]
    #[test]
    fn the_lock_of_the_next_run_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let first = on(&path).unwrap();
        fs::remove_file(folder.path().join(".a.nxs.lock")).unwrap();
        let second = on(&path).unwrap();
        drop(first);
        on(&path).unwrap_err();
        drop(second);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_system_without_locks_grants_all() {
        assert!(knows_no_locks(&io::Error::from_raw_os_error(37)));
        assert!(knows_no_locks(&io::ErrorKind::Unsupported.into()));
        assert!(!knows_no_locks(&io::ErrorKind::PermissionDenied.into()));
    }

    #[test]
    fn a_lock_that_was_cut_off_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        for cut in ["", "4021", "4021 ", "4021 17"] {
            fs::write(folder.path().join(".a.nxs.lock"), cut).unwrap();
            drop(on(&folder.path().join("a.nxs")).unwrap());
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn what_is_no_lock_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".a.nxs.lock");
        fs::write(&path, "letters\n").unwrap();
        let refused = on(&folder.path().join("a.nxs")).unwrap_err().to_string();
        assert!(refused.ends_with(".a.nxs.lock: it is not the lock of a run"), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), b"letters\n");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("elsewhere", folder.path().join(".b.nxs.lock")).unwrap();
            on(&folder.path().join("b.nxs")).unwrap_err();
            assert!(!folder.path().join("elsewhere").exists());
        }
    }

    #[test]
    fn the_longest_names_have_locks() {
        let folder = tempfile::tempdir().unwrap();
        let name = |letter: &str| folder.path().join(letter.repeat(LONGEST_NAME));
        let held = on(&name("a")).unwrap();
        on(&name("a")).unwrap_err();
        drop((held, on(&name("b")).unwrap()));
    }

    #[test]
    fn times_are_read_as_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_735_689_599, "2024-12-31 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(utc(seconds), expected);
        }
        assert!(utc(u64::MAX).starts_with("9999-12-"));
    }
}
