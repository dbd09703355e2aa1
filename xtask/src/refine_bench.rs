//! How well and how fast made-up stills are refined: the table of docs/REFINE.md.

use std::time::Instant;

use anyhow::Context as _;
use nanobragg::backend::{Control, Cpu};
use nanobragg_refine::{Counting, Outcome, Photons, Refinement, Verdict};
use nanobragg_testkit::stills::{READOUT_NOISE, Still, StillKind, still, turned};

const ALL: [&str; 5] = ["scale", "misset", "cell", "N", "mosaic"];
/// Degrees below which a still is where it belongs.
const FOUND: f64 = 0.02;

/// Refines `--stills N` stills (default 100) on one core and prints what came of it.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let stills = match arguments {
        [] => 100,
        [flag, count] if flag == "--stills" => count.parse().context("--stills")?,
        _ => anyhow::bail!("refine-bench takes --stills N"),
    };
    let kind = StillKind { amplitudes: 0.2, finer: true, ..StillKind::default() };
    let cpu = Cpu::with_threads(1)?;
    let (mut converged, mut seconds, mut trials, mut chi2) = (0, 0.0, 0, Vec::new());
    let mut pulls: Vec<(String, f64)> = Vec::new();
    for number in 0..stills {
        let still = still(number, &kind)?;
        let counting = Counting { readout_noise: READOUT_NOISE, ..Counting::default() };
        let photons = Photons::new(&still.start, still.fast, &still.counts, &counting)?;
        let begun = Instant::now();
        let mut refinement = Refinement::new(&still.start, &ALL)?;
        refinement.most_boxes = 250;
        let outcome = match refinement.run(&photons, &cpu, &Control::default()) {
            Ok(outcome) => outcome,
            Err(error) => {
                println!("still {number}: {error}");
                continue;
            }
        };
        seconds += begun.elapsed().as_secs_f64();
        trials += outcome.history.len();
        let errors = errors(&still, &outcome);
        let turn = (1..4).map(|at| errors[at].powi(2)).sum::<f64>().sqrt();
        let good = outcome.verdict == Verdict::Converged && turn < FOUND;
        println!(
            "still {number}: {}, {} boxes, {} pixels, {} trials, chi2 {:.4}, {:.2} mdeg off",
            outcome.verdict.name(),
            outcome.boxes.len(),
            outcome.pixels,
            outcome.history.len(),
            outcome.chi2,
            1e3 * turn
        );
        if !good {
            continue;
        }
        converged += 1;
        chi2.push(outcome.chi2);
        if pulls.is_empty() {
            pulls = outcome.found.iter().map(|found| (found.name.clone(), 0.0)).collect();
        }
        for ((sum, error), found) in pulls.iter_mut().zip(errors).zip(&outcome.found) {
            sum.1 += (error / found.esd).powi(2);
        }
    }
    let count = f64::from(converged).max(1.0);
    println!(
        "{converged} of {stills} converge; chi2 per pixel {:.4} on average",
        chi2.iter().sum::<f64>() / count
    );
    for (name, sum) in pulls {
        println!("rms pull of {name}: {:.2}", (sum / count).sqrt());
    }
    println!(
        "{:.2} s and {:.1} trials a still, one core",
        seconds / stills as f64,
        trials as f64 / stills as f64
    );
    Ok(())
}

/// What was found less the truth, in the order and the units of what was found.
fn errors(still: &Still, outcome: &Outcome) -> Vec<f64> {
    let truth = still.truth.parameters();
    let turn = turned(truth.misset, outcome.parameters.misset);
    let cell = still.truth.crystal.unit_cell();
    let [na, nb, nc] = truth.cells;
    let of = |name: &str, value: f64| match name {
        "turn_x" => turn[0],
        "turn_y" => turn[1],
        "turn_z" => turn[2],
        "cell_a" => value - cell[0],
        "cell_c" => value - cell[2],
        "Na" => value - na,
        "Nb" => value - nb,
        "Nc" => value - nc,
        "mosaic" => value - truth.spread.to_degrees(),
        _ => value - still.scale,
    };
    outcome.found.iter().map(|found| of(&found.name, found.value)).collect()
}
