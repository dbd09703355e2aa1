//! Executables of the workspace, built in release mode as users build them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

/// Builds a program of the workspace and says where it is. No package is named: its dependencies get the features
/// that `cargo run --release --bin NAME` gives them, so that neither builds them anew. Where this task was not started by cargo,
/// the program that lies beside it is taken: both can be copied to a machine that has no compiler.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    if std::env::var_os("CARGO").is_none() {
        let beside =
            std::env::current_exe()?.with_file_name(name).with_extension(std::env::consts::EXE_EXTENSION);
        ensure!(
            beside.is_file(),
            "{}: not there (without cargo, the program has to lie beside xtask)",
            beside.display()
        );
        return Ok(beside);
    }
    build(&["--bin", name])
}

/// Builds an example of a package and says where it is.
pub fn example(package: &str, name: &str) -> anyhow::Result<PathBuf> {
    build(&["--package", package, "--example", name])
}

/// Flags for the compiler in the environment are left out: numbers are about the program as it is delivered.
fn build(selection: &[&str]) -> anyhow::Result<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .current_dir(crate::root())
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .args(["build", "--quiet", "--release"])
        .args(selection)
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "building {} failed", selection.join(" "));
    let messages = String::from_utf8_lossy(&output.stdout);
    path(&messages).with_context(|| format!("cargo named no executable of {}", selection.join(" ")))
}

/// The executable among cargo's messages, the last one built.
fn path(messages: &str) -> Option<PathBuf> {
    let parsed = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    parsed.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_found_among_messages() {
        let messages = "{\"reason\":\"compiler-artifact\",\"executable\":null}\n\
            {\"reason\":\"compiler-artifact\",\"executable\":\"/out/release/program\"}\n\
            {\"reason\":\"build-finished\",\"success\":true}\n";
        assert_eq!(path(messages), Some(PathBuf::from("/out/release/program")));
        assert_eq!(path("{\"executable\":null}"), None);
    }
}
