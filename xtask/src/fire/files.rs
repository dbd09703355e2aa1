//! Folders as what is in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Contents of files, by their paths with slashes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Everything below a folder.
pub fn below(folder: &Path) -> std::io::Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = format!("{prefix}{name}");
            if path.is_dir() {
                folders.push((path, format!("{name}/")));
            } else {
                files.insert(name, fs::read(path)?);
            }
        }
    }
    Ok(files)
}

/// Writes files below a folder.
pub fn write(folder: &Path, files: &Files) -> std::io::Result<()> {
    for (name, bytes) in files {
        let path = folder.join(name);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, bytes)?;
    }
    Ok(())
}
