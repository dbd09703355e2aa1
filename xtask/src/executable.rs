//! Executables of the workspace, built in release mode as users build them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

/// Builds what `selection` (`--bin NAME`, `--example NAME`, ...) names in `package` and says where it is.
///
/// Flags for the compiler in the environment are left out: numbers are about the program as it is delivered.
pub fn build(package: &str, selection: [&str; 2]) -> anyhow::Result<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .current_dir(crate::root())
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .args(["build", "--quiet", "--release", "--package", package])
        .args(selection)
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "building {package} {} failed", selection.join(" "));
    let messages = String::from_utf8_lossy(&output.stdout);
    path(&messages).with_context(|| format!("cargo named no executable of {package} {}", selection.join(" ")))
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
