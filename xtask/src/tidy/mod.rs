//! Rules of the house that no other tool checks: sizes and names of files, circles among modules, which crate knows
//! which, which files name a shape, that the library names no flag, spelling.

mod circles;
mod flags;
mod graph;
mod paths;
mod shapes;
mod spelling;

use std::path::{Path, PathBuf};

/// Lines beyond which a file is two rooms in one.
const MOST_LINES: usize = 600;
/// The same of a command, which parses, runs and prints, and leaves the rest to libraries.
const MOST_LINES_OF_A_COMMAND: usize = 150;
/// Names that say nothing about what is in a file.
const EMPTY_NAMES: [&str; 4] = ["utils", "util", "common", "misc"];
/// Circles that are still there. The list may only shrink: one that is gone has to leave it.
const KNOWN_CIRCLES: &[&str] = &[];
/// Where prose and code are spelled as this project spells. (Fixtures hold other programs' words.)
const SPELLED: [&str; 5] = ["crates", "xtask", "tests", "docs", ".ci"];

pub fn run() -> anyhow::Result<()> {
    let root = crate::root();
    let mut files = Vec::new();
    for folder in ["crates", "xtask"] {
        collect(&root.join(folder), &["rs", "wgsl"], &mut files);
    }
    let mut problems = Vec::new();
    let mut lengths = Vec::new();
    for path in &files {
        let text = std::fs::read_to_string(path)?;
        let lines = text.lines().count();
        lengths.push(lines);
        let is_command =
            path.strip_prefix(&root).is_ok_and(|path| path.starts_with("crates/nanobragg-cli/src/commands"));
        let most = if is_command { MOST_LINES_OF_A_COMMAND } else { MOST_LINES };
        if lines > most {
            problems.push(format!("{}: {lines} lines, at most {most}", path.display()));
        }
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if EMPTY_NAMES.contains(&stem.as_str()) {
            problems.push(format!("{}: a name that tells nothing", path.display()));
        }
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        if is_rust && !text.trim_start().starts_with("//!") && stem != "build" {
            problems.push(format!("{}: no module comment at its top", path.display()));
        }
    }
    problems.extend(spelling_problems(&root)?);
    problems.extend(shapes::problems(&root, &files)?);
    problems.extend(flags::problems(&root.join("crates/nanobragg/src"), &files)?);
    problems.extend(graph::problems()?);
    problems.extend(circle_problems(&all_circles(&root)?, KNOWN_CIRCLES));
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
    println!(
        "{} source files, median {median} lines, longest {}; {} circles that are known",
        lengths.len(),
        lengths.last().unwrap_or(&0),
        KNOWN_CIRCLES.len()
    );
    anyhow::ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

/// Circles of all crates.
fn all_circles(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = circles::of_crate("xtask", &root.join("xtask/src"))?;
    let mut crates: Vec<_> =
        std::fs::read_dir(root.join("crates"))?.flatten().map(|entry| entry.path()).collect();
    crates.sort();
    for path in crates.iter().filter(|path| path.join("src").is_dir()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        found.extend(circles::of_crate(&name, &path.join("src"))?);
        let bins = std::fs::read_dir(path.join("src/bin")).into_iter().flatten().flatten();
        for program in bins.map(|entry| entry.path()).filter(|path| path.is_dir()) {
            let name = program.file_name().unwrap_or_default().to_string_lossy();
            found.extend(circles::of_crate(&name, &program)?);
        }
    }
    Ok(found)
}

/// Circles that are new, and known ones that are gone.
fn circle_problems(found: &[String], known: &[&str]) -> Vec<String> {
    let new = found.iter().filter(|circle| !known.contains(&circle.as_str()));
    let gone = known.iter().filter(|circle| !found.iter().any(|found| found == *circle));
    let new = new.map(|circle| format!("modules in a circle: {circle}"));
    new.chain(gone.map(|circle| format!("no circle any more, take it off the list: {circle}"))).collect()
}

fn spelling_problems(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut files: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ".ci/run"].map(|name| root.join(name)).to_vec();
    for folder in SPELLED {
        collect(&root.join(folder), &["rs", "wgsl", "md", "py", "toml", "json"], &mut files);
    }
    let mut problems = Vec::new();
    for path in files {
        for (line, problem) in spelling::problems(&std::fs::read_to_string(&path)?) {
            problems.push(format!("{}:{line}: {problem}", path.display()));
        }
    }
    Ok(problems)
}

fn collect(folder: &Path, extensions: &[&str], files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_output = path.file_name().is_some_and(|name| name == "target");
        if path.is_dir() && !is_output {
            collect(&path, extensions, files);
        } else if path
            .extension()
            .is_some_and(|extension| extensions.iter().any(|&wanted| extension == wanted))
        {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::circle_problems;

    #[test]
    fn the_list_of_circles_may_only_shrink() {
        let found = ["x: crate: a b".to_owned()];
        assert!(circle_problems(&found, &["x: crate: a b"]).is_empty());
        assert_eq!(circle_problems(&found, &[]).len(), 1);
        assert_eq!(circle_problems(&[], &["x: crate: a b"]).len(), 1);
    }
}
