//! Where quantities come from.

use std::collections::HashMap;
use std::fmt;

use crate::flag_id::FlagId;

/// Where a quantity comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// A flag, as it was typed.
    Flag(String),
    /// The header of a file.
    Header(String),
    /// Computed from other quantities.
    Derived,
    /// Drawn, because nobody said anything.
    Drawn,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::Flag(flag) => write!(f, "flag {flag}"),
            Origin::Header(file) => write!(f, "header of {file}"),
            Origin::Derived => f.write_str("derived"),
            Origin::Drawn => f.write_str("drawn"),
        }
    }
}

/// For each flag that was given, or whose quantity a header gave, where it was set last.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    set: HashMap<FlagId, (usize, Origin)>,
    count: usize,
}

impl Origins {
    /// Notes that the quantity of `flag` was set.
    pub fn note(&mut self, flag: FlagId, origin: Origin) {
        self.count += 1;
        self.set.insert(flag, (self.count, origin));
    }

    /// The latest origin of a quantity that any of `flags` sets.
    pub fn of(&self, flags: &[FlagId]) -> Origin {
        let latest = flags.iter().filter_map(|flag| self.set.get(flag)).max_by_key(|(order, _)| *order);
        latest.map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    /// As [`Self::of`], for a quantity that is computed unless somebody said it.
    pub fn or_derived(&self, flags: &[FlagId]) -> Origin {
        match self.of(flags) {
            Origin::Default => Origin::Derived,
            said => said,
        }
    }
}
