//! Text files that are read as a whole.

use std::path::Path;

use crate::c_format::g;
use crate::error::{Error, Result};
use crate::gzip;
use crate::lines::without_mark;

/// Text with control characters escaped: a message stays one line, and leaves the terminal as it is, whatever names are in
/// it.
pub fn one_line(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// Numbers with a blank between them, for messages.
pub fn spaced(numbers: &[f64]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Numbers of so many significant digits with a blank between them, for messages and headers.
///
/// ```
/// assert_eq!(nanobragg_io::text::spaced_to(&[78.49999999, 90.0], 6), "78.5 90");
/// ```
pub fn spaced_to(numbers: &[f64], digits: usize) -> String {
    numbers.iter().map(|number| g(*number, digits)).collect::<Vec<_>>().join(" ")
}

/// Reads a text file of at most `limit` bytes, without a byte-order mark.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) for a longer file or one that is not UTF-8, [`Read`](crate::ErrorKind::Read), also for what is not a regular
/// file.
pub fn read_text(path: &Path, limit: u64) -> Result<String> {
    let bytes = gzip::whole(path, limit)?;
    String::from_utf8(without_mark(&bytes).to_vec()).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        let rest = error.as_bytes().get(place..).unwrap_or_default();
        Error::value(path, format!("byte {place}"), "text in UTF-8", rest)
    })
}
