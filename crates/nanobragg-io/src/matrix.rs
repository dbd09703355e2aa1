//! The orientation matrix of MOSFLM.

use std::io::Read as _;
use std::path::Path;

use nalgebra::Matrix3;

use crate::c_format::g as g_of;
use crate::cell::{Notation, SpaceGroup, cell_of_rows, vectors_of};
use crate::error::{Error, Result};
use crate::gzip::Source;
use crate::lines::{Lines, finite, is_space};
use crate::text::spaced;
use crate::warning::{Warning, WarningKind};

/// The nine numbers stand at the start of the file: it is read no further than this.
const SEARCHED: u64 = 1 << 20;

/// What a file of MOSFLM says of the crystal.
#[derive(Clone, Debug, PartialEq)]
pub struct Mosflm {
    /// Rows x, y, z; columns a*, b*, c*, dimensionless (reciprocal Angstrom times the wavelength in Angstrom).
    pub matrix: [[f64; 3]; 3],
    /// The cell that follows, in Å and degrees, if one does.
    pub cell: Option<[f64; 6]>,
    /// Missetting angles about x, y and z in degrees that stand beside it, if they are not zero: those before the cell, else those behind.
    pub misset_deg: Option<[f64; 3]>,
    /// The space group that a line SYMM behind the cell names.
    pub space_group: Option<SpaceGroup>,
    /// What stands behind and is none of these.
    pub warnings: Vec<Warning>,
}

/// Reads the first nine numbers of a file: the matrix of [`read_mosflm`].
///
/// # Errors
/// As those of [`read_mosflm`].
pub fn read_matrix(path: &Path) -> Result<[[f64; 3]; 3]> {
    Ok(read_mosflm(path)?.matrix)
}

/// Misset angles and orientation stand between the matrix and the cell.
const CELL: std::ops::Range<usize> = 21..27;
const MISSETS: [std::ops::Range<usize>; 2] = [9..12, 27..30];
/// Numbers behind those of MOSFLM that are looked at.
const MORE: usize = 9;

/// Reads the first nine numbers of a file, and the cell that stands behind them in MOSFLM's files.
///
/// The numbers are separated by white space, however they are broken into lines. MOSFLM's files go on with three
/// missetting angles, a matrix of orientation and the cell; a warning names other numbers that follow, such as those of a second matrix.
///
/// # Errors
/// [`Line`](crate::ErrorKind::Line) for something that is not a finite number among the first nine words, for fewer than
/// nine, and for lines of four numbers, as reflections have them; [`LineTooLong`](crate::ErrorKind::LineTooLong); [`Read`](crate::ErrorKind::Read).
pub fn read_mosflm(path: &Path) -> Result<Mosflm> {
    let most = MISSETS[1].end + MORE;
    let mut lines = Lines::new(path, Source::open(path)?.take(SEARCHED));
    let mut space_group = None;
    // Each with its line.
    let mut numbers: Vec<(f64, u64)> = Vec::with_capacity(most);
    'lines: while numbers.len() < most {
        match lines.advance() {
            Ok(true) => {}
            Err(error) if numbers.len() < 9 => return Err(error),
            _ => break,
        }
        let before = numbers.len();
        for token in lines.line().split(|&byte| is_space(byte)).filter(|token| !token.is_empty()) {
            match finite(token) {
                Some(number) => numbers.push((number, lines.number())),
                None if numbers.len() < 9 => return Err(lines.error("a number", token)),
                None => {
                    space_group = symmetry(lines.line());
                    break 'lines;
                }
            }
        }
        if before > 0 && is_list(&numbers) {
            let expected =
                "three rows of three numbers: this looks like a list of reflections, which -hkl reads";
            return Err(lines.error(expected, lines.line().trim_ascii()));
        }
    }
    let values: Vec<f64> = numbers.iter().map(|(number, _)| *number).collect();
    let Some(&[a, b, c, d, e, f, g, h, i]) = values.first_chunk() else {
        let expected = "nine numbers (rows x, y, z; columns a*, b*, c*)";
        let found = format!("the end after {}", numbers.len());
        return Err(Error::ends(path, lines.number().max(1), expected, found));
    };
    let cell = values.get(CELL).and_then(|cell| <[f64; 6]>::try_from(cell).ok());
    let is_cell = |cell: &[f64; 6]| {
        cell[..3].iter().all(|edge| *edge > 0.0)
            && cell[3..].iter().all(|angle| 0.0 < *angle && *angle < 180.0)
    };
    let cell = cell.filter(is_cell);
    let angles = |place: std::ops::Range<usize>| <[f64; 3]>::try_from(values.get(place)?).ok();
    let mut missets = MISSETS.into_iter().filter_map(angles).filter(|angles| *angles != [0.0; 3]);
    // Without a cell the file is none of MOSFLM's, and the numbers may be anything.
    let misset_deg = cell.and_then(|_| missets.next());
    let known = if cell.is_some() { MISSETS[1].end } else { 9 };
    let behind = numbers.get(known..).unwrap_or_default();
    let is_said = behind.iter().any(|(number, _)| *number != 0.0);
    let behind = behind.first().filter(|_| is_said).map(|&(_, line)| {
        let row: Vec<f64> =
            behind.iter().filter(|(_, other)| *other == line).map(|(number, _)| *number).collect();
        let assumed =
            "ignored: the matrix is the first nine numbers, and these are none that MOSFLM writes behind it";
        Warning::new(WarningKind::NotTaken, path, format!("line {line}"), spaced(&row), assumed)
    });
    let matrix = Matrix3::new(a, b, c, d, e, f, g, h, i);
    let orientation =
        cell.filter(|_| misset_deg.is_none()).and_then(|cell| other_orientation(&matrix, &values, cell));
    let orientation = orientation.map(|off_deg| {
        let assumed = "ignored: the matrix above counts";
        let found = format!("{} degrees from the matrix above it", g_of(off_deg, 3));
        Warning::new(WarningKind::NotTaken, path, "orientation matrix", found, assumed)
    });
    Ok(Mosflm {
        matrix: [[a, b, c], [d, e, f], [g, h, i]],
        cell,
        misset_deg,
        space_group,
        warnings: behind.into_iter().chain(orientation).collect(),
    })
}

/// The space group of a line SYMM.
fn symmetry(line: &[u8]) -> Option<SpaceGroup> {
    let name = line.trim_ascii().strip_prefix(b"SYMM")?;
    let name = name.strip_prefix(b"ETRY").unwrap_or(name);
    SpaceGroup::of(&String::from_utf8_lossy(name), Notation::HermannMauguin)
}

/// What rounding makes of an orientation, degrees.
const SAME_DEG: f64 = 1.0;

/// How far the orientation that stands between a matrix and its cell is from that matrix, degrees, where it is another one.
fn other_orientation(matrix: &Matrix3<f64>, numbers: &[f64], cell: [f64; 6]) -> Option<f64> {
    let orientation = Matrix3::from_row_slice(numbers.get(12..21)?);
    let reciprocal = vectors_of(&cell).try_inverse()?;
    let off = |axes: &Matrix3<f64>| {
        let meant = orientation * axes;
        (0..3).map(|at| meant.column(at).angle(&matrix.column(at)).to_degrees()).fold(0.0, f64::max)
    };
    // Of MOSFLM a* is along x and b* in the plane of x and y, of DIALS a is along x and c* along z.
    let off = off(&vectors_of(&cell_of_rows(&reciprocal))).min(off(&reciprocal.transpose()));
    (off > SAME_DEG).then_some(off)
}

/// Whether numbers stand in lines of four or more of which the first three are whole, as indices are.
fn is_list(numbers: &[(f64, u64)]) -> bool {
    let mut rows = numbers.chunk_by(|(_, line), (_, other)| line == other);
    let is_reflection = |row: &[(f64, u64)]| {
        matches!(row.len(), 4..=8) && row.iter().take(3).all(|(index, _)| index.fract() == 0.0)
    };
    let (Some(first), Some(second)) = (rows.next(), rows.next()) else { return false };
    is_reflection(first) && is_reflection(second) && first.len() == second.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(text: &[u8]) -> std::result::Result<[[f64; 3]; 3], String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        read_matrix(file.path()).map_err(|error| {
            let name = file.path().display().to_string();
            error.to_string().strip_prefix(&name).unwrap().to_owned()
        })
    }

    #[test]
    fn nine_numbers_in_any_layout() {
        let expected = Ok([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, -9e-3]]);
        assert_eq!(read(b" 1 2 3\n 4 5 6\n 7 8 -9e-3\n"), expected);
        assert_eq!(read(b"1 2\t3 4\r\n\r\n5 6 7 8 -0.009"), expected);
        assert_eq!(read(b"1 2 3\n4 5 6\n7 8 -.009\n  0.000 0.000 0.000\nSYMM P1 \xff\n"), expected);
        assert_eq!(read(b"1 2 3 4 5 6 7 8 -0.009 not a number"), expected);
    }

    #[test]
    fn the_cell_behind_the_orientation() {
        let cell = |text: &str| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            read_mosflm(file.path()).unwrap().cell
        };
        let head = "1 0 0\n0 1 0\n0 0 1\n 0 0 0\n1 0 0\n0 1 0\n0 0 1\n";
        assert_eq!(
            cell(&format!("{head} 70 80 90 90 100 90\n 0 0 0\n")),
            Some([70.0, 80.0, 90.0, 90.0, 100.0, 90.0])
        );
        assert_eq!(cell(&format!("{head} 70 80 90 90 100 0\n")), None);
        assert_eq!(cell(&format!("{head} 70 80 90\nSYMM P1\n")), None);
        assert_eq!(cell(head), None);
    }

    #[test]
    fn numbers_behind_the_matrix_that_are_none_of_mosflms_are_named() {
        let said = |text: &str| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let name = format!("{}: ", file.path().display());
            let found = read_mosflm(file.path()).unwrap().warnings;
            found.iter().map(|warning| warning.to_string().replace(&name, "")).collect::<Vec<_>>()
        };
        let matrix = "1 0 0\n0 1 0\n0 0 1\n";
        let whole = format!("{matrix} 0 0 0\n{matrix} 70 80 90 90 90 90\n 0 0 0\n");
        for quiet in [matrix, &format!("{matrix}0 0 0\n"), &whole, &format!("{whole}SYMM P1 2\n")] {
            assert_eq!(said(quiet), [""; 0], "{quiet}");
        }
        let rest =
            "ignored: the matrix is the first nine numbers, and these are none that MOSFLM writes behind it";
        assert_eq!(said(&format!("{matrix}0.5 0 0\n0 1 0\n0 0 1\n")), [format!("line 4: 0.5 0 0: {rest}")]);
        assert_eq!(said(&format!("{whole}0 2 0\n")), [format!("line 10: 0 2 0: {rest}")]);
    }

    #[test]
    fn an_orientation_that_is_not_that_of_the_matrix_is_named() {
        let said = |orientation: &str| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            // a* along x, b* and c* of a monoclinic cell.
            let beta = 100_f64.to_radians();
            let (a, c) = (1.0 / 50.0 / beta.sin(), 1.0 / 70.0 / beta.sin());
            let along = [c * -beta.cos(), 0.0, c * beta.sin()];
            let matrix = format!("{a} 0 {}\n0 {} {}\n0 0 {}\n", along[0], 1.0 / 60.0, along[1], along[2]);
            let text = format!("{matrix}0 0 0\n{orientation}\n50 60 70 90 100 90\n0 0 0\n");
            file.write_all(text.as_bytes()).unwrap();
            let name = format!("{}: ", file.path().display());
            let found = read_mosflm(file.path()).unwrap().warnings;
            found.iter().map(|warning| warning.to_string().replace(&name, "")).collect::<Vec<_>>()
        };
        assert_eq!(said("1 0 0\n0 1 0\n0 0 1"), [""; 0]);
        let expected =
            "orientation matrix: 180 degrees from the matrix above it: ignored: the matrix above counts";
        assert_eq!(said("1 0 0\n0 -1 0\n0 0 -1"), [expected]);
        // The same matrix with the orientation of DIALS, which has a along x: it differs by a turn of 10 degrees about y.
        let turned = 10_f64.to_radians();
        let (sin, cos) = turned.sin_cos();
        assert_eq!(said(&format!("{cos} 0 {sin}\n0 1 0\n{} 0 {cos}", -sin)), [""; 0]);
        assert_ne!(said("0 1 0\n-1 0 0\n0 0 1"), [""; 0]);
    }

    #[test]
    fn a_list_of_reflections_is_no_matrix() {
        let error = read(b"1 0 0 5.5\n0 1 0 6\n0 0 1 7\n").unwrap_err();
        let expected = "three rows of three numbers: this looks like a list of reflections, which -hkl reads";
        assert_eq!(error, format!(":2: expected {expected}, found \"0 1 0 6\""));
        assert!(read(b"1 2 3 4\n5 6 7 8 9\n").is_ok());
    }

    #[test]
    fn errors_name_the_line() {
        assert_eq!(read(b"1 2 3\n4 five 6\n").unwrap_err(), ":2: expected a number, found \"five\"");
        assert_eq!(read(b"nan 2 3\n").unwrap_err(), ":1: expected a number, found \"nan\"");
        let end = "expected nine numbers (rows x, y, z; columns a*, b*, c*), found the end after";
        assert_eq!(read(b"1 2 3\n4 5\n").unwrap_err(), format!(":2: {end} 5"));
        assert_eq!(read(b"").unwrap_err(), format!(":1: {end} 0"));
        assert!(read(&[0; 1 << 18]).unwrap_err().starts_with(":1: expected a line of at most"));
        assert!(read(&[b'\n'; 1 << 21]).unwrap_err().ends_with("found the end after 0"));
    }

    #[test]
    fn compressed_with_a_mark_and_with_exponents_of_fortran() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"\xef\xbb\xbf1 2 3 4 5 6 7 8 9.0D-1\n").unwrap();
        let matrix = read(&packed.finish().unwrap()).unwrap();
        assert_eq!(matrix, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 0.9]]);
    }

    #[test]
    fn a_missing_file() {
        let error = read_matrix(Path::new("no/A.mat")).unwrap_err().to_string();
        assert!(error.starts_with("cannot read no/A.mat: "), "{error}");
    }
}
