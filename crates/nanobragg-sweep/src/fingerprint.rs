//! What the images of a sweep depend on, for finding out whether a manifest belongs to it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::Error;
use crate::error::Cause;
use crate::name;

/// The SHA-256 of every input file.
pub(crate) fn inputs(inputs: &[PathBuf]) -> Result<BTreeMap<String, String>, Error> {
    let named = |path: &PathBuf| {
        check_regular(path)?;
        Ok((name::text(path), digest(path)?))
    };
    inputs.iter().map(named).collect()
}

/// Refuses what can be read only once, such as a pipe.
///
/// # Errors
/// [`ErrorKind::Input`](crate::ErrorKind::Input).
pub fn check_regular(path: &Path) -> Result<(), Error> {
    if path.exists() && !path.is_file() {
        return Err(Cause::ReadOnce(path.to_owned()).into());
    }
    Ok(())
}

/// The SHA-256 of a file, as hexadecimal digits.
///
/// # Errors
/// A file that cannot be read.
pub fn digest(path: &Path) -> Result<String, nanobragg_io::Error> {
    const BLOCK: usize = 1 << 16;
    let failed = |cause| nanobragg_io::Error::read(path, cause);
    let mut file = File::open(path).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block) {
            Ok(0) => break,
            Ok(count) => hash.update(block.get(..count).unwrap_or_default()),
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(failed(cause)),
        }
    }
    Ok(name::hexadecimal(&hash.finalize()))
}

/// The SHA-256 of `bytes`.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    name::hexadecimal(&Sha256::digest(bytes))
}
