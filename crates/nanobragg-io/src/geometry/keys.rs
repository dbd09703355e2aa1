//! Keys that are nearly others, and values that say the same.

use std::collections::HashMap;

use crate::lines::finite;
use crate::warning::{Warning, WarningKind};

/// Shorter keys are too much alike for one to be taken for another.
const SHORTEST: usize = 6;
/// Keys from this length on are still recognized with two slips.
const LONG: usize = 9;
/// Warnings of one kind about one key; more lines are counted.
const MOST_OF_A_KEY: usize = 3;

/// The one of the keys that are read which another key may be meant for.
pub(crate) fn meant(key: &str, read: &[&'static str]) -> Option<&'static str> {
    if read.contains(&key) {
        return None;
    }
    let small = || key.to_ascii_lowercase();
    compared(key, read).find_map(|(known, slips)| {
        let is_near = key.eq_ignore_ascii_case(known)
            || slips > 0 && strsim::damerau_levenshtein(&small(), &known.to_ascii_lowercase()) <= slips;
        is_near.then_some(known)
    })
}

/// The keys that have about the length of `key`, with the slips that are allowed: the cost of a comparison grows with both lengths, and
/// a file's key may be as long as a line.
fn compared(key: &str, read: &[&'static str]) -> impl Iterator<Item = (&'static str, usize)> {
    let length = key.chars().count();
    read.iter().filter_map(move |known| {
        let slips = match known.len() {
            LONG.. => 2,
            SHORTEST.. => 1,
            _ => 0,
        };
        (length.abs_diff(known.len()) <= slips).then_some((*known, slips))
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
        let read = ["min_fs", "max_fs", "coffset", "OSCILLATION_RANGE", "NX"];
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
        ] {
            assert_eq!(meant(key, &read), expected, "{key}");
        }
    }

    #[test]
    fn keys_of_another_length_are_not_compared() {
        let read = ["min_fs", "OSCILLATION_RANGE", "NX"];
        let count = |key: &str| compared(key, &read).count();
        assert_eq!(count(&"K".repeat(65_000)), 0);
        assert_eq!((count("min_f"), count("minfs__"), count("min__fs_"), count("ab")), (1, 1, 0, 1));
        // Characters are slips, not bytes.
        assert_eq!(meant("min\u{2013}fs", &read), Some("min_fs"));
    }

    #[test]
    fn numbers_are_compared_and_not_their_digits() {
        let of = |a: &'static str, b: &'static str| same(a.split_whitespace(), b.split_whitespace());
        assert!(of("1.0 x", "1 x") && of("", "") && of("1e2", "100"));
        assert!(!of("1 2", "1") && !of("x", "y") && !of("1", "2"));
    }
}
