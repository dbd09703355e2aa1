//! How long an evaluation and a still take, on one core.

use std::cell::RefCell;

use anyhow::Context as _;
use nanobragg::backend::{Control, Cpu};
use nanobragg_refine::{Counting, Photons, Refinement};
use nanobragg_testkit::stills::{READOUT_NOISE, StillKind, still};

use super::ALL;

/// What the case has: 20 domains, one point a pixel, 10 parameters and a plane a box; 250 boxes are 70,000 pixels.
const BOXES: usize = 250;
/// What is wanted: milliseconds an evaluation, seconds a still.
const WANTED: (f64, f64) = (8.0, 0.3);

/// Measures `stills` of them and prints the machine with the medians.
pub fn run(stills: u64, kind: &StillKind, integrate: bool) -> anyhow::Result<()> {
    let cpu = Cpu::with_threads(1)?;
    let (mut all, mut last, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..stills {
        let still = still(number, kind)?;
        let counting = Counting { readout_noise: READOUT_NOISE, ..Counting::default() };
        let photons = Photons::new(&still.start, still.fast, &still.counts, &counting)?;
        let begun = processor_seconds()?;
        let mut refinement = Refinement::new(&still.start, &ALL)?;
        (refinement.most_boxes, refinement.integrate) = (BOXES, integrate);
        let boxes = refinement.boxes(&photons)?;
        let found = processor_seconds()? - begun;
        // Of each trial, how far spots were widened and when it was done.
        let trials = RefCell::new(Vec::new());
        let pixels = boxes.pixels();
        let outcome = refinement.run_in(boxes, &cpu, &Control::default(), &|step| {
            trials.borrow_mut().push((step.narrowing, processor_seconds().unwrap_or(f64::NAN)));
        })?;
        let seconds = processor_seconds()? - begun;
        let trials = trials.into_inner();
        let steps = trials.windows(2).map(|pair| (pair[1].0, 1e3 * (pair[1].1 - pair[0].1)));
        let steps: Vec<(f64, f64)> = steps.collect();
        let of_end = steps.iter().filter(|(narrowing, _)| *narrowing >= 1.0).map(|(_, ms)| *ms);
        println!(
            "still {number}: {}, {pixels} pixels, {} parameters, {} trials, {} of them with all parameters, {seconds:.3} s, {found:.3} of \
             them for spots and boxes",
            outcome.verdict.name(),
            outcome.found.len(),
            trials.len(),
            of_end.clone().count(),
        );
        last.extend(of_end);
        all.extend(steps.iter().map(|(_, ms)| *ms));
        whole.push(seconds);
    }
    println!(
        "on one core of {}: {:.1} ms an evaluation with all parameters ({:.1} wanted), {:.1} ms any, {:.3} s a still ({:.1} wanted); processor \
         time, medians",
        nanobragg_parity::machine::processor(),
        median(last),
        WANTED.0,
        median(all),
        median(whole),
        WANTED.1
    );
    Ok(())
}

/// Seconds that the threads of this process have run: other programs on the machine do not count.
fn processor_seconds() -> anyhow::Result<f64> {
    let mut nanoseconds = 0.0;
    for thread in std::fs::read_dir("/proc/self/task").context("/proc tells processor times")? {
        let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        nanoseconds += text.split_whitespace().next().unwrap_or_default().parse::<f64>()?;
    }
    Ok(1e-9 * nanoseconds)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
