//! The table itself, one file a group of flags.

mod background;
mod beam;
mod crystal;
mod detector;
mod diagnostics;
mod noise;
mod output;
mod picture;
mod program;
mod row;
mod sampling;
mod structure_factors;

use std::sync::LazyLock;

use super::Flag;

use crate::flag_id::FlagId;

/// The rows in the order of the help: all of a group, then all of the next.
static TABLE: LazyLock<Vec<Flag>> = LazyLock::new(|| {
    [
        crystal::ROWS,
        structure_factors::ROWS,
        beam::ROWS,
        detector::ROWS,
        sampling::ROWS,
        background::ROWS,
        output::ROWS,
        picture::ROWS,
        noise::ROWS,
        diagnostics::ROWS,
        program::ROWS,
    ]
    .concat()
});

/// All flags, grouped as in the help.
#[must_use]
pub fn table() -> &'static [Flag] {
    &TABLE
}

/// The row of a flag.
#[must_use]
pub fn flag(id: FlagId) -> Option<&'static Flag> {
    table().iter().find(|flag| flag.id == id)
}
