//! Sine, cosine and exponential as polynomials over lanes.
//!
//! With `FMA` multiply-adds are fused, which vector units do in one instruction; without, they are rounded
//! twice, as on machines that cannot.

use crate::physics::lattice::{BALL, BALL_SERIES};
use crate::physics::sinpi::{COS_PI, SHIFT, round_even};

/// a · b + c.
#[inline(always)]
pub(super) fn mul_add<const FMA: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// Coefficients of sin(π x) / x in powers of x², minimax on |x| ≤ 1/2: relative error 6.2e-14. Intensities
/// take the square of a quotient of six such sines, at most 7.5e-13.
const SIN_PI_SHORT: [f64; 7] = [
    3.1415926535895973,
    -5.167712779977311,
    2.5501640354193014,
    -0.5992644257353043,
    0.08214473211198213,
    -0.007363785016517083,
    0.0004472002813249531,
];

#[inline(always)]
fn horner<const FMA: bool, const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let mut sum = coefficients[N - 1];
    for &coefficient in coefficients[..N - 1].iter().rev() {
        sum = mul_add::<FMA>(sum, x, coefficient);
    }
    sum
}

/// sin π x for |x| ≤ 1/2, to 6.2e-14.
#[inline(always)]
pub(super) fn sin_pi<const FMA: bool>(x: f64) -> f64 {
    x * horner::<FMA, 7>(&SIN_PI_SHORT, x * x)
}

/// [`crate::physics::lattice::ball`], up to its sign.
#[inline(always)]
pub(super) fn ball<const FMA: bool>(y: f64) -> f64 {
    use crate::physics::sinpi::SIN_PI;
    let x = std::f64::consts::PI * y;
    let square = x * x;
    let series = horner::<FMA, 11>(&BALL, square);
    let rest = y - round_even(y);
    let sine = rest * horner::<FMA, 9>(&SIN_PI, rest * rest);
    let cosine = horner::<FMA, 9>(&COS_PI, rest * rest);
    let closed = 3.0 * (sine / x - cosine) / square;
    if y <= BALL_SERIES { series } else { closed }
}

/// exp x for [`EXP_UNDERFLOW`] ≤ x ≤ 0 by 2^k · exp r, r = x - k ln 2, |r| ≤ ln 2 / 2.
#[inline(always)]
pub(super) fn exp<const FMA: bool>(x: f64) -> f64 {
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    /// Taylor coefficients: the first term left out is 9e-15 of the value.
    const TAYLOR: [f64; 12] = {
        let mut coefficients = [1.0; 12];
        let mut n = 1;
        while n < 12 {
            coefficients[n] = coefficients[n - 1] / n as f64;
            n += 1;
        }
        coefficients
    };
    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let k = shifted - SHIFT;
    let r = mul_add::<FMA>(k, -LN_2_LOW, mul_add::<FMA>(k, -LN_2_HIGH, x));
    let power = f64::from_bits((shifted.to_bits().wrapping_add(1023)) << 52);
    horner::<FMA, 12>(&TAYLOR, r) * power
}

/// Below this an exponential is no longer a normal double: 1e-307 of a peak, next to nothing in every image.
pub(super) const EXP_UNDERFLOW: f64 = -707.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::physics::lattice;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sines_agree_with_the_definition(x in -0.5..=0.5f64) {
            let expected = crate::physics::sinpi::sin_pi(x);
            for found in [sin_pi::<true>(x), sin_pi::<false>(x)] {
                prop_assert!((found - expected).abs() <= 6.4e-14 * expected.abs());
            }
        }

        #[test]
        fn exponentials_agree_with_the_library(x in -707.0..=0.0f64) {
            let expected = x.exp();
            for found in [exp::<true>(x), exp::<false>(x)] {
                prop_assert!((found / expected - 1.0).abs() <= 1.2e-14, "{x} {found} {expected}");
            }
        }

        #[test]
        fn balls_agree_with_the_definition(y in 0.0..60.0f64) {
            let expected: f64 = lattice::ball(y);
            for found in [ball::<true>(y), ball::<false>(y)] {
                prop_assert!((found.abs() - expected.abs()).abs() <= 1e-15, "{y} {found} {expected}");
            }
        }
    }

    #[test]
    fn the_ends_of_the_exponential() {
        assert_eq!(exp::<true>(0.0), 1.0);
        assert!(exp::<false>(EXP_UNDERFLOW) > 0.0);
    }
}
