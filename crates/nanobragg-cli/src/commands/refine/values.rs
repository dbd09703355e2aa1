//! Values of the flags of `nanobragg refine`.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::usage::UsageError;

/// Names that an experiment file can say again.
const WRITABLE: [&str; 20] = [
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
    "F",
];

/// Names of what is free, or shared.
pub fn names(flag: &str, value: &OsString) -> Result<Vec<String>, UsageError> {
    let text = value.to_string_lossy();
    text.split(',').map(|name| known(flag, name.trim())).collect()
}

/// A name that is known.
fn known(flag: &str, name: &str) -> Result<String, UsageError> {
    if WRITABLE.contains(&name) {
        return Ok(name.to_owned());
    }
    let meant = nanobragg_config::hint(name, &WRITABLE);
    Err(UsageError(format!("refine: {flag}: unknown parameter {name:?}{meant}")))
}

/// What is known beforehand: `NAME=SIGMA`, with commas, SIGMA in the unit of the number, or `none`.
pub fn priors(value: &OsString) -> Result<Vec<(String, Option<f64>)>, UsageError> {
    let text = value.to_string_lossy();
    let one = |word: &str| {
        let Some((name, sigma)) = word.split_once('=') else {
            return Err(UsageError(format!("refine: -prior expects NAME=SIGMA, not {word:?}")));
        };
        let (name, sigma) = (known("-prior", name.trim())?, sigma.trim());
        let flag = format!("-prior {name}");
        Ok((name, if sigma == "none" { None } else { Some(positive(&flag, &OsString::from(sigma))?) }))
    };
    text.split(',').map(one).collect()
}

/// What the names of files begin with.
pub fn output(value: OsString) -> Result<PathBuf, UsageError> {
    let text = value.to_string_lossy().into_owned();
    let path = PathBuf::from(value);
    let folder =
        path.file_name().is_none() || text.ends_with(['/', std::path::MAIN_SEPARATOR]) || path.is_dir();
    if folder {
        let text =
            format!("refine: -o {text} is a folder; give the beginning of the file names, such as -o fit");
        return Err(UsageError(text));
    }
    if text == "-" || text.ends_with(":-") {
        let text = format!(
            "refine: -o {text}: a refinement writes files; give the beginning of their names, such as -o fit"
        );
        return Err(UsageError(text));
    }
    let image = [".cbf", ".nxs", ".npy", ".img", ".txt", ".tif", ".tiff", ".pgm", ".bin"];
    if let Some(short) = image.iter().find_map(|ending| text.strip_suffix(ending)) {
        let text = format!("refine: -o {text}: give the beginning of the file names, such as -o {short}");
        return Err(UsageError(text));
    }
    Ok(path)
}

fn number(flag: &str, value: &OsString, fits: fn(f64) -> bool, expected: &str) -> Result<f64, UsageError> {
    let number = value.to_str().and_then(|text| text.parse().ok()).filter(|&number: &f64| number.is_finite());
    let text = || UsageError(format!("refine: {flag} expects {expected}, not {value:?}"));
    number.filter(|&number| fits(number)).ok_or_else(text)
}

/// A number above zero.
pub fn positive(flag: &str, value: &OsString) -> Result<f64, UsageError> {
    number(flag, value, |number| number > 0.0, "a number above 0")
}

/// A number that is not negative.
pub fn not_negative(flag: &str, value: &OsString) -> Result<f64, UsageError> {
    number(flag, value, |number| number >= 0.0, "a number that is not negative")
}
