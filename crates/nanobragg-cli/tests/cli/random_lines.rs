//! Random command lines: an image or one line of error, never a panic, never an endless run.

use std::ffi::OsString;

use nanobragg::model::Mosaicity;
use nanobragg_config::classic::{Arity, Flag, Role, parse, table};
use nanobragg_config::{Context, resolve};
use nanobragg_testkit::SplitMix;

use crate::scratch::{Scratch, TINY};

/// Values that look like every kind, and some that are at the edge of it.
const ODD: [&str; 22] = [
    "0",
    "-1",
    "1",
    "2",
    "3",
    "7.5",
    "-0.25",
    "1e-9",
    "1e9",
    "1e300",
    "-1e300",
    "90",
    "180",
    "360",
    "nan",
    "inf",
    "random",
    "",
    "0x10",
    "file",
    "-",
    "99999999999999999999",
];

fn pick<'a, T>(random: &mut SplitMix, of: &'a [T]) -> &'a T {
    &of[random.next_u64() as usize % of.len()]
}

/// Flags that only print are left out: they would hide the rest of the line.
fn flags() -> Vec<&'static Flag> {
    table().iter().filter(|flag| !flag.is(Role::Prints)).collect()
}

/// A flag with values: mostly such as it accepts.
fn words(random: &mut SplitMix, flag: &Flag) -> Vec<String> {
    let mut words = vec![(*pick(random, flag.names)).to_owned()];
    let odd = random.next_u64().is_multiple_of(8);
    let count = match flag.arity {
        Arity::Nothing => 0,
        Arity::Numbers { most, .. } => most,
        Arity::Integers { count, .. } => count,
        _ => 1,
    };
    for _ in 0..count {
        words.push(match flag.arity {
            _ if odd => (*pick(random, &ODD)).to_owned(),
            Arity::Word(choices) => (*pick(random, choices)).to_owned(),
            Arity::Path => (*pick(random, &["file", "nowhere/file", "out.img"])).to_owned(),
            Arity::Integers { .. } => random.next_u64().rem_euclid(6).to_string(),
            _ => format!("{:.3}", random.uniform(-2.0, 12.0)),
        });
    }
    words
}

fn line(random: &mut SplitMix, most: u64) -> Vec<String> {
    let mut line: Vec<String> = TINY.split_whitespace().map(String::from).collect();
    for _ in 0..=random.next_u64() % most {
        let flag = *pick(random, &flags());
        line.extend(words(random, flag));
    }
    line
}

#[test]
fn setting_up_returns() {
    let mut random = SplitMix(2024);
    let scratch = Scratch::new();
    let context = Context { directory: scratch.folder().to_owned(), ..Context::default() };
    let (mut planned, mut refused) = (0, 0);
    for _ in 0..3000 {
        let line = line(&mut random, 6);
        let setup = parse(line.iter().map(OsString::from))
            .map_err(|error| error.to_string())
            .and_then(|args| resolve(&args, &context).map_err(|error| error.to_string()));
        // Only planning takes time, with millions of samples: those are tried in the test of the program.
        let error = match setup {
            Ok(setup) if heavy(&setup.experiment) => continue,
            Ok(setup) => setup.experiment.plan().err().map(|error| error.to_string()),
            Err(error) => Some(error),
        };
        match error {
            None => planned += 1,
            Some(error) => {
                refused += 1;
                assert!(!error.is_empty() && !error.contains('\n'), "{line:?}: {error}");
            }
        }
    }
    assert!(planned > 500 && refused > 500, "{planned} planned, {refused} refused");
}

/// Whether making a plan would take long: many samples, or a search for the first unsafe neighborhood.
fn heavy(experiment: &nanobragg::model::Experiment) -> bool {
    let layers = match experiment.detector.sensor.layers() {
        nanobragg::model::SensorLayers::Count(count)
        | nanobragg::model::SensorLayers::Spaced { count, .. } => count.get(),
        nanobragg::model::SensorLayers::Auto => 1,
    };
    let divergence = experiment.beam.divergence().copied().unwrap_or_default();
    let wavelengths = match experiment.beam.spectrum() {
        Some(nanobragg::model::Spectrum::Band(steps)) => steps.count(),
        _ => 1,
    };
    let steps = [divergence.horizontal.count(), divergence.vertical.count(), wavelengths, layers];
    let pixels = experiment.detector.pixels;
    matches!(experiment.crystal.mosaicity(), Mosaicity::Domains { count: 1001.., .. })
        || steps.into_iter().any(|count| count > 1000)
        || experiment.rotation.steps() > 1000
        || pixels.fast().saturating_mul(pixels.slow()) > 1 << 22
}

#[test]
fn running_ends_with_status_0_1_or_2() {
    let mut random = SplitMix(77);
    let (mut good, mut wrong) = (0, 0);
    while good + wrong < 120 {
        let line = line(&mut random, 3);
        let parsed = parse(line.iter().map(OsString::from));
        let scratch = Scratch::new();
        let context = Context { directory: scratch.folder().to_owned(), ..Context::default() };
        let setup = parsed.ok().and_then(|args| resolve(&args, &context).ok());
        let affordable = match &setup {
            Some(setup) if heavy(&setup.experiment) => false,
            Some(setup) => setup.experiment.plan().map_or(true, |plan| plan.terms() < 3e5),
            None => true,
        };
        if !affordable {
            continue;
        }
        let output = scratch.command(line.iter().map(String::as_str)).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{line:?}: {said}");
        match output.status.code() {
            Some(0) => good += 1,
            Some(1 | 2) => {
                wrong += 1;
                assert_eq!(
                    said.lines().filter(|line| line.starts_with("error: ")).count(),
                    1,
                    "{line:?}: {said}"
                );
            }
            other => panic!("{line:?}: {other:?} {said}"),
        }
    }
    assert!(good > 20 && wrong > 20, "{good} {wrong}");
}
