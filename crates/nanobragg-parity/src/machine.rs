//! The machine, the compiler, the commit that evidence is about.

use std::path::PathBuf;
use std::process::Command;

/// The root of the checkout that this crate was built from.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Name of this machine's processor.
pub fn processor() -> String {
    cpu(&std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default())
}

/// Name of the processor from the text of `/proc/cpuinfo`, with the numbers that tell models of one name apart.
fn cpu(text: &str) -> String {
    let field = |key: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim())
    };
    match (field("model name"), field("cpu family"), field("model")) {
        (Some(name), Some(family), Some(model)) => format!("{name} (family {family}, model {model})"),
        (Some(name), ..) => name.to_owned(),
        _ => std::env::consts::ARCH.to_owned(),
    }
}

/// The compiler's name and version, as it says them.
pub fn rustc_version() -> String {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.ok().filter(|text| !text.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// The checked-out commit, and whether the files are those of it.
pub fn commit() -> (String, bool) {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(root()).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "HEAD"]) else { return ("unknown".to_owned(), false) };
    let changes = git(&["status", "--porcelain", "--untracked-files=no"]);
    (commit, changes.is_some_and(|changes| changes.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_has_a_name() {
        let text = "processor\t: 0\ncpu family\t: 6\nmodel\t\t: 167\nmodel name\t: Some CPU @ 2 GHz\n";
        assert_eq!(cpu(text), "Some CPU @ 2 GHz (family 6, model 167)");
        assert_eq!(cpu("model name: Other"), "Other");
        assert_eq!(cpu(""), std::env::consts::ARCH);
    }
}
