//! Names of numbered files.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Names of files that differ by a number, made of one name. What is not the number stays as it is, byte by byte, also
/// where it is not Unicode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    /// The name as it was given, whose folder all files lie in.
    given: PathBuf,
    before: OsString,
    digits: usize,
    after: OsString,
}

/// Digits of an image's number where the name has no place for it.
const DIGITS: usize = 5;

impl PathPattern {
    /// The files of the images of a series: the number stands where the last run of `#` in the name is, with as many
    /// digits, or before the extension as `_00001`. In a name that is not Unicode, `#` is found on Unix alone.
    pub fn of_images(path: &Path) -> Self {
        match around_marks(path.file_name().unwrap_or_default()) {
            Some((before, digits, after)) => PathPattern { given: path.to_owned(), before, digits, after },
            None => Self::before_extension(path, DIGITS),
        }
    }

    /// The files of the panels of a detector: the number stands before the extension as `_1`.
    pub fn of_panels(path: &Path) -> Self {
        Self::before_extension(path, 0)
    }

    fn before_extension(path: &Path, digits: usize) -> Self {
        let mut before = path.file_stem().unwrap_or_default().to_owned();
        before.push("_");
        let mut after = OsString::new();
        if let Some(extension) = path.extension() {
            after.push(".");
            after.push(extension);
        }
        PathPattern { given: path.to_owned(), before, digits, after }
    }

    /// Digits that a number has at least.
    pub fn digits(&self) -> usize {
        self.digits
    }

    /// The name with question marks in the place of the number, as XDS and DIALS take it.
    pub fn template(&self) -> PathBuf {
        let mut name = self.before.clone();
        name.push("?".repeat(self.digits.max(1)));
        name.push(&self.after);
        self.given.with_file_name(name)
    }

    /// The pattern as it was given.
    pub fn given(&self) -> &Path {
        &self.given
    }

    /// Families of names, each with `#` in the place of the number and of digits around it. The last one is its own: of two patterns that may
    /// make the same file, one is in the other's own family. `run12_#` has one, `run12#` is in those of `run#`, `run1#` and `run12#`.
    pub fn families(&self) -> Vec<PathBuf> {
        let (mut before, mut after) = (self.before.as_encoded_bytes(), self.after.as_encoded_bytes());
        while let [b'0'..=b'9', rest @ ..] = after {
            after = rest;
        }
        let mut all = Vec::new();
        loop {
            let mut name = part(before);
            name.push("#");
            name.push(part(after));
            all.insert(0, self.given.with_file_name(name));
            match before {
                [rest @ .., b'0'..=b'9'] => before = rest,
                _ => return all,
            }
        }
    }

    /// The file with this number.
    pub fn file(&self, number: usize) -> PathBuf {
        let number = number.to_string();
        let mut name = self.before.clone();
        name.push("0".repeat(self.digits.saturating_sub(number.len())));
        name.push(number);
        name.push(&self.after);
        self.given.with_file_name(name)
    }
}

/// What stands before and after the last run of `#`, and how long it is.
fn around_marks(name: &OsStr) -> Option<(OsString, usize, OsString)> {
    let name = if cfg!(unix) { name.as_encoded_bytes() } else { name.to_str()?.as_bytes() };
    let (before, digits, after) = around_marks_in(name)?;
    Some((part(before), digits, part(after)))
}

/// A part of a name.
#[cfg(unix)]
fn part(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes.to_owned())
}

/// A part of a name that is Unicode.
#[cfg(not(unix))]
fn part(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

fn around_marks_in(name: &[u8]) -> Option<(&[u8], usize, &[u8])> {
    let last = name.iter().rposition(|&byte| byte == b'#')?;
    let (marked, after) = name.split_at(last + 1);
    let digits = marked.iter().rev().take_while(|&&byte| byte == b'#').count();
    Some((marked.get(..marked.len() - digits)?, digits, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(name: &str, number: usize) -> String {
        PathPattern::of_images(Path::new(name)).file(number).to_str().unwrap().to_owned()
    }

    #[test]
    fn of_names_that_may_meet_one_is_in_the_family_of_the_other() {
        let families = |name: &str| PathPattern::of_images(Path::new(name)).families();
        let may_meet = |one: &str, other: &str| {
            let (one, other) = (families(one), families(other));
            one.contains(other.last().unwrap()) || other.contains(one.last().unwrap())
        };
        for name in ["z_#.npy", "z_##.npy", "z.npy", "z_1#.npy", "z_#3.npy", "z_0##12.npy"] {
            assert!(may_meet(name, "z_#.npy"), "{name}");
        }
        assert!(may_meet("run1#.npy", "run12####.npy") && may_meet("1#.npy", "#.npy"));
        for other in ["z#.npy", "z_a#.npy", "z_#a.npy", "z1_#.npy", "z_#.cbf"] {
            assert!(!may_meet(other, "z_#.npy"), "{other}");
        }
        assert!(!may_meet("run1####.cbf", "run2####.cbf") && !may_meet("run10#.cbf", "run20#.cbf"));
        assert_eq!(families("out/12#.npy"), ["out/#.npy", "out/1#.npy", "out/12#.npy"].map(PathBuf::from));
    }

    #[test]
    fn numbers_of_images_stand_where_the_name_says() {
        assert_eq!(image("a.cbf", 7), "a_00007.cbf");
        assert_eq!(image("out/a.b.img", 123_456), "out/a.b_123456.img");
        assert_eq!(image("a_###.cbf", 7), "a_007.cbf");
        assert_eq!(image("#/a#b##.img", 7), "#/a#b07.img");
        assert_eq!(image("#.img", 70), "70.img");
        assert_eq!(PathPattern::of_images(Path::new("a_####.cbf")).digits(), 4);
    }

    #[test]
    fn numbers_of_panels_stand_before_the_extension() {
        let panel = |name: &str| PathPattern::of_panels(Path::new(name)).file(3);
        assert_eq!(panel("x/a.cbf"), Path::new("x/a_3.cbf"));
        assert_eq!(panel("a#"), Path::new("a#_3"));
    }

    #[test]
    fn a_number_may_be_of_any_length() {
        assert_eq!(image(&format!("a{}.cbf", "#".repeat(70_000)), 7).len(), 70_005);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_unicode_are_kept() {
        use std::os::unix::ffi::OsStrExt as _;
        let name = |bytes: &[u8]| Path::new(OsStr::from_bytes(bytes)).to_owned();
        assert_eq!(PathPattern::of_images(&name(b"d\xfe/\xff.npy")).file(7), name(b"d\xfe/\xff_00007.npy"));
        assert_eq!(PathPattern::of_images(&name(b"\xff##\xfe.npy")).file(7), name(b"\xff07\xfe.npy"));
        assert_eq!(PathPattern::of_panels(&name(b"\xff.npy")).file(2), name(b"\xff_2.npy"));
    }
}
