//! Names of files in a manifest, which is text: nothing of a name is lost where it is not Unicode.

use std::path::{Path, PathBuf};

/// A name as one line of text, another one for each name.
pub(crate) fn text(path: &Path) -> String {
    // Debug escapes what is not Unicode.
    path.to_str().map_or_else(|| format!("{path:?}"), str::to_owned)
}

/// Two digits a byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a name that is not Unicode, in hexadecimal.
#[cfg(unix)]
pub(crate) fn bytes(path: &Path) -> Option<String> {
    use std::os::unix::ffi::OsStrExt as _;
    let bytes = path.as_os_str().as_bytes();
    path.to_str().is_none().then(|| hexadecimal(bytes))
}

/// The name of these bytes; `None` for what [`bytes`] does not give.
#[cfg(unix)]
pub(crate) fn path(hexadecimal: &str) -> Option<PathBuf> {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = hexadecimal.as_bytes().chunks(2).map(pair).collect();
    Some(OsString::from_vec(bytes?).into())
}

/// Names have no bytes here.
#[cfg(not(unix))]
pub(crate) fn bytes(_: &Path) -> Option<String> {
    None
}

/// Names have no bytes here.
#[cfg(not(unix))]
pub(crate) fn path(_: &str) -> Option<PathBuf> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn names_that_are_not_unicode_come_back() {
        let named = |bytes: &'static [u8]| Path::new(OsStr::from_bytes(bytes));
        assert_eq!(bytes(named(b"a/b.npy")), None);
        let hexadecimal = bytes(named(b"d\xfe/\xff.npy")).unwrap();
        assert_eq!(hexadecimal, "64fe2fff2e6e7079");
        assert_eq!(path(&hexadecimal).unwrap(), named(b"d\xfe/\xff.npy"));
        assert_eq!((path("0"), path("xx")), (Some(PathBuf::from("\0")), None));
        assert_ne!(text(named(b"\xff")), text(named(b"\xfe")));
        assert_eq!(text(named(b"a b.npy")), "a b.npy");
    }
}
