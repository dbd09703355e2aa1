//! Whether flags can stand beside each other, as the table says.

use crate::ConfigError;
use crate::classic::{Conflicts, FlagId, Occurrence, ParsedArgs, flag, synopsis};

/// # Errors
/// A flag without the one that it needs, or beside one that decides the same.
pub(super) fn check(args: &ParsedArgs) -> Result<(), ConfigError> {
    for occurrence in &args.occurrences {
        let Some(row) = flag(occurrence.flag) else { continue };
        if !row.needs.is_empty() && !row.needs.iter().any(|needed| args.has(*needed)) {
            let needed = row.needs.iter().filter_map(|needed| flag(*needed)).map(synopsis);
            let needs = needed.collect::<Vec<_>>().join(" or ");
            return Err(ConfigError::Needs { flag: occurrence.given.clone(), needs });
        }
        let rivals = |other: &&Occurrence| match row.conflicts {
            Conflicts::None => false,
            Conflicts::With(flags) => flags.contains(&other.flag),
            // Whether the description of an instrument has a distance is known once it is read.
            Conflicts::WithRole(_) if (row.id, other.flag) == (FlagId::Geometry, FlagId::Distance) => false,
            Conflicts::WithRole(role) => flag(other.flag).is_some_and(|other| other.is(role)),
        };
        if let Some(rival) = args.occurrences.iter().find(rivals) {
            // The broader flag is named last: it is the other one that has to go.
            let (flag, with) = match row.conflicts {
                Conflicts::WithRole(_) => (rival, occurrence),
                _ => (occurrence, rival),
            };
            return Err(ConfigError::Conflict { flag: flag.named(), with: with.named() });
        }
    }
    Ok(())
}
