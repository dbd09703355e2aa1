//! Errors of a command line that asks for what cannot be done.

use std::fmt;

use nanobragg_config::classic::{self, ParsedArgs, Role};

/// The command line asks for something that cannot be done; the text is one line.
#[derive(Debug)]
pub struct UsageError(pub String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// Refuses flags that say what one image is to be written to, or print instead of rendering.
///
/// # Errors
/// The first such flag, and `instead`.
pub fn refuse_flags_of_one_image(command: &str, args: &ParsedArgs, instead: &str) -> Result<(), UsageError> {
    let refused = |row: &classic::Flag| row.is(Role::OneImage) || row.is(Role::Prints);
    let found =
        args.occurrences.iter().find(|occurrence| classic::flag(occurrence.flag).is_some_and(refused));
    match found {
        Some(occurrence) => {
            Err(UsageError(format!("{command}: {} is a flag of a single image; {instead}", occurrence.given)))
        }
        None => Ok(()),
    }
}
