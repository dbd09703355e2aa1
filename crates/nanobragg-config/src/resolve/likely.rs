//! Whether numbers are what was meant.

use crate::classic::{self, Occurrence, ParsedArgs, Unit, flag};

/// A warning for each number outside the range that its row calls likely, with the unit that it may have been meant in.
pub(super) fn doubts(args: &ParsedArgs) -> Vec<String> {
    // Where a flag is repeated its last values count.
    let counting = |occurrence: &&Occurrence| args.last(occurrence.flag) == Some(*occurrence);
    args.occurrences.iter().filter(counting).filter_map(doubt).collect()
}

fn doubt(occurrence: &Occurrence) -> Option<String> {
    let row = flag(occurrence.flag)?;
    let range = |index: usize| row.likely.get(index).or(row.likely.last()).copied();
    let unlikely = |(index, &number): (usize, &f64)| {
        let (from, to) = range(index)?;
        // What is zero or less is not given, or is refused.
        (number > 0.0 && !(from..=to).contains(&number)).then_some((index, number, from, to))
    };
    let (index, number, from, to) = occurrence.values.numbers().iter().enumerate().find_map(unlikely)?;
    // The last three numbers of a cell are angles.
    let (unit, is_length) = match row.unit {
        Unit::Cell if index >= 3 => ("deg", false),
        Unit::Cell => ("Angstrom", true),
        unit => (unit.text(), false),
    };
    let of = if is_length { Unit::Angstrom } else { row.unit };
    let meant = of.others().find(|(_, factor)| (from..=to).contains(&(number * factor)));
    let written = occurrence.values.text(index);
    let given = classic::plain(&occurrence.given);
    Some(match meant {
        Some((other, _)) => {
            format!("{given} {written} {unit}: {written} {other}? (likely are {from} to {to} {unit})")
        }
        None => format!("{given} {written} {unit}: likely are {from} to {to} {unit}"),
    })
}
