//! Every recorded case on every backend, as a table in docs/PARITY.md.

mod table;

use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::parity::backend::{Backend, refuses_order};
use crate::parity::measure::{RunSpec, holds, image_only};
use crate::parity::metrics::Other;
use crate::parity::program::Programs;
use crate::parity::subject::{Subject, file_name};
use table::{Cell, Table};

const USAGE: &str = "\
usage: cargo xtask reference (--all | --case NAME ... | --check)

  --all       render every case on every backend, compare with the C program's images, and write the table to
              docs/PARITY.md
  --case      the same for some cases, printed only
  --check     render nothing; fail where the table in docs/PARITY.md is not of these cases and backends, or shows
              one that does not pass";

/// Devices and number types, in the order of the table's columns.
const BACKENDS: [(&str, &str); 5] =
    [("reference", "f64"), ("cpu", "f64"), ("cpu", "f32"), ("gpu", "f64"), ("gpu", "f32")];

/// The task.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let page = crate::root().join("docs/PARITY.md");
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--check"] => {
            let text = std::fs::read_to_string(&page).with_context(|| page.display().to_string())?;
            let cases: Vec<String> = Subject::cases()?.into_iter().map(|subject| subject.name).collect();
            table::check(&text, &cases, &columns())
                .context("docs/PARITY.md: run cargo xtask reference --all")?;
            println!("the table of {} cases in docs/PARITY.md is current", cases.len());
            Ok(())
        }
        ["--all"] => {
            let table = measure(&Subject::cases()?)?;
            let text = std::fs::read_to_string(&page).with_context(|| page.display().to_string())?;
            std::fs::write(&page, table::replace(&text, &table.markdown())?)?;
            println!("wrote {}", page.display());
            table.require_passes()
        }
        ["--case", names @ ..] if !names.is_empty() => {
            let subjects: anyhow::Result<Vec<_>> = names.iter().map(|name| Subject::case(name)).collect();
            let table = measure(&subjects?)?;
            println!("{}", table.markdown());
            table.require_passes()
        }
        _ => anyhow::bail!("{USAGE}"),
    }
}

fn backends() -> Vec<Backend> {
    BACKENDS.iter().map(|(device, dtype)| Backend::new(device, dtype)).collect()
}

fn columns() -> Vec<String> {
    backends().iter().map(Backend::name).collect()
}

fn measure(subjects: &[Subject]) -> anyhow::Result<Table> {
    let programs = Programs::build()?;
    let mut there = Vec::new();
    let mut skipped = Vec::new();
    for backend in backends() {
        let found = backend.probe(&programs).with_context(|| backend.name())?;
        if let Err(reason) = &found {
            println!("{} skipped: {reason}", backend.name());
            skipped.push((backend.name(), reason.clone()));
        }
        there.push((backend, found.is_ok()));
    }
    let mut rows = Vec::new();
    for subject in subjects {
        let scratch = tempfile::tempdir()?;
        furnish(subject, scratch.path())?;
        let mut cells = Vec::new();
        for (backend, there) in &there {
            cells.push(if *there {
                cell(subject, backend, scratch.path(), &programs)?
            } else {
                Cell::Skipped
            });
        }
        println!("{}: {}", subject.name, cells.iter().map(Cell::text).collect::<Vec<_>>().join(" | "));
        rows.push((subject.name.clone(), cells));
    }
    Ok(Table { columns: columns(), rows, skipped, machine: machine() })
}

fn machine() -> String {
    let (commit, clean) = crate::bench::machine::commit();
    let short = commit.get(..12).unwrap_or(&commit);
    let state = if clean { "" } else { " with changes" };
    let date = humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string();
    let day = date.get(..10).unwrap_or(&date);
    format!("{}, {day}, commit {short}{state}", crate::bench::machine::processor())
}

/// Inputs and the recorded image, laid out as in a bundle.
fn furnish(subject: &Subject, home: &Path) -> anyhow::Result<()> {
    let (inputs, other) = (home.join("inputs"), home.join("other"));
    std::fs::create_dir_all(&inputs)?;
    std::fs::create_dir_all(&other)?;
    std::fs::write(inputs.join("args.txt"), subject.flags.join("\n") + "\n")?;
    for input in &subject.inputs {
        std::fs::copy(input, inputs.join(file_name(input)))?;
    }
    let float = subject.float.as_ref().with_context(|| format!("{} has no float.bin", subject.name))?;
    std::fs::copy(float, other.join("float.bin"))?;
    Ok(())
}

fn cell(subject: &Subject, backend: &Backend, home: &Path, programs: &Programs) -> anyhow::Result<Cell> {
    let spec = RunSpec {
        case: subject.name.clone(),
        backend: backend.clone(),
        quirks: "reference".to_owned(),
        extra: Vec::new(),
        pixels: Vec::new(),
        other: Other::Recorded,
    };
    Ok(match image_only(home, &spec, programs) {
        Ok((comparison, seconds)) => {
            Cell::Compared { passes: holds(backend, &comparison), worst: comparison.max_of_max, seconds }
        }
        Err(error) if refuses_order(&format!("{error:#}")) => Cell::Refused,
        Err(error) => {
            println!("{} on {}: {error:#}", subject.name, backend.name());
            Cell::Failed
        }
    })
}

impl Table {
    /// Fails where a cell does not pass.
    fn require_passes(&self) -> anyhow::Result<()> {
        let failing: Vec<&str> = self
            .rows
            .iter()
            .filter(|(_, cells)| cells.iter().any(|cell| !cell.is_good()))
            .map(|(name, _)| name.as_str())
            .collect();
        ensure!(failing.is_empty(), "cases that do not pass: {}", failing.join(", "));
        Ok(())
    }
}
