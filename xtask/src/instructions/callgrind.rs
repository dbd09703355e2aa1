//! Runs a program under callgrind and reads its instruction count.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

/// A run's standard output and how many instructions it took.
pub struct Counted {
    pub stdout: String,
    pub instructions: u64,
}

/// Version of valgrind as it says it, `None` where there is none.
pub fn version() -> Option<String> {
    let output = Command::new("valgrind").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// Counts the instructions of `program arguments`; `scratch` is a folder for callgrind's file.
pub fn count(program: &Path, arguments: &[&str], scratch: &Path) -> anyhow::Result<Counted> {
    let out = scratch.join("callgrind.out");
    let output = Command::new("valgrind")
        .args(["--quiet", "--tool=callgrind", "--cache-sim=no", "--branch-sim=no"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("running valgrind")?;
    let complaints = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "valgrind failed on {}: {complaints}", arguments.join(" "));
    let text = std::fs::read_to_string(&out).context("callgrind's file")?;
    let instructions = total(&text).context("callgrind's file has no total of instructions")?;
    Ok(Counted { stdout: String::from_utf8_lossy(&output.stdout).into_owned(), instructions })
}

/// Instructions of a whole run from the text of callgrind's file: the column `Ir` of its totals.
///
/// A file with several parts has a summary for each; totals, where they are, stand for all of them.
pub fn total(text: &str) -> Option<u64> {
    let column = text.lines().find_map(|line| line.strip_prefix("events:"))?;
    let column = column.split_whitespace().position(|event| event == "Ir")?;
    let value = |line: &str, key: &str| -> Option<u64> {
        line.strip_prefix(key)?.split_whitespace().nth(column)?.parse().ok()
    };
    let totals = text.lines().find_map(|line| value(line, "totals:"));
    let summaries = || text.lines().filter_map(|line| value(line, "summary:"));
    totals.or_else(|| (summaries().count() > 0).then(|| summaries().sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# callgrind format\nversion: 1\ncreator: callgrind-3.19.0\npid: 7\ncmd: instructions\npart: 1\n\n\
        desc: I1 cache: \n\npositions: line\nevents: Ir\nsummary: 123456\n\nob=(1) /lib\nfl=(1) ???\nfn=(1) start\n0 3\n\
        calls=1 0\n0 9\n\ntotals: 123457\n";

    #[test]
    fn the_total_is_read() {
        assert_eq!(total(FILE), Some(123457));
    }

    #[test]
    fn without_totals_the_summary_counts() {
        let (head, _) = FILE.split_once("totals").unwrap();
        assert_eq!(total(head), Some(123456));
    }

    #[test]
    fn the_column_of_instructions_is_chosen() {
        assert_eq!(total("events: Dr Ir\ntotals: 5 17\n"), Some(17));
    }

    #[test]
    fn other_files_have_no_total() {
        assert_eq!(total(""), None);
        assert_eq!(total("events: Dr\ntotals: 5\n"), None);
        assert_eq!(total("events: Ir\n"), None);
    }
}
