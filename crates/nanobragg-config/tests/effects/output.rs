//! Files, noise, what is printed, and the program itself.

use nanobragg::model::{Preset, Quirk, Quirks};
use nanobragg::render::Precision;
use nanobragg_config::classic::FlagId;
use nanobragg_config::{Device, Outputs, Setup};

use super::{Effect, after, nothing, sets};

pub fn effects() -> Vec<Effect> {
    let mut effects = files();
    effects.extend(program());
    effects
}

fn only(s: &mut Setup, change: fn(&mut Outputs)) {
    let outputs = &mut s.outputs;
    (outputs.float, outputs.int, outputs.pgm, outputs.noise) = (None, None, None, None);
    change(outputs);
}

fn files() -> Vec<Effect> {
    vec![
        sets(FlagId::FloatFile, "x", |s| s.outputs.float = Some("x".into())),
        sets(FlagId::IntFile, "x", |s| s.outputs.int = Some("x".into())),
        sets(FlagId::PgmFile, "x", |s| s.outputs.pgm = Some("x".into())),
        sets(FlagId::NoiseFile, "x", |s| s.outputs.noise = Some("x".into())),
        sets(FlagId::NoPgm, "", |s| s.outputs.pgm = None),
        sets(FlagId::NoNoise, "", |s| s.outputs.noise = None),
        sets(FlagId::Scale, "3.5", |s| s.outputs.scale = 3.5),
        sets(FlagId::Adc, "17", |s| s.outputs.adc_offset = 17.0),
        sets(FlagId::PgmScale, "2.5", |s| s.outputs.pgm_scale = 2.5),
        after("-nopgm", FlagId::PgmScale, "2.5", |s| {
            s.outputs.pgm_scale = 2.5;
            s.outputs.pgm = Some("image.pgm".into());
        }),
        sets(FlagId::Output, "x.bin", |s| only(s, |outputs| outputs.float = Some("x.bin".into()))),
        sets(FlagId::Output, "x.img", |s| only(s, |outputs| outputs.int = Some("x.img".into()))),
        sets(FlagId::Output, "x.pgm", |s| only(s, |outputs| outputs.pgm = Some("x.pgm".into()))),
        // A random orientation without a seed of its own follows the noise.
        sets(FlagId::Seed, "5", |s| (s.experiment.seeds.noise, s.experiment.seeds.misset) = (5, 5)),
    ]
}

fn program() -> Vec<Effect> {
    vec![
        nothing(FlagId::Printout, ""),
        nothing(FlagId::PrintoutPixel, "1 2"),
        nothing(FlagId::TracePixel, "1 2"),
        after("-noprogress", FlagId::Progress, "", |s| s.progress = true),
        sets(FlagId::NoProgress, "", |s| s.progress = false),
        sets(FlagId::Quirks, "exact", |s| s.experiment.quirks = Quirks::from(Preset::Exact)),
        sets(FlagId::Quirks, "reference", |s| s.experiment.quirks = Quirks::from(Preset::Reference)),
        sets(FlagId::PhiCarryoverMode, "c-parity", |s| {
            s.experiment.quirks = s.experiment.quirks.with(Quirk::PhiZeroCarryover);
        }),
        after("-quirks reference", FlagId::PhiCarryoverMode, "spec", |s| {
            s.experiment.quirks = s.experiment.quirks.without(Quirk::PhiZeroCarryover);
        }),
        sets(FlagId::Dtype, "f32", |s| s.precision = Precision::Single),
        sets(FlagId::Device, "reference", |s| s.device = Device::Reference),
        sets(FlagId::Threads, "3", |s| s.threads = 3),
        nothing(FlagId::Show, ""),
        nothing(FlagId::Version, ""),
        nothing(FlagId::Help, ""),
        nothing(FlagId::Completions, "bash"),
        nothing(FlagId::ManPage, ""),
        nothing(FlagId::Verbose, ""),
        nothing(FlagId::VeryVerbose, ""),
        nothing(FlagId::Quiet, ""),
    ]
}
