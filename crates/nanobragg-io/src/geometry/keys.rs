//! Keys that are nearly others, and values that say the same.

use crate::lines::finite;

/// Shorter keys are too much alike for one to be taken for another.
const SHORTEST: usize = 6;
/// Keys from this length on are still recognized with two slips.
const LONG: usize = 9;

/// The one of the keys that are read which another key may be meant for.
pub(super) fn meant(key: &str, read: &[&'static str]) -> Option<&'static str> {
    let is_near = |known: &&&str| {
        let slips = if known.len() >= LONG { 2 } else { 1 };
        key.eq_ignore_ascii_case(known)
            || known.len() >= SHORTEST
                && strsim::damerau_levenshtein(&key.to_ascii_lowercase(), &known.to_ascii_lowercase())
                    <= slips
    };
    if read.contains(&key) { None } else { read.iter().find(is_near).copied() }
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
    fn numbers_are_compared_and_not_their_digits() {
        let of = |a: &'static str, b: &'static str| same(a.split_whitespace(), b.split_whitespace());
        assert!(of("1.0 x", "1 x") && of("", "") && of("1e2", "100"));
        assert!(!of("1 2", "1") && !of("x", "y") && !of("1", "2"));
    }
}
