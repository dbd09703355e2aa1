//! The full circle: made-up structure factors, rendered series, DIALS as an experimenter runs it, and what comes back
//! against what went in.
//!
//! The program is run as a user runs it. Python, with what Debian's package `dials` brings, makes the structure
//! factors and reads DIALS' files (`xtask/science`); everything else is here.

mod bounds;
mod dials;
mod page;
mod plot;
mod refined;
mod series;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::SystemTime;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use series::{Kind, Series};

/// Resolution to which amplitudes are made: beyond the detector's corner.
const AMPLITUDES_TO_ANGSTROM: &str = "1.6";
/// Resolution to which intensities are compared: the middle of the detector's edges.
const COMPARED_TO_ANGSTROM: f64 = 2.2;

/// What the command line asks for.
#[derive(Debug, Default, PartialEq)]
struct Options {
    /// A few images of one shape.
    quick: bool,
    /// Measure what the folder holds, without rendering and without DIALS.
    again: bool,
    /// A missing DIALS is an error.
    required: bool,
    /// Folder of images and of DIALS' files.
    work: Option<PathBuf>,
    /// Write docs/SCIENCE.md and its picture.
    write: bool,
    /// Refine what DIALS has indexed.
    refine: bool,
    /// Only these series.
    only: Vec<String>,
}

impl Options {
    fn parse(arguments: &[String]) -> anyhow::Result<Options> {
        use lexopt::prelude::{Long, ValueExt as _};
        let mut options = Options::default();
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("quick") => options.quick = true,
                Long("again") => options.again = true,
                Long("required") => options.required = true,
                Long("write") => options.write = true,
                Long("refine") => options.refine = true,
                Long("work") => options.work = Some(parser.value()?.parse()?),
                Long("only") => options.only.push(parser.value()?.parse()?),
                _ => return Err(argument.unexpected().into()),
            }
        }
        ensure!(
            !(options.write && (options.quick || !options.only.is_empty())),
            "--write needs the whole measurement"
        );
        Ok(options)
    }
}

/// Runs the task; its exit status is that of the worst bound.
pub fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let options = Options::parse(arguments)?;
    let Some(version) = dials::version() else {
        ensure!(!options.required, "DIALS is not installed: there is no dials.version");
        println!("SKIPPED: DIALS is not installed (there is no dials.version), nothing was measured");
        return Ok(ExitCode::SUCCESS);
    };
    let work = options.work.clone().unwrap_or_else(|| crate::root().join("target/science"));
    std::fs::create_dir_all(&work)?;
    let work = work.canonicalize()?;
    let mut wanted = if options.quick { series::quick() } else { series::all() };
    if !options.only.is_empty() {
        wanted.retain(|series| options.only.iter().any(|name| name == series.name));
        ensure!(!wanted.is_empty(), "--only: no series of this name");
    }
    let program = || match std::env::var_os("NANOBRAGG") {
        Some(path) => Ok(PathBuf::from(path)),
        None => crate::executable::program("nanobragg"),
    };
    if !options.again {
        let program = program()?;
        let truth = work.join("truth.mtz");
        print!("{}", python("structure.py", &[AMPLITUDES_TO_ANGSTROM.as_ref(), truth.as_ref()])?);
        for series in &wanted {
            series.render(&program, &work, &truth)?;
            dials::reduce(series, &work)?;
        }
    }
    if options.refine {
        refined::run(&program()?, &wanted, &work)?;
    }
    let mut measured = Vec::new();
    for series in &wanted {
        for reduction in series.reductions() {
            measured.push((series, reduction, measure(series, reduction, &work)?));
        }
    }
    let checks = bounds::check(&measured);
    print!("{}", bounds::table(&checks));
    if options.write {
        page::write(&checks, &measured, &version, &humantime::format_rfc3339(SystemTime::now()).to_string())?;
    }
    let failed = checks.iter().filter(|check| check.passes() == Some(false)).count();
    println!("{} bounds, {failed} not held", checks.iter().filter(|check| check.passes().is_some()).count());
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the Python programs say of one reduction, as JSON.
fn measure(series: &Series, reduction: &str, work: &Path) -> anyhow::Result<Value> {
    let folder = work.join(reduction);
    let manifest = work.join(series.name).join("images/manifest.jsonl");
    let answer = match series.kind {
        Kind::Stills => {
            python("stills.py", &[folder.join("idx-integrated.expt").as_ref(), manifest.as_ref()])?
        }
        Kind::Rotation => {
            let physics = folder.join("physics.json");
            let given = json!({
                "fluence": series.fluence, "cells": series::CELLS, "wavelength_angstrom": 1.0, "range_deg": 1.0,
                "d_min": COMPARED_TO_ANGSTROM, "integral": series.integral,
            });
            std::fs::write(&physics, given.to_string())?;
            let truth = work.join("truth.mtz");
            let arguments = [folder.as_ref(), truth.as_ref(), manifest.as_ref(), physics.as_ref()];
            python("circle.py", &arguments)?
        }
    };
    let last = answer.lines().last().unwrap_or_default();
    serde_json::from_str(last).with_context(|| format!("{}: no JSON: {answer}", folder.display()))
}

/// The Python that has dxtbx.
fn interpreter() -> OsString {
    std::env::var_os("DIALS_PYTHON").unwrap_or_else(|| "/usr/bin/python3".into())
}

/// The folder of the Python programs.
fn scripts() -> PathBuf {
    crate::root().join("xtask/science")
}

/// Runs a program of `xtask/science` and returns what it prints.
fn python(script: &str, arguments: &[&std::ffi::OsStr]) -> anyhow::Result<String> {
    let script = scripts().join(script);
    let output = Command::new(interpreter()).arg(&script).args(arguments).output()?;
    ensure!(
        output.status.success(),
        "{}: {}",
        script.display(),
        String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default()
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_written_of_the_whole_measurement_only() {
        let parse = |text: &str| Options::parse(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert!(parse("--again --write").is_ok());
        assert!(parse("--quick --write").is_err());
        assert!(parse("--only square --write").is_err());
        assert!(parse("--slow").is_err());
    }
}
