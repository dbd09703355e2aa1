//! Numbers with as many digits as their errors justify.

/// Below and above, numbers are written with an exponent.
const PLAIN: std::ops::Range<f64> = 1e-4..1e7;
/// Significant digits where there is no error to go by.
const WITHOUT_ERROR: usize = 7;

/// How the numbers of a parameter are written: two digits of its standard deviation count.
#[derive(Clone, Copy, Debug)]
pub struct Digits {
    /// Power of ten of the last digit.
    last: i32,
    /// Whether numbers have an exponent.
    has_exponent: bool,
}

impl Digits {
    /// Those of `value` with the standard deviation `esd`, which may be no number.
    pub fn of(value: f64, esd: f64) -> Self {
        let last = if esd.is_normal() && esd > 0.0 {
            magnitude(esd, 1) - 1
        } else {
            magnitude(value, WITHOUT_ERROR - 1) - (WITHOUT_ERROR as i32 - 1)
        };
        let largest = value.abs().max(esd.abs());
        Digits { last, has_exponent: largest != 0.0 && !PLAIN.contains(&largest) }
    }

    /// A number to that digit.
    pub fn text(self, number: f64) -> String {
        if self.has_exponent && number != 0.0 && number.is_finite() {
            let digits = usize::try_from(magnitude(number, 0) - self.last).unwrap_or(0);
            return format!("{number:.digits$e}");
        }
        let decimals = usize::try_from(-self.last).unwrap_or(0);
        format!("{number:.decimals$}")
    }
}

/// The power of ten of the first digit of `number`, once it is rounded to `digits` digits after it.
fn magnitude(number: f64, digits: usize) -> i32 {
    let text = format!("{number:.digits$e}");
    text.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_of_the_error_count() {
        let both = |value: f64, esd: f64| {
            let digits = Digits::of(value, esd);
            [digits.text(value), digits.text(esd)]
        };
        for (value, esd, expected) in [
            (20.456_609_6, 1.09, ["20.5", "1.1"]),
            (-0.030_175_9, 3.64e-3, ["-0.0302", "0.0036"]),
            (60.000_12, 0.099_7, ["60.00", "0.10"]),
            (1234.5, 137.0, ["1234", "137"]),
            (6.6e26, 1.04e24, ["6.600e26", "1.0e24"]),
            (3.2e-7, 4.4e-6, ["3e-7", "4.4e-6"]),
            (0.0, 0.01, ["0.000", "0.010"]),
            (18.0, 0.0, ["18.00000", "0.00000"]),
            (18.25, f64::NAN, ["18.25000", "NaN"]),
            (0.0, f64::NAN, ["0.000000", "NaN"]),
        ] {
            assert_eq!(both(value, esd), expected, "{value} {esd}");
        }
    }
}
