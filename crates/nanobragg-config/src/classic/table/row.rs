//! How rows are written down.
//!
//! A row of [`rows!`] starts with the flag's name and names what differs from a switch without values:
//! `number`, `path`, ..., `default`, and what it does: `effect`. All of it is evaluated by the compiler.

use crate::classic::flag::Apply;
use crate::classic::role::Pivots;
use crate::classic::{
    Arity, Conflicts, Effect, Fallback, Flag, FlagId, Group, Limits, Role, Roles, Unit, WordRule,
};

/// Any number.
pub(super) const ANY: &[Limits] = &[Limits::Any];
/// Any number above zero.
pub(super) const POSITIVE: &[Limits] = &[Limits::Positive];
/// Any number from zero.
pub(super) const NON_NEGATIVE: &[Limits] = &[Limits::NonNegative];

/// The largest count of cells, steps, domains and so on: far more than could be computed, and far from overflow
/// when some of them are multiplied.
const MOST: i64 = 10_000_000;
/// Counts below 1 mean "not given" or "decide for me" wherever the C program counts something.
const COUNT: (i64, i64) = (-MOST, MOST);
/// The longest detector edge in pixels; 0 means "not given".
pub(super) const PIXELS: (i64, i64) = (0, 100_000);
/// The word for a number that the plan is to choose.
pub(super) const AUTO: WordRule = WordRule::StartsWith("auto");
/// A place in a list, counted from 0.
pub(super) const PLACE: (i64, i64) = (0, MOST);
/// A pixel's coordinate; a negative one means "not given".
pub(super) const COORDINATE: (i64, i64) = (-100_000, 100_000);
/// The reference keeps seeds as 32-bit numbers and negates them.
pub(super) const SEED: (i64, i64) = (-2_147_483_647, 2_147_483_647);

/// The rows of a group: `Name(spellings, help)`, and behind it what differs from a switch that takes nothing.
/// Each row declares `FlagId::Name`.
macro_rules! rows {
    ($group:expr, $($id:ident($names:expr, $help:literal) $(.$set:ident($($value:tt)*))*),* $(,)?) => {
        #[allow(non_upper_case_globals, reason = "they read as the variants of an enum that grows by itself")]
        impl $crate::classic::FlagId {
            $(
                #[doc = $help]
                pub const $id: Self = Self::new(stringify!($id));
            )*
        }

        pub(super) const ROWS: &[$crate::classic::Flag] = &[
            $(
                $crate::classic::Flag::new($group, $crate::classic::FlagId::$id, $names, $help)
                    $(.$set($($value)*))*
            ),*
        ];
    };
}
pub(super) use rows;

impl Flag {
    /// A switch: a flag that takes nothing.
    pub(super) const fn new(
        group: Group,
        id: FlagId,
        names: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Flag {
            id,
            names,
            prefixes: &[],
            arity: Arity::Nothing,
            group,
            values: "",
            sense: Limits::Any,
            likely: &[],
            unit: Unit::None,
            default: Fallback::Unsaid,
            help,
            effect: Effect::Used,
            needs: &[],
            conflicts: Conflicts::None,
            roles: Roles::NONE,
            shows: &[],
            pivots: None,
            apply: |_, _| {},
        }
    }

    /// What it does to the draft.
    pub(super) const fn effect(mut self, apply: Apply) -> Self {
        self.apply = apply;
        self
    }

    /// What it does is done before the other flags are looked at, or outside of the experiment.
    pub(super) const fn elsewhere(mut self) -> Self {
        self.effect = Effect::Elsewhere;
        self
    }

    /// One more thing that it has in common with others.
    pub(super) const fn role(mut self, role: Role) -> Self {
        self.roles = self.roles.with(role);
        self
    }

    /// The flags without one of which it says nothing.
    pub(super) const fn needs(mut self, others: &'static [FlagId]) -> Self {
        self.needs = others;
        self
    }

    /// The flags that decide the same.
    pub(super) const fn conflicts(mut self, others: Conflicts) -> Self {
        self.conflicts = others;
        self
    }

    /// The quantities of the resolved experiment that it decides.
    pub(super) const fn shows(mut self, quantities: &'static [&'static str]) -> Self {
        self.shows = quantities;
        self
    }

    /// The pivot that it decides.
    pub(super) const fn pivot(mut self, pivots: Pivots) -> Self {
        self.pivots = Some(pivots);
        self
    }

    /// Beginnings that are enough.
    pub(super) const fn prefixes(mut self, prefixes: &'static [&'static str]) -> Self {
        self.prefixes = prefixes;
        self
    }

    /// Without it, it is as if it were there with these values.
    pub(super) const fn default(mut self, values: &'static str) -> Self {
        self.default = Fallback::Values(values);
        self
    }

    /// Without it, it is as if it were there; the help says so in these words.
    pub(super) const fn default_on(mut self, text: &'static str) -> Self {
        self.default = Fallback::On(text);
        self
    }

    /// What these words say holds without it.
    pub(super) const fn otherwise(mut self, text: &'static str) -> Self {
        self.default = Fallback::Prose(text);
        self
    }

    /// One number follows.
    pub(super) const fn number(self, values: &'static str, unit: Unit, limits: &'static [Limits]) -> Self {
        self.numbers(values, unit, (1, 1), limits)
    }

    /// Any three numbers follow.
    pub(super) const fn vector(self, unit: Unit) -> Self {
        self.numbers("X Y Z", unit, (3, 3), ANY)
    }

    /// From the first to the second count of numbers follow.
    pub(super) const fn numbers(
        mut self,
        values: &'static str,
        unit: Unit,
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
        match &mut self.arity {
            Arity::Numbers { word, .. } | Arity::Integers { word, .. } => *word = Some(rule),
            _ => {}
        }
        self
    }

    /// Numbers outside of these limits say nothing: the C program takes them for "not given".
    pub(super) const fn sense(mut self, limits: Limits) -> Self {
        self.sense = limits;
        self
    }

    /// From where to where each number is likely to lie.
    pub(super) const fn likely(mut self, ranges: &'static [(f64, f64)]) -> Self {
        self.likely = ranges;
        self
    }

    /// A number of things follows.
    pub(super) const fn count(self, values: &'static str) -> Self {
        self.integer(values, COUNT).sense(Limits::Positive)
    }

    /// One whole number follows.
    pub(super) const fn integer(self, values: &'static str, range: (i64, i64)) -> Self {
        self.integers(values, 1, range)
    }

    /// So many whole numbers follow.
    pub(super) const fn integers(mut self, values: &'static str, count: usize, range: (i64, i64)) -> Self {
        self.values = values;
        self.arity = Arity::Integers { count, least: range.0, most: range.1, word: None };
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

    /// The path of a file that is read follows.
    pub(super) const fn input(self) -> Self {
        self.path().role(Role::InputFile)
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
