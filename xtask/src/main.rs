//! Tasks of the workspace, run as `cargo xtask TASK`.
#![allow(clippy::print_stdout, reason = "a task tells its user what it did")]

mod cli_docs;
mod fixtures;
mod probe_cost;
mod tidy;

use std::path::PathBuf;

const USAGE: &str = "\
usage: cargo xtask TASK [--check]

  cli-docs   write docs/CLI.md from the flag table
  fixtures   write fixtures/manifest.json: how each case was made, and checksums
  probe-cost show that the silent probe adds no instruction to the rendering loop
  tidy       check sizes of source files and words that do not belong

--check writes nothing and fails when a file is not what the task would write";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = arguments.iter().any(|argument| argument == "--check");
    match arguments.first().map(String::as_str) {
        Some("cli-docs") => cli_docs::run(check),
        Some("fixtures") => fixtures::run(check),
        Some("probe-cost") => probe_cost::run(),
        Some("tidy") => tidy::run(),
        _ => anyhow::bail!("{USAGE}"),
    }
}

/// The workspace's root.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Writes `text` to `path`, or fails when it is not there already.
fn settle(path: &std::path::Path, text: &str, check: bool) -> anyhow::Result<()> {
    if check {
        let found = std::fs::read_to_string(path).unwrap_or_default();
        anyhow::ensure!(found == text, "{} is not current: run the task without --check", path.display());
        println!("{} is current", path.display());
    } else {
        std::fs::write(path, text)?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
