//! sin π x, cos π x and rounding, without the C library: the same bits on every machine, in every number type.

use crate::real::{Real, real, to_f64};

/// Coefficients of sin(π x) / x in powers of x², minimax on |x| ≤ 1/2: relative error 2.6e-19, so that
/// double precision's rounding is all that is left.
pub const SIN_PI: [f64; 9] = [
    std::f64::consts::PI,
    -5.167712780049969,
    2.550164039877294,
    -0.5992645293187383,
    0.08214588656989304,
    -0.0073704304787696245,
    0.0004662996887791667,
    -2.190318542953865e-5,
    7.694727384455914e-7,
];

/// sin π x for |x| ≤ 1/2.
#[inline(always)]
pub fn sin_pi<T: Real>(x: T) -> T {
    let square = x * x;
    let mut sum = real::<T>(SIN_PI[8]);
    for &coefficient in SIN_PI[..8].iter().rev() {
        sum = sum * square + real(coefficient);
    }
    x * sum
}

/// Coefficients of cos(π x) in powers of x², minimax on |x| ≤ 1/2: absolute error 4e-18.
pub const COS_PI: [f64; 9] = [
    1.0,
    -4.934802200544676,
    4.058712126416498,
    -1.3352627688434646,
    0.23533063012980848,
    -0.025806888739354536,
    0.0019295562836035092,
    -0.00010456658076816238,
    4.1495917382537824e-6,
];

/// cos π x for |x| ≤ 1/2, to an absolute error of a unit in the last place of 1.
#[inline(always)]
pub fn cos_pi<T: Real>(x: T) -> T {
    let square = x * x;
    let mut sum = real::<T>(COS_PI[8]);
    for &coefficient in COS_PI[..8].iter().rev() {
        sum = sum * square + real(coefficient);
    }
    sum
}

/// 3 · 2⁵¹: adding it leaves no bits for a fraction; the low bits of the sum are the whole number.
pub(crate) const SHIFT: f64 = 6755399441055744.0;

/// The whole number next to `x`, the even one of two (|x| < 2⁵¹).
#[inline(always)]
pub fn round_even(x: f64) -> f64 {
    (x + SHIFT) - SHIFT
}

/// ceil(x - 1/2): the whole number next to `x`, the lower one of two (|x| < 2⁵¹).
#[inline(always)]
pub fn round_half_down(x: f64) -> f64 {
    let whole = round_even(x);
    if whole - x == 0.5 { whole - 1.0 } else { whole }
}

/// [`round_half_down`] of a `T`'s value, as a constant of that type.
#[inline(always)]
pub fn nearest<T: Real>(x: T) -> T {
    real(round_half_down(to_f64(x)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sin_pi_is_good_to_two_units_in_the_last_place(x in -0.5..=0.5f64) {
            let expected = (std::f64::consts::PI * x).sin();
            // The library's sine is of a rounded π x, which costs it half a unit where the cosine is large.
            prop_assert!((sin_pi(x) - expected).abs() <= 4.0 * f64::EPSILON * expected.abs());
        }

        #[test]
        fn cos_pi_is_good_to_a_unit_of_one(x in -0.5..=0.5f64) {
            prop_assert!((cos_pi(x) - (std::f64::consts::PI * x).cos()).abs() <= 2.0 * f64::EPSILON);
        }

        #[test]
        fn rounding_is_that_of_the_reference_program(x in -1e9..1e9f64) {
            prop_assert_eq!(round_half_down(x), (x - 0.5).ceil());
            prop_assert_eq!(round_even(x), x.round_ties_even());
        }

        #[test]
        fn halves_go_down(n in -1_000_000i32..1_000_000) {
            let half = f64::from(n) + 0.5;
            prop_assert_eq!(round_half_down(half), f64::from(n));
            prop_assert_eq!(round_half_down(half.next_up()), f64::from(n) + 1.0);
            prop_assert_eq!(round_half_down(half.next_down()), f64::from(n));
        }
    }

    #[test]
    fn the_ends_are_exact() {
        assert_eq!(sin_pi(0.0), 0.0);
        assert!((sin_pi(0.5f64) - 1.0).abs() <= f64::EPSILON);
        assert_eq!(sin_pi(-0.25), -sin_pi(0.25));
    }

    #[test]
    fn what_is_not_a_number_stays_so() {
        assert!(sin_pi(f64::NAN).is_nan() && round_half_down(f64::NAN).is_nan());
    }
}
