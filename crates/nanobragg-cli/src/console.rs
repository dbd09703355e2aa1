//! What the program says, and where: facts on standard output, warnings and errors on standard error.

use std::fmt;
use std::sync::OnceLock;

use nanobragg_config::Warning;
use nanobragg_config::classic::{FlagId, ParsedArgs};
use nanobragg_io::text::one_line;

pub use crate::streams::{complain, leave_to_image, print};
use crate::usage::UsageError;

/// The first warning of the run, for those who take none.
static FIRST_WARNING: OnceLock<String> = OnceLock::new();

/// How much is said.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    /// Nothing but errors.
    pub quiet: bool,
    /// Whether warnings are errors.
    pub strict: bool,
    /// Whether it is said what each step did and took.
    pub verbose: bool,
}

impl Console {
    /// As flags ask for.
    pub fn of(args: &ParsedArgs) -> Self {
        Console {
            quiet: args.has(FlagId::Quiet),
            strict: args.has(FlagId::Strict),
            verbose: args.has(FlagId::Verbose) || args.has(FlagId::VeryVerbose),
        }
    }

    /// A line on standard output, on which control characters are escaped.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            print(&one_line(line));
        }
    }

    /// What a step did and took, on standard error.
    pub fn detail(&self, line: &str) {
        if self.verbose && !self.quiet {
            complain(line);
        }
    }

    /// A warning on standard error.
    pub fn warn(&self, warning: impl fmt::Display) {
        FIRST_WARNING.get_or_init(|| warning.to_string());
        if !self.quiet {
            complain(&format!("warning: {warning}"));
        }
    }

    /// Warnings of inputs, plans and jobs.
    pub fn warn_all<'a, W>(&self, warnings: impl IntoIterator<Item = &'a W>)
    where
        W: Clone + Into<Warning> + 'a,
    {
        for warning in warnings {
            let warning: Warning = warning.clone().into();
            self.warn(warning);
        }
    }

    /// # Errors
    /// The first warning of the run, where warnings are errors.
    pub fn deny_warnings(&self) -> Result<(), UsageError> {
        match FIRST_WARNING.get().filter(|_| self.strict) {
            Some(first) => Err(UsageError(format!("{first} (an error by -strict)"))),
            None => Ok(()),
        }
    }
}

/// Standard error for the log, which would panic over a reader that has gone away.
pub struct Errors;

impl std::io::Write for Errors {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = std::io::stderr().lock().write_all(bytes);
        drop(written);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
