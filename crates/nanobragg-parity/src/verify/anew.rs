//! Whether the files that a bundle keeps of its runs are those that the same runs make.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::json;
use crate::error::{Context as _, Result};
use crate::metrics::{Measured, Metrics, Other};
use crate::program::{Programs, Ran, Record, quoted};
use crate::report;
use crate::subject::{file_name, files};

/// What is of the machine and the moment, and so cannot be made again.
pub(super) const NOT_CHECKED: &str = "note: not checked, being of the machine and the moment: env.json, cpu_info.txt, times, \
     progress lines; the inputs and the other side's results are what the bundle is about";

/// Compares the files of a backend: `made` is the folder of the repeated run, `kept` that of the bundle.
pub(super) fn run(kept: &Path, made: &Path, problems: &mut Vec<String>) -> Result<()> {
    let names = |folder: &Path| -> Result<BTreeSet<String>> {
        if folder.is_dir() {
            Ok(files(folder)?.iter().map(|path| file_name(path)).collect())
        } else {
            Ok(BTreeSet::new())
        }
    };
    let (stored, anew) = (names(kept)?, names(made)?);
    let shown = |name: &str| {
        let case = kept.parent().map(file_name).unwrap_or_default();
        format!("{case}/{}/{name}", file_name(kept))
    };
    for name in stored.union(&anew) {
        if !stored.contains(name) {
            problems.push(format!("{} is missing", shown(name)));
        } else if !anew.contains(name) {
            problems.push(format!("{} is no file that this run makes", shown(name)));
        } else if name != "env.json" && content(&kept.join(name))? != content(&made.join(name))? {
            problems.push(format!("{} is not what this run makes", shown(name)));
        }
    }
    Ok(())
}

/// What of a file is the same whenever it is made.
fn content(path: &Path) -> Result<Vec<u8>> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(bytes) };
    let fleeting = |line: &&str| {
        let timed = line.starts_with("rendered ") && line.contains(" terms/s");
        let timed = timed || line.contains(" terms with ") || line.trim_start().starts_with("\"timestamp\"");
        !(timed || line.ends_with("% done"))
    };
    Ok(text.split('\n').filter(fleeting).collect::<Vec<_>>().join("\n").into_bytes())
}

/// The commands that are listed are those of the runs.
pub(super) fn commands(
    folder: &Path,
    metadata: &Value,
    record: &Record,
    programs: &Programs,
    problems: &mut Vec<String>,
) -> Result<()> {
    let path = folder.join("commands.txt");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let invocation: Vec<String> = metadata["invocation"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let commit = metadata["git_commit"].as_str().unwrap_or_default();
    let clean = metadata["git_clean"].as_bool().unwrap_or_default();
    let head = Record::default().text(&invocation, commit, clean);
    let own = |ran: &Ran| {
        let named = |program: &Path| {
            ran.line.first().map(String::as_str) == program.file_stem().and_then(|name| name.to_str())
        };
        let name = if named(&programs.trace_harness) { "trace-harness" } else { "nanobragg" };
        let line: Vec<String> =
            std::iter::once(name.to_owned()).chain(ran.line.iter().skip(1).cloned()).collect();
        format!("{}\n{}", ran.place, quoted(&line))
    };
    let expected: Vec<String> = record.0.iter().map(own).collect();
    // The C program, where there is one, is not run again.
    let is_live = metadata["runs"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|run| run["other"] == serde_json::json!(Other::Program));
    let listed: Option<Vec<String>> =
        text.strip_prefix(&head).and_then(|rest| rest.split_terminator("\n\n").map(command).collect());
    let ours = |command: &String| {
        let line = command.split_once('\n').map(|(_, line)| line).unwrap_or_default();
        !is_live || ["nanobragg ", "trace-harness "].iter().any(|name| line.starts_with(name))
    };
    let listed: Option<Vec<String>> = listed.map(|listed| listed.into_iter().filter(ours).collect());
    if listed.as_ref() != Some(&expected) {
        problems.push("commands.txt is not what these runs are made of".to_owned());
    }
    Ok(())
}

/// Place and line of one command in the list.
fn command(block: &str) -> Option<String> {
    let (head, line) = block.trim_matches('\n').split_once('\n')?;
    let (place, _) = head.strip_prefix('[')?.split_once(']')?;
    Some(format!("{place}\n{}", line.trim_end()))
}

/// The page is made from the runs.
pub(super) fn page(
    folder: &Path,
    metadata: &Value,
    metrics: &Metrics,
    runs: &[Measured],
    moved: &[String],
    problems: &mut Vec<String>,
) -> Result<()> {
    let commands = std::fs::read_to_string(folder.join("commands.txt")).context("commands.txt")?;
    let expected = report::page(&report::Page {
        folder: metadata["bundle"].as_str().unwrap_or_default(),
        metrics,
        runs,
        moved,
        failure: None,
        environment: &json(&folder.join("env.json"))?,
        commands: &commands,
    })?;
    if std::fs::read_to_string(folder.join("report.html")).context("report.html")? != expected {
        problems.push("report.html is not what the runs come to".to_owned());
    }
    Ok(())
}
