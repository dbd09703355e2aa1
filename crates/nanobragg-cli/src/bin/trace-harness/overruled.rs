//! Flags behind `--` that say nothing of a trace, or less than an option before it.

use nanobragg_config::classic::{self, FlagId, ParsedArgs, Role};
use nanobragg_config::{CombinationWarning, Said, Warning};

use crate::arguments::TraceOptions;
use crate::usage::UsageError;

/// An option that says what a flag of the experiment does.
pub struct Own<'a> {
    name: &'static str,
    id: FlagId,
    /// How the flag is written.
    pub flag: &'static str,
    /// Its value.
    pub value: &'a str,
}

impl Own<'_> {
    /// The warning that it wins over the flag, where `given` have that with another value.
    pub fn overrules(&self, given: &ParsedArgs) -> Option<Warning> {
        let flag = given.last(self.id)?;
        // Precisions have two names each.
        let kind = |value: &str| value.trim_start_matches("float").trim_start_matches('f').to_owned();
        if kind(flag.values.text(0)) == kind(self.value) {
            return None;
        }
        let winner = Said { flag: self.id, name: self.name.to_owned(), values: self.value.to_owned() };
        Some(CombinationWarning::Overruled { winner, loser: flag.said(), is_later: false }.into())
    }
}

/// The options that are given of those that flags say as well.
pub fn options(options: &TraceOptions) -> Vec<Own<'_>> {
    let dtype = options.single_precision.map(|single| if single { "float32" } else { "float64" });
    let all = [
        ("--quirks", FlagId::Quirks, "-quirks", options.quirks.as_deref()),
        ("--phi-mode", FlagId::PhiCarryoverMode, "-phi_carryover_mode", options.phi_mode.as_deref()),
        ("--dtype", FlagId::Dtype, "-dtype", dtype),
    ];
    let own = |(name, id, flag, value): (_, _, _, Option<_>)| Some(Own { name, id, flag, value: value? });
    all.into_iter().filter_map(own).collect()
}

/// Refuses flags of files that a trace does not write, and of a device, which an option names.
///
/// # Errors
/// The first of them.
pub fn refuse(given: &ParsedArgs) -> Result<(), UsageError> {
    for occurrence in &given.occurrences {
        let name = &occurrence.given;
        let of_image =
            classic::flag(occurrence.flag).is_some_and(|row| row.is(Role::OneImage) || row.is(Role::Prints));
        let text = match occurrence.flag {
            FlagId::Device | FlagId::Adapter | FlagId::SelfTest | FlagId::GpuLimits => {
                format!("{name} has no effect on traces; give --device and --adapter before --")
            }
            FlagId::Output | FlagId::GeometryOut | FlagId::Dump => of_a_render(name),
            _ if of_image => of_a_render(name),
            _ => continue,
        };
        return Err(UsageError(text));
    }
    Ok(())
}

fn of_a_render(name: &str) -> String {
    format!("{name} is a flag of a render; --out names the files of a trace")
}
