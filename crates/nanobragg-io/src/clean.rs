//! Numbers without the noise of their last bits.

/// Numbers of more digits are what they are.
const DIGITS: usize = 12;
/// Rounding of a few operations, relative.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// The number of at most 12 digits that `number` is but for a few roundings in double precision; else `number` itself. Zero has no sign.
///
/// ```
/// use nanobragg_io::clean;
/// assert_eq!(clean(151.499_999_999_999_97), 151.5);
/// assert_eq!(clean(0.866_025_403_784_438_6), 0.866_025_403_784_438_6);
/// assert_eq!(clean(-0.0).to_string(), "0");
/// ```
pub fn clean(number: f64) -> f64 {
    // Adding 0 makes 0 of -0.
    let number = number + 0.0;
    let round = format!("{number:.*e}", DIGITS - 1).parse().unwrap_or(number);
    if (round - number).abs() <= ROUNDING * number.abs() { round } else { number }
}

/// [`clean`] for a number among others of about `size`: what is nothing beside that is 0.
pub(crate) fn clean_beside(number: f64, size: f64) -> f64 {
    if number.abs() <= f64::EPSILON * size { 0.0 } else { clean(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_goes_and_digits_stay() {
        for (number, expected) in [
            (0.1 + 0.2, "0.3"),
            (79.099_999_999_999_98, "79.1"),
            (37.900_000_000_000_006, "37.9"),
            (29.999_999_999_999_996, "30"),
            (1.234_567_890_123, "1.234567890123"),
            (1.0 / 3.0, "0.3333333333333333"),
            (5.000_000_000_1, "5.0000000001"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "NaN"),
            (0.0, "0"),
        ] {
            assert_eq!(clean(number).to_string(), expected);
        }
        assert_eq!(clean_beside(6e-17, 1.0), 0.0);
        assert_eq!(clean_beside(6e-16, 1.0), 6e-16);
    }
}
