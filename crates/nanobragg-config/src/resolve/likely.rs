//! Whether numbers are what was meant.

use crate::classic::{Flag, FlagId, Occurrence, ParsedArgs, Unit, flag};
use crate::{FlagWarning, InstrumentWarning, Unlikely, Warning};

/// A warning for each number outside the range that its row calls likely, with the unit that it may have been meant in.
pub(super) fn doubts(args: &ParsedArgs) -> Vec<Warning> {
    // Where a flag is repeated its last values count.
    let counting = |occurrence: &&Occurrence| args.last(occurrence.flag) == Some(*occurrence);
    args.occurrences.iter().filter(counting).filter_map(doubt).collect()
}

fn doubt(occurrence: &Occurrence) -> Option<Warning> {
    let row = flag(occurrence.flag)?;
    let mut numbers = occurrence.values.numbers().iter().enumerate();
    let number = numbers.find_map(|(index, &number)| {
        unlikely(row, index, number, || occurrence.values.text(index).to_owned())
    })?;
    Some(FlagWarning::Unlikely { said: occurrence.said(), number }.into())
}

/// The same for a number that a header says, in the unit of the flag that decides the same.
pub(super) fn doubt_of_header(id: FlagId, file: &str, key: &'static str, number: f64) -> Option<Warning> {
    let number = unlikely(flag(id)?, 0, number, || number.to_string())?;
    Some(InstrumentWarning::Unlikely { file: file.into(), key, number }.into())
}

fn unlikely(row: &Flag, index: usize, number: f64, written: impl Fn() -> String) -> Option<Unlikely> {
    let (from, to) = *row.likely.get(index).or(row.likely.last())?;
    // What is zero or less is not given, or is refused; infinite is a depth on purpose.
    if number <= 0.0 || !number.is_finite() || (from..=to).contains(&number) {
        return None;
    }
    // The last three numbers of a cell are angles.
    let (unit, is_length) = match row.unit {
        Unit::Cell if index >= 3 => ("deg", false),
        Unit::Cell => ("Angstrom", true),
        unit => (unit.text(), false),
    };
    let of = if is_length { Unit::Angstrom } else { row.unit };
    let meant = of.others().find(|(_, factor)| (from..=to).contains(&(number * factor)));
    let meant = meant.map(|(other, _)| other);
    Some(Unlikely { written: written(), unit, likely: [from, to], meant })
}
