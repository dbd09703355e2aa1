//! By what the program knows a flag, whatever spelling was used for it.

use std::fmt;

/// Which flag an argument is. Each row of the table declares the constant of its flag.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlagId(&'static str);

impl FlagId {
    pub(crate) const fn new(name: &'static str) -> Self {
        FlagId(name)
    }
}

impl fmt::Debug for FlagId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
