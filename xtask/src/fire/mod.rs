//! The program under fire: signals, times to stop, absurd flags and tampered bundles, as many as one likes, counted.

mod bundles;
mod files;
mod flags;
mod signals;
mod stop;

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use lexopt::prelude::*;

use crate::executable::program;

pub const USAGE: &str =
    "usage: cargo xtask fire signals | stop | flags | bundles [--minutes N] [--most N] [--seed N]

  signals   sweeps, interrupted at random moments and resumed, end with the bytes of one that was left alone
  stop      runs of each kind, on a device too, end soon after a signal and leave nothing
  flags     every flag with absurd values: an image of photons, or one line of error, within 4 GB
  bundles   copies of a parity bundle, each tampered with in another way, are found out";

/// Failures that are printed.
const MOST_SHOWN: usize = 20;

/// How long to go on.
pub struct Budget {
    started: Instant,
    limit: Duration,
    /// Things to try, at most.
    most: usize,
    seed: u64,
}

impl Budget {
    /// Whether that many tries are enough, or the time is over.
    fn spent(&self, tried: usize) -> bool {
        tried >= self.most || self.started.elapsed() >= self.limit
    }
}

/// What was tried, and what went wrong.
#[derive(Default)]
pub struct Tally {
    /// Lines on what was tried.
    said: Vec<String>,
    failures: Vec<String>,
}

/// Tries what the arguments name; fails where the program did not keep its word.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let (mut minutes, mut most, mut seed, mut what) = (2.0, usize::MAX, 1, None);
    let mut parser = lexopt::Parser::from_args(arguments.iter().cloned());
    while let Some(argument) = parser.next()? {
        match argument {
            Long("minutes") => minutes = parser.value()?.parse()?,
            Long("most") => most = parser.value()?.parse()?,
            Long("seed") => seed = parser.value()?.parse()?,
            Value(name) if what.is_none() => what = Some(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let nanobragg = program("nanobragg")?;
    let budget =
        Budget { started: Instant::now(), limit: Duration::from_secs_f64(minutes * 60.0), most, seed };
    let tally = match what.as_deref() {
        Some("signals") => signals::run(&nanobragg, &budget)?,
        Some("stop") => stop::run(&nanobragg, &budget)?,
        Some("flags") => flags::run(&nanobragg, &budget)?,
        Some("bundles") => bundles::run(nanobragg, program("trace-harness")?, &budget)?,
        _ => bail!("{USAGE}"),
    };
    tally.said.iter().for_each(|line| println!("{line}"));
    println!("{} failures in {:.1} min", tally.failures.len(), budget.started.elapsed().as_secs_f64() / 60.0);
    tally.failures.iter().take(MOST_SHOWN).for_each(|failure| println!("  {failure}"));
    ensure!(tally.failures.is_empty(), "{} tries went wrong", tally.failures.len());
    Ok(())
}

/// One of `all`.
fn pick<'a, T>(random: &mut nanobragg_testkit::SplitMix, all: &'a [T]) -> &'a T {
    &all[(random.next_u64() % all.len() as u64) as usize]
}
