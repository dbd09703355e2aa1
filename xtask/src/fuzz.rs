//! Damaged input for readers and parsers, for as long as one likes.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use lexopt::prelude::*;
use nanobragg_testkit::fuzz::{TARGETS, Target, run as run_target};

/// Minutes for every target unless told otherwise.
const MINUTES: f64 = 1.0;

pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let (mut minutes, mut seed, mut names) = (MINUTES, 1_u64, Vec::new());
    let mut parser = lexopt::Parser::from_args(arguments.iter().cloned());
    while let Some(argument) = parser.next()? {
        match argument {
            Long("minutes") => minutes = parser.value()?.parse()?,
            Long("seed") => seed = parser.value()?.parse()?,
            Value(name) => names.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let chosen: Vec<&Target> = if names.is_empty() {
        TARGETS.iter().collect()
    } else {
        let find = |name: &String| TARGETS.iter().find(|target| target.name == name);
        names
            .iter()
            .map(|name| find(name).with_context(|| format!("no target {name}")))
            .collect::<anyhow::Result<_>>()?
    };
    // A panic is counted, and its place is worth knowing once; its trace is not.
    std::panic::set_hook(Box::new(|info| println!("  {info}")));
    let mut failed = 0;
    for target in chosen {
        let started = Instant::now();
        let limit = Duration::from_secs_f64(minutes * 60.0);
        let report = run_target(target, seed, |_| started.elapsed() >= limit)?;
        println!(
            "{:10} {:9} inputs in {:.1} min, {} accepted, {} kinds of errors, {} failures",
            target.name,
            report.inputs,
            started.elapsed().as_secs_f64() / 60.0,
            report.accepted,
            report.errors,
            report.failures.len()
        );
        failed += report.failures.len();
        for (number, (input, complaint)) in report.failures.iter().take(5).enumerate() {
            let folder = crate::root().join("target/fuzz").join(target.name);
            std::fs::create_dir_all(&folder)?;
            let file = folder.join(format!("failure_{seed}_{number}"));
            std::fs::write(&file, input)?;
            println!("  {complaint}: {}", file.display());
        }
    }
    println!(
        "{} CPU minutes, peak memory {}",
        cpu_minutes().map_or_else(|| "unknown".to_owned(), |minutes| format!("{minutes:.1}")),
        peak_memory().unwrap_or_else(|| "unknown".to_owned())
    );
    ensure!(failed == 0, "{failed} inputs went wrong; keep them under fixtures/fuzz once they are mended");
    Ok(())
}

/// How long this process has run on a processor.
fn cpu_minutes() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 60e9)
}

/// The most memory that this process has held.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}
