//! Keys that are nearly others, and values that say the same.

use std::collections::HashMap;

use crate::lines::finite;
use crate::warning::{Warning, WarningKind};

/// Shorter keys are too much alike for one to be taken for another.
const SHORTEST: usize = 6;
/// Keys from this length on are recognized with a character more at their end.
const SHORTEST_WITH_MORE: usize = 4;
/// Keys from this length on are still recognized with two slips.
const LONG: usize = 9;
/// Warnings of one kind about one key; more lines are counted.
const MOST_OF_A_KEY: usize = 3;

/// How much a key may differ from the one that it is meant for. Case is no matter.
#[derive(Clone, Copy)]
pub(crate) enum Slips {
    /// The more, the longer the key is: none in a short one.
    ByLength,
    /// As by length, and one more character at the end of a short key.
    ByLengthOrOneMore,
    /// One, however short the key is: for a few keys that are not alike.
    One,
}

impl Slips {
    /// Characters that may be wrong, missing, too many or swapped.
    fn allowed(self, known: &str) -> usize {
        match (self, known.len()) {
            (Slips::One, _) => 1,
            (_, LONG..) => 2,
            (_, SHORTEST..) => 1,
            _ => 0,
        }
    }

    /// Whether a character more at the end is no matter.
    fn allows_more(self, known: &str) -> bool {
        matches!(self, Slips::ByLengthOrOneMore) && known.len() >= SHORTEST_WITH_MORE
    }
}

/// The one of the keys that are read which another key may be meant for.
pub(crate) fn meant(key: &str, read: &[&'static str], slips: Slips) -> Option<&'static str> {
    if read.contains(&key) {
        return None;
    }
    let small = key.to_ascii_lowercase();
    let slipped = |known: &'static str| {
        let (allowed, known_small) = (slips.allowed(known), known.to_ascii_lowercase());
        if small == known_small {
            return Some((0, known));
        }
        let count = (allowed > 0).then(|| strsim::damerau_levenshtein(&small, &known_small));
        let has_more = slips.allows_more(known) && small.strip_prefix(&known_small).is_some_and(is_one);
        count.filter(|count| *count <= allowed).or(has_more.then_some(1)).map(|count| (count, known))
    };
    // Of several the nearest.
    compared(key, read, slips).filter_map(slipped).min_by_key(|(count, _)| *count).map(|(_, known)| known)
}

fn is_one(rest: &str) -> bool {
    rest.chars().count() == 1
}

/// The keys that have about the length of `key`: the cost of a comparison grows with both lengths, and a file's key may be as long as a
/// line.
fn compared(key: &str, read: &[&'static str], slips: Slips) -> impl Iterator<Item = &'static str> {
    let length = key.chars().count();
    read.iter().copied().filter(move |known| {
        let difference = slips.allowed(known).max(usize::from(slips.allows_more(known)));
        length.abs_diff(known.len()) <= difference
    })
}

/// Warnings about keys, few of each, however many lines a file has.
#[derive(Default)]
pub(super) struct Doubts {
    said: Vec<Warning>,
    /// Lines about which there is a warning of a kind for a key, and where the last one is that is said.
    lines: HashMap<(WarningKind, &'static str), (u64, usize)>,
}

impl Doubts {
    /// Adds a warning about a line, or counts the line.
    pub fn add(&mut self, kind: WarningKind, key: &'static str, warning: impl FnOnce() -> Warning) {
        let (lines, last) = self.lines.entry((kind, key)).or_default();
        *lines += 1;
        if *lines <= MOST_OF_A_KEY as u64 {
            *last = self.said.len();
            self.said.push(warning());
        }
    }

    /// The warnings, the last about a key with the number of lines that have none.
    pub fn finish(mut self) -> Vec<Warning> {
        for (lines, last) in self.lines.into_values() {
            let more = lines.saturating_sub(MOST_OF_A_KEY as u64);
            if let Some(warning) = self.said.get_mut(last).filter(|_| more > 0) {
                let are = if more == 1 { "line is" } else { "lines are" };
                let join = if warning.assumed.ends_with('?') { "" } else { ";" };
                warning.assumed += &format!("{join} {more} more {are} like this one");
            }
        }
        self.said
    }
}

/// Whether two values of a key say the same, in whatever digits.
pub(super) fn same<'a>(
    one: impl IntoIterator<Item = &'a str>,
    other: impl IntoIterator<Item = &'a str>,
) -> bool {
    let equal = |a: &str, b: &str| {
        a == b || finite(a.as_bytes()).is_some_and(|number| finite(b.as_bytes()) == Some(number))
    };
    let (mut one, mut other) = (one.into_iter(), other.into_iter());
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if equal(a, b) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognized_and_another_key_is_not() {
        let read = ["min_fs", "max_fs", "coffset", "OSCILLATION_RANGE", "NX", "CENTER_X", "CENTER_Y"];
        for (key, expected) in [
            ("min_fs", None),
            ("mni_fs", Some("min_fs")),
            ("Coffset", Some("coffset")),
            ("cofset", Some("coffset")),
            ("mask", None),
            ("max_adu", None),
            ("OSCILATION_RANG", Some("OSCILLATION_RANGE")),
            ("nx", Some("NX")),
            ("NZ", None),
            ("CENTER_YY", Some("CENTER_Y")),
        ] {
            assert_eq!(meant(key, &read, Slips::ByLength), expected, "{key}");
        }
    }

    #[test]
    fn short_keys_are_recognized_where_slips_in_them_are_allowed() {
        let read = ["flux", "scan", "id", "direction"];
        for (key, by_length, or_one_more, one) in [
            ("flux", None, None, None),
            ("Flux", Some("flux"), Some("flux"), Some("flux")),
            ("fluxs", None, Some("flux"), Some("flux")),
            ("fluxes", None, None, None),
            ("flx", None, None, Some("flux")),
            ("sacn", None, None, Some("scan")),
            ("flxus", None, None, None),
            ("ids", None, None, Some("id")),
            ("diretcon", Some("direction"), Some("direction"), None),
            ("flux\u{2013}", None, Some("flux"), Some("flux")),
        ] {
            for (slips, expected) in
                [(Slips::ByLength, by_length), (Slips::ByLengthOrOneMore, or_one_more), (Slips::One, one)]
            {
                assert_eq!(meant(key, &read, slips), expected, "{key}");
            }
        }
    }

    #[test]
    fn keys_of_another_length_are_not_compared() {
        let read = ["min_fs", "OSCILLATION_RANGE", "NX"];
        let count = |key: &str| compared(key, &read, Slips::ByLength).count();
        assert_eq!(count(&"K".repeat(65_000)), 0);
        assert_eq!((count("min_f"), count("minfs__"), count("min__fs_"), count("ab")), (1, 1, 0, 1));
        // Characters are slips, not bytes.
        assert_eq!(meant("min\u{2013}fs", &read, Slips::ByLength), Some("min_fs"));
    }

    #[test]
    fn numbers_are_compared_and_not_their_digits() {
        let of = |a: &'static str, b: &'static str| same(a.split_whitespace(), b.split_whitespace());
        assert!(of("1.0 x", "1 x") && of("", "") && of("1e2", "100"));
        assert!(!of("1 2", "1") && !of("x", "y") && !of("1", "2"));
    }
}
