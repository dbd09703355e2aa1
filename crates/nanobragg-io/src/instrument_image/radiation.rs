//! What the file of an image says of polarization and sensor, and of the crystal.

use std::path::Path;

use super::ImagePolarization;
use super::quantity::{listed, to_imgcif};
use crate::c_format::g;
use crate::lines::finite;
use crate::nexus::{DETECTOR, Nxmx};
use crate::warning::{Assumption, Warning, WarningKind};

/// Stokes parameters, as NXmx spells them now and before.
const STOKES: [&str; 2] = [
    "entry/instrument/beam/incident_polarization_stokes",
    "entry/instrument/beam/incident_polarisation_stokes",
];
/// What rounding makes of a degree of polarization.
const ROUNDING: f64 = 1e-6;

/// A polarization, or why it is not taken.
pub(super) type Read = Result<ImagePolarization, Warning>;

/// That a polarization is none.
fn unread(path: &Path, key: &str, found: &str, expected: &str) -> Warning {
    let assumed = format!("not read; expected {expected}");
    Warning::new(WarningKind::NotTaken, path, key, found, assumed).of(Assumption::Polarization)
}

/// Polarization of a part of the photons along an axis that the file does not name.
pub(super) fn of_fraction(path: &Path, key: &'static str, text: &str) -> Read {
    let number = text.split_whitespace().next().and_then(|word| finite(word.as_bytes()));
    let fraction = number.filter(|fraction| (0.0..=1.0).contains(fraction));
    let fraction = fraction.ok_or_else(|| unread(path, key, text.trim(), "a number from 0 to 1"))?;
    Ok(ImagePolarization { key, kahn: Some(2.0 * fraction - 1.0), axis: None })
}

/// Polarization by the Stokes parameters of the beam, which this program leaves out of an image without a polarization factor, those of the first image: the angle from x to the field turns about the beam, z.
pub(super) fn of_stokes(file: &Nxmx<'_>) -> Option<Read> {
    let Some((key, found)) = STOKES.into_iter().find_map(|key| Some((key, file.numbers(key)?))) else {
        return is_own(file).then_some(Ok(ImagePolarization { key: STOKES[0], kahn: None, axis: None }));
    };
    let wrong = |found: &str| {
        let expected = "four Stokes parameters, the first above 0 and no degree of polarization above 1";
        Some(Err(unread(file.path(), key, found, expected)))
    };
    let numbers = match found {
        Ok(numbers) => numbers,
        Err(found) => return wrong(&found),
    };
    let first = numbers.first_chunk().filter(|_| numbers.len().is_multiple_of(4));
    let Some(&[whole, along, diagonal, round]) = first else {
        return wrong(&listed(&numbers));
    };
    let kahn = along.hypot(diagonal) / whole;
    let degree = kahn.hypot(round / whole);
    if !(whole > 0.0 && degree.is_finite() && degree <= 1.0 + ROUNDING) {
        return wrong(&listed(&numbers));
    }
    let angle = diagonal.atan2(along) / 2.0;
    let axis = (kahn > ROUNDING).then(|| to_imgcif([angle.cos(), angle.sin(), 0.0]));
    Some(Ok(ImagePolarization { key, kahn: Some(kahn), axis }))
}

/// That images have other polarizations than the first, which counts.
pub(super) fn other_stokes(file: &Nxmx<'_>) -> Option<Warning> {
    let (key, numbers) = STOKES.into_iter().find_map(|key| Some((key, file.numbers(key)?.ok()?)))?;
    let first = numbers.get(..4).filter(|_| numbers.len().is_multiple_of(4))?;
    let assumed = "of the first image, which counts; others differ";
    let is_other = numbers.chunks(4).any(|row| row != first);
    let warning = Warning::new(WarningKind::NotTaken, file.path(), key, listed(first), assumed);
    is_other.then(|| warning.of(Assumption::Polarization))
}

/// What is assumed of photons that a file counts.
pub(super) const OF_DOSE: &str = "ignored; -flux and -fluence say how many photons there are";

const FLUX: &str = "entry/instrument/beam/flux";
/// Units of a flux as this program and others write them, without blanks and signs of multiplication.
const PER_AREA: [&str; 5] = ["1/s/m^2", "1/s/m2", "1/m^2/s", "s^-1m^-2", "m^-2s^-1"];

/// The exposure of an image in seconds.
pub(super) fn exposure(file: &Nxmx<'_>) -> Option<f64> {
    let name = format!("{DETECTOR}/count_time");
    let time = file.numbers(&name)?.ok()?.first().copied().filter(|time| *time > 0.0)?;
    match file.text_attribute(&name, "units").unwrap_or_default().trim() {
        "" | "s" | "sec" | "second" | "seconds" => Some(time),
        "ms" => Some(time * 1e-3),
        _ => None,
    }
}

/// Photons per area in an image, 1/m², or that a flux is not taken.
pub(super) fn fluence(file: &Nxmx<'_>) -> (Option<f64>, Option<Warning>) {
    let Some(found) = file.numbers(FLUX) else { return (None, None) };
    let unit = file.text_attribute(FLUX, "units").unwrap_or_default();
    let plain = unit.to_lowercase().replace([' ', '*', '.', '(', ')'], "");
    let first = |name: &str| file.numbers(name).and_then(Result::ok).and_then(|all| all.first().copied());
    let time = exposure(file);
    let flux = first(FLUX).filter(|flux| flux.is_finite() && *flux > 0.0);
    if let (Some(flux), Some(time), true) = (flux, time, PER_AREA.contains(&plain.as_str())) {
        return (Some(flux * time), None);
    }
    let is_none = found.as_ref().is_ok_and(|numbers| numbers.iter().all(|number| *number == 0.0));
    let found = found.map_or_else(|found| found, |numbers| listed(&numbers));
    let found = format!("{found} {}", unit.trim());
    let warning = Warning::new(WarningKind::NotTaken, file.path(), FLUX, found.trim(), OF_DOSE);
    (None, (!is_none).then(|| warning.of(Assumption::Dose)))
}

/// That a sensor is not taken.
pub(super) fn sensor(path: &Path, place: impl Into<String>, found: &str) -> Warning {
    let assumed = "ignored: photons count at the surface; -detector_thick and -detector_abs give a sensor, \
        -detector_thick 0 says that there is none";
    Warning::new(WarningKind::DetectorProperties, path, place, found, assumed).of(Assumption::Sensor)
}

/// The sensor of the detector. Where this program had none it wrote one that absorbs at its surface.
pub(super) fn sensor_of_nxmx(file: &Nxmx<'_>) -> Option<Warning> {
    let thickness = format!("{DETECTOR}/sensor_thickness");
    let numbers = file.numbers(&thickness)?.ok()?;
    let material = file.text(&format!("{DETECTOR}/sensor_material")).and_then(Result::ok);
    let material = material.as_deref().map(str::trim).unwrap_or_default();
    let unit = file.text_attribute(&thickness, "units").unwrap_or_default();
    let is_none = numbers.iter().all(|number| *number == 0.0) || is_opaque(file, material, &numbers);
    let numbers: Vec<f64> = numbers.iter().map(|number| g(*number, 6).parse().unwrap_or(*number)).collect();
    let found = format!("{} {} {material}", listed(&numbers), unit.trim());
    (!is_none).then(|| sensor(file.path(), thickness, found.trim()))
}

/// Whether a sensor is the one that this program writes where it has none.
fn is_opaque(file: &Nxmx<'_>, material: &str, thickness: &[f64]) -> bool {
    let (opaque, thickness_mm) = crate::nexus::OPAQUE;
    is_own(file) && material == opaque && *thickness == [thickness_mm]
}

/// Whether this program wrote a file.
fn is_own(file: &Nxmx<'_>) -> bool {
    let program = file.text("entry/program_name").and_then(Result::ok).unwrap_or_default();
    program.starts_with("nanobragg")
}
