//! The arguments of `nanobragg refine`: its own, and the flags of the start.

use std::ffi::OsString;
use std::path::PathBuf;

use nanobragg_refine::Counting;

use super::super::own::{self, Words};
use crate::refinement::Request;
use crate::usage::UsageError;

/// What `nanobragg refine -h` prints.
pub const HELP: &str = include_str!("help.txt");

/// Names that an experiment file can say again.
const WRITABLE: [&str; 19] = [
    "misset",
    "cell",
    "N",
    "scale",
    "mosaic",
    "distance",
    "shift",
    "shift_fast",
    "shift_slow",
    "shift_beam",
    "cell_a",
    "cell_b",
    "cell_c",
    "cell_alpha",
    "cell_beta",
    "cell_gamma",
    "Na",
    "Nb",
    "Nc",
];

/// Reads the arguments; `None` when the help is wanted.
pub fn parse(arguments: Vec<OsString>) -> Result<Option<Request>, UsageError> {
    let (mut data, mut output, mut start) = (None, None, Vec::new());
    let mut free: Vec<String> = ["misset", "cell", "N", "scale", "mosaic"].map(str::to_owned).to_vec();
    let (mut resume, mut list, mut images, mut shared) = (false, None, None, Vec::new());
    let (mut counting, mut box_scale, mut most_trials) = (Counting::default(), 0.5, 60);
    if arguments.is_empty() {
        return Ok(None);
    }
    let mut rest = Words::new("refine", arguments);
    let experiment = rest.experiment();
    while let Some(argument) = rest.next() {
        let mut value = || rest.value(&argument, "a value");
        match argument.name() {
            Some("h" | "help") => return Ok(None),
            Some("images") => images = Some(own::images("refine: -images", &value()?)?),
            Some("list") => list = Some(PathBuf::from(value()?)),
            Some("share") => shared = names("-share", &value()?)?,
            Some("resume") => resume = true,
            Some("data") => data = Some(PathBuf::from(value()?)),
            Some("o") => output = Some(PathBuf::from(value()?)),
            Some("refine") => free = names("-refine", &value()?)?,
            Some("gain") => counting.gain = positive("-gain", &value()?)?,
            Some("saturation") => counting.saturation = Some(positive("-saturation", &value()?)?),
            Some("readout_noise") => counting.readout_noise = not_negative("-readout_noise", &value()?)?,
            Some("box_scale") => box_scale = positive("-box_scale", &value()?)?,
            Some("max_iterations") => {
                let given = value()?;
                let text =
                    || UsageError(format!("refine: -max_iterations expects a whole number, not {given:?}"));
                most_trials = given.to_str().and_then(|text| text.parse().ok()).ok_or_else(text)?;
            }
            _ => start.push(argument.word),
        }
    }
    let missing = |what: &str| UsageError(format!("refine: {what}; nanobragg refine -h shows the usage"));
    let data = match (data, &list) {
        (Some(_), Some(_)) => return Err(missing("-data and -list: one of them")),
        (Some(data), None) => data,
        (None, Some(_)) => PathBuf::new(),
        (None, None) => return Err(missing("no image; give -data IMAGE")),
    };
    if list.is_some() && images.is_some() {
        return Err(missing("-images is for a stack, -list for files: one of them"));
    }
    if list.is_none() && images.is_none() && !shared.is_empty() {
        return Err(missing("-share is for many images: -list or -images"));
    }
    let output = output.ok_or_else(|| missing("no output; give -o NAME"))?;
    Ok(Some(Request {
        data,
        list,
        images,
        shared,
        free,
        output,
        counting,
        box_scale,
        most_trials,
        resume,
        experiment,
        start,
    }))
}

fn names(flag: &str, value: &OsString) -> Result<Vec<String>, UsageError> {
    let text = value.to_string_lossy();
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    match names.iter().find(|name| !WRITABLE.contains(&name.as_str())) {
        Some(unknown) => {
            let known = WRITABLE.join(", ");
            Err(UsageError(format!("refine: {flag}: nothing is called {unknown:?}; known are {known}")))
        }
        None => Ok(names),
    }
}

fn number(flag: &str, value: &OsString, fits: fn(f64) -> bool, expected: &str) -> Result<f64, UsageError> {
    let number = value.to_str().and_then(|text| text.parse().ok()).filter(|&number: &f64| number.is_finite());
    let text = || UsageError(format!("refine: {flag} expects {expected}, not {value:?}"));
    number.filter(|&number| fits(number)).ok_or_else(text)
}

fn positive(flag: &str, value: &OsString) -> Result<f64, UsageError> {
    number(flag, value, |number| number > 0.0, "a number above 0")
}

fn not_negative(flag: &str, value: &OsString) -> Result<f64, UsageError> {
    number(flag, value, |number| number >= 0.0, "a number that is not negative")
}
