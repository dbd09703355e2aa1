//! Standard output and standard error, for both programs.

use std::io::{self, ErrorKind, Write as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use nanobragg_io::text::one_line;

use crate::closed;

/// The first failure to write standard output.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Whether standard output takes an image, and what is said goes to standard error.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Leaves standard output to an image: from here on texts go to standard error.
///
/// # Errors
/// Standard output is closed.
#[allow(dead_code, reason = "the harness writes no image")]
pub fn leave_to_image() -> anyhow::Result<()> {
    if let Some(error) = closed::error() {
        return Err(unwritten(&error));
    }
    TAKEN.store(true, Ordering::Relaxed);
    Ok(())
}

/// Text on standard output, as it is. A failure is kept for [`check`]: it is no reason to stop rendering.
pub fn print(text: &str) {
    if TAKEN.load(Ordering::Relaxed) {
        let written = writeln!(io::stderr().lock(), "{text}");
        return drop(written);
    }
    let mut stdout = io::stdout().lock();
    let written = match closed::error() {
        Some(error) => Err(error),
        None => writeln!(stdout, "{text}").and_then(|()| stdout.flush()),
    };
    match written {
        // A reader that has gone away wants no more.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => drop(LOST.set(error)),
        _ => {}
    }
}

/// Says at the end of the program whether all that was printed has arrived, or was not wanted.
///
/// # Errors
/// Standard output could not be written, such as for want of space, or was closed.
pub fn check() -> anyhow::Result<()> {
    match LOST.get() {
        Some(error) => Err(unwritten(error)),
        None => Ok(()),
    }
}

fn unwritten(error: &io::Error) -> anyhow::Error {
    anyhow::anyhow!("cannot write standard output: {error}")
}

/// A line on standard error, on which control characters are escaped.
pub fn complain(line: &str) {
    let written = writeln!(io::stderr().lock(), "{}", one_line(line));
    drop(written);
}
