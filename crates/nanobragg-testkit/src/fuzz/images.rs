//! Targets of images: readers of their formats, and renders that two backends have to agree about.

use std::ffi::OsString;
use std::path::Path;

use nanobragg::backend::{Backend, Control, Cpu, Scalar};
use nanobragg::plan::Plan;
use nanobragg_config::classic::FlagId;
use nanobragg_config::{Context, classic, resolve};
use nanobragg_io::{cbf, nexus, tiff};

use super::input::{heavy, with};

/// Terms of an image that is rendered.
const MOST_TERMS: f64 = 2e5;
/// By how much of itself, and of the brightest one, a pixel of `Cpu` may differ from the definition.
const TOLERANCE: (f64, f64) = (1e-5, 1e-6);

pub(super) fn read_cbf(folder: &Path, input: &[u8]) -> Result<(), String> {
    with(folder, input, |path| {
        let image = cbf::read_cbf(path)?;
        assert_eq!(
            Some(image.counts.len()),
            image.fast.checked_mul(image.slow),
            "a pixel too many or too few"
        );
        Ok::<(), nanobragg_io::Error>(())
    })
}

pub(super) fn read_tiff(folder: &Path, input: &[u8]) -> Result<(), String> {
    with(folder, input, |path| {
        let image = tiff::read_tiff(path)?;
        assert_eq!(Some(image.data.len()), image.fast.checked_mul(image.slow), "a pixel too many or too few");
        Ok::<(), nanobragg_io::Error>(())
    })
}

pub(super) fn read_nxmx(folder: &Path, input: &[u8]) -> Result<(), String> {
    with(folder, input, |path| nexus::read_nxmx(path).map(drop))
}

/// Words of a command line, whose image `Scalar` and `Cpu` render: both refuse it, or both have the same pixels, which are
/// photons unless the program would say that they are none.
pub(super) fn images(folder: &Path, input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input);
    let words = text
        .split_whitespace()
        .filter(|word| !word.contains('/') && !word.contains(".."))
        .map(OsString::from);
    let args = classic::parse(words).map_err(|error| error.to_string())?;
    let context = Context { directory: folder.to_owned(), ..Context::default() };
    let setup = resolve(&args, &context).map_err(|error| error.to_string())?;
    if args.has(FlagId::Printout) || heavy(&setup.experiment) || !setup.panels.is_empty() {
        return Ok(());
    }
    let plan = setup.experiment.plan().map_err(|error| error.to_string())?;
    if plan.terms() > MOST_TERMS || plan.terms().is_nan() {
        return Ok(());
    }
    agree(&plan)
}

fn agree(plan: &Plan) -> Result<(), String> {
    let render =
        |backend: &dyn Backend| backend.render(plan, &Control::default()).map_err(|error| error.to_string());
    let (definition, found) = (render(&Scalar)?, render(&Cpu::default())?);
    let is_photons = |value: f32| value.is_finite() && value >= 0.0;
    let possible = definition.pixels().iter().all(|&value| is_photons(value));
    let statistics = nanobragg::statistics::Statistics::of(plan, &found);
    assert_eq!(
        statistics.possible,
        found.pixels().iter().all(|&value| is_photons(value)),
        "the check of photons misses a pixel"
    );
    if !possible || !statistics.possible {
        // The program refuses such an image.
        return Err("the image has photons that are not finite or below zero".to_owned());
    }
    let brightest = f64::from(definition.pixels().iter().copied().fold(0.0, f32::max));
    for (at, (&a, &b)) in definition.pixels().iter().zip(found.pixels()).enumerate() {
        let (a, b) = (f64::from(a), f64::from(b));
        let allowed = TOLERANCE.0 * a.abs() + TOLERANCE.1 * brightest;
        assert!((a - b).abs() <= allowed, "pixel {at}: {a} by the definition, {b} by the backend cpu");
    }
    Ok(())
}
