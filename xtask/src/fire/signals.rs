//! Sweeps that are interrupted, and go on.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Instant;

use anyhow::ensure;
use nanobragg_testkit::SplitMix;

use super::files::{Files, below};
use super::{Budget, Tally, pick};

/// A sweep of files of their own and of a stack.
const SWEEP: &str = "sweep -images 12 -cell 70 80 90 75 85 95 -default_F 100 -lambda 1.5 -N 5 -distance 100 -pixel 0.5 \
    -detpixels 100 -oversample 2 -phisteps 10 -osc 1 -seed 1 -threads 1 -o s.npy -o s.cbf -o s.png -o t.nxs";

const SIGNALS: [&str; 4] = ["INT", "TERM", "HUP", "KILL"];

/// How often a sweep is interrupted before it is left alone.
const TIMES: usize = 3;

/// Sends `--most` signals.
pub fn run(program: &Path, budget: &Budget) -> anyhow::Result<Tally> {
    let whole = tempfile::tempdir()?;
    let begun = Instant::now();
    ensure!(start(program, whole.path(), "")?.wait()?.success(), "the sweep fails without signals");
    let takes = begun.elapsed();
    let complete = below(whole.path())?;
    let mut random = SplitMix(budget.seed);
    let mut tally = Tally::default();
    let (mut sweeps, mut sent, mut late) = (0, 0, 0);
    while !budget.spent(sent) {
        let folder = tempfile::tempdir()?;
        sweeps += 1;
        let mut more = "";
        for _ in 0..TIMES {
            let mut child = start(program, folder.path(), more)?;
            sleep(takes.mul_f64(random.uniform(0.0, 1.0)));
            let signal = *pick(&mut random, &SIGNALS);
            let status = send(signal, &mut child)?;
            more = "-resume";
            if status.success() {
                late += 1;
                break;
            }
            sent += 1;
            let found = below(folder.path())?;
            tally
                .failures
                .extend(wrong(&found, &complete).map(|name| format!("{name} is a part after SIG{signal}")));
        }
        // Where the signal came before the manifest, there is nothing to go on from.
        let begun = folder.path().join("manifest.jsonl").exists();
        let resumed = start(program, folder.path(), if begun { "-resume" } else { "-restart" })?.wait()?;
        let found = below(folder.path())?;
        if !resumed.success() || found != complete {
            let differs = |name: &&String| found.get(*name) != complete.get(*name);
            let names: Vec<&String> = found.keys().chain(complete.keys()).filter(differs).collect();
            tally.failures.push(format!("sweep {sweeps} of seed {}: {resumed}, {names:?}", budget.seed));
        }
    }
    let seconds = takes.as_secs_f64();
    tally.said.push(format!(
        "{sweeps} sweeps of {seconds:.2} s, {sent} signals before the end and {late} too late; each resumed to {} files",
        complete.len()
    ));
    Ok(tally)
}

/// Files under their final names that are not what they have to be.
fn wrong<'a>(found: &'a Files, complete: &'a Files) -> impl Iterator<Item = &'a String> {
    let is_final = |name: &String| !name.starts_with('.') && name != "manifest.jsonl";
    let differs =
        move |(name, bytes): &(&String, &Vec<u8>)| is_final(name) && complete.get(*name) != Some(bytes);
    found.iter().filter(differs).map(|(name, _)| name)
}

fn start(program: &Path, folder: &Path, more: &str) -> std::io::Result<Child> {
    let mut command = Command::new(program);
    command.current_dir(folder).args(SWEEP.split_whitespace()).args(more.split_whitespace());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

/// Sends a signal; how the process ended.
pub fn send(signal: &str, child: &mut Child) -> std::io::Result<ExitStatus> {
    // A process that has ended is there until it is waited for.
    let script = format!("kill -{signal} {}", child.id());
    Command::new("sh").args(["-c", &script]).status()?;
    child.wait()
}
