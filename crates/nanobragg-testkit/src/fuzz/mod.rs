//! Hostile input: damaged files for every reader, and for the parsers of flags and experiment files.
//!
//! [`TARGETS`] says what is read; [`mutate`] makes an input from others; [`run`] reads inputs for some time and keeps
//! those that are answered in a new way as material for more. All of it follows from a seed.
//!
//! Whatever the input, a target has to return, within [`LONGEST`], and its error has to be one line.

mod images;
mod input;
mod mutate;
mod targets;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

pub use mutate::mutate;
pub use targets::{TARGETS, Target};

use crate::{SplitMix, fixtures};

/// An input that takes longer is reported.
pub const LONGEST: Duration = Duration::from_secs(10);
/// Inputs that are kept as material, besides those of the corpus: accepted ones, and the first of each error.
const MOST_ACCEPTED: usize = 4000;
const MOST_REFUSED: usize = 400;
/// Words that tell errors apart.
const WORDS_OF_SHAPE: usize = 5;
/// Longest input that is made.
const LONGEST_INPUT: usize = 1 << 16;

/// The corpus of a target: complete files and past failures, by name.
///
/// # Errors
/// A folder that cannot be read.
pub fn corpus(target: &Target) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let folder = fixtures().join("fuzz").join(target.name);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok((name, std::fs::read(path)?))
    };
    paths.into_iter().map(read).collect()
}

/// What earlier runs found worth keeping for a target: inputs that were answered in a way of their own. Empty where there
/// is nothing.
///
/// # Errors
/// A file that cannot be read.
pub fn kept(target: &Target) -> std::io::Result<Vec<Vec<u8>>> {
    let folder = kept_folder(target);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().map(std::fs::read).collect()
}

/// Where they lie.
pub fn kept_folder(target: &Target) -> PathBuf {
    fixtures().join("corpus").join(target.name)
}

/// What is wrong with the answer to an input; `None` when nothing is.
pub fn complaint(target: &Target, folder: &Path, input: &[u8]) -> (Option<String>, Option<String>) {
    let timed = || {
        let started = Instant::now();
        let answer = catch_unwind(AssertUnwindSafe(|| (target.read)(folder, input)));
        (answer, started.elapsed())
    };
    let (answer, mut took) = timed();
    if took > LONGEST && answer.is_ok() {
        // On a busy machine a process may have waited for its turn: what is slow is slow twice.
        took = took.min(timed().1);
    }
    match answer {
        Err(_) => (Some("it panicked".to_owned()), None),
        Ok(_) if took > LONGEST => (Some(format!("it took {took:?}")), None),
        Ok(Ok(())) => (None, None),
        Ok(Err(message)) => {
            let wrong = message.is_empty() || message.contains(|c: char| c.is_control());
            (wrong.then(|| format!("its error is not one line: {message:?}")), Some(message))
        }
    }
}

/// Reads one input for the target of that name, as a fuzzer that makes inputs itself calls it.
///
/// # Errors
/// An unknown target, no scratch folder, and whatever is wrong with the answer.
pub fn answered(name: &str, input: &[u8]) -> Result<(), String> {
    static FOLDER: LazyLock<std::io::Result<tempfile::TempDir>> = LazyLock::new(scratch);
    let target = TARGETS.iter().find(|target| target.name == name).ok_or("no such target")?;
    let folder = FOLDER.as_ref().map_err(ToString::to_string)?;
    complaint(target, folder.path(), input).0.map_or(Ok(()), Err)
}

/// In memory where there is such a folder: disks make reading a hundred times slower.
fn scratch() -> std::io::Result<tempfile::TempDir> {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())
}

/// What a run did.
#[derive(Debug, Default)]
pub struct Report {
    /// Inputs read.
    pub inputs: u64,
    /// Inputs that were accepted.
    pub accepted: u64,
    /// Different errors.
    pub errors: usize,
    /// The first input of each.
    pub firsts: Vec<Vec<u8>>,
    /// Inputs that went wrong, with what went wrong.
    pub failures: Vec<(Vec<u8>, String)>,
}

/// Reads inputs made from the corpus until `done` says so (it is given the number of inputs so far).
///
/// # Errors
/// A corpus or a scratch folder that cannot be read or written.
pub fn run(target: &Target, seed: u64, done: impl Fn(u64) -> bool) -> std::io::Result<Report> {
    let folder = scratch()?;
    let mut random = SplitMix(seed);
    let mut material: Vec<Vec<u8>> = corpus(target)?.into_iter().map(|(_, bytes)| bytes).collect();
    material.extend(kept(target)?);
    let mut seen = HashSet::new();
    let mut report = Report::default();
    while !done(report.inputs) {
        let mut input = mutate(&mut random, &material);
        input.truncate(LONGEST_INPUT);
        report.inputs += 1;
        let (complaint, message) = complaint(target, folder.path(), &input);
        if let Some(complaint) = complaint {
            report.failures.push((input, complaint));
            continue;
        }
        report.accepted += u64::from(message.is_none());
        // What is accepted goes deepest, and so do its descendants.
        let kept = match &message {
            None => report.accepted <= MOST_ACCEPTED as u64,
            Some(message) => seen.insert(shape(message)) && seen.len() <= MOST_REFUSED,
        };
        if kept {
            if message.is_some() {
                report.firsts.push(input.clone());
            }
            material.push(input);
        }
    }
    report.errors = seen.len();
    Ok(report)
}

/// An error without what differs from input to input: its first plain words.
fn shape(message: &str) -> String {
    let expectation = message.split(", found ").next().unwrap_or_default();
    let outside = expectation.split('"').step_by(2).collect::<String>();
    let plain = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase());
    outside.split_whitespace().filter(plain).take(WORDS_OF_SHAPE).collect::<Vec<_>>().join(" ")
}
