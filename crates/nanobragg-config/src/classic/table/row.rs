//! How rows are written down.
//!
//! A row starts with [`row`] and names what differs from a switch without values: `number`, `path`, ... and
//! `default`. All of it is evaluated by the compiler.

use crate::classic::{Arity, Effect, Flag, FlagId, Group, Limits, WordRule};

/// Any number.
pub(super) const ANY: &[Limits] = &[Limits::Any];
/// Any number above zero.
pub(super) const POSITIVE: &[Limits] = &[Limits::Positive];
/// Any number from zero.
pub(super) const NON_NEGATIVE: &[Limits] = &[Limits::NonNegative];

/// The largest count of cells, steps, domains and so on: far more than could be computed, and far from overflow
/// when some of them are multiplied.
const MOST: i64 = 10_000_000;
/// Counts below 1 mean "not given" or "decide for me" wherever the reference counts something.
pub(super) const COUNT: (i64, i64) = (-MOST, MOST);
/// The longest detector edge in pixels; 0 means "not given".
pub(super) const PIXELS: (i64, i64) = (0, 100_000);
/// A place in a list, counted from 0.
pub(super) const PLACE: (i64, i64) = (0, MOST);
/// A pixel's coordinate; a negative one means "not given".
pub(super) const COORDINATE: (i64, i64) = (-100_000, 100_000);
/// The reference keeps seeds as 32-bit numbers and negates them.
pub(super) const SEED: (i64, i64) = (-2_147_483_647, 2_147_483_647);

/// A switch: a flag that takes nothing.
pub(super) const fn row(
    group: Group,
    id: FlagId,
    names: &'static [&'static str],
    help: &'static str,
) -> Flag {
    Flag {
        id,
        names,
        prefixes: &[],
        arity: Arity::Nothing,
        group,
        values: "",
        unit: "",
        default: "",
        help,
        effect: Effect::Used,
    }
}

impl Flag {
    /// Beginnings that are enough.
    pub(super) const fn prefixes(mut self, prefixes: &'static [&'static str]) -> Self {
        self.prefixes = prefixes;
        self
    }

    /// What holds without it.
    pub(super) const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    /// One number follows.
    pub(super) const fn number(
        self,
        values: &'static str,
        unit: &'static str,
        limits: &'static [Limits],
    ) -> Self {
        self.numbers(values, unit, (1, 1), limits)
    }

    /// Any three numbers follow.
    pub(super) const fn vector(self, unit: &'static str) -> Self {
        self.numbers("X Y Z", unit, (3, 3), ANY)
    }

    /// From the first to the second count of numbers follow.
    pub(super) const fn numbers(
        mut self,
        values: &'static str,
        unit: &'static str,
        count: (usize, usize),
        limits: &'static [Limits],
    ) -> Self {
        self.values = values;
        self.unit = unit;
        self.arity = Arity::Numbers { least: count.0, most: count.1, limits, word: None };
        self
    }

    /// A word may stand instead of the numbers.
    pub(super) const fn or_word(mut self, rule: WordRule) -> Self {
        if let Arity::Numbers { least, most, limits, .. } = self.arity {
            self.arity = Arity::Numbers { least, most, limits, word: Some(rule) };
        }
        self
    }

    /// One whole number follows.
    pub(super) const fn integer(self, values: &'static str, range: (i64, i64)) -> Self {
        self.integers(values, 1, range)
    }

    /// So many whole numbers follow.
    pub(super) const fn integers(mut self, values: &'static str, count: usize, range: (i64, i64)) -> Self {
        self.values = values;
        self.arity = Arity::Integers { count, least: range.0, most: range.1 };
        self
    }

    /// One of these words follows.
    pub(super) const fn word(mut self, values: &'static str, choices: &'static [&'static str]) -> Self {
        self.values = values;
        self.arity = Arity::Word(choices);
        self
    }

    /// One of these words follows, or none.
    pub(super) const fn optional_word(
        mut self,
        values: &'static str,
        choices: &'static [&'static str],
    ) -> Self {
        self.values = values;
        self.arity = Arity::OptionalWord(choices);
        self
    }

    /// A name follows.
    pub(super) const fn text(mut self, values: &'static str) -> Self {
        self.values = values;
        self.arity = Arity::Text;
        self
    }

    /// A file's path follows.
    pub(super) const fn path(mut self) -> Self {
        self.values = "FILE";
        self.arity = Arity::Path;
        self
    }

    /// It is read for the sake of old command lines and changes nothing.
    pub(super) const fn inert(mut self) -> Self {
        self.effect = Effect::Inert;
        self
    }

    /// It was documented once and never read.
    pub(super) const fn unread(mut self, instead: Option<&'static str>) -> Self {
        self.values = "[X]";
        self.arity = Arity::OptionalNumber;
        self.effect = Effect::Unread { instead };
        self
    }
}
