//! Space groups by name: what a file means that gives a Hermann-Mauguin symbol and no operators.

use super::symmetry::{SymmetryOperator, group};
use crate::error::Error;

/// `number|symbol|generators`, one setting a line.
const TABLE: &str = include_str!("spacegroups.txt");

/// The operators of the space group called `name`, such as `P 21 21 21`, `P212121`, `P2(1)2(1)2(1)`, `C 2`, `H 3 2`,
/// `R 3 2:R`, or its number in International Tables, such as `19`. Blanks, brackets and case do not matter. A number
/// means the setting that stands first in the tables. Monoclinic short symbols mean the unique axis b. A rhombohedral symbol without a
/// setting means hexagonal axes, unless `rhombohedral_axes` says that the cell is another one; of two choices of
/// origin the first is meant.
///
/// `None` when there is no such name.
///
/// ```
/// use nanobragg::model::spacegroup::operators;
///
/// assert_eq!(operators("P 61 2 2", false).map(|all| all.len()), Some(12));
/// assert!(operators("P 7", false).is_none());
/// ```
pub fn operators(name: &str, rhombohedral_axes: bool) -> Option<Vec<SymmetryOperator>> {
    let mut wanted = compact(name);
    if let Some(hexagonal) = wanted.strip_prefix('H') {
        wanted = format!("R{}:H", hexagonal.trim_end_matches(":H"));
    }
    let by_number = wanted.parse::<u16>().ok();
    let setting = if rhombohedral_axes { ":R" } else { ":H" };
    if let Some(name) = in_older_letters(&wanted) {
        wanted = name;
    }
    let generators = rows().find_map(|(number, symbol, generators)| {
        let full = compact(symbol);
        let (plain, of_setting) = full.split_once(':').map_or((full.as_str(), ""), |(plain, of)| (plain, of));
        let same = full == wanted
            || by_number == Some(number)
                && (of_setting.is_empty() || of_setting == "1" || full.ends_with(setting))
            || plain == wanted && (of_setting == "1" || full.ends_with(setting))
            || matches!(number, 3..=15) && short(symbol) == wanted;
        same.then_some(generators)
    })?;
    parse(generators).ok()
}

/// Number and symbol, with its setting after a colon, of the group that `operators` make; no operators make P 1. `None` for a setting that is not in
/// the tables, and for operators that make no group.
///
/// ```
/// use nanobragg::model::spacegroup::{named, operators};
///
/// let operators = operators("P43212", false).unwrap_or_default();
/// assert_eq!(named(&operators), Some((96, "P 43 21 2")));
/// assert_eq!(named(&[]), Some((1, "P 1")));
/// ```
pub fn named(operators: &[SymmetryOperator]) -> Option<(u16, &'static str)> {
    let sorted = |mut all: Vec<SymmetryOperator>| {
        all.sort_unstable();
        all
    };
    let wanted = sorted(group(operators).ok()?);
    rows().find_map(|(number, symbol, generators)| {
        // Only groups of as many operators are worth comparing.
        let all = parse(generators).ok().filter(|all| all.len() == wanted.len())?;
        (sorted(all) == wanted).then_some((number, symbol))
    })
}

fn rows() -> impl Iterator<Item = (u16, &'static str, &'static str)> {
    TABLE.lines().filter_map(|line| {
        let mut cells = line.split('|');
        Some((cells.next()?.parse().ok()?, cells.next()?, cells.next()?))
    })
}

fn parse(generators: &str) -> Result<Vec<SymmetryOperator>, Error> {
    let texts = generators.split(';').filter(|text| !text.is_empty());
    group(&texts.map(SymmetryOperator::parse).collect::<Result<Vec<_>, _>>()?)
}

/// A name of the editions since 1992, which have `e` for a glide plane in two directions (`C m c e`), or of those before 1983, which have `3` for
/// `-3` in cubic groups with planes (`F m 3 m`), as in the tables.
fn in_older_letters(wanted: &str) -> Option<String> {
    if let Some((before, after)) = wanted.split_once('E').filter(|(before, _)| !before.is_empty()) {
        let names = ["A", "B", "C"].map(|letter| format!("{before}{letter}{after}"));
        let of = |(number, symbol, _): (u16, &str, &str)| {
            let plain = compact(symbol);
            let plain = plain.split(':').next().unwrap_or_default();
            let found = names.iter().find(|name| {
                let name = name.split(':').next().unwrap_or_default();
                matches!(number, 39 | 41 | 64 | 67 | 68) && name == plain
            });
            found.cloned()
        };
        return rows().find_map(of);
    }
    let at = wanted.find('3')?;
    let (before, after) = wanted.split_at(at);
    // A plane before the threefold axis, and a lattice before the plane.
    (before.len() == 2 && before.ends_with(['M', 'N', 'A', 'D'])).then(|| format!("{before}-{after}"))
}

/// Without blanks and brackets, in capitals.
fn compact(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '(' | ')'))
        .flat_map(char::to_uppercase)
        .collect()
}

/// `P 1 21 1` as `P21`.
fn short(symbol: &str) -> String {
    symbol.split(' ').filter(|part| *part != "1").collect::<String>().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn order(name: &str) -> Option<usize> {
        operators(name, false).map(|all| all.len())
    }

    #[test]
    fn names_in_all_spellings() {
        for (name, expected) in [
            ("P 1", 1),
            ("P1", 1),
            ("p 21 21 21", 4),
            ("P212121", 4),
            ("C 2", 4),
            ("C 1 2 1", 4),
            ("P 21", 2),
            ("P 61 2 2", 12),
            ("R 3 2", 18),
            ("R 3 2 :R", 6),
            ("R 3 2 :H", 18),
            ("H 3 2", 18),
            ("H32", 18),
            ("F d -3 m", 192),
        ] {
            assert_eq!(order(name), Some(expected), "{name}");
        }
        for (name, same) in [
            ("P2(1)2(1)2(1)", "P 21 21 21"),
            ("P 2(1)/c", "P 1 21/c 1"),
            ("19", "P 21 21 21"),
            ("4", "P 1 21 1"),
            ("5", "C 1 2 1"),
            ("14", "P 1 21/c 1"),
            ("62", "P n m a"),
            ("155", "R 3 2:H"),
            ("227", "F d -3 m:1"),
        ] {
            assert_eq!(operators(name, false), operators(same, false), "{name}");
            assert!(operators(name, false).is_some(), "{name}");
        }
        for (name, same) in [
            ("C m c e", "C m c a"),
            ("Cmce", "C m c a"),
            ("A e m 2", "A b m 2"),
            ("A e a 2", "A b a 2"),
            ("C m m e", "C m m a"),
            ("C c c e:2", "C c c a:2"),
            ("B b e 2", "B b a 2"),
            ("F m 3 m", "F m -3 m"),
            ("Pm3m", "P m -3 m"),
            ("P n 3", "P n -3"),
            ("I a 3 d", "I a -3 d"),
            ("F d 3 m:2", "F d -3 m:2"),
            ("I 1 2 1", "I2"),
        ] {
            assert_eq!(operators(name, false), operators(same, false), "{name}");
            assert!(operators(name, false).is_some(), "{name}");
        }
        for name in ["E m m a", "P e 3", "C e", "C m m e e", "M 3", "m 3 m"] {
            assert_eq!(order(name), None, "{name}");
        }
        // Each name of the tables, with and without blanks.
        for (number, symbol, generators) in rows() {
            let expected = parse(generators).unwrap();
            for name in [symbol.to_owned(), symbol.replace(' ', ""), symbol.to_lowercase()] {
                assert_eq!(operators(&name, false).as_ref(), Some(&expected), "{number} {name}");
            }
        }
        assert_eq!(operators("155", true), operators("R 3 2:R", false));
        assert_eq!((1..=230).filter(|number| order(&number.to_string()).is_some()).count(), 230);
        assert_eq!(operators("R 3 2", true).map(|all| all.len()), Some(6));
        for name in ["", "P", "P 7", "X 1", "R 3 2:Q", "0", "231", "-19", "1.5"] {
            assert_eq!(order(name), None, "{name}");
        }
    }

    #[test]
    fn operators_have_the_name_that_they_come_from() {
        for name in
            ["P 1", "P 43 21 2", "C 1 2 1", "R 3 2:H", "R 3 2:R", "P 1 1 21", "F d -3 m:2", "I 41 2 2"]
        {
            assert_eq!(named(&operators(name, false).unwrap()).map(|(_, symbol)| symbol), Some(name));
        }
        let odd = SymmetryOperator::parse("x+1/3,y,z").unwrap();
        assert_eq!(named(&[odd]), None);
    }

    #[test]
    fn all_230_groups_are_there_and_make_groups_of_their_order() {
        let names: HashSet<String> = rows().map(|(_, symbol, _)| compact(symbol)).collect();
        assert_eq!(names.len(), rows().count());
        let numbers: HashSet<u16> = rows().map(|(number, _, _)| number).collect();
        assert_eq!((numbers.len(), numbers.contains(&1), numbers.contains(&230)), (230, true, true));
        for (number, symbol, generators) in rows() {
            let order = parse(generators).unwrap_or_else(|error| panic!("{symbol}: {error}")).len();
            let system = match number {
                1..=2 => 2,
                3..=15 => 4,
                16..=74 => 8,
                75..=142 => 16,
                143..=194 => 24,
                _ => 48,
            };
            // A cell of n lattice points has n times the operators of its point group.
            assert!((1..=6).any(|n| (n * system) % order == 0), "{symbol}: {order}");
        }
    }
}
