//! What a file says of its space group: a name, a number, operators, and a flag beside them.

use std::collections::BTreeSet;
use std::path::Path;

use nanobragg::model::spacegroup;
use nanobragg::model::symmetry::{SymmetryOperator, group};
use nanobragg_io::reflections::Reflections;
use nanobragg_io::{Warning, WarningKind};

/// What contradicts the operators that count. `by` says where these are from: a flag, or else what of the file counts.
pub(super) fn contradictions(
    path: &Path,
    found: &Reflections,
    counts: &[SymmetryOperator],
    by: &str,
) -> Vec<Warning> {
    let group = match spacegroup::named(counts) {
        Some((number, symbol)) => format!("{symbol} (number {number})"),
        None => format!("a group of {} operators", counts.len()),
    };
    let warning = |place: &str, said: String| {
        let assumed = format!("ignored; {by} means {group}, which counts");
        Warning::new(WarningKind::ContradictingSymmetry, path, place, said, assumed)
    };
    let own: Result<Vec<_>, _> = found.operators.iter().map(|text| SymmetryOperator::parse(text)).collect();
    let own = own.ok().filter(|own| !own.is_empty());
    let mut said = Vec::new();
    if let Some(own) = own.filter(|own| !is_same(own, counts)) {
        let named = spacegroup::named(&own).map(|(_, symbol)| format!("those of {symbol}"));
        let text = named.unwrap_or_else(|| format!("{} operators of another group", own.len()));
        said.push(warning("symmetry operators", text));
    }
    // The cell decides between the axes of a rhombohedral group: either may be meant.
    let is_meant = |name: &str| {
        let all = [false, true].map(|rhombohedral| spacegroup::operators(name, rhombohedral));
        all.iter().flatten().any(|meant| is_same(meant, counts))
    };
    if let Some(name) = found.space_group.as_deref().filter(|name| !is_meant(name)) {
        said.push(warning("space group name", name.to_owned()));
    }
    let of_counts = spacegroup::named(counts).map(|(number, _)| number);
    let number = found.space_group_number.zip(of_counts).filter(|(number, own)| number != own);
    said.extend(number.map(|(number, _)| warning("space group number", number.to_string())));
    said
}

/// Whether operators make groups of one kind along the same axes. They may differ in their origins.
fn is_same(one: &[SymmetryOperator], other: &[SymmetryOperator]) -> bool {
    let (Ok(one), Ok(other)) = (group(one), group(other)) else { return true };
    let numbers = [&one, &other].map(|all| spacegroup::named(all).map(|(number, _)| number));
    let is_one_kind = match numbers {
        [Some(one), Some(other)] => one == other,
        // A setting that is not in the tables.
        _ => true,
    };
    is_one_kind && one.len() == other.len() && rotations(&one) == rotations(&other)
}

/// Operators without their translations.
fn rotations(operators: &[SymmetryOperator]) -> BTreeSet<String> {
    let component =
        |text: &str| text.split('+').filter(|part| !part.contains('/')).collect::<Vec<_>>().join("+");
    let rotation = |operator: &SymmetryOperator| {
        operator.triplet().split(',').map(component).collect::<Vec<_>>().join(",")
    };
    operators.iter().map(rotation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_the_same_wherever_their_origin_is() {
        let same = |one: &str, other: &str| {
            let of = |name| spacegroup::operators(name, false).unwrap();
            is_same(&of(one), &of(other))
        };
        for (one, other) in
            [("P 21", "P 1 21 1"), ("P n n n:1", "P n n n:2"), ("R 3 2", "H 3 2"), ("19", "P212121")]
        {
            assert!(same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("P 21", "P 2"),
            ("P 41 21 2", "P 43 21 2"),
            ("P 1 2 1", "P 1 1 2"),
            ("C 2", "P 2"),
            ("R 3 2:R", "R 3 2:H"),
            ("P 4", "P 4 2 2"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }
}
