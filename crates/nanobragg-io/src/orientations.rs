//! A list of crystal orientations.

use std::path::Path;

use crate::error::{Error, Result};
use crate::lines::{Lines, finite, is_space, without_comment};

/// More rows than any series could use; it keeps memory bounded.
const MOST_ROWS: usize = 1_000_000;

/// Reads misset angles about x, y and z in degrees, one orientation a line. Columns are separated by white space
/// or commas; `#` starts a comment; blank lines are skipped.
///
/// # Errors
/// [`Line`](crate::ErrorKind::Line) for something that is not a finite number, for more or fewer than three of them, and for
/// more than a million rows; [`Value`](crate::ErrorKind::Value) for a file without rows; [`LineTooLong`](crate::ErrorKind::LineTooLong);
/// [`Read`](crate::ErrorKind::Read).
pub fn read_orientations(path: &Path) -> Result<Vec<[f64; 3]>> {
    let rows = rows(path, "three misset angles in degrees", "an angle in degrees")?;
    if rows.is_empty() {
        return Err(Error::missing(path, "orientations", "at least one row of three misset angles"));
    }
    Ok(rows)
}

/// Rows of N numbers; `row` and `number` say what is expected.
pub(crate) fn rows<const N: usize>(path: &Path, row: &str, number: &str) -> Result<Vec<[f64; N]>> {
    let mut lines = Lines::open(path)?;
    let mut rows = Vec::new();
    while lines.advance()? {
        let text = without_comment(lines.line());
        let mut numbers = [0.0; N];
        let mut count = 0;
        let delimiter = |&byte: &u8| is_space(byte) || byte == b',';
        for token in text.split(delimiter).filter(|token| !token.is_empty()) {
            let Some(value) = numbers.get_mut(count) else { return Err(lines.error(row, text)) };
            *value = finite(token).ok_or_else(|| lines.error(number, token))?;
            count += 1;
        }
        match count {
            0 => continue,
            _ if count < N => return Err(lines.error(row, text)),
            _ if rows.len() < MOST_ROWS => rows.push(numbers),
            _ => return Err(lines.error(format!("at most {MOST_ROWS} rows"), text)),
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> std::result::Result<Vec<[f64; 3]>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.txt");
        std::fs::write(&path, text).unwrap();
        let name = path.display().to_string();
        read_orientations(&path).map_err(|error| error.to_string().strip_prefix(&name).unwrap().to_owned())
    }

    #[test]
    fn three_angles_a_line() {
        let rows = read("# x y z\n1 2 3 # first\n\n-4.5,5e1\t,6\r\n").unwrap();
        assert_eq!(rows, [[1.0, 2.0, 3.0], [-4.5, 50.0, 6.0]]);
    }

    #[test]
    fn wrong_lists() {
        assert_eq!(
            read("1 2 3\n1 2\n").unwrap_err(),
            ":2: expected three misset angles in degrees, found \"1 2\""
        );
        assert!(read("1 2 3 4\n").unwrap_err().starts_with(":1: expected three misset angles"));
        assert_eq!(read("1 x 3\n").unwrap_err(), ":1: expected an angle in degrees, found \"x\"");
        assert!(read("1 inf 3\n").is_err());
        assert!(read("# none\n").unwrap_err().starts_with(": orientations: expected at least one row"));
    }
}
