//! Every flag with values that make no sense.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nanobragg_config::classic::{Arity, Flag, FlagId, Role, table};
use nanobragg_io::npy::read_npy;
use nanobragg_testkit::SplitMix;

use super::{Budget, Tally};

const SMALL: &str = "-cell 70 80 90 90 90 90 -default_F 100 -N 5 -lambda 1 -distance 100 -detpixels 16 -seed 1 -nodump -o a.npy";

/// Values that no flag expects.
const ABSURD: [&str; 31] = [
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "-5",
    "0.5",
    "-0.5",
    "1e-308",
    "1e-30",
    "1e-5",
    "1e5",
    "30000",
    "1e9",
    "1e19",
    "1e30",
    "1e308",
    "-1e308",
    "1e999",
    "nan",
    "inf",
    "-inf",
    "2147483648",
    "-2147483649",
    "99999999999999999999",
    "",
    "-",
    "random",
    "0x10",
    "1,5",
    "\u{1b}[31mred\n",
];

/// Memory that a run may take, in kilobytes.
const MEMORY_KB: u64 = 4_000_000;
/// After which a run is told to end: some values ask for hours.
const PATIENCE: Duration = Duration::from_secs(3);

/// Runs the program with every flag and every value, in an order that follows from the seed.
pub fn run(program: &Path, budget: &Budget) -> anyhow::Result<Tally> {
    let mut random = SplitMix(budget.seed);
    let flags: Vec<&Flag> = table().iter().filter(|flag| !flag.is(Role::Prints)).collect();
    let mut all: Vec<(u64, &Flag, &str)> = Vec::new();
    for flag in &flags {
        let values: &[&str] = if flag.arity == Arity::Nothing { &ABSURD[..1] } else { &ABSURD };
        all.extend(values.iter().map(|value| (random.next_u64(), *flag, *value)));
    }
    all.sort_by_key(|&(order, ..)| order);
    let mut tally = Tally::default();
    let (mut tried, mut images, mut refused, mut ended) = (0, 0, 0, 0);
    for &(_, flag, value) in &all {
        if budget.spent(tried) {
            break;
        }
        tried += 1;
        let folder = tempfile::tempdir()?;
        let (output, in_time) = fire(program, folder.path(), flag, value)?;
        match output.status.code() {
            Some(0) => images += 1,
            _ if !in_time => ended += 1,
            _ => refused += 1,
        }
        if let Some(complaint) = complaint(folder.path(), flag, &output, in_time) {
            tally.failures.push(format!("{} {value:?}: {complaint}", flag.names[0]));
        }
    }
    tally.said.push(format!(
        "{tried} of {} runs, {} flags: {images} images, {refused} errors, {ended} ended after {PATIENCE:?}",
        all.len(),
        flags.len()
    ));
    Ok(tally)
}

/// The run, and whether it ended by itself.
fn fire(program: &Path, folder: &Path, flag: &Flag, value: &str) -> std::io::Result<(Output, bool)> {
    let count = match flag.arity {
        Arity::Nothing => 0,
        Arity::Numbers { most, .. } => most,
        Arity::Integers { count, .. } => count,
        _ => 1,
    };
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -v {MEMORY_KB}; exec \"$0\" \"$@\"")]).arg(program);
    command.args(SMALL.split_whitespace()).arg(flag.names[0]).args(std::iter::repeat_n(value, count));
    // What is said is a few lines, which a pipe holds.
    let command =
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child: Child = command.spawn()?;
    let begun = Instant::now();
    while child.try_wait()?.is_none() {
        if begun.elapsed() > PATIENCE {
            Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status()?;
            return Ok((child.wait_with_output()?, false));
        }
        sleep(Duration::from_millis(2));
    }
    Ok((child.wait_with_output()?, true))
}

/// What is wrong with a run.
fn complaint(folder: &Path, flag: &Flag, output: &Output, in_time: bool) -> Option<String> {
    let said = String::from_utf8_lossy(&output.stderr);
    let errors = said.lines().filter(|line| line.starts_with("error: ")).count();
    match output.status.code() {
        Some(0) => {}
        // By SIGTERM.
        Some(143) if !in_time => {}
        Some(1..=4) if errors == 1 => {}
        _ => return Some(format!("{}: {said}", output.status)),
    }
    let escaped = |line: &str| !line.contains(|c: char| c.is_control());
    if said.contains("panicked") || !said.lines().all(escaped) {
        return Some(said.into_owned());
    }
    let left = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.file_name());
    if let Some(name) = left.into_iter().find(|name| name.to_string_lossy().starts_with(".nanobragg-")) {
        return Some(format!("{} is left", name.display()));
    }
    let image = folder.join("a.npy");
    if !image.exists() || flag.id == FlagId::AllowNonfinite {
        return None;
    }
    match read_npy(&image) {
        Err(error) => Some(error.to_string()),
        Ok(image) => {
            let wrong = image.data.iter().filter(|photons| !photons.is_finite() || **photons < 0.0).count();
            (wrong > 0).then(|| format!("{wrong} pixels are no photons"))
        }
    }
}
