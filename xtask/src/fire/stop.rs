//! Runs that are told to stop, and how long they take to.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::ensure;
use nanobragg_testkit::SplitMix;

use super::signals::send;
use super::{Budget, Tally, pick};

/// Minutes of work, so that no run ends by itself.
const LONG: &str = "-cell 70 80 90 75 85 95 -default_F 100 -lambda 1 -N 20 -mosaic_spread 0.3 -mosaic_domains 2000 -detpixels 2048 \
    -pixel 0.1 -distance 100 -oversample 3 -seed 1 -noprogress";
/// Kinds of runs, with the most seconds that the middle one of the times may take.
const KINDS: [(&str, &str, f64); 6] = [
    ("all cores", "", 0.2),
    ("a pixel of 5e9 terms", "-detpixels 1 -oversample 1000 -phisteps 3", 0.2),
    ("derivatives", "gradient -wrt misset,cell -o g.npy", 0.2),
    ("device, f32", "-device gpu", 0.5),
    ("device, f64", "-device gpu -dtype f64", 0.5),
    ("device, between nodes", "-device gpu -interpolate", 0.5),
];
/// Tries of each kind, unless `--most` says otherwise.
const TRIES: usize = 9;
/// A run is interrupted at a moment between these, seconds.
const MOMENTS: (f64, f64) = (2.0, 4.0);

/// Interrupts `--most` runs of each kind; the middle one of the times has to be within the bound: on a busy machine some wait for
/// their turn.
pub fn run(program: &Path, budget: &Budget) -> anyhow::Result<Tally> {
    let mut random = SplitMix(budget.seed);
    let mut tally = Tally::default();
    for (name, flags, bound) in KINDS {
        let mut times = Vec::new();
        for _ in 0..budget.most.min(TRIES) {
            let folder = tempfile::tempdir()?;
            // A subcommand comes first.
            let (command, flags) =
                flags.split_at(if flags.starts_with("gradient") { "gradient".len() } else { 0 });
            let mut child = Command::new(program)
                .args(
                    command.split_whitespace().chain(LONG.split_whitespace()).chain(flags.split_whitespace()),
                )
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?;
            sleep(Duration::from_secs_f64(random.uniform(MOMENTS.0, MOMENTS.1)));
            if let Some(status) = child.try_wait()? {
                tally.said.push(format!("{name}: skipped, it ends by itself with {status}"));
                break;
            }
            let asked = Instant::now();
            let signal = *pick(&mut random, &["INT", "TERM", "HUP"]);
            let status = send(signal, &mut child)?;
            times.push(asked.elapsed().as_secs_f64());
            ensure!(!status.success(), "{name} went on after SIG{signal}");
            let left = std::fs::read_dir(folder.path())?.count();
            if left > 0 {
                tally.failures.push(format!("{name}: {left} files left after SIG{signal}"));
            }
        }
        times.sort_by(f64::total_cmp);
        let (Some(&middle), Some(&worst)) = (times.get(times.len() / 2), times.last()) else { continue };
        tally.said.push(format!(
            "{name}: stops within {middle:.3} s in the middle, {worst:.3} s at worst of {}",
            times.len()
        ));
        if middle > bound {
            tally.failures.push(format!("{name}: {middle:.3} s, bound {bound} s"));
        }
    }
    Ok(tally)
}
