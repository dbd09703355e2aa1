//! The values that followed a flag.

use std::ffi::OsString;
use std::path::Path;

use crate::flag_error::plain;

/// The values that followed a flag, in the user's units.
///
/// The parser has checked their number and kind against the flag's row, so a reader that asks for what
/// the row promises gets it. Asking for more is answered with a neutral value, never with a panic.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Values {
    pub(super) given: Vec<OsString>,
    pub(super) numbers: Vec<f64>,
    pub(super) integers: Vec<i64>,
}

impl Values {
    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.given.len()
    }

    /// Whether nothing followed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// Whether a word stands where a number could have been, as in `-misset random`; true of paths as well.
    #[must_use]
    pub fn is_word(&self) -> bool {
        !self.given.is_empty() && self.numbers.is_empty()
    }

    /// All numbers; whole numbers are here too. Empty for words and paths.
    #[must_use]
    pub fn numbers(&self) -> &[f64] {
        &self.numbers
    }

    /// All whole numbers, empty when the flag takes another kind.
    #[must_use]
    pub fn integers(&self) -> &[i64] {
        &self.integers
    }

    /// The number at `index`, NaN if there is none.
    #[must_use]
    pub fn number(&self, index: usize) -> f64 {
        self.numbers.get(index).copied().unwrap_or(f64::NAN)
    }

    /// The first three numbers, NaN where there are fewer.
    #[must_use]
    pub fn vector(&self) -> [f64; 3] {
        [self.number(0), self.number(1), self.number(2)]
    }

    /// The whole number at `index`, 0 if there is none.
    #[must_use]
    pub fn integer(&self, index: usize) -> i64 {
        self.integers.get(index).copied().unwrap_or(0)
    }

    /// The value at `index` as it was typed, empty if there is none (or if it is a path that is not UTF-8).
    #[must_use]
    pub fn text(&self, index: usize) -> &str {
        self.given.get(index).and_then(|text| text.to_str()).unwrap_or("")
    }

    /// All values as they were typed, in one line.
    pub(crate) fn written(&self) -> String {
        let words: Vec<String> = self.given.iter().map(|word| plain(&word.to_string_lossy())).collect();
        words.join(" ")
    }

    /// The value at `index` as a path, empty if there is none.
    #[must_use]
    pub fn path(&self, index: usize) -> &Path {
        self.given.get(index).map_or(Path::new(""), |text| Path::new(text))
    }
}
