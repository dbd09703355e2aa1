//! Disks that are soon full.

use std::path::Path;
use std::process::{Command, Stdio};

/// A file system of a few hundred kilobytes, where the system lets a test mount one; it vanishes with the test.
#[derive(Debug)]
pub struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// A disk of so many kilobytes; `None`, with the reason printed, where it cannot be mounted.
    #[allow(clippy::print_stdout, reason = "a test that cannot run says why")]
    pub fn new(kilobytes: usize) -> Option<Self> {
        let folder = tempfile::tempdir().ok()?;
        let size = format!("size={kilobytes}k");
        let mut mount = Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path());
        if mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
            return Some(SmallDisk(folder));
        }
        println!("skipped: mounting a small file system needs the superuser");
        None
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Names of its files, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.path()).status();
        drop(unmounted);
    }
}
