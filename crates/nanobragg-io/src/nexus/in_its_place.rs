//! What stands where something else is looked for.

use std::fmt;

/// What is in the place of what is looked for, for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InItsPlace {
    pub found: String,
    /// Whether it may be elsewhere, in a file that is not here; else what is here is none of what is looked for.
    pub is_elsewhere: bool,
}

impl InItsPlace {
    pub(super) fn of(found: impl Into<String>) -> Self {
        InItsPlace { found: found.into(), is_elsewhere: false }
    }

    pub(super) fn link(place: impl fmt::Display, why: &str) -> Self {
        // What is long is cut in messages.
        Self::of(format!("a link {why}: {place}"))
    }
}
