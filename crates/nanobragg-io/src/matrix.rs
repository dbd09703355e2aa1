//! The orientation matrix of MOSFLM.

use std::io::Read as _;
use std::path::Path;

use crate::error::{Error, Result};
use crate::gzip::Source;
use crate::lines::{Lines, finite, is_space};

/// The nine numbers stand at the start of the file: it is read no further than this.
const SEARCHED: u64 = 1 << 20;

/// Reads the first nine numbers of a file: rows x, y, z; columns a*, b*, c*, dimensionless (reciprocal
/// Angstrom times the wavelength in Angstrom).
///
/// The numbers are separated by white space, however they are broken into lines. What follows them is
/// ignored: MOSFLM's files go on with the missetting angles and the cell.
///
/// # Errors
/// [`Line`](crate::ErrorKind::Line) for something that is not a finite number among the first nine words, or for fewer than
/// nine; [`LineTooLong`](crate::ErrorKind::LineTooLong); [`Read`](crate::ErrorKind::Read).
pub fn read_matrix(path: &Path) -> Result<[[f64; 3]; 3]> {
    let mut lines = Lines::new(path, Source::open(path)?.take(SEARCHED));
    let mut matrix = [[0.0; 3]; 3];
    let mut count = 0;
    while lines.advance()? {
        for token in lines.line().split(|&byte| is_space(byte)).filter(|token| !token.is_empty()) {
            let number = finite(token).ok_or_else(|| lines.error("a number", token))?;
            matrix[count / 3][count % 3] = number;
            count += 1;
            if count == 9 {
                return Ok(matrix);
            }
        }
    }
    let expected = "nine numbers (rows x, y, z; columns a*, b*, c*)";
    Err(Error::ends(path, lines.number().max(1), expected, format!("the end after {count}")))
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
