//! The machine, the compiler, the commit, the hour.

use std::process::Command;
use std::time::SystemTime;

use super::report::Machine;

/// Describes this machine; `evaluation` says which code renders on it.
pub fn describe(evaluation: String) -> Machine {
    Machine {
        cpu: processor(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        evaluation,
        rustc: crate::rustc_version(),
        date_utc: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        git_commit: described_commit(),
        load_average: load(),
    }
}

/// Load average over the last minute, empty where the system tells none.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or_default().to_owned()
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

/// The checked-out commit, shortened and marked where files differ from it.
fn described_commit() -> String {
    let (commit, clean) = commit();
    let short = commit.get(..12).unwrap_or(&commit);
    if clean { short.to_owned() } else { format!("{short} with changes") }
}

/// The checked-out commit, and whether the files are those of it.
pub fn commit() -> (String, bool) {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(crate::root()).args(arguments).output().ok()?;
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
