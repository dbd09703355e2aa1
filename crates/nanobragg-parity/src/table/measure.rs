//! The table is measured: every case on every backend.

use std::path::Path;

use super::{Cell, Table};
use crate::device::Backend;
use crate::error::{Context as _, Error, ErrorKind, Result};
use crate::machine;
use crate::measure::{RunSpec, image_only};
use crate::metrics::Other;
use crate::program::Programs;
use crate::subject::{Subject, file_name};
use crate::tolerance::holds;

/// Devices and number types, in the order of the table's columns.
const BACKENDS: [(&str, &str); 5] =
    [("reference", "f64"), ("cpu", "f64"), ("cpu", "f32"), ("gpu", "f64"), ("gpu", "f32")];

fn backends() -> Vec<Backend> {
    BACKENDS.iter().map(|(device, dtype)| Backend::new(device, dtype)).collect()
}

/// Names of the backends, a column each.
pub fn columns() -> Vec<String> {
    backends().iter().map(Backend::name).collect()
}

/// Renders each of `subjects` on every backend and compares with the C program's images. What is found goes to `say`, a
/// line each.
pub fn measure(subjects: &[Subject], programs: &Programs, say: &mut dyn FnMut(&str)) -> Result<Table> {
    let mut there = Vec::new();
    let mut skipped = Vec::new();
    for backend in backends() {
        let found = backend.probe(programs).with_context(|| backend.name())?;
        if let Err(reason) = &found {
            say(&format!("{} skipped: {reason}", backend.name()));
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
                cell(subject, backend, scratch.path(), programs, say)?
            } else {
                Cell::Skipped
            });
        }
        let texts: Vec<String> = cells.iter().map(Cell::text).collect();
        say(&format!("{}: {}", subject.name, texts.join(" | ")));
        rows.push((subject.name.clone(), cells));
    }
    Ok(Table { columns: columns(), rows, skipped, machine: description() })
}

fn description() -> String {
    let (commit, clean) = machine::commit();
    let short = commit.get(..12).unwrap_or(&commit);
    let state = if clean { "" } else { " with changes" };
    let date = humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string();
    let day = date.get(..10).unwrap_or(&date);
    format!("{}, {day}, commit {short}{state}", machine::processor())
}

/// Inputs and the recorded image, laid out as in a bundle.
fn furnish(subject: &Subject, home: &Path) -> Result<()> {
    let (inputs, other) = (home.join("inputs"), home.join("other"));
    std::fs::create_dir_all(&inputs)?;
    std::fs::create_dir_all(&other)?;
    std::fs::write(inputs.join("args.txt"), subject.flags.join("\n") + "\n")?;
    for input in &subject.inputs {
        std::fs::copy(input, inputs.join(file_name(input)))?;
    }
    let float = subject
        .float
        .as_ref()
        .ok_or_else(|| Error::new(ErrorKind::Subject, format!("{} has no float.bin", subject.name)))?;
    std::fs::copy(float, other.join("float.bin"))?;
    Ok(())
}

fn cell(
    subject: &Subject,
    backend: &Backend,
    home: &Path,
    programs: &Programs,
    say: &mut dyn FnMut(&str),
) -> Result<Cell> {
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
        Err(error) if error.kind() == ErrorKind::Refused => Cell::Refused,
        Err(error) => {
            say(&format!("{} on {}: {error}", subject.name, backend.name()));
            Cell::Failed
        }
    })
}
