//! Files, noise, what is printed, and the program itself.

use std::num::NonZeroU32;

use nanobragg::backend::Precision;
use nanobragg::model::{Preset, Quirk, Quirks};
use nanobragg_config::classic::FlagId;
use nanobragg_config::{Counting, Outputs, Setup};
use nanobragg_io::preview::{Colors, Scale};
use nanobragg_session::{Device, Rings};

use super::{Effect, after, nothing, sets};

pub fn effects() -> Vec<Effect> {
    let mut effects = files();
    effects.extend(program());
    effects
}

fn only(s: &mut Setup, change: fn(&mut Outputs)) {
    s.outputs = s.outputs.without_images();
    change(&mut s.outputs);
}

fn files() -> Vec<Effect> {
    vec![
        sets(FlagId::FloatFile, "x", |s| s.outputs.float = Some("x".into())),
        sets(FlagId::IntFile, "x", |s| s.outputs.int = Some("x".into())),
        sets(FlagId::PgmFile, "x", |s| s.outputs.pgm = Some("x".into())),
        sets(FlagId::NoiseFile, "x", |s| s.outputs.noise = Some("x".into())),
        sets(FlagId::NoPgm, "", |s| s.outputs.pgm = None),
        sets(FlagId::NoNoise, "", |s| {
            s.outputs.noise = None;
            s.outputs.counting = Counting::Rounded;
        }),
        sets(FlagId::Scale, "3.5", |s| s.outputs.scale = 3.5),
        sets(FlagId::Adc, "17", |s| s.outputs.adc_offset = 17.0),
        sets(FlagId::PgmScale, "2.5", |s| s.outputs.pgm_scale = 2.5),
        after("-nopgm", FlagId::PgmScale, "2.5", |s| {
            s.outputs.pgm_scale = 2.5;
            s.outputs.pgm = Some("image.pgm".into());
        }),
        sets(FlagId::Output, "x.bin", |s| only(s, |outputs| outputs.float = Some("x.bin".into()))),
        sets(FlagId::Output, "x.img", |s| only(s, |outputs| outputs.noise = Some("x.img".into()))),
        sets(FlagId::Output, "x.pgm", |s| only(s, |outputs| outputs.pgm = Some("x.pgm".into()))),
        sets(FlagId::Output, "x.cbf", |s| only(s, |outputs| outputs.cbf = Some("x.cbf".into()))),
        sets(FlagId::Output, "x.nxs", |s| only(s, |outputs| outputs.nexus = Some("x.nxs".into()))),
        sets(FlagId::Output, "x.H5", |s| only(s, |outputs| outputs.nexus = Some("x.H5".into()))),
        sets(FlagId::Output, "x.npy", |s| only(s, |outputs| outputs.npy = Some("x.npy".into()))),
        sets(FlagId::Output, "x.tif", |s| only(s, |outputs| outputs.tiff = Some("x.tif".into()))),
        sets(FlagId::Output, "x.tiff", |s| only(s, |outputs| outputs.tiff = Some("x.tiff".into()))),
        sets(FlagId::Output, "x.png", |s| only(s, |outputs| outputs.png = Some("x.png".into()))),
        sets(FlagId::CbfFile, "x", |s| s.outputs.cbf = Some("x".into())),
        sets(FlagId::NxsFile, "x", |s| s.outputs.nexus = Some("x".into())),
        sets(FlagId::NpyFile, "x", |s| s.outputs.npy = Some("x".into())),
        sets(FlagId::NpyDtype, "f64", |s| s.outputs.npy_doubles = true),
        after("-npy_dtype f64", FlagId::NpyDtype, "float32", |s| s.outputs.npy_doubles = false),
        sets(FlagId::TifFile, "x", |s| s.outputs.tiff = Some("x".into())),
        sets(FlagId::GeometryOut, "x.expt", |s| s.outputs.instruments.push("x.expt".into())),
        sets(FlagId::PngFile, "x", |s| s.outputs.png = Some("x".into())),
        sets(FlagId::PngScale, "linear", |s| s.outputs.picture.tone.scale = Scale::Linear),
        after("-png_scale linear -png_decades 3", FlagId::PngScale, "log", |s| {
            s.outputs.picture.tone.scale = Scale::Log { decades: 3.0 };
        }),
        sets(FlagId::PngDecades, "2.5", |s| s.outputs.picture.tone.scale = Scale::Log { decades: 2.5 }),
        sets(FlagId::PngPercentile, "90", |s| s.outputs.picture.tone.percentile = 90.0),
        sets(FlagId::PngColors, "ink", |s| s.outputs.picture.colors = Colors::Ink),
        sets(FlagId::PngRings, "auto", |s| s.outputs.picture.rings = Rings::Auto),
        sets(FlagId::PngRings, "4 2.5", |s| s.outputs.picture.rings = Rings::At(vec![4.0, 2.5])),
        sets(FlagId::PngBeam, "", |s| s.outputs.picture.beam = true),
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
        after("-quirks spec", FlagId::Quirks, "exact", |s| {
            s.experiment.quirks = Quirks::from(Preset::Exact);
            s.experiment.rendering.most_chosen = NonZeroU32::new(100);
        }),
        sets(FlagId::Quirks, "reference", |s| {
            s.experiment.quirks = Quirks::from(Preset::Reference);
            s.experiment.rendering.most_chosen = None;
        }),
        sets(FlagId::PhiCarryoverMode, "c-parity", |s| {
            s.experiment.quirks = s.experiment.quirks.with(Quirk::PhiZeroCarryover);
        }),
        after("-quirks reference", FlagId::PhiCarryoverMode, "spec", |s| {
            s.experiment.quirks = s.experiment.quirks.without(Quirk::PhiZeroCarryover);
        }),
        sets(FlagId::Dtype, "f32", |s| s.precision = Some(Precision::Single)),
        sets(FlagId::Device, "scalar", |s| s.device = Device::Scalar),
        sets(FlagId::Device, "gpu", |s| s.device = Device::Gpu),
        sets(FlagId::Device, "cuda", |s| s.device = Device::Gpu),
        sets(FlagId::Device, "auto", |s| s.device = Device::Auto),
        sets(FlagId::Adapter, "llvm", |s| s.gpu.adapter = Some("llvm".to_owned())),
        sets(FlagId::SelfTest, "", |s| s.gpu.selftest = true),
        sets(FlagId::GpuLimits, "terms=64", |s| s.gpu.limits = Some("terms=64".to_owned())),
        sets(FlagId::Threads, "3", |s| s.threads = 3),
        sets(FlagId::AllowNonfinite, "", |s| s.allow_nonfinite = true),
        nothing(FlagId::Show, ""),
        nothing(FlagId::Version, ""),
        nothing(FlagId::Help, ""),
        nothing(FlagId::Completions, "bash"),
        nothing(FlagId::ManPage, ""),
        nothing(FlagId::Verbose, ""),
        nothing(FlagId::VeryVerbose, ""),
        nothing(FlagId::Quiet, ""),
        nothing(FlagId::Strict, ""),
        nothing(FlagId::TrustPaths, ""),
    ]
}
