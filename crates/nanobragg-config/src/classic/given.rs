//! The values that followed a flag, as its effect reads them.

use std::path::PathBuf;

use nanobragg::nalgebra::Vector3;

use super::{Unit, Values};

/// The values that followed a flag, with the unit of its row.
///
/// The parser has checked them against the row: an effect that asks for what its row promises gets it.
pub(crate) struct Given<'a> {
    pub(super) unit: Unit,
    pub(super) values: &'a Values,
}

impl Given<'_> {
    /// The number at `index` as it was written.
    pub fn number(&self, index: usize) -> f64 {
        self.values.number(index)
    }

    /// All numbers as they were written.
    pub fn numbers(&self) -> &[f64] {
        self.values.numbers()
    }

    /// The first number in SI units.
    pub fn si(&self) -> f64 {
        self.unit.to_si(self.number(0))
    }

    /// The first three numbers in SI units.
    pub fn si_vector(&self) -> [f64; 3] {
        self.values.vector().map(|number| self.unit.to_si(number))
    }

    /// The first three numbers as a direction.
    pub fn direction(&self) -> Vector3<f64> {
        self.values.vector().into()
    }

    /// The whole number at `index`.
    pub fn integer(&self, index: usize) -> i64 {
        self.values.integer(index)
    }

    /// The first whole number where it counts something: nothing below 1 does.
    pub fn count(&self) -> Option<usize> {
        usize::try_from(self.integer(0)).ok().filter(|&count| count > 0)
    }

    /// The first value as a path.
    pub fn path(&self) -> PathBuf {
        self.values.path(0).to_owned()
    }

    /// The first value as it was written.
    pub fn text(&self) -> String {
        self.values.text(0).to_owned()
    }

    /// Whether a word stands where numbers could have been.
    pub fn is_word(&self) -> bool {
        self.values.is_word()
    }
}
