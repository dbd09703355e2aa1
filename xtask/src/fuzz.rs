//! Damaged input for readers and parsers, for as long as one likes.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use lexopt::prelude::*;
use nanobragg_io::fnv::fnv1a;
use nanobragg_testkit::fuzz::{Report, TARGETS, Target, kept_folder, run as run_target};

/// Minutes for every target unless told otherwise.
const MINUTES: f64 = 1.0;

/// Memory that reading may take at its peak, in kB: readers stop at limits far below.
const MOST_MEMORY_KB: u64 = 3 << 20;
/// Inputs that are kept for a target, and their length.
const MOST_KEPT: usize = 60;
const LONGEST_KEPT: usize = 4096;

/// Reads damaged inputs for every target, on `--jobs` threads, and fails on a panic, a hang, an answer that is not one line, memory
/// beyond the limit, or an image about which two backends disagree.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let (mut minutes, mut seed, mut jobs, mut keep) = (MINUTES, 1_u64, 1_u64, false);
    let mut names = Vec::new();
    let mut parser = lexopt::Parser::from_args(arguments.iter().cloned());
    while let Some(argument) = parser.next()? {
        match argument {
            Long("minutes") => minutes = parser.value()?.parse()?,
            Long("seed") => seed = parser.value()?.parse()?,
            Long("jobs") => jobs = parser.value()?.parse::<u64>()?.max(1),
            Long("keep") => keep = true,
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
        let report = on_threads(target, seed, jobs, |_| started.elapsed() >= limit)?;
        println!(
            "{:12} {:9} inputs in {:.1} min, {} accepted, {} kinds of errors, {} failures",
            target.name,
            report.inputs,
            started.elapsed().as_secs_f64() / 60.0,
            report.accepted,
            report.errors,
            report.failures.len()
        );
        failed += report.failures.len();
        write_failures(target, seed, &report)?;
        if keep {
            write_kept(target, &report)?;
        }
    }
    let peak = peak_memory();
    println!(
        "{} CPU minutes, peak memory {}",
        cpu_minutes().map_or_else(|| "unknown".to_owned(), |minutes| format!("{minutes:.1}")),
        peak.map_or_else(|| "unknown".to_owned(), |kb| format!("{kb} kB"))
    );
    ensure!(failed == 0, "{failed} inputs went wrong; keep them under fixtures/fuzz once they are mended");
    ensure!(peak.is_none_or(|kb| kb <= MOST_MEMORY_KB), "more than {MOST_MEMORY_KB} kB of memory were held");
    Ok(())
}

/// The reports of all threads, each with a seed of its own, as one. Kinds of errors are those of the thread that has most.
fn on_threads(
    target: &Target,
    seed: u64,
    jobs: u64,
    done: impl Fn(u64) -> bool + Sync,
) -> anyhow::Result<Report> {
    let reports: Vec<std::io::Result<Report>> = std::thread::scope(|scope| {
        let start = |job: u64| {
            let done = &done;
            scope.spawn(move || run_target(target, seed.wrapping_add(job << 32), done))
        };
        let threads: Vec<_> = (0..jobs).map(start).collect();
        let ended = |thread: std::thread::ScopedJoinHandle<'_, std::io::Result<Report>>| {
            thread.join().unwrap_or_else(|_| Err(std::io::Error::other("a thread panicked")))
        };
        threads.into_iter().map(ended).collect()
    });
    let mut all = Report::default();
    for report in reports {
        let report = report?;
        all.inputs += report.inputs;
        all.accepted += report.accepted;
        all.errors = all.errors.max(report.errors);
        all.failures.extend(report.failures);
        all.firsts.extend(report.firsts);
    }
    Ok(all)
}

fn write_failures(target: &Target, seed: u64, report: &Report) -> anyhow::Result<()> {
    for (number, (input, complaint)) in report.failures.iter().take(5).enumerate() {
        let folder = crate::root().join("target/fuzz").join(target.name);
        std::fs::create_dir_all(&folder)?;
        let file = folder.join(format!("failure_{seed}_{number}"));
        std::fs::write(&file, input)?;
        println!("  {complaint}: {}", file.display());
    }
    Ok(())
}

/// Adds inputs that were answered in a way of their own to the corpus that later runs begin with.
fn write_kept(target: &Target, report: &Report) -> anyhow::Result<()> {
    let folder = kept_folder(target);
    std::fs::create_dir_all(&folder)?;
    let room = MOST_KEPT.saturating_sub(std::fs::read_dir(&folder)?.count());
    for input in report.firsts.iter().filter(|input| input.len() <= LONGEST_KEPT).take(room) {
        // Equal inputs have one name.
        std::fs::write(folder.join(format!("{:016x}", fnv1a(input))), input)?;
    }
    Ok(())
}

/// How long this process has run on a processor.
fn cpu_minutes() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 60e9)
}

/// The most memory that this process has held, in kB.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
