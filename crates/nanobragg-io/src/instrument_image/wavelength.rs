//! The wavelength of an NXmx file, which may have several.

use super::entries::{Found, wavelength_angstrom};
use super::nxmx::{listed, quantity};
use crate::c_format::g;
use crate::error::Result;
use crate::nexus::Nxmx;
use crate::smv::Unreadable;
use crate::warning::{Warning, WarningKind};

const WAVELENGTH: &str = "entry/instrument/beam/incident_wavelength";
const WEIGHTS: &str = "entry/instrument/beam/incident_wavelength_weights";
const SPREAD: &str = "entry/instrument/beam/incident_wavelength_spread";
const EXPECTED: &str = "a number of angstrom, nm or m";

/// The wavelength in Å: of several their mean by weight, or that of the first image. Beside it what is not taken.
///
/// # Errors
/// Images that cannot be counted.
pub(super) fn read(file: &Nxmx<'_>) -> Result<(Option<Found<f64>>, Vec<Warning>)> {
    let spread = file.numbers(SPREAD).and_then(std::result::Result::ok).unwrap_or_default();
    let spread = spread.iter().any(|spread| *spread != 0.0).then(|| {
        let assumed = "ignored: one wavelength; -dispersion widens it";
        Warning::new(WarningKind::NotTaken, file.path(), SPREAD, listed(&spread), assumed)
    });
    let mut warnings: Vec<Warning> = spread.into_iter().collect();
    let Some(Ok(numbers)) = file.numbers(WAVELENGTH) else {
        return Ok((quantity(file, WAVELENGTH, wavelength_angstrom, EXPECTED), warnings));
    };
    if numbers.iter().all(|number| Some(number) == numbers.first()) {
        return Ok((quantity(file, WAVELENGTH, wavelength_angstrom, EXPECTED), warnings));
    }
    let unit = file.text_attribute(WAVELENGTH, "units").unwrap_or_default();
    let found = format!("{} {unit}", listed(&numbers));
    let wrong = || Unreadable::new(WAVELENGTH, EXPECTED, found.trim());
    let is_good = numbers.iter().all(|number| number.is_finite() && *number > 0.0);
    let Some(factor) = wavelength_angstrom(unit.trim()).filter(|_| is_good) else {
        return Ok((Some(Err(wrong())), warnings));
    };
    let (chosen, which) = match file.numbers(WEIGHTS) {
        Some(weights) => match weights.as_deref().ok().and_then(|weights| mean(&numbers, weights)) {
            Some(mean) => (mean, "their mean by weight"),
            None => {
                let found = weights.map_or_else(|found| found, |weights| listed(&weights));
                let expected = "a weight for each wavelength";
                return Ok((Some(Err(Unreadable::new(WEIGHTS, expected, found))), warnings));
            }
        },
        None if numbers.len() == file.images()? => (numbers[0], "that of the first image"),
        None => return Ok((Some(Err(wrong())), warnings)),
    };
    let chosen = chosen * factor;
    let assumed = format!("{} Angstrom, {which}, is used", g(chosen, 6));
    warnings.push(Warning::new(WarningKind::Polychromatic, file.path(), WAVELENGTH, found.trim(), assumed));
    Ok((Some(Ok(chosen)), warnings))
}

/// The mean by weights, of which there is one for each number and none below zero.
fn mean(numbers: &[f64], weights: &[f64]) -> Option<f64> {
    let sum: f64 = weights.iter().sum();
    let is_good = weights.len() == numbers.len() && weights.iter().all(|weight| *weight >= 0.0);
    let mean = || numbers.iter().zip(weights).map(|(number, weight)| number * weight).sum::<f64>() / sum;
    (is_good && sum > 0.0 && sum.is_finite()).then(mean)
}
