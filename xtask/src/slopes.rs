//! Derivatives of the definition against differences of it, for random experiments.

use anyhow::ensure;
use nanobragg_testkit::slopes::{TOLERANCE, Tallies, compare, trial};

pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let (mut experiments, mut seed) = (200, 1);
    for pair in arguments.chunks(2) {
        match pair {
            [flag, value] if flag == "--experiments" => experiments = value.parse()?,
            [flag, value] if flag == "--seed" => seed = value.parse()?,
            _ => anyhow::bail!("usage: cargo xtask slopes [--experiments N] [--seed N]"),
        }
    }
    let mut tallies = Tallies::new();
    for number in 0..experiments {
        compare(&trial(number, seed)?, &mut tallies)?;
    }
    println!("{:<18} {:>9} {:>9} {:>9} {:>9}", "parameter", "compared", "at faces", "unsettled", "worst");
    let mut wrong = Vec::new();
    for (name, tally) in &tallies {
        let left_out = (tally.at_faces, tally.unsettled);
        println!(
            "{name:<18} {:>9} {:>9} {:>9} {:>9.1e}",
            tally.compared, left_out.0, left_out.1, tally.worst
        );
        wrong.extend(&tally.wrong);
    }
    println!(
        "{experiments} experiments, {} pixels and parameters, {} beyond {TOLERANCE:.0e} of the largest",
        tallies.values().map(|tally| tally.compared).sum::<usize>(),
        wrong.len()
    );
    wrong.iter().for_each(|line| println!("{line}"));
    ensure!(wrong.is_empty() && !tallies.is_empty(), "derivatives and differences disagree");
    Ok(())
}
