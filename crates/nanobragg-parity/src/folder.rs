//! The folder of a bundle: made once, filled, sealed with checksums.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::subject::files;
use crate::error::{Context as _, Result, fail, require};

/// Checksums of everything else in a bundle.
pub const CHECKSUMS: &str = "sha256.txt";

/// A bundle's folder.
#[derive(Debug)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// What it is called.
    pub name: String,
}

impl Folder {
    /// Makes `out/<UTC time>[_label]`.
    ///
    /// # Errors
    /// A folder of that name exists: a bundle is never written twice.
    pub fn create(out: &Path, time: SystemTime, label: Option<&str>) -> Result<Folder> {
        let stamp = stamp(time);
        let name = label.map_or_else(|| stamp.clone(), |label| format!("{stamp}_{label}"));
        std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
        let path = out.join(&name);
        require!(!blocked(&path).exists(), Request, "{} exists already", blocked(&path).display());
        match std::fs::create_dir(&path) {
            Ok(()) => Ok(Folder { path: path.canonicalize()?, name }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                fail!(Request, "{} exists already: a bundle is never written twice", path.display())
            }
            Err(error) => Err(error).with_context(|| format!("cannot make {}", path.display())),
        }
    }

    /// Writes one of its files.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.path.join(name);
        std::fs::write(&path, text).with_context(|| path.display().to_string())
    }

    /// Writes the checksums of all files, in the form that `sha256sum -c` reads. Nothing may be added afterwards.
    pub fn seal(&self) -> Result<()> {
        let mut text = String::new();
        for name in contents(&self.path)? {
            text += &format!("{}  {name}\n", crate::checksum::of_file(&self.path.join(&name))?);
        }
        self.write(CHECKSUMS, &text)
    }

    /// Gives it the name of a bundle that could not be finished.
    pub fn mark_blocked(&mut self) -> Result<()> {
        let to = blocked(&self.path);
        std::fs::rename(&self.path, &to).with_context(|| to.display().to_string())?;
        self.path = to;
        self.name += "_blocked";
        Ok(())
    }
}

fn blocked(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{name}_blocked"))
}

/// `20260131T235959Z`.
fn stamp(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string().replace(['-', ':'], "")
}

/// Every file below `folder` but the checksums, by its path from there with slashes, sorted.
pub fn contents(folder: &Path) -> Result<Vec<String>> {
    fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) -> Result<()> {
        for path in files(folder)? {
            let name = format!("{prefix}{}", super::subject::file_name(&path));
            if path.is_dir() {
                walk(&path, &format!("{name}/"), found)?;
            } else if name != CHECKSUMS {
                found.push(name);
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found)?;
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_folder_is_made_once_and_sealed() {
        let scratch = tempfile::tempdir().unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_903_999);
        let mut folder = Folder::create(scratch.path(), time, Some("a")).unwrap();
        assert_eq!(folder.name, "20260131T235959Z_a");
        let again = Folder::create(scratch.path(), time, Some("a")).unwrap_err();
        assert!(again.to_string().contains("never written twice"), "{again}");
        std::fs::create_dir(folder.path.join("sub")).unwrap();
        folder.write("sub/b.txt", "b").unwrap();
        folder.write("a.txt", "").unwrap();
        folder.seal().unwrap();
        let sums = std::fs::read_to_string(folder.path.join(CHECKSUMS)).unwrap();
        let names: Vec<&str> = sums.lines().filter_map(|line| line.split("  ").nth(1)).collect();
        assert_eq!(names, ["a.txt", "sub/b.txt"]);
        assert!(sums.starts_with("e3b0c44298fc1c149afbf4c8996fb924"), "the checksum of nothing: {sums}");
        folder.mark_blocked().unwrap();
        assert!(folder.path.ends_with("20260131T235959Z_a_blocked"));
        let error = Folder::create(scratch.path(), time, Some("a")).unwrap_err();
        assert!(error.to_string().ends_with("_blocked exists already"), "{error}");
    }
}
