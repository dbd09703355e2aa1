//! From flags to a draft: their effects, in the order in which they stand.

use std::ffi::OsString;

use super::given::Given;
use super::read::Reader;
use super::{Effect, Fallback, Flag, FlagError, Occurrence, Values, flag, table};
use crate::draft::Draft;

/// Does to the draft what the table says holds without any flag.
pub(crate) fn apply_defaults(draft: &mut Draft) -> Result<(), FlagError> {
    for flag in table() {
        let words = match flag.default {
            Fallback::Unsaid | Fallback::Prose(_) => continue,
            Fallback::Values(text) => text.split(' ').map(OsString::from).collect(),
            Fallback::On(_) => Vec::new(),
        };
        let given = flag.names.first().copied().unwrap_or_default();
        change(draft, flag, &Reader { flag, given }.exactly(&words)?);
    }
    Ok(())
}

/// Does to the draft what a flag says. False for a flag that does nothing here.
pub(crate) fn apply(draft: &mut Draft, occurrence: &Occurrence) -> bool {
    let Some(flag) = flag(occurrence.flag).filter(|flag| flag.effect == Effect::Used) else { return false };
    change(draft, flag, &occurrence.values);
    true
}

fn change(draft: &mut Draft, flag: &Flag, values: &Values) {
    (flag.apply)(draft, &Given { unit: flag.unit, values });
}
