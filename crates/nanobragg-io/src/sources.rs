//! A table of beam sources.

use std::ops::RangeInclusive;
use std::path::Path;

use crate::error::{Error, Result};
use crate::lines::{Lines, finite, is_space, without_comment};
use crate::warning::{Found, Warning, WarningKind};

/// More rows than any simulation could use; it keeps memory bounded.
const MOST_ROWS: usize = 1_000_000;
/// Wavelengths of X-rays and of electrons in microscopes. Angstrom in the place of meters are far outside.
const POSSIBLE_M: RangeInclusive<f64> = 1e-13..=1e-8;
/// Wavelengths that crystals are measured at.
const USUAL_M: RangeInclusive<f64> = 1e-12..=1e-9;

/// So many rows of whole numbers are no positions.
const LIST: usize = 3;

/// One source; `None` where the row ends before that column.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SourceRow {
    /// Position along x, in meters from the sample.
    pub x: Option<f64>,
    /// Position along y, in meters from the sample.
    pub y: Option<f64>,
    /// Position along z, in meters from the sample.
    pub z: Option<f64>,
    /// Weight, relative to the other sources.
    pub weight: Option<f64>,
    /// Wavelength, in meters.
    pub wavelength_m: Option<f64>,
}

/// Reads a table with the columns x, y, z, weight, wavelength (meters), of which trailing ones may be missing.
///
/// Columns are separated by spaces, tabs or `,;:!`, any number of them in a row; `#` starts a comment; blank
/// lines are skipped. A warning names the first wavelength that no crystal is measured at.
///
/// # Errors
/// [`Line`](crate::ErrorKind::Line) for something that is not a finite number, a sixth column, a weight below zero, a
/// wavelength that is not one of X-rays in meters (1e-13 to 1e-8), a source at the sample (0, 0, 0), and for more than a million rows; [`Value`](crate::ErrorKind::Value) for a file
/// without rows; [`LineTooLong`](crate::ErrorKind::LineTooLong); [`Read`](crate::ErrorKind::Read).
pub fn read_sources(path: &Path) -> Result<Found<Vec<SourceRow>>> {
    let mut lines = Lines::open(path)?;
    let mut rows = Vec::new();
    let mut warnings = Vec::new();
    let mut are_indices = true;
    while lines.advance()? {
        let text = without_comment(lines.line());
        let mut columns = [None; 5];
        let mut count = 0;
        let is_whole = |token: &&[u8]| token.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
        let words = text.split(|&byte| is_space(byte)).filter(|word| !word.is_empty());
        are_indices &= words.clone().count() != 1 && words.take(3).all(|word| is_whole(&word));
        for token in text.split(|&byte| is_delimiter(byte)).filter(|token| !token.is_empty()) {
            let Some(column) = columns.get_mut(count) else {
                return Err(lines.error("at most 5 columns (x y z weight wavelength)", text));
            };
            *column = Some(finite(token).ok_or_else(|| lines.error("a number", token))?);
            count += 1;
        }
        if count == 0 {
            continue;
        }
        let [x, y, z, weight, wavelength_m] = columns;
        if let Some(wavelength) = wavelength_m.filter(|wavelength| !POSSIBLE_M.contains(wavelength)) {
            let expected = "a positive wavelength in meters in column 5, 1e-13 to 1e-8";
            return Err(lines.error(expected, wavelength.to_string().as_bytes()));
        }
        if let Some(weight) = weight.filter(|weight| *weight < 0.0) {
            return Err(
                lines.error("a weight that is not negative in column 4", weight.to_string().as_bytes())
            );
        }
        if let Some(wavelength) = wavelength_m.filter(|wavelength| !USUAL_M.contains(wavelength))
            && warnings.is_empty()
        {
            let place = format!("line {}", lines.number());
            let assumed = "read as a wavelength in meters";
            warnings.push(Warning::new(
                WarningKind::UnlikelyWavelength,
                path,
                place,
                format!("{wavelength:e}"),
                assumed,
            ));
        }
        if [x, y, z] == [Some(0.0); 3] {
            return Err(lines.error("a source away from the sample at 0 0 0", text));
        }
        if rows.len() == MOST_ROWS {
            return Err(lines.error(format!("at most {MOST_ROWS} sources"), text));
        }
        rows.push(SourceRow { x, y, z, weight, wavelength_m });
    }
    if rows.is_empty() {
        return Err(Error::missing(path, "sources", "at least one row \"x y z weight wavelength\""));
    }
    if are_indices && rows.len() >= LIST && rows.iter().all(|row| row.wavelength_m.is_none()) {
        let assumed =
            "read as positions of sources in meters; this looks like a list of reflections, which -hkl reads";
        let found = format!("{} rows of whole numbers", rows.len());
        warnings.push(Warning::new(WarningKind::UnlikelyTable, path, "columns 1 to 3", found, assumed));
    }
    Ok(Found { data: rows, warnings })
}

fn is_delimiter(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b',' | b';' | b':' | b'!')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(text: &[u8]) -> std::result::Result<Vec<SourceRow>, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        read_sources(file.path()).map(|found| found.data).map_err(|error| {
            let name = file.path().display().to_string();
            error.to_string().strip_prefix(&name).unwrap().to_owned()
        })
    }

    fn row(values: &[f64]) -> SourceRow {
        let at = |column: usize| values.get(column).copied();
        SourceRow { x: at(0), y: at(1), z: at(2), weight: at(3), wavelength_m: at(4) }
    }

    #[test]
    fn full_and_short_rows() {
        let text = b"-10.0 0.0 0.0 1.0 1.5e-10\r\n-10,0.02;0.01:0.5!1.48e-10\n\n-10\t0 0 # near\n,-9,\n";
        let expected = vec![
            row(&[-10.0, 0.0, 0.0, 1.0, 1.5e-10]),
            row(&[-10.0, 0.02, 0.01, 0.5, 1.48e-10]),
            row(&[-10.0, 0.0, 0.0]),
            row(&[-9.0]),
        ];
        assert_eq!(read(text), Ok(expected));
    }

    #[test]
    fn a_partial_position_may_be_zero() {
        assert_eq!(read(b"0 0\n"), Ok(vec![row(&[0.0, 0.0])]));
    }

    #[test]
    fn a_list_of_reflections_is_named() {
        let said = |text: &str| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            read_sources(file.path()).unwrap().warnings.len()
        };
        assert_eq!(said("1 0 0 5.5\n0 1 0 7\n-1 0 2 3\n"), 1);
        assert_eq!(said("1 0 0 5.5\n0 1 0 7\n"), 0);
        assert_eq!(said("-10.0 0.0 0.0 1\n-10.0 0.1 0.0 1\n-10.0 0.2 0.0 1\n"), 0);
        assert_eq!(said("-10 0 0 1 1e-10\n-10 0 0 1 1.1e-10\n-10 0 0 1 1.2e-10\n"), 0);
    }

    #[test]
    fn wrong_tables() {
        let wrong = |text: &[u8]| read(text).unwrap_err();
        assert_eq!(wrong(b"1 0 0\n1 zero 0\n"), ":2: expected a number, found \"zero\"");
        assert_eq!(wrong(b"1 inf 0\n"), ":1: expected a number, found \"inf\"");
        let columns = ":1: expected at most 5 columns (x y z weight wavelength), found \"1 2 3 4 5 6\"";
        assert_eq!(wrong(b"1 2 3 4 5 6\n"), columns);
        for (text, found) in
            [("1 2 3 4 0", "0"), ("1 2 3 4 1.5", "1.5"), ("1 2 3 4 1e-14", "0.00000000000001")]
        {
            let wavelength = ":1: expected a positive wavelength in meters in column 5, 1e-13 to 1e-8, found";
            assert_eq!(wrong(text.as_bytes()), format!("{wavelength} \"{found}\""));
        }
        let weight = ":2: expected a weight that is not negative in column 4, found \"-0.5\"";
        assert_eq!(wrong(b"1 2 3 1\n1 2 3 -0.5\n"), weight);
        let origin = ":1: expected a source away from the sample at 0 0 0, found \"0 -0 0.0 1\"";
        assert_eq!(wrong(b"0 -0 0.0 1\n"), origin);
        let none = ": sources: expected at least one row \"x y z weight wavelength\", found none";
        assert_eq!(wrong(b""), none);
        assert_eq!(wrong(b"# only\n ;\n"), none);
        assert!(wrong(&[0xff; 1 << 18]).starts_with(":1: expected a line of at most"));
        assert!(wrong("1\n".repeat(MOST_ROWS + 1).as_bytes()).contains("at most 1000000 sources"));
    }
}
