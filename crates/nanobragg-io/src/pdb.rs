//! The unit cell of a coordinate file.

use std::path::Path;

use nalgebra::Matrix3;

use crate::cell::{CellOfFile, Notation, SpaceGroup, cell_of_rows, is_other_cell};
use crate::error::Result;
use crate::lines::{Lines, finite};
use crate::reflections::{Kind, kind};
use crate::rows::{PLACEHOLDER, SEARCHED_FOR_CELL, plausible_cell};
use crate::text::spaced_to;
use crate::warning::{Found, Warning, WarningKind};
use crate::{cif, crystfel_cell};

/// Columns of the record CRYST1 that hold the cell, counted from 0, ends excluded.
const FIELDS: [(usize, usize); 6] = [(6, 15), (15, 24), (24, 33), (33, 40), (40, 47), (47, 54)];

/// Reads the unit cell of a PDB file (record CRYST1), an mmCIF file (`_cell`) or a cell file of CrystFEL: edges in
/// Ångström, angles in degrees; and the space group beside it. A warning names another record CRYST1, records SCALE of another cell, and edges and angles that are likely to be in another unit.
///
/// # Errors
/// [`Line`](crate::ErrorKind::Line) for a record that holds no cell; [`Value`](crate::ErrorKind::Value) for a file without one;
/// [`LineTooLong`](crate::ErrorKind::LineTooLong); [`Read`](crate::ErrorKind::Read).
pub fn read_cell(path: &Path) -> Result<Found<CellOfFile>> {
    let (data, mut warnings) = first_and_others(path)?;
    warnings.extend(unlikely_cell(path, data.cell));
    Ok(Found { data, warnings })
}

/// A warning of edges and angles that are likely to be in another unit than Ångström and degrees.
#[must_use]
pub fn unlikely_cell(path: &Path, cell: [f64; 6]) -> Option<Warning> {
    let is_usual = |(at, number): (usize, &f64)| match at {
        0..3 => (2.0..=5000.0).contains(number),
        _ => (20.0..=160.0).contains(number),
    };
    (!cell.iter().enumerate().all(is_usual)).then(|| {
        let found = spaced_to(&cell, 6);
        let assumed = "read as Angstrom and degrees; usual are 2 to 5000 and 20 to 160";
        Warning::new(WarningKind::UnlikelyLength, path, "unit cell", found, assumed)
    })
}

/// The cell, and warnings of other records with another one.
fn first_and_others(path: &Path) -> Result<(CellOfFile, Vec<Warning>)> {
    if kind(path)? == Kind::Cif {
        let Found { data, warnings } = cif::read_cell(path)?;
        return Ok((data, warnings));
    }
    let mut lines = Lines::open_within(path, SEARCHED_FOR_CELL)?;
    while lines.advance()? {
        let line = lines.line();
        if lines.number() == 1 && crystfel_cell::is_title(line) {
            let (cell, lattice) = crystfel_cell::read(lines)?;
            return Ok((CellOfFile { cell, space_group: None }, lattice.into_iter().collect()));
        }
        if line.starts_with(b"CRYST1") {
            let cell = cell(line);
            if cell == Some(PLACEHOLDER) {
                return Err(lines.error("the cell of a crystal: 1 1 1 90 90 90 is a placeholder", line));
            }
            let cell = cell.filter(|cell| plausible_cell(*cell));
            let cell = cell.ok_or_else(|| lines.error("CRYST1 with three edges and three angles", line))?;
            // Its columns, or what follows six numbers.
            let group = line.get(55..66).or(line.get(55..)).unwrap_or_default();
            let group = SpaceGroup::of(&String::from_utf8_lossy(group), Notation::HermannMauguin);
            return Ok((CellOfFile { cell, space_group: group }, others(path, lines, cell)));
        }
    }
    Err(crate::Error::missing(path, "unit cell", "a record CRYST1"))
}

/// The first record CRYST1 after the first one with another cell, and records SCALE of another cell. What cannot be read behind a cell is
/// no matter.
fn others(path: &Path, mut lines: Lines, first: [f64; 6]) -> Vec<Warning> {
    let warning = |kind, place: String, found: [f64; 6], counts: &str| {
        let assumed = format!("{} {counts}", spaced_to(&first, 6));
        Warning::new(kind, path, place, spaced_to(&found, 6), assumed)
    };
    let (mut repeated, mut scale) = (None, [None; 3]);
    while let Ok(true) = lines.advance() {
        let line = lines.line();
        if repeated.is_none()
            && line.starts_with(b"CRYST1")
            && let Some(other) = cell(line).filter(|other| *other != first)
        {
            let place = format!("line {}: CRYST1", lines.number());
            repeated = Some(warning(WarningKind::RepeatedKey, place, other, "stands before it and counts"));
        }
        for (row, name) in scale.iter_mut().zip([b"SCALE1", b"SCALE2", b"SCALE3"]) {
            if line.starts_with(name) && row.is_none() {
                *row = row_of_scale(line);
            }
        }
    }
    let of_scale = match scale {
        [Some(x), Some(y), Some(z)] => cell_of_scale([x, y, z]),
        _ => None,
    };
    let contradicted = of_scale.filter(|found| is_other_cell(found, &first)).map(|found| {
        warning(
            WarningKind::OtherCell,
            "SCALE1 to SCALE3".to_owned(),
            found,
            "is that of CRYST1, which counts",
        )
    });
    repeated.into_iter().chain(contradicted).collect()
}

/// Columns of a record SCALE that hold a row of the matrix, counted from 0, ends excluded.
const SCALE: [(usize, usize); 3] = [(10, 20), (20, 30), (30, 40)];

fn row_of_scale(line: &[u8]) -> Option<[f64; 3]> {
    let mut row = [0.0; 3];
    for ((start, end), number) in SCALE.into_iter().zip(&mut row) {
        *number = finite(line.get(start..end)?.trim_ascii())?;
    }
    Some(row)
}

/// The cell whose coordinates in edges the matrix makes of those in Å.
fn cell_of_scale(rows: [[f64; 3]; 3]) -> Option<[f64; 6]> {
    let edges = Matrix3::from_fn(|row, column| rows[row][column]).try_inverse()?;
    let cell = cell_of_rows(&edges.transpose());
    cell.iter().all(|number| number.is_finite()).then_some(cell)
}

fn cell(line: &[u8]) -> Option<[f64; 6]> {
    let mut cell = [0.0; 6];
    let by_column = FIELDS.iter().zip(&mut cell).all(|(&(start, end), member)| {
        let number = line.get(start..end).and_then(|field| finite(field.trim_ascii()));
        *member = number.unwrap_or(0.0);
        number.is_some()
    });
    if by_column {
        return Some(cell);
    }
    // Programs that do not keep to the columns still put blanks between the numbers.
    let mut words = crate::rows::numbers(line.get(6..)?);
    for member in &mut cell {
        *member = words.next()?;
    }
    Some(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> std::result::Result<[f64; 6], String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pdb");
        std::fs::write(&path, text).unwrap();
        read_cell(&path)
            .map(|found| found.data.cell)
            .map_err(|e| e.to_string().replace(&path.display().to_string(), "a.pdb"))
    }

    #[test]
    fn cells_by_columns_by_blanks_and_of_mmcif() {
        let cell = [61.776, 40.081, 41.9, 90.0, 103.2, 90.0];
        let expected = Ok(cell);
        let by_columns = "HEADER\nCRYST1   61.776   40.081   41.900  90.00 103.20  90.00 P 1 21 1      8\n";
        assert_eq!(read(by_columns), expected);
        assert_eq!(read("CRYST1 61.776 40.081 41.9 90 103.2 90\n"), expected);
        let touching = "CRYST1 1061.776 1040.0811141.900  90.00 103.20  90.00 P 1\n";
        assert_eq!(read(touching), Ok([1061.776, 1040.081, 1141.9, 90.0, 103.2, 90.0]));
        let cif = "data_1\n_cell.length_a 61.776\n_cell.length_b 40.081\n_cell.length_c 41.9\n\
            _cell.angle_alpha 90\n_cell.angle_beta 103.2\n_cell.angle_gamma 90\n";
        assert_eq!(read(cif), expected);
        let looped = "data_1\nloop_\n_cell.length_a\n_cell.length_b\n_cell.length_c\n_cell.angle_alpha\n\
            _cell.angle_beta\n_cell.angle_gamma\n61.776 40.081\n41.9 90 103.2 90\n";
        assert_eq!(read(looped), expected);
        let crystfel = "CrystFEL unit cell file version 1.0\n\nlattice_type = monoclinic\nunique_axis = b\n\
            centering = P\n; m\u{fc}ssig\na = 61.776 A\nb = 4.0081 nm\nc = 41.9 A\nal = 90 deg\n\
            be = 103.2 deg ; beta\nga = 90.0 deg\n";
        let found = read(crystfel).unwrap();
        assert!(found.iter().zip(cell).all(|(x, y)| (x - y).abs() < 1e-12), "{found:?}");
    }

    #[test]
    fn another_record_and_other_units_are_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pdb");
        let said = |text: &str| -> Vec<String> {
            std::fs::write(&path, text).unwrap();
            let start = format!("{}: ", path.display());
            let found = read_cell(&path).unwrap();
            found.warnings.iter().map(|doubt| doubt.to_string().replace(&start, "")).collect()
        };
        let usual = "CRYST1 61 40 41 90 103 90\n";
        assert_eq!(said(&format!("{usual}ATOM\n{usual}")), [""; 0]);
        let other = said(&format!("{usual}ATOM\nCRYST1 61 40 42 90 103 90\n"));
        let expected = "line 3: CRYST1: 61 40 42 90 103 90: 61 40 41 90 103 90 stands before it and counts";
        assert_eq!(other, [expected]);
        let scale = |x: &str| {
            format!(
                "SCALE1      {x}  0.000000  0.00000        0.00000\n\
            SCALE2      0.000000  0.025000  0.000000        0.00000\nSCALE3      0.000000  0.000000  0.020000        0.00000\n"
            )
        };
        let right = "CRYST1   50.000   40.000   50.000  90.00  90.00  90.00 P 1\n";
        assert_eq!(said(&format!("{right}{}", scale("0.020000"))), [""; 0]);
        let other = said(&format!("{right}{}", scale("0.010000")));
        let expected =
            "SCALE1 to SCALE3: 100 40 50 90 90 90: 50 40 50 90 90 90 is that of CRYST1, which counts";
        assert_eq!(other, [expected]);
        let radians = said("CRYST1 61 40 41 1.5708 1.79 1.5708\n");
        assert!(radians[0].starts_with("unit cell: 61 40 41 1.5708 1.79 1.5708: read as Ang"), "{radians:?}");
    }

    #[test]
    fn the_first_cell_of_a_cif_counts_and_another_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cif");
        let cell = |a: f64| {
            format!(
                "_cell.length_a {a}\n_cell.length_b 40\n_cell.length_c 41\n_cell.angle_alpha 90\n_cell.angle_beta 90\n\
                 _cell.angle_gamma 90\n"
            )
        };
        let atoms = "loop_\n_atom_site.id\n_atom_site.note\n1 'a b'\n2\n;_cell.length_a 7\n;\n3 x\n";
        let group = "_symmetry.space_group_name_H-M 'P 2'\n";
        let found = |text: String| {
            std::fs::write(&path, text).unwrap();
            read_cell(&path).unwrap()
        };
        let same = found(format!("data_1\n{}{atoms}{}{group}", cell(61.0), cell(61.0)));
        assert_eq!((same.data.cell[0], same.warnings.len()), (61.0, 0));
        assert_eq!(same.data.space_group.map(|group| group.text).as_deref(), Some("P 2"));
        let other = found(format!("data_1\n{}{atoms}{}", cell(61.0), cell(62.0)));
        assert_eq!(other.data.cell[0], 61.0);
        assert!(
            other.warnings[0].to_string().ends_with("_cell.length_a: 62: 61 stands before it and counts")
        );
    }

    #[test]
    fn a_placeholder_is_no_cell() {
        let error = read("HEADER\nCRYST1    1.000    1.000    1.000  90.00  90.00  90.00 P 1\n").unwrap_err();
        assert!(error.starts_with("a.pdb:2: expected the cell of a crystal: 1 1 1 90 90 90 is"), "{error}");
        let cif = "data_1\n_cell.length_a 1\n_cell.length_b 1.0\n_cell.length_c 1\n\
            _cell.angle_alpha 90\n_cell.angle_beta 90\n_cell.angle_gamma 90\n";
        let error = read(cif).unwrap_err();
        assert!(error.starts_with("a.pdb: unit cell: expected the cell of a crystal: 1 1 1"), "{error}");
    }

    #[test]
    fn what_is_no_cell_of_crystfel_is_named() {
        let title = "CrystFEL unit cell file version 1.0\n";
        let error = read(&format!("{title}a = 5 A\n")).unwrap_err();
        assert!(error.ends_with("expected a, b, c, al, be and ga of CrystFEL, found none"), "{error}");
        let error = read(&format!("{title}a = 5 furlong\n")).unwrap_err();
        assert!(error.starts_with("a.pdb:2: expected a number and A or nm"), "{error}");
        let error = read(&format!("{title}al = 90\n")).unwrap_err();
        assert!(error.starts_with("a.pdb:2: expected a number and deg or rad"), "{error}");
    }

    #[test]
    fn what_is_no_cell_is_named() {
        assert_eq!(read("HEADER\n").unwrap_err(), "a.pdb: unit cell: expected a record CRYST1, found none");
        let error = read("CRYST1    0.000   40.081   41.900  90.00 103.20  90.00 P 1\n").unwrap_err();
        assert!(error.starts_with("a.pdb:1: expected CRYST1 with three edges"), "{error}");
        assert!(
            read("data_1\n_cell.length_a 5\n").unwrap_err().contains("_cell.length_a to _cell.angle_gamma")
        );
    }
}
