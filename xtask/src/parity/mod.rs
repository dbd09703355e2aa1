//! `cargo xtask parity` and `cargo xtask bundle`: parity bundles, made and checked.

mod options;

use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context as _, bail, ensure};
use nanobragg_parity::{Programs, Selection, Subject, Verdict, make, problems, read_metrics};

/// Exit status when the two sides differ.
const DIFFERENT: u8 = 1;
/// Exit status when a step failed, or nothing could be compared.
const BLOCKED: u8 = 2;

const USAGE_OF_BUNDLE: &str = "usage: cargo xtask bundle verify DIR

Checks the checksums and the form of the metrics, runs the recorded commands again on the bundle's own inputs with
this checkout's programs, compares what they give, and derives the verdict and the files for reading from it again.
Exit status: 0 all of it holds, 1 something does not.";

/// Makes a bundle. What keeps it from being begun is said in one line.
pub fn run(arguments: &[String]) -> ExitCode {
    begin(arguments).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(BLOCKED)
    })
}

fn begin(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let Some(mut options) = options::parse(arguments)? else {
        println!("{}", options::HELP);
        return Ok(ExitCode::SUCCESS);
    };
    let paths = [&mut options.c_program, &mut options.trace, &mut options.against, &mut options.data];
    for path in paths.into_iter().flatten() {
        *path = path.canonicalize().with_context(|| path.display().to_string())?;
    }
    if let Some(earlier) = &options.against {
        read_metrics(earlier)?;
    }
    let subjects = match &options.selection {
        Selection::Cases(names) => names.iter().map(|name| Subject::case(name)).collect::<Result<_, _>>()?,
        Selection::All => Subject::cases()?,
        Selection::Supervisor => vec![Subject::supervisor(options.data.as_deref())?],
    };
    let programs = programs()?;
    let say = &mut |line: &str| println!("{line}");
    let (verdict, folder) = make(&options, &programs, &subjects, SystemTime::now(), arguments, say)?;
    println!("{}", folder.path.display());
    Ok(match verdict {
        Verdict::Agrees => ExitCode::SUCCESS,
        Verdict::Differs => ExitCode::from(DIFFERENT),
        Verdict::Blocked | Verdict::Skipped => ExitCode::from(BLOCKED),
    })
}

/// Checks a bundle.
pub fn bundle(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let [verb, folder] = arguments else { bail!("{USAGE_OF_BUNDLE}") };
    ensure!(verb == "verify", "{USAGE_OF_BUNDLE}");
    let built = || programs().map_err(|error| format!("{error:#}"));
    let problems = problems(Path::new(folder), built, &mut |line| println!("{line}"))?;
    for problem in &problems {
        println!("WRONG: {problem}");
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Our programs, built as users build them.
pub fn programs() -> anyhow::Result<Programs> {
    eprintln!("building nanobragg and trace-harness for release: minutes the first time");
    use crate::executable::program;
    Ok(Programs { nanobragg: program("nanobragg")?, trace_harness: program("trace-harness")? })
}
