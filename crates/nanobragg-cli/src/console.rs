//! What the program says, and where: facts on standard output, warnings and errors on standard error.

use std::io::Write as _;

/// How much is said.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    /// Nothing but errors.
    pub quiet: bool,
}

impl Console {
    /// A line on standard output. A reader that has gone away is no reason to stop rendering.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            print(line);
        }
    }

    /// A warning on standard error.
    pub fn warn(&self, line: &str) {
        if !self.quiet {
            complain(&format!("warning: {line}"));
        }
    }
}

/// A line on standard output, whatever the verbosity: what was asked for.
pub fn print(line: &str) {
    let mut stdout = std::io::stdout().lock();
    let written = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    // Nobody is left to tell.
    drop(written);
}

/// A line on standard error.
pub fn complain(line: &str) {
    let written = writeln!(std::io::stderr().lock(), "{line}");
    drop(written);
}
