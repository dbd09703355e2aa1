//! SHA-256 of files, as text.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::error::{Context as _, Result};

/// The checksum of a file's contents in hexadecimal digits.
pub fn of_file(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    Ok(of_bytes(&bytes))
}

/// The checksum of `bytes` in hexadecimal digits.
pub fn of_bytes(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
