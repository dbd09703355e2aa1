//! The orientation matrix of MOSFLM.

use std::io::Read as _;
use std::path::Path;

use crate::error::{Error, Result};
use crate::gzip::Source;
use crate::lines::{Lines, finite, is_space};

/// The nine numbers stand at the start of the file: it is read no further than this.
const SEARCHED: u64 = 1 << 20;

/// What a file of MOSFLM says of the crystal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mosflm {
    /// Rows x, y, z; columns a*, b*, c*, dimensionless (reciprocal Angstrom times the wavelength in Angstrom).
    pub matrix: [[f64; 3]; 3],
    /// The cell that follows, in Å and degrees, if one does.
    pub cell: Option<[f64; 6]>,
    /// Missetting angles about x, y and z in degrees that stand beside it, if they are not zero: those before the cell, else those behind.
    pub misset_deg: Option<[f64; 3]>,
}

/// Reads the first nine numbers of a file: the matrix of [`read_mosflm`].
///
/// # Errors
/// As those of [`read_mosflm`].
pub fn read_matrix(path: &Path) -> Result<[[f64; 3]; 3]> {
    Ok(read_mosflm(path)?.matrix)
}

/// Reads the first nine numbers of a file, and the cell that stands behind them in MOSFLM's files.
///
/// The numbers are separated by white space, however they are broken into lines. MOSFLM's files go on with three
/// missetting angles, a matrix of orientation and the cell; anything else that follows is ignored.
///
/// # Errors
/// [`Line`](crate::ErrorKind::Line) for something that is not a finite number among the first nine words, or for fewer than
/// nine; [`LineTooLong`](crate::ErrorKind::LineTooLong); [`Read`](crate::ErrorKind::Read).
pub fn read_mosflm(path: &Path) -> Result<Mosflm> {
    /// Misset angles and orientation stand between the matrix and the cell.
    const CELL: std::ops::Range<usize> = 21..27;
    const MISSETS: [std::ops::Range<usize>; 2] = [9..12, 27..30];
    let mut lines = Lines::new(path, Source::open(path)?.take(SEARCHED));
    let mut numbers = Vec::with_capacity(MISSETS[1].end);
    'lines: while numbers.len() < MISSETS[1].end {
        match lines.advance() {
            Ok(true) => {}
            Err(error) if numbers.len() < 9 => return Err(error),
            _ => break,
        }
        for token in lines.line().split(|&byte| is_space(byte)).filter(|token| !token.is_empty()) {
            match finite(token) {
                Some(number) => numbers.push(number),
                None if numbers.len() < 9 => return Err(lines.error("a number", token)),
                None => break 'lines,
            }
        }
    }
    let Some(&[a, b, c, d, e, f, g, h, i]) = numbers.first_chunk() else {
        let expected = "nine numbers (rows x, y, z; columns a*, b*, c*)";
        let found = format!("the end after {}", numbers.len());
        return Err(Error::ends(path, lines.number().max(1), expected, found));
    };
    let cell = numbers.get(CELL).and_then(|cell| <[f64; 6]>::try_from(cell).ok());
    let is_cell = |cell: &[f64; 6]| {
        cell[..3].iter().all(|edge| *edge > 0.0)
            && cell[3..].iter().all(|angle| 0.0 < *angle && *angle < 180.0)
    };
    let cell = cell.filter(is_cell);
    let angles = |place: std::ops::Range<usize>| <[f64; 3]>::try_from(numbers.get(place)?).ok();
    let mut missets = MISSETS.into_iter().filter_map(angles).filter(|angles| *angles != [0.0; 3]);
    // Without a cell the file is none of MOSFLM's, and the numbers may be anything.
    let misset_deg = cell.and_then(|_| missets.next());
    Ok(Mosflm { matrix: [[a, b, c], [d, e, f], [g, h, i]], cell, misset_deg })
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
