//! Whether numbers are what was meant.

use crate::classic::{Flag, FlagId, Occurrence, ParsedArgs, Unit, flag};

/// A warning for each number outside the range that its row calls likely, with the unit that it may have been meant in.
pub(super) fn doubts(args: &ParsedArgs) -> Vec<String> {
    // Where a flag is repeated its last values count.
    let counting = |occurrence: &&Occurrence| args.last(occurrence.flag) == Some(*occurrence);
    args.occurrences.iter().filter(counting).filter_map(doubt).collect()
}

fn doubt(occurrence: &Occurrence) -> Option<String> {
    let row = flag(occurrence.flag)?;
    let numbers = occurrence.values.numbers().iter().enumerate();
    let unlikely = |(index, &number): (usize, &f64)| Some((index, unlikely(row, index, number)?));
    let (index, reason) = numbers.filter_map(unlikely).next()?;
    let written = occurrence.values.text(index);
    Some(format!("{} {}", occurrence.named(), reason.of(written)))
}

/// The same for a number that a header says, in the unit of the flag that decides the same.
pub(super) fn doubt_of_header(id: FlagId, key: &str, number: f64) -> Option<String> {
    let reason = unlikely(flag(id)?, 0, number)?;
    Some(format!("{key}: {}", reason.of(&number.to_string())))
}

/// Why a number is unlikely.
struct Reason {
    unit: &'static str,
    range: (f64, f64),
    meant: Option<&'static str>,
}

impl Reason {
    fn of(&self, written: &str) -> String {
        let Reason { unit, range: (from, to), meant } = self;
        match meant {
            Some(other) => format!("{written} {unit}: {written} {other}? (likely are {from} to {to} {unit})"),
            None => format!("{written} {unit}: likely are {from} to {to} {unit}"),
        }
    }
}

fn unlikely(row: &Flag, index: usize, number: f64) -> Option<Reason> {
    let range @ (from, to) = *row.likely.get(index).or(row.likely.last())?;
    // What is zero or less is not given, or is refused.
    if number <= 0.0 || number.is_nan() || (from..=to).contains(&number) {
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
    Some(Reason { unit, range, meant: meant.map(|(other, _)| other) })
}
