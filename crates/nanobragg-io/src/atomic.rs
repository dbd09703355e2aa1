//! Files that appear complete or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fnv::fnv1a;

const BUFFER: usize = 1 << 18;

/// The path that stands for standard output; a file of this name is `./-`.
pub const STANDARD_OUTPUT: &str = "-";

/// How the names of files in the making begin.
const TEMPORARY_PREFIX: &str = ".nanobragg-";
/// How they end.
const TEMPORARY_SUFFIX: &str = ".tmp";
/// Bytes of the beginning that belong to one final name: 16 digits and a dash after what all have.
const PREFIX_LENGTH: usize = TEMPORARY_PREFIX.len() + 17;

/// Whether a path stands for standard output.
pub fn is_standard_output(path: &Path) -> bool {
    path.as_os_str() == STANDARD_OUTPUT
}

/// Writes a file so that readers see the old contents or the complete new ones, never a part.
///
/// `write` fills a temporary file in the directory of `path`, which takes the name once it is closed. A
/// new file gets the permissions that any newly created file gets (the umask applies); one that exists keeps its own.
/// A symbolic link is followed, also to a file that is not there yet. Where `path` is not a regular file (a pipe, a device), `write` writes to it directly; a reader
/// of [`STANDARD_OUTPUT`] that goes away wants no more, which is no error.
///
/// The contents are on disk when the system puts them there, seconds later: a file that others rely on after a power failure
/// is [settled](settle) or written by [`write_settled`].
///
/// # Errors
/// [`Write`](crate::ErrorKind::Write) when the file cannot be created, written, closed or renamed, when an existing one may not be
/// written, or when `write` fails; nothing stays behind in that case.
pub fn write_atomic(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    write_or_fail(path, write, false).map_err(|cause| Error::write(path, cause))
}

/// [`write_atomic`] of a file that takes its name once its contents are on disk: after a power failure it is complete, too.
///
/// # Errors
/// As [`write_atomic`].
pub fn write_settled(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    write_or_fail(path, write, true).map_err(|cause| Error::write(path, cause))
}

/// Waits until the contents of a file that was [written](write_atomic) are on disk. A pipe or device has none.
///
/// # Errors
/// [`Write`](crate::ErrorKind::Write) when it is not there, or does not reach the disk.
pub fn settle(path: &Path) -> Result<()> {
    let settled = || match fs::metadata(path)?.is_file() {
        true => on_disk(&OpenOptions::new().write(true).open(path)?),
        false => Ok(()),
    };
    settled().map_err(|cause| Error::write(path, cause))
}

fn write_or_fail(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    settled: bool,
) -> io::Result<()> {
    match Place::of(path)? {
        Place::File { target, permissions } => {
            let (file, temporary) = temporary_beside(&target)?.into_parts();
            fill(&file, write)?;
            if settled {
                on_disk(&file)?;
            }
            if let Some(permissions) = permissions {
                file.set_permissions(permissions)?;
            }
            close(file)?;
            temporary.persist(&target).map_err(|failed| failed.error)
        }
        Place::Device => fill(&OpenOptions::new().write(true).open(path)?, write),
        Place::StandardOutput => match piped(write) {
            Err(gone) if gone.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        },
    }
}

/// Closes a file. A network that puts off writing, or checks a quota late, says so here; after the rename nobody would
/// learn of it.
#[cfg(unix)]
fn close(file: File) -> io::Result<()> {
    nix::unistd::close(file).map_err(io::Error::from)
}

#[cfg(not(unix))]
fn close(file: File) -> io::Result<()> {
    drop(file);
    Ok(())
}

fn piped(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut output = io::stdout().lock();
    write(&mut output)?;
    output.flush()
}

/// A file in the making, for writers that need a path of their own: it lies under a temporary name beside the
/// final one until it is [finished](Pending::finish), and vanishes when it is dropped before that.
#[derive(Debug)]
pub struct Pending {
    path: PathBuf,
    target: PathBuf,
    permissions: Option<Permissions>,
    temporary: tempfile::TempPath,
}

impl Pending {
    /// An empty file beside `path`.
    ///
    /// # Errors
    /// [`Write`](crate::ErrorKind::Write) when it cannot be created, when an existing file of the name may not be written, and
    /// when `path` is a pipe or a device.
    pub fn beside(path: &Path) -> Result<Self> {
        let failed = |cause| Error::write(path, cause);
        match Place::of(path).map_err(failed)? {
            Place::File { target, permissions } => {
                let temporary = temporary_beside(&target).map_err(failed)?.into_temp_path();
                Ok(Pending { path: path.to_owned(), target, permissions, temporary })
            }
            Place::Device | Place::StandardOutput => Err(failed(io::Error::new(
                io::ErrorKind::InvalidInput,
                "this format needs a regular file, not a pipe or device",
            ))),
        }
    }

    /// Where to write.
    pub fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// The final name, as the caller gave it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, once its contents are on disk: whoever wrote it closed it without a look at what that
    /// returned.
    ///
    /// # Errors
    /// [`Write`](crate::ErrorKind::Write).
    pub fn finish(self) -> Result<()> {
        let failed = |cause| Error::write(&self.path, cause);
        let written = OpenOptions::new().write(true).open(&self.temporary);
        written.and_then(|file| on_disk(&file)).map_err(failed)?;
        if let Some(permissions) = self.permissions {
            fs::set_permissions(&self.temporary, permissions).map_err(failed)?;
        }
        self.temporary.persist(&self.target).map_err(|refused| failed(refused.error))
    }
}

/// What a path leads to.
enum Place {
    /// A regular file that is there, whose permissions the new one gets, or one that is not.
    File { target: PathBuf, permissions: Option<Permissions> },
    /// A pipe, a device.
    Device,
    /// Standard output.
    StandardOutput,
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        if is_standard_output(path) {
            return Ok(Place::StandardOutput);
        }
        match fs::metadata(path) {
            Ok(found) if found.is_file() => {
                // Renaming over a file asks for no right to that file: ask for it here, as writing in place
                // would.
                OpenOptions::new().write(true).open(path)?;
                Ok(Place::File { target: fs::canonicalize(path)?, permissions: Some(found.permissions()) })
            }
            Ok(found) if found.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
            Ok(_) => Ok(Place::Device),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                Ok(Place::File { target: followed(path)?, permissions: None })
            }
            Err(cause) => Err(cause),
        }
    }
}

/// The file that [`write_atomic`] makes or replaces for `path`: links are followed, and its folder has its real name, so
/// that two paths lead to one file where this is the same. `None` for a pipe, a device or a folder.
pub fn destination(path: &Path) -> Option<PathBuf> {
    if let Ok(real) = fs::canonicalize(path) {
        return real.is_file().then_some(real);
    }
    let target = followed(path).ok()?;
    Some(real_folder(&target).join(target.file_name()?))
}

/// [`destination`] of a file whose folder has the real name `folder`: of many files in one, that is asked once.
pub fn destination_in(folder: &Path, path: &Path) -> Option<PathBuf> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => destination(path),
        Ok(found) if !found.is_file() => None,
        _ => Some(folder.join(path.file_name()?)),
    }
}

/// The real name of the folder that a file is in, or the one that it has in `path`.
pub fn real_folder(path: &Path) -> PathBuf {
    directory(path).canonicalize().unwrap_or_else(|_| directory(path).to_owned())
}

/// Finds out whether `path` can have the name of a file that is written: whether the name is one, its folder is there, and
/// an existing file may be replaced. Nothing is written.
///
/// # Errors
/// [`Write`](crate::ErrorKind::Write).
pub fn check_name(path: &Path) -> Result<()> {
    checked(path).map(drop).map_err(|cause| Error::write(path, cause))
}

/// Finds out whether [`write_atomic`] could begin to write `path`, as [`check_name`] does, and whether its folder takes new
/// files. Nothing stays behind.
///
/// # Errors
/// [`Write`](crate::ErrorKind::Write).
pub fn check_file(path: &Path) -> Result<()> {
    let tried = checked(path).and_then(|place| match place {
        Place::File { target, .. } => temporary_beside(&target).map(drop),
        Place::Device | Place::StandardOutput => Ok(()),
    });
    tried.map_err(|cause| Error::write(path, cause))
}

fn checked(path: &Path) -> io::Result<Place> {
    let place = Place::of(path)?;
    match &place {
        Place::File { target, .. } if !directory(target).is_dir() => {
            let is_link = path.symlink_metadata().is_ok();
            let what = if is_link {
                "the link leads to a folder that is not there"
            } else {
                "there is no such folder"
            };
            Err(io::Error::new(io::ErrorKind::NotFound, what))
        }
        _ => Ok(place),
    }
}

/// The folder of a file.
fn directory(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a file in the making has such a name, whatever its final one.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY_SUFFIX)
}

/// Removes what a program that was killed left of files of these names: those that it had not finished.
pub fn remove_leftovers<'a>(paths: impl Iterator<Item = &'a Path>) {
    let mut folders: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    for target in paths.filter_map(destination) {
        folders.entry(directory(&target).to_owned()).or_default().insert(prefix(&target));
    }
    for (folder, prefixes) in folders {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let own = name.get(..PREFIX_LENGTH).is_some_and(|start| prefixes.contains(start));
            if own && is_temporary(&name) {
                // What stays is in nobody's way.
                drop(fs::remove_file(entry.path()));
            }
        }
    }
}

/// How the name of a file in the making begins: with a digest of the final name, by which leftovers are told from files
/// that another program is writing.
fn prefix(target: &Path) -> String {
    let digest = fnv1a(target.file_name().unwrap_or_default().as_encoded_bytes());
    format!("{TEMPORARY_PREFIX}{digest:016x}-")
}

/// The file to create for `path`, under which none is found: what its links lead to, or itself.
fn followed(path: &Path) -> io::Result<PathBuf> {
    /// As many as Linux follows.
    const MOST_LINKS: usize = 40;
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = fs::read_link(&target) else { return Ok(target) };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    Err(io::Error::other("too many symbolic links"))
}

fn temporary_beside(target: &Path) -> io::Result<tempfile::NamedTempFile> {
    // The error that comes back names the temporary file, which would mean nothing to the reader of a message:
    // keep the operating system's own.
    let mut refusal = None;
    let temporary = tempfile::Builder::new().prefix(&prefix(target)).suffix(TEMPORARY_SUFFIX).make_in(
        directory(target),
        |name| {
            let created = OpenOptions::new().write(true).create_new(true).open(name);
            created.inspect_err(|cause| refusal = cause.raw_os_error())
        },
    );
    temporary.map_err(|cause| refusal.map_or(cause, io::Error::from_raw_os_error))
}

fn fill(file: &File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut buffered = BufWriter::with_capacity(BUFFER, file);
    write(&mut buffered)?;
    buffered.flush()
}

/// Waits until the contents are on disk.
fn on_disk(file: &File) -> io::Result<()> {
    match file.sync_data() {
        // A file system that knows no such thing.
        Err(cause) if matches!(cause.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn creates_and_replaces() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out");
        write_atomic(&path, |out| out.write_all(b"first, and long")).unwrap();
        write_atomic(&path, |out| out.write_all(b"second")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        write_settled(&path, |out| out.write_all(b"third")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"third");
        settle(&path).unwrap();
        assert_eq!(names(directory.path()), ["out"]);
    }

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out");
        let fail = |out: &mut dyn Write| {
            out.write_all(&[1; 1_000_000])?;
            Err(io::Error::other("sensor on fire"))
        };
        let error = write_atomic(&path, fail).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot write {}: sensor on fire", path.display()));
        assert!(names(directory.path()).is_empty());
        fs::write(&path, b"old").unwrap();
        write_atomic(&path, fail).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(directory.path()), ["out"]);
    }

    #[test]
    fn a_pending_file_appears_when_it_is_finished_and_vanishes_otherwise() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out");
        let pending = Pending::beside(&path).unwrap();
        fs::write(pending.temporary(), b"half").unwrap();
        assert!(!path.exists());
        drop(pending);
        assert!(names(directory.path()).is_empty());
        let pending = Pending::beside(&path).unwrap();
        fs::write(pending.temporary(), b"whole").unwrap();
        pending.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(names(directory.path()), ["out"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pending_file_needs_a_real_file() {
        let error = Pending::beside(Path::new("/dev/full")).unwrap_err().to_string();
        assert_eq!(error, "cannot write /dev/full: this format needs a regular file, not a pipe or device");
    }

    #[test]
    fn a_missing_directory_is_named_by_the_target_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("no/out");
        let error = write_atomic(&path, |_| Ok(())).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot write {}: No such file", path.display())), "{error}");
        assert!(!error.contains(".nanobragg-"), "{error}");
    }

    #[test]
    fn a_directory_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        write_atomic(directory.path(), |_| Ok(())).unwrap_err();
        assert!(directory.path().is_dir());
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_those_of_a_created_file_or_the_old_ones() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        let (plain, path) = (directory.path().join("plain"), directory.path().join("atomic"));
        File::create(&plain).unwrap();
        write_atomic(&path, |_| Ok(())).unwrap();
        assert_eq!(mode(&path), mode(&plain));
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        write_atomic(&path, |_| Ok(())).unwrap();
        assert_eq!(mode(&path), 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        fs::write(&real, b"old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write_atomic(&link, |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn links_to_what_is_not_there_yet_are_followed() {
        use std::os::unix::fs::symlink;
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir(at("data")).unwrap();
        symlink("data/second", at("first")).unwrap();
        symlink("real", at("data/second")).unwrap();
        write_atomic(&at("first"), |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read(at("data/real")).unwrap(), b"new");
        fs::remove_file(at("data/real")).unwrap();
        Pending::beside(&at("first")).unwrap().finish().unwrap();
        assert!(at("data/real").is_file());
        for link in ["first", "data/second"] {
            assert!(fs::symlink_metadata(at(link)).unwrap().is_symlink());
        }
        // Into a folder that is not there, and in a circle: nothing is written, nothing replaced.
        for (link, target) in [("lost", "nowhere/file"), ("circle", "circle")] {
            symlink(target, at(link)).unwrap();
            write_atomic(&at(link), |out| out.write_all(b"new")).unwrap_err();
            assert!(fs::symlink_metadata(at(link)).unwrap().is_symlink());
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn devices_are_written_in_place() {
        write_atomic(Path::new("/dev/null"), |out| out.write_all(b"gone")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        let error = write_atomic(Path::new("/dev/full"), |out| out.write_all(b"x")).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Write);
    }

    #[test]
    fn leftovers_are_removed_by_the_name_they_were_to_have() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let (own, other) = (Pending::beside(&path("a")).unwrap(), Pending::beside(&path("b")).unwrap());
        fs::write(path(".nanobragg-x.tmp"), "").unwrap();
        remove_leftovers([path("a")].iter().map(PathBuf::as_path));
        assert!(!own.temporary().exists() && other.temporary().exists() && path(".nanobragg-x.tmp").exists());
    }

    #[cfg(unix)]
    #[test]
    fn two_names_of_one_file_have_one_destination() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("new", path("link")).unwrap();
        assert_eq!(destination(&path("link")), destination(&path("./new")));
        assert_ne!(destination(&path("link")), destination(&path("other")));
        assert_eq!((destination(Path::new("/dev/null")), destination(folder.path())), (None, None));
    }
}
