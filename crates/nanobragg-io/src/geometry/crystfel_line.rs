//! A line of a CrystFEL geometry file.

use std::path::Path;

use crate::error::{Error, Result};
use crate::lines::finite;
use crate::warning::{Warning, WarningKind};

/// A line of a file as messages need it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub path: &'a Path,
    pub line: u64,
    pub text: &'a str,
}

impl Place<'_> {
    pub(super) fn error(&self, expected: impl Into<String>) -> Error {
        Error::line(self.path, self.line, expected, self.text.trim().as_bytes())
    }

    pub(super) fn warning(&self, kind: WarningKind, key: &str, value: &str, assumed: &str) -> Warning {
        Warning::new(kind, self.path, format!("line {}: {key}", self.line), value, assumed)
    }

    /// A number with a unit after it or none; `units` are names and factors, the first the default.
    pub(super) fn quantity(&self, value: &str, units: &[(&str, f64)]) -> Result<f64> {
        let mut words = value.split_whitespace();
        let number = words.next().and_then(|word| finite(word.as_bytes()));
        let number = number.ok_or_else(|| self.error("a number"))?;
        let unit = words.next().unwrap_or(units.first().map_or("", |(name, _)| name));
        let factor = units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
        let factor = factor.filter(|_| words.next().is_none());
        let names: Vec<&str> = units.iter().map(|(name, _)| *name).collect();
        factor
            .map(|factor| number * factor)
            .ok_or_else(|| self.error(format!("a unit: {}", names.join(", "))))
    }
}

/// Whether a value is meant to be a number.
pub(super) fn starts_number(value: &str) -> bool {
    value.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
}
