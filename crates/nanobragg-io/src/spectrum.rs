//! A measured spectrum: two columns, photon energy or wavelength, and a weight.

use std::path::Path;

use crate::error::{Error, Result};
use crate::lines::{Lines, finite, is_space, without_comment};
use crate::warning::{Found, Warning, WarningKind};

/// Numbers from this one on are energies in eV, smaller ones wavelengths in Ångström: X-rays have more than 100 eV
/// and less than 100 Å.
const LEAST_EV: f64 = 100.0;
/// Photon energy times wavelength, eV Å.
pub(crate) const EV_ANGSTROM: f64 = 12398.42;
/// Wavelengths that crystals are measured at: numbers outside are in another unit, keV or meters, as a rule.
const USUAL_ANGSTROM: std::ops::RangeInclusive<f64> = 0.02..=5.0;
/// What no X-rays have.
const SHORTEST_ANGSTROM: f64 = 1e-3;
// More lines than any simulation could use; it keeps memory bounded.
const MOST_ROWS: usize = 1_000_000;

/// One line of a spectrum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpectrumRow {
    /// Wavelength in Ångström.
    pub wavelength_angstrom: f64,
    /// Relative number of photons.
    pub weight: f64,
}

/// Reads a spectrum. Columns are separated by white space or commas; `#` starts a comment; blank lines are skipped.
/// Rows of the weight 0 are left out. The first column is all energies (eV, from 100) or all wavelengths (Å, below
/// 100). A warning names the first wavelength that no crystal is measured at: its unit may be another one.
///
/// # Errors
/// [`Line`](crate::ErrorKind::Line) for a row that is not two numbers, a first one that is not positive or of the other kind than
/// those before it, a negative weight, more than a million rows; [`Value`](crate::ErrorKind::Value) for a file without weight;
/// [`LineTooLong`](crate::ErrorKind::LineTooLong); [`Read`](crate::ErrorKind::Read).
pub fn read_spectrum(path: &Path) -> Result<Found<Vec<SpectrumRow>>> {
    let mut lines = Lines::open(path)?;
    let mut rows = Vec::new();
    let mut energies = None;
    let mut warnings = Vec::new();
    let mut unit = None;
    while lines.advance()? {
        let text = without_comment(lines.line());
        if unit.is_none() && rows.is_empty() {
            unit = other_unit(lines.line().get(text.len()..).unwrap_or_default());
        }
        let mut words = text.split(|&byte| is_space(byte) || byte == b',').filter(|word| !word.is_empty());
        let Some(first) = words.next() else { continue };
        let (Some(place), Some(weight), None) = (finite(first), words.next().and_then(finite), words.next())
        else {
            return Err(lines.error("an energy (eV) or a wavelength (Angstrom), and a weight", text));
        };
        if place <= 0.0 || weight < 0.0 {
            return Err(
                lines.error("a positive energy or wavelength, and a weight that is not negative", text)
            );
        }
        let is_energy = place >= LEAST_EV;
        if *energies.get_or_insert(is_energy) != is_energy {
            return Err(lines.error("energies from 100 eV or wavelengths below 100 Angstrom, not both", text));
        }
        if rows.len() == MOST_ROWS {
            return Err(lines.error(format!("at most {MOST_ROWS} rows"), text));
        }
        let wavelength_angstrom = if is_energy { EV_ANGSTROM / place } else { place };
        if wavelength_angstrom < SHORTEST_ANGSTROM {
            return Err(lines.error("an energy in eV or a wavelength in Angstrom (meters?)", text));
        }
        if weight > 0.0 {
            let is_doubtful = unit.is_some() || !USUAL_ANGSTROM.contains(&wavelength_angstrom);
            if warnings.is_empty() && is_doubtful {
                let taken = if is_energy { "an energy in eV" } else { "a wavelength in Angstrom" };
                let said = unit.map_or(String::new(), |unit| format!(", though a comment says {unit}"));
                let assumed = format!("read as {taken}{said}; keV, nm and meters are not read");
                warnings.push(Warning::new(
                    WarningKind::UnlikelyWavelength,
                    path,
                    format!("line {}", lines.number()),
                    first,
                    assumed,
                ));
            }
            rows.push(SpectrumRow { wavelength_angstrom, weight });
        }
    }
    if rows.is_empty() {
        return Err(Error::missing(path, "spectrum", "at least one row with a weight"));
    }
    Ok(Found { data: rows, warnings })
}

/// A unit in a comment that is none of those that are read.
fn other_unit(comment: &[u8]) -> Option<&'static str> {
    const UNITS: [&str; 2] = ["keV", "nm"];
    let mut words = comment.split(|byte| !byte.is_ascii_alphanumeric());
    words.find_map(|word| UNITS.into_iter().find(|unit| word.eq_ignore_ascii_case(unit.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_in_a_comment_is_taken_note_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let said = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read_spectrum(&path).unwrap().warnings.first().map(|warning| warning.assumed.clone())
        };
        let expected =
            "read as a wavelength in Angstrom, though a comment says keV; keV, nm and meters are not read";
        assert_eq!(said("# energy keV, weight\n4.0 1\n4.1 2\n").as_deref(), Some(expected));
        assert!(said("# wavelength_nm weight\n0.1 1\n").unwrap().contains("says nm"));
        assert_eq!(said("# eV, photons (no new m)\n9000 1\n9001 1 # nm\n"), None);
    }

    fn read(text: &str) -> std::result::Result<Vec<(f64, f64)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        std::fs::write(&path, text).unwrap();
        let rows =
            read_spectrum(&path).map_err(|e| e.to_string().replace(&path.display().to_string(), "s"))?;
        Ok(rows.data.iter().map(|row| (row.wavelength_angstrom, row.weight)).collect())
    }

    #[test]
    fn energies_and_wavelengths() {
        assert_eq!(
            read("# eV\n12398.42 1\n6199.21, 0.5 # half\n\n7000 0\n"),
            Ok(vec![(1.0, 1.0), (2.0, 0.5)])
        );
        assert_eq!(read("1.0 3\n99 1"), Ok(vec![(1.0, 3.0), (99.0, 1.0)]));
    }

    #[test]
    fn units_that_may_be_others_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let warnings = |text: &str| {
            std::fs::write(&path, text).unwrap();
            let found = read_spectrum(&path).unwrap();
            found.warnings.iter().map(|w| (w.place.clone(), w.found.clone())).collect::<Vec<_>>()
        };
        assert_eq!(warnings("# keV\n12.39842 1\n12.4 1\n"), [("line 2".to_owned(), "12.39842".to_owned())]);
        assert_eq!(warnings("500 1\n").len(), 1);
        assert_eq!(warnings("12398.42 1\n12410 1\n"), []);
        assert_eq!(warnings("1.0 1\n1.1 1\n"), []);
        assert!(read("1e-10 1\n").unwrap_err().starts_with("s:1: expected an energy in eV or a wavelength"));
    }

    #[test]
    fn what_is_no_spectrum() {
        assert!(read("1.0 1\n9000 1\n").unwrap_err().starts_with("s:2: expected energies from 100 eV or"));
        assert!(read("1.0\n").unwrap_err().starts_with("s:1: expected an energy"));
        assert!(read("1.0 1 1\n").unwrap_err().starts_with("s:1: expected an energy"));
        assert!(read("1.0 -1\n").unwrap_err().contains("not negative"));
        assert!(read("-1 1\n").unwrap_err().contains("a positive energy"));
        assert_eq!(
            read("1 0\n").unwrap_err(),
            "s: spectrum: expected at least one row with a weight, found none"
        );
    }
}
