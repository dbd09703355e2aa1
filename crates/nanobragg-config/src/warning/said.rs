//! A flag as it was given.

use std::fmt;

use crate::flag_id::FlagId;

/// A flag as it was given. `Display` is its name with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Which one.
    pub flag: FlagId,
    /// Its spelling, behind the file and line that have it, where an experiment file says it.
    pub name: String,
    /// Its values, a space between two.
    pub values: String,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Said { name, values, .. } = self;
        if values.is_empty() { f.write_str(name) } else { write!(f, "{name} {values}") }
    }
}
