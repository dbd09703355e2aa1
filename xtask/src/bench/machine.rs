//! The machine, the compiler, the commit, the hour.

use std::time::SystemTime;

use nanobragg_parity::machine::{commit, processor, rustc_version};

use super::report::Machine;

/// Describes this machine; `evaluation` says which code renders on it.
pub fn describe(evaluation: String) -> Machine {
    Machine {
        cpu: processor(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        evaluation,
        rustc: rustc_version(),
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

/// The checked-out commit, shortened and marked where files differ from it.
fn described_commit() -> String {
    let (commit, clean) = commit();
    let short = commit.get(..12).unwrap_or(&commit);
    if clean { short.to_owned() } else { format!("{short} with changes") }
}
