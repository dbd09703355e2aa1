//! Words that are nearly others.

/// The cost of a comparison grows with the length, and nothing can be near to a longer word.
const LONGEST_TO_COMPARE: usize = 40;

/// The one of `known` that `given` was meant for, if one is near enough: a difference in case alone, or a slip for each three
/// characters, three at most.
#[must_use]
pub fn nearest_word<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = given.chars().count();
    if length > LONGEST_TO_COMPARE {
        return None;
    }
    let most = (length / 3).min(3);
    let lower = given.to_lowercase();
    let slips = |known: &str| strsim::damerau_levenshtein(&lower, &known.to_lowercase());
    let nearest = known.into_iter().map(|known| (slips(known), known)).min_by_key(|(slips, _)| *slips);
    nearest.filter(|(slips, _)| *slips <= most).map(|(_, known)| known)
}

/// What an error says after a name that is none: the word that it was meant for, or all that are known.
#[must_use]
pub fn hint(given: &str, known: &[&str]) -> String {
    match nearest_word(given, known.iter().copied()) {
        Some(near) => format!("; did you mean {near}?"),
        None => format!("; known are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_for_each_three_characters() {
        let known = ["misset", "mosaic", "N", "Na", "cell_a"];
        for (given, expected) in [
            ("missset", Some("misset")),
            ("MOSAIC", Some("mosaic")),
            ("mosac", Some("mosaic")),
            ("n", Some("N")),
            ("nb", None),
            ("cel_a", Some("cell_a")),
            ("size", None),
            ("", None),
        ] {
            assert_eq!(nearest_word(given, known), expected, "{given}");
        }
        assert_eq!(nearest_word(&"misset".repeat(10_000), known), None);
        assert_eq!(hint("mosaik", &known), "; did you mean mosaic?");
        assert_eq!(hint("size", &known), "; known are misset, mosaic, N, Na, cell_a");
    }
}
