//! Numbers as C's `printf` writes them.

/// More digits than any `f64` has: its exact decimal expansion ends before.
const MOST_DIGITS: usize = 1100;

/// `%.{significant}g`: that many significant digits (0 counts as 1), trailing zeros removed, with an exponent
/// where the decimal exponent is below -4 or not below `significant`. `%g` is `g(value, 6)`.
///
/// Infinities are `inf` and `-inf`; every NaN is `nan`.
///
/// ```
/// use nanobragg_io::c_format::g;
/// assert_eq!(g(0.1, 6), "0.1");
/// assert_eq!(g(1e24, 6), "1e+24");
/// assert_eq!(g(12398.42, 15), "12398.42");
/// ```
pub fn g(value: f64, significant: usize) -> String {
    if !value.is_finite() {
        return not_finite(value);
    }
    let significant = significant.clamp(1, MOST_DIGITS);
    // Rounding comes first: it may carry into the next decade and so decides which notation is used.
    let scientific = format!("{:.*e}", significant - 1, value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mut digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.truncate(digits.trim_end_matches('0').len().max(1));

    let mut text = String::from(if value.is_sign_negative() { "-" } else { "" });
    if exponent < -4 || exponent >= significant as i32 {
        let (first, rest) = digits.split_at(1);
        text.push_str(first);
        if !rest.is_empty() {
            text.push('.');
            text.push_str(rest);
        }
        let sign = if exponent < 0 { '-' } else { '+' };
        text.push_str(&format!("e{sign}{:02}", exponent.abs()));
    } else if exponent < 0 {
        text.push_str("0.");
        text.push_str(&"0".repeat((-exponent - 1) as usize));
        text.push_str(&digits);
    } else {
        let whole = exponent as usize + 1;
        if digits.len() <= whole {
            text.push_str(&digits);
            text.push_str(&"0".repeat(whole - digits.len()));
        } else {
            let (before, after) = digits.split_at(whole);
            text.push_str(before);
            text.push('.');
            text.push_str(after);
        }
    }
    text
}

/// `%.{decimals}f`: fixed notation with that many decimals, at most 1100 (no `f64` has more that are not 0).
///
/// Infinities are `inf` and `-inf`; every NaN is `nan`.
///
/// ```
/// use nanobragg_io::c_format::f;
/// assert_eq!(f(2.0 / 3.0, 3), "0.667");
/// ```
pub fn f(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return not_finite(value);
    }
    format!("{:.*}", decimals.min(MOST_DIGITS), value)
}

fn not_finite(value: f64) -> String {
    let text = if value.is_nan() {
        "nan"
    } else if value > 0.0 {
        "inf"
    } else {
        "-inf"
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g_is_percent_g() {
        let cases: &[(f64, usize, &str)] = &[
            (0.0, 6, "0"),
            (-0.0, 6, "-0"),
            (1.0, 6, "1"),
            (-1.0, 6, "-1"),
            (0.1, 6, "0.1"),
            (100.0, 6, "100"),
            (100_000.0, 6, "100000"),
            (123_456.0, 6, "123456"),
            (1_000_000.0, 6, "1e+06"),
            (999_999.0, 6, "999999"),
            (999_999.9, 6, "1e+06"),
            (9.999999e5, 6, "1e+06"),
            (999_999.4, 6, "999999"),
            (1_234_567.0, 6, "1.23457e+06"),
            (0.0001, 6, "0.0001"),
            (0.00001, 6, "1e-05"),
            (0.000_099_999_99, 6, "0.0001"),
            (0.000_099_999_9, 6, "9.99999e-05"),
            (0.000_012_345_67, 6, "1.23457e-05"),
            (0.000_123_456_7, 6, "0.000123457"),
            (1e24, 6, "1e+24"),
            (1e-300, 6, "1e-300"),
            (1e100, 6, "1e+100"),
            (-1.5e-10, 6, "-1.5e-10"),
            (75.039_123, 6, "75.0391"),
            (7.940_792_480_189_65e-30, 6, "7.94079e-30"),
            (7.940_792_480_189_65e-30, 15, "7.94079248018965e-30"),
            (0.1, 17, "0.10000000000000001"),
            (0.1, 15, "0.1"),
            (1.0 / 3.0, 15, "0.333333333333333"),
            (2.0 / 3.0, 3, "0.667"),
            (5e-324, 6, "4.94066e-324"),
            (f64::MAX, 6, "1.79769e+308"),
            (9.5, 1, "1e+01"),
            (9.4, 1, "9"),
            (0.5, 0, "0.5"),
            (25.0, 0, "2e+01"),
            (2.5, 1, "2"),
            (3.5, 1, "4"),
            (0.125, 2, "0.12"),
            (0.375, 2, "0.38"),
            (1.5, 1, "2"),
            (1024.0, 2, "1e+03"),
            (1_000_005.0, 6, "1e+06"),
            (100_000.5, 6, "100000"),
            (100_001.5, 6, "100002"),
            (123_456_789.0, 9, "123456789"),
            (123_456_789.0, 20, "123456789"),
            (f64::INFINITY, 6, "inf"),
            (f64::NEG_INFINITY, 6, "-inf"),
            (f64::NAN, 6, "nan"),
            (-f64::NAN, 6, "nan"),
        ];
        for &(value, significant, expected) in cases {
            assert_eq!(g(value, significant), expected, "%.{significant}g of {value:e}");
        }
    }

    #[test]
    fn f_is_percent_f() {
        let cases: &[(f64, usize, &str)] = &[
            (0.0, 6, "0.000000"),
            (-0.0, 1, "-0.0"),
            (-0.04, 1, "-0.0"),
            (2.5, 0, "2"),
            (3.5, 0, "4"),
            (0.5, 0, "0"),
            (0.125, 2, "0.12"),
            (0.375, 2, "0.38"),
            (999.9996, 3, "1000.000"),
            (1e22, 1, "10000000000000000000000.0"),
            (1.005, 2, "1.00"),
            (f64::INFINITY, 2, "inf"),
            (f64::NEG_INFINITY, 2, "-inf"),
            (f64::NAN, 2, "nan"),
        ];
        for &(value, decimals, expected) in cases {
            assert_eq!(f(value, decimals), expected, "%.{decimals}f of {value:e}");
        }
    }

    #[test]
    fn absurd_precisions_are_bounded() {
        assert_eq!(g(0.5, usize::MAX), "0.5");
        assert_eq!(f(0.5, usize::MAX).len(), 1102);
    }
}
