//! What a file says of its space group: a name, a number, operators, and a flag beside them.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::Path;

use nanobragg::model::symmetry::{SymmetryOperator, group};
use nanobragg::model::{hall, spacegroup};
use nanobragg_io::cell::{Notation, SpaceGroup};
use nanobragg_io::reflections::Reflections;
use nanobragg_io::{Warning, WarningKind};

/// The number of a space group in International Tables, as a file spells it.
pub(super) fn number(text: &str) -> Option<u16> {
    text.trim().parse().ok().filter(|number| (1..=230).contains(number))
}

/// What contradicts the operators that count, in one warning. `by` says where these are from: a flag, or else what of the file counts.
pub(super) fn contradiction(
    path: &Path,
    found: &Reflections,
    counts: &[SymmetryOperator],
    by: &str,
) -> Option<Warning> {
    let counted = Group::of(counts)?;
    let mut said = Vec::new();
    let own: Result<Vec<_>, _> = found.operators.iter().map(|text| SymmetryOperator::parse(text)).collect();
    let own = own.ok().filter(|own| !own.is_empty() && own != counts).and_then(|own| Group::of(&own));
    if let Some(own) = own.filter(|own| !own.is_same(&counted)) {
        let named = own.named().map(|(_, symbol)| format!("those of {symbol}"));
        let text = named.unwrap_or_else(|| format!("{} operators of another group", own.operators.len()));
        said.push(("symmetry operators", text));
    }
    if let Some(name) = found.space_group.as_deref().filter(|name| !counted.may_be(name)) {
        said.push(("space group name", name.to_owned()));
    }
    let hall = found.space_group_hall.as_deref().filter(|symbol| !counted.may_be_of_hall(symbol));
    said.extend(hall.map(|symbol| ("space group Hall symbol", symbol.to_owned())));
    let of_file = found.space_group_number.as_deref().and_then(number);
    let number = of_file.filter(|number| counted.named().is_some_and(|(own, _)| own != *number));
    said.extend(number.map(|number| ("space group number", number.to_string())));
    let (places, texts): (Vec<&str>, Vec<String>) = said.into_iter().unzip();
    if places.is_empty() {
        return None;
    }
    let (place, assumed) =
        (places.join(", "), format!("ignored; {by} means {}, which counts", counted.described()));
    Some(Warning::new(WarningKind::ContradictingSymmetry, path, place, texts.join(", "), assumed))
}

/// That a file beside the structure factors names another space group than theirs, whose operators are those that count. P 1 is what writers say that
/// know none.
pub(super) fn other(file: &Path, said: &SpaceGroup, counts: &[SymmetryOperator]) -> Option<Warning> {
    let counted = Group::of(counts).filter(|_| !counts.is_empty())?;
    let is_same = match said.notation {
        Notation::HermannMauguin => counted.may_be(&said.text),
        Notation::Hall => counted.may_be_of_hall(&said.text),
    };
    let is_none = || spacegroup::operators(&said.text, false).is_some_and(|operators| operators.len() == 1);
    (!is_same && !is_none()).then(|| counted.instead_of(file, said))
}

/// That a description of a crystal that was measured has rotations which the structure factors beside it do not have. Programs that index crystals know neither
/// screw axes nor all of the rotations.
pub(super) fn more(file: &Path, said: &SpaceGroup, counts: &[SymmetryOperator]) -> Option<Warning> {
    let counted = Group::of(counts).filter(|_| !counts.is_empty())?;
    let meant = match said.notation {
        Notation::HermannMauguin => {
            [false, true].map(|axes| spacegroup::operators(&said.text, axes)).into_iter().flatten().collect()
        }
        Notation::Hall => Vec::from_iter(hall::operators(&said.text)),
    };
    let mut meant = meant.iter().filter_map(|operators| Group::of(operators)).peekable();
    meant.peek()?;
    let has_more = meant.all(|meant| !meant.rotations.is_subset(&counted.rotations));
    has_more.then(|| counted.instead_of(file, said))
}

/// The group that operators make.
struct Group {
    operators: Vec<SymmetryOperator>,
    rotations: BTreeSet<String>,
    /// What the tables call it, which takes a walk through them.
    name: OnceCell<Option<(u16, &'static str)>>,
}

impl Group {
    /// `None` of operators that make no group.
    fn of(operators: &[SymmetryOperator]) -> Option<Self> {
        let operators = group(operators).ok()?;
        Some(Group { rotations: rotations(&operators), operators, name: OnceCell::new() })
    }

    /// Number and symbol, where the tables have its setting.
    fn named(&self) -> Option<(u16, &'static str)> {
        *self.name.get_or_init(|| spacegroup::named(&self.operators))
    }

    /// Whether a Hermann-Mauguin symbol or a number means this one. The cell decides between the axes of a rhombohedral group: either may be meant. A name
    /// that the tables do not have says nothing.
    fn may_be(&self, name: &str) -> bool {
        let [hexagonal, rhombohedral] = [false, true].map(|axes| spacegroup::operators(name, axes));
        let is_same =
            |meant: &Vec<SymmetryOperator>| Group::of(meant).is_none_or(|meant| meant.is_same(self));
        let Some(meant) = &hexagonal else { return rhombohedral.as_ref().is_none_or(is_same) };
        is_same(meant) || rhombohedral.as_ref().is_some_and(|other| other != meant && is_same(other))
    }

    /// The same of a Hall symbol.
    fn may_be_of_hall(&self, symbol: &str) -> bool {
        let meant = hall::operators(symbol).and_then(|operators| Group::of(&operators));
        meant.is_none_or(|meant| meant.is_same(self))
    }

    /// That it counts, and not what a file beside the structure factors names.
    fn instead_of(&self, file: &Path, said: &SpaceGroup) -> Warning {
        let assumed =
            format!("ignored; the symmetry of the structure factors is {}, which counts", self.described());
        Warning::new(WarningKind::ContradictingSymmetry, file, "space group", said.text.as_str(), assumed)
    }

    /// What messages call it.
    fn described(&self) -> String {
        match self.named() {
            Some((number, symbol)) => format!("{symbol} (number {number})"),
            None => format!("a group of {} operators", self.operators.len()),
        }
    }

    /// Whether both are groups of one kind along the same axes. They may differ in their origins.
    fn is_same(&self, other: &Group) -> bool {
        if self.operators.len() != other.operators.len() || self.rotations != other.rotations {
            return false;
        }
        match (self.named(), other.named()) {
            (Some((one, _)), Some((other, _))) => one == other,
            // A setting that is not in the tables.
            _ => true,
        }
    }
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

    /// What contradicts the operators of a group in a file that says operators, name and number.
    fn said(counts: &str, operators: &[&str], name: &str, number: &str) -> Option<String> {
        said_with_hall(counts, operators, name, "", number)
    }

    fn said_with_hall(
        counts: &str,
        operators: &[&str],
        name: &str,
        hall: &str,
        number: &str,
    ) -> Option<String> {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let found = Reflections {
            records: Vec::new(),
            cell: None,
            wavelength_angstrom: None,
            operators: operators.iter().map(|text| (*text).to_owned()).collect(),
            space_group: some(name),
            space_group_hall: some(hall),
            space_group_number: some(number),
            friedel_equal: true,
            column: "F".to_owned(),
            others: Vec::new(),
            missing: 0,
            negative: 0,
            warnings: Vec::new(),
        };
        let counts = spacegroup::operators(counts, false).unwrap();
        Some(contradiction(Path::new("a"), &found, &counts, "the flag")?.to_string())
    }

    #[test]
    fn one_fact_makes_one_warning() {
        let p2 = ["x,y,z", "-x,y,-z"];
        assert_eq!(said("P 2", &p2, "P 1 2 1", "3"), None);
        let expected = "a: symmetry operators, space group name, space group number: those of P 1 2 1, P 1 2 1, 3: ignored; \
            the flag means P 1 21 1 (number 4), which counts";
        assert_eq!(said("P 21", &p2, "P 1 2 1", "3").as_deref(), Some(expected));
        let expected = "a: space group number: 4: ignored; the flag means P 1 2 1 (number 3), which counts";
        assert_eq!(said("P 2", &p2, "P 2", "4").as_deref(), Some(expected));
        // A name that the tables do not have, and what is no number, contradict nothing.
        assert_eq!(said("P 2", &p2, "P 7", "0"), None);
        assert_eq!(said("P 2", &p2, "", "146(H)"), None);
        assert_eq!(said_with_hall("P 2", &p2, "P 2", "P 2y", "3"), None);
        let expected =
            "a: space group Hall symbol: P 2yb: ignored; the flag means P 1 2 1 (number 3), which counts";
        assert_eq!(said_with_hall("P 2", &p2, "P 2", "P 2yb", "3").as_deref(), Some(expected));
        // The tables have both settings of R 3.
        assert_eq!((said("R 3:R", &[], "R 3", "146"), said("R 3:H", &[], "R 3", "146")), (None, None));
    }

    #[test]
    fn groups_of_other_files_are_held_against_that_of_the_structure_factors() {
        let symbol = |text: &str| SpaceGroup { text: text.to_owned(), notation: Notation::HermannMauguin };
        let counts = |name: &str| spacegroup::operators(name, false).unwrap();
        let beside =
            |said: &str, of: &str| Some(other(Path::new("a"), &symbol(said), &counts(of))?.to_string());
        assert_eq!(
            (beside("P 21 21 21", "19"), beside("P 1", "19"), beside("P 7", "19")),
            (None, None, None)
        );
        let expected = "a: space group: P 4: ignored; the symmetry of the structure factors is P 21 21 21 (number 19), which counts";
        assert_eq!(beside("P 4", "19").as_deref(), Some(expected));
        assert!(beside("P 2 2 2", "19").is_some());
        assert_eq!(other(Path::new("a"), &symbol("P 4"), &[]), None);
        let has = |said: &str, of: &str| more(Path::new("a"), &symbol(said), &counts(of)).is_some();
        for (said, of, has_more) in [
            ("P 2 2 2", "P 21 21 21", false),
            ("P 1", "P 21 21 21", false),
            ("P 2 2 2", "P 41 21 2", false),
            ("P 4 2 2", "P 21 21 21", true),
            ("P 6", "P 4", true),
            ("R 3", "R 3:R", false),
            ("not one", "P 4", false),
        ] {
            assert_eq!(has(said, of), has_more, "{said} {of}");
        }
    }

    #[test]
    fn groups_are_the_same_wherever_their_origin_is() {
        let same = |one: &str, other: &str| {
            let of = |name| spacegroup::operators(name, false).unwrap();
            Group::of(&of(one)).unwrap().is_same(&Group::of(&of(other)).unwrap())
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
