//! The wavelength of an NXmx file, which may have several.

use super::entries::{Found, wavelength_angstrom};
use super::left_out::OF_SPREAD;
use super::quantity::{listed, quantity};
use crate::c_format::g;
use crate::nexus::Nxmx;
use crate::smv::Unreadable;
use crate::warning::{Assumption, Warning, WarningKind};

const WAVELENGTH: &str = "entry/instrument/beam/incident_wavelength";
const WEIGHTS: &str = "entry/instrument/beam/incident_wavelength_weights";
const SPREAD: &str = "entry/instrument/beam/incident_wavelength_spread";
const EXPECTED: &str = "a number of angstrom, nm or m";

/// The wavelength in Å: of several their mean by weight, or that of the first image. Beside it what is not taken.
pub(super) fn read(file: &Nxmx<'_>) -> (Option<Found<f64>>, Vec<Warning>) {
    let spread = file.numbers(SPREAD).and_then(Result::ok).unwrap_or_default();
    let spread = spread.iter().any(|spread| *spread != 0.0).then(|| {
        Warning::new(WarningKind::NotTaken, file.path(), SPREAD, listed(&spread), OF_SPREAD)
            .of(Assumption::WavelengthSpread)
    });
    let mut warnings: Vec<Warning> = spread.into_iter().collect();
    let Some(Ok(numbers)) = file.numbers(WAVELENGTH) else {
        return (quantity(file, WAVELENGTH, wavelength_angstrom, EXPECTED), warnings);
    };
    if numbers.iter().all(|number| Some(number) == numbers.first()) {
        return (quantity(file, WAVELENGTH, wavelength_angstrom, EXPECTED), warnings);
    }
    let unit = file.text_attribute(WAVELENGTH, "units").unwrap_or_default();
    let found = format!("{} {unit}", listed(&numbers));
    let wrong = || Unreadable::new(WAVELENGTH, EXPECTED, found.trim());
    let is_good = numbers.iter().all(|number| number.is_finite() && *number > 0.0);
    let Some(factor) = wavelength_angstrom(unit.trim()).filter(|_| is_good) else {
        return (Some(Err(wrong())), warnings);
    };
    let (chosen, which) = match file.numbers(WEIGHTS) {
        Some(weights) => match weights.as_deref().ok().and_then(|weights| mean(&numbers, weights)) {
            Some(mean) => (mean, "their mean by weight"),
            None => {
                let found = weights.map_or_else(|found| found, |weights| listed(&weights));
                let expected = "a weight for each wavelength";
                return (Some(Err(Unreadable::new(WEIGHTS, expected, found))), warnings);
            }
        },
        None if numbers.len() == file.images() => (numbers[0], "that of the first image"),
        None => return (Some(Err(wrong())), warnings),
    };
    let chosen = chosen * factor;
    let assumed = format!("{} Angstrom, {which}, is used", g(chosen, 6));
    let several = Warning::new(WarningKind::Polychromatic, file.path(), WAVELENGTH, found.trim(), assumed);
    warnings.push(several.of(Assumption::Wavelength));
    (Some(Ok(chosen)), warnings)
}

/// The mean by weights, of which there is one for each number and none below zero.
fn mean(numbers: &[f64], weights: &[f64]) -> Option<f64> {
    let sum: f64 = weights.iter().sum();
    let is_good = weights.len() == numbers.len() && weights.iter().all(|weight| *weight >= 0.0);
    let mean = || numbers.iter().zip(weights).map(|(number, weight)| number * weight).sum::<f64>() / sum;
    (is_good && sum > 0.0 && sum.is_finite()).then(mean)
}

#[cfg(test)]
mod tests {
    use rust_hdf5::{H5File, VarLenUnicode};

    use super::*;
    use crate::nexus::{StackWriter, test_setting};

    /// What is read of two images with these wavelengths and weights.
    fn said(wavelengths: &[f64], unit: &str, weights: &[f64]) -> (Result<f64, String>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let images = folder.path().join("images.h5");
        let setting = test_setting();
        let mut stack = StackWriter::create(&images, &setting, 2).unwrap();
        (0..2).for_each(|image| stack.write(image, &[0; 15]).unwrap());
        stack.finish().unwrap();
        let path = folder.path().join("a.nxs");
        let file = H5File::create(&path).unwrap();
        let entry = file.create_group("entry").unwrap();
        let data = entry.create_group("data").unwrap();
        data.create_external_link("data", "images.h5", "/entry/data/data").unwrap();
        let beam = entry.create_group("instrument").unwrap().create_group("beam").unwrap();
        let write = |name: &str, numbers: &[f64]| {
            let set = beam.new_dataset::<f64>().shape([numbers.len()]).create(name).unwrap();
            set.write_raw(numbers).unwrap();
            set
        };
        let set = write("incident_wavelength", wavelengths);
        set.new_attr::<VarLenUnicode>().shape(()).create("units").unwrap().write_string(unit).unwrap();
        if !weights.is_empty() {
            write("incident_wavelength_weights", weights);
        }
        drop((set, data, beam, entry));
        file.close().unwrap();
        let (found, warnings) = read(&Nxmx::open(&path).unwrap());
        assert!(warnings.iter().all(|warning| warning.assumption == Some(Assumption::Wavelength)));
        let short =
            |text: String| text.rsplit("a.nxs: ").next().unwrap().replace("entry/instrument/beam/", "");
        let found = found.unwrap().map_err(|error| short(error.into_error(&path).to_string()));
        (found, warnings.iter().map(|warning| short(warning.to_string())).collect())
    }

    #[test]
    fn of_several_wavelengths_the_one_that_is_used_is_named_or_they_are_refused() {
        assert_eq!(said(&[1.5], "angstrom", &[]), (Ok(1.5), vec![]));
        assert_eq!(said(&[0.15, 0.15], "nm", &[]), (Ok(1.5), vec![]));
        let (found, warnings) = said(&[1.4, 1.6], "angstrom", &[1.0, 3.0]);
        assert!((found.unwrap() - 1.55).abs() < 1e-12);
        let expected = "incident_wavelength: 1.4 1.6 angstrom: 1.55 Angstrom, their mean by weight, is used";
        assert_eq!(warnings, [expected]);
        let (found, warnings) = said(&[1.4, 1.6], "angstrom", &[]);
        assert_eq!(found, Ok(1.4));
        let expected =
            "incident_wavelength: 1.4 1.6 angstrom: 1.4 Angstrom, that of the first image, is used";
        assert_eq!(warnings, [expected]);
        let expected =
            "incident_wavelength: expected a number of angstrom, nm or m, found \"1 2 3 angstrom\"";
        assert_eq!(said(&[1.0, 2.0, 3.0], "angstrom", &[]).0.unwrap_err(), expected);
        let expected = "incident_wavelength_weights: expected a weight for each wavelength, found \"1\"";
        assert_eq!(said(&[1.0, 2.0], "angstrom", &[1.0]).0.unwrap_err(), expected);
        let found = said(&[1.0, 2.0], "furlong", &[1.0, 1.0]).0.unwrap_err();
        assert!(found.ends_with("found \"1 2 furlong\""), "{found}");
    }
}
