//! Rules of the house that no other tool checks.

use std::path::{Path, PathBuf};

/// Lines beyond which a file is two rooms in one.
const MOST_LINES: usize = 600;
/// Names that say nothing about what is in a file.
const EMPTY_NAMES: [&str; 4] = ["utils", "util", "common", "misc"];

pub fn run() -> anyhow::Result<()> {
    let root = crate::root();
    let mut files = Vec::new();
    for folder in ["crates", "xtask"] {
        collect(&root.join(folder), &mut files);
    }
    let mut problems = Vec::new();
    let mut lengths = Vec::new();
    for path in &files {
        let text = std::fs::read_to_string(path)?;
        let lines = text.lines().count();
        lengths.push(lines);
        if lines > MOST_LINES {
            problems.push(format!("{}: {lines} lines, at most {MOST_LINES}", path.display()));
        }
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if EMPTY_NAMES.contains(&stem.as_str()) {
            problems.push(format!("{}: a name that tells nothing", path.display()));
        }
        if !text.trim_start().starts_with("//!") && stem != "build" {
            problems.push(format!("{}: no module comment at its top", path.display()));
        }
    }
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
    println!(
        "{} source files, median {median} lines, longest {}",
        lengths.len(),
        lengths.last().unwrap_or(&0)
    );
    anyhow::ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_output = path.file_name().is_some_and(|name| name == "target");
        if path.is_dir() && !is_output {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
