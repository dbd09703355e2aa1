//! How well and how fast made-up stills are refined: the tables of docs/REFINE.md.

mod time;

use std::time::Instant;

use anyhow::Context as _;
use nanobragg::backend::{Control, Cpu};
use nanobragg::model::Shape;
use nanobragg_refine::{
    Counting, Fitted, Found, FoundAmplitude, Outcome, Photons, Refinement, Verdict, refine_amplitudes,
    refine_together,
};
use nanobragg_testkit::stills::{READOUT_NOISE, Still, StillKind, equivalents, still, turned};

const ALL: [&str; 5] = ["scale", "misset", "cell", "N", "mosaic"];
/// What stills of one detector share.
const SHARED: [&str; 2] = ["distance", "shift"];
/// Degrees below which a still is where it belongs.
const FOUND: f64 = 0.02;

const USAGE: &str = "refine-bench takes --stills N (100), --misset DEG (0.1), --shape gauss|square|round, --brightest PHOTONS (4000), \
    --domains N of the start, --oversample N for that many sub-pixels instead of an integral over each pixel, --data-oversample N and --data-domains N, --boxes N (250), --size PIXELS (900), --threads N (1), --together for one detector, off by 0.05 % and half a pixel, --amplitudes for structure \
    factors that all stills share, --time for processor times of an evaluation and of a still with one point a pixel";

/// What is measured.
struct Options {
    stills: u64,
    kind: StillKind,
    integrate: bool,
    /// Whether all stills share a detector, which is off at the start.
    together: bool,
    /// Whether all stills share structure factors, which are wrong at the start.
    amplitudes: bool,
    /// Whether it is time that is measured.
    time: bool,
    boxes: usize,
    threads: usize,
}

impl Options {
    fn new(arguments: &[String]) -> anyhow::Result<Self> {
        let kind = StillKind { amplitudes: 0.2, oversample: 1, ..StillKind::default() };
        let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
        let (together, amplitudes, time) = (has("--together"), has("--amplitudes"), has("--time"));
        let mut options = Options {
            stills: if time { 5 } else { 100 },
            kind,
            integrate: !time,
            together,
            amplitudes,
            time,
            boxes: 250,
            threads: 1,
        };
        let mut data = if time { (1, 20) } else { (5, 100) };
        let alone = ["--together", "--amplitudes", "--time"];
        let wanted = arguments.iter().filter(|argument| !alone.contains(&argument.as_str()));
        let wanted: Vec<String> = wanted.cloned().collect();
        for pair in wanted.chunks(2) {
            let [flag, value] = pair else { anyhow::bail!("{USAGE}") };
            let kind = &mut options.kind;
            let wrong = || format!("{flag} {value}; {USAGE}");
            match flag.as_str() {
                "--stills" => options.stills = value.parse().with_context(wrong)?,
                "--boxes" => options.boxes = value.parse().with_context(wrong)?,
                "--threads" => options.threads = value.parse().with_context(wrong)?,
                "--size" => kind.size = value.parse().with_context(wrong)?,
                "--misset" => kind.misset = value.parse().with_context(wrong)?,
                "--brightest" => kind.brightest = value.parse().with_context(wrong)?,
                "--oversample" => {
                    (kind.oversample, options.integrate) = (value.parse().with_context(wrong)?, false);
                }
                "--domains" => kind.domains = value.parse().with_context(wrong)?,
                "--data-oversample" => data.0 = value.parse().with_context(wrong)?,
                "--data-domains" => data.1 = value.parse().with_context(wrong)?,
                "--shape" => {
                    kind.shape = match value.as_str() {
                        "gauss" => Shape::Gauss,
                        "square" => Shape::Square,
                        "round" => Shape::Round,
                        _ => anyhow::bail!("{}", wrong()),
                    }
                }
                _ => anyhow::bail!("{USAGE}"),
            }
        }
        options.kind.finer = Some(data);
        options.kind.common = options.amplitudes;
        if options.together {
            options.kind.detector = [5e-4, 0.5, -0.5];
        }
        Ok(options)
    }
}

/// Refines stills on one core and prints what came of it.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let Options { stills, kind, integrate, together, amplitudes, time, boxes, threads } =
        Options::new(arguments)?;
    println!("{kind:?}");
    if time {
        return time::run(stills, &kind, integrate);
    }
    let cpu = Cpu::with_threads(threads)?;
    let mut truth = None;
    let (mut converged, mut seconds, mut trials, mut chi2) = (0, 0.0, 0, Vec::new());
    // With all of the standard deviation, and without the part of the draw of domains.
    let mut pulls: Vec<(String, Vec<[f64; 2]>)> = Vec::new();
    let mut kept: Vec<(Refinement, Outcome)> = Vec::new();
    for number in 0..stills {
        let still = still(number, &kind)?;
        let counting = Counting { readout_noise: READOUT_NOISE, ..Counting::default() };
        let photons = Photons::new(&still.start, still.fast, &still.counts, &counting)?;
        let begun = Instant::now();
        let mut refinement = Refinement::new(&still.start, &ALL)?;
        refinement.most_boxes = boxes;
        refinement.integrate = integrate;
        if together {
            refinement.share(&SHARED)?;
        }
        let mut outcome = match refinement.run(&photons, &cpu, &Control::default()) {
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
        let pull_of = |(error, found): (&f64, &Found)| {
            let drawn = (found.esd.powi(2) - found.esd_domains.powi(2)).sqrt();
            [error / found.esd, error / drawn]
        };
        let of_still: Vec<[f64; 2]> = errors.iter().zip(&outcome.found).map(pull_of).collect();
        let shown: Vec<String> = of_still.iter().map(|[pull, _]| format!("{pull:.1}")).collect();
        println!(
            "still {number}: {}, {} boxes, {} pixels, {} trials, {:.1} s, chi2 {:.4}, {:.2} mdeg off, pulls {}",
            outcome.verdict.name(),
            outcome.boxes.len(),
            outcome.pixels,
            outcome.history.len(),
            begun.elapsed().as_secs_f64(),
            outcome.chi2,
            1e3 * turn,
            shown.join(" ")
        );
        if !good {
            continue;
        }
        converged += 1;
        chi2.push(outcome.chi2);
        if pulls.is_empty() {
            pulls = outcome.found.iter().map(|found| (found.name.clone(), Vec::new())).collect();
        }
        for ((_, all), pull) in pulls.iter_mut().zip(of_still) {
            all.push(pull);
        }
        if together || amplitudes {
            // What the start expects and what was fitted takes more memory than all else.
            outcome.fitted = Fitted::default();
            kept.push((refinement, outcome));
        }
        truth = Some(still.truth.structure_factors.clone());
    }
    let count = f64::from(converged).max(1.0);
    println!(
        "{converged} of {stills} converge; chi2 per pixel {:.4} on average",
        chi2.iter().sum::<f64>() / count
    );
    for (name, pulls) in pulls {
        let mean = pulls.iter().map(|[pull, _]| pull).sum::<f64>() / count;
        let [rms, drawn] =
            [0, 1].map(|one| (pulls.iter().map(|pull| pull[one].powi(2)).sum::<f64>() / count).sqrt());
        println!("pull of {name}: rms {rms:.2} ({drawn:.2} without the draw of domains), mean {mean:.2}");
    }
    if together {
        let images: Vec<(&Refinement, &Outcome)> = kept.iter().map(|(one, other)| (one, other)).collect();
        let begun = Instant::now();
        let found = refine_together(&images, &cpu, &Control::default(), &|_| {})?;
        println!(
            "together: {}, {} trials, {:.1} s",
            found.verdict.name(),
            found.history.len(),
            begun.elapsed().as_secs_f64()
        );
        for Found { name, start, value, esd, unit, .. } in &found.shared {
            println!("{name}: {value:.5} +- {esd:.5} {unit}, from {start:.5}");
        }
    }
    if let (true, Some(truth)) = (amplitudes, truth) {
        let images: Vec<(&Refinement, &Outcome)> = kept.iter().map(|(one, other)| (one, other)).collect();
        let begun = Instant::now();
        let found = refine_amplitudes(&images, &equivalents()?, &cpu, &Control::default(), &|step| {
            println!("target {:.1}, chi2 {:.4}, accepted {}", step.value, step.chi2, step.accepted);
        })?;
        println!(
            "structure factors: {}, {} trials, {:.1} s, scatter of boxes {:.3}",
            found.verdict.name(),
            found.history.len(),
            begun.elapsed().as_secs_f64(),
            found.scatter
        );
        for times in [1, 2, 3, 5, 10] {
            let seen: Vec<_> = found.reflections.iter().filter(|found| found.images >= times).collect();
            let of = |value: fn(&FoundAmplitude) -> f64| {
                r(seen.iter().map(|found| (value(found), truth.nearest(found.hkl))))
            };
            let pull =
                |found: &&FoundAmplitude| ((found.value - truth.nearest(found.hkl)) / found.esd).powi(2);
            println!(
                "seen {times} times or more: {} reflections, R {:.4} to {:.4}, pulls {:.2}",
                seen.len(),
                of(|found| found.start),
                of(|found| found.value),
                (seen.iter().map(pull).sum::<f64>() / seen.len() as f64).sqrt()
            );
        }
    }
    println!(
        "{:.2} s and {:.1} trials a still, {threads} threads",
        seconds / stills as f64,
        trials as f64 / stills as f64
    );
    Ok(())
}

/// Sum of differences over the sum of the truth, where the first ones have the factor that fits best.
fn r(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let [both, square, all] = pairs
        .clone()
        .fold([0.0; 3], |[both, square, all], (f, truth)| [both + f * truth, square + f * f, all + truth]);
    pairs.map(|(f, truth)| (f * both / square - truth).abs()).sum::<f64>() / all
}

/// What was found less the truth, in the order and the units of what was found.
fn errors(still: &Still, outcome: &Outcome) -> Vec<f64> {
    let truth = still.truth.parameters();
    let turn = turned(truth.misset, outcome.parameters.misset);
    let cell = still.truth.crystal.unit_cell();
    let [na, nb, nc] = truth.cells;
    let truth_distance_mm = 1e3 * still.truth.detector.distance;
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
        "distance" => value - truth_distance_mm,
        "shift_fast" | "shift_slow" => value,
        _ => value - still.scale,
    };
    outcome.found.iter().map(|found| of(&found.name, found.value)).collect()
}
