//! The arithmetic of blocks in double precision: sine, cosine and exponential as polynomials, and division by a
//! number that is known beforehand.
//!
//! With `FMA` multiply-adds are fused, which vector units do in one instruction; without, they are rounded
//! twice, as on machines that cannot.

use super::sinpi::{COS_PI, SHIFT, SIN_PI, round_even, round_half_down};
use super::{StarWords, Words, operators, single};

/// a · b + c.
#[inline(always)]
pub(crate) fn mul_add<const FMA: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// ceil(x - 1/2): the whole number next to `x`, the lower one of two (|x| < 2⁵¹). Fused, it is the reference
/// program's own expression, which makes -1 of the one number above -1/2 where the definition has 0.
#[inline(always)]
pub(crate) fn nearest<const FMA: bool>(x: f64) -> f64 {
    // Machines with fused multiply-add round in one instruction, the others with two additions.
    if FMA { (x - 0.5).ceil() } else { round_half_down(x) }
}

/// The whole number next to `x`, the even one of two (|x| < 2⁵¹).
#[inline(always)]
pub(crate) fn nearest_even<const FMA: bool>(x: f64) -> f64 {
    if FMA { x.round_ties_even() } else { round_even(x) }
}

/// A number to divide by, and its reciprocal.
#[derive(Clone, Copy)]
pub(crate) struct Divisor {
    value: f64,
    reciprocal: f64,
}

impl Divisor {
    #[inline(always)]
    pub fn new(value: f64) -> Self {
        Divisor { value, reciprocal: 1.0 / value }
    }

    /// With the reciprocal that is known already.
    #[inline(always)]
    pub fn with_reciprocal(value: f64, reciprocal: f64) -> Self {
        Divisor { value, reciprocal }
    }

    /// a / value, correctly rounded: the quotient by the reciprocal, corrected twice by its remainder (Markstein,
    /// IBM J. Res. Dev. 34, 111, 1990). Divisions take as long as a dozen multiplications. Neither |a| nor the
    /// quotient may be below 1e-250, where remainders are no longer exact.
    #[inline(always)]
    pub fn divide<const FMA: bool>(self, a: f64) -> f64 {
        if !FMA {
            return a / self.value;
        }
        let rough = a * self.reciprocal;
        let closer = (-self.value).mul_add(rough, a).mul_add(self.reciprocal, rough);
        (-self.value).mul_add(closer, a).mul_add(self.reciprocal, closer)
    }
}

/// Whether [`root_and_reciprocal`] has the bits of root and division: seeds in single precision have its range.
#[inline(always)]
pub(crate) fn roots_are_exact(square: f64) -> bool {
    (1e-30..=1e30).contains(&square)
}

/// √s and 1 / √s where [`roots_are_exact`]: a seed in single precision, whose root and division take a fraction of the time,
/// then steps of Goldschmidt (Markstein, IBM J. Res. Dev. 34, 111, 1990) whose last corrects by the exact remainder. What is
/// rounded at the end is within 2⁻⁸⁹ of the root and of the reciprocal.
#[inline(always)]
pub(crate) fn root_and_reciprocal<const FMA: bool>(s: f64) -> (f64, f64) {
    if !FMA {
        let root = s.sqrt();
        return (root, 1.0 / root);
    }
    let seed = f64::from(1.0 / (s as f32).sqrt());
    let (rough, half) = (s * seed, 0.5 * seed);
    let short = (-rough).mul_add(half, 0.5);
    let (closer, half) = (rough.mul_add(short, rough), half.mul_add(short, half));
    let root = (-closer).mul_add(closer, s).mul_add(half, closer);
    let near = half + half;
    (root, (-root).mul_add(near, 1.0).mul_add(near, near))
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

/// Coefficients of cos(π x) in powers of x², minimax on |x| ≤ 1/2: absolute error 2e-15.
const COS_PI_SHORT: [f64; 8] = [
    0.9999999999999981,
    -4.934802200543689,
    4.058712126333491,
    -1.3352627661864802,
    0.23533058836706272,
    -0.025806532291957646,
    0.0019278709719007525,
    -0.00010041751457821504,
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
pub(crate) fn sin_pi<const FMA: bool>(x: f64) -> f64 {
    x * horner::<FMA, 7>(&SIN_PI_SHORT, x * x)
}

/// exp x for [`EXP_UNDERFLOW`] ≤ x ≤ 0 by 2^k · exp r, r = x - k ln 2, |r| ≤ ln 2 / 2.
#[inline(always)]
pub(crate) fn exp<const FMA: bool>(x: f64) -> f64 {
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
pub(crate) const EXP_UNDERFLOW: f64 = -707.0;

/// A double. `SHORT`: its sines are [`sin_pi`], to 6.2e-14, its cosines good to 2e-15. `NARROW`: its exponentials are to single precision.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Double<const FMA: bool, const SHORT: bool, const NARROW: bool>(pub f64);

operators!(Double<FMA, SHORT, NARROW>);

impl<const FMA: bool, const SHORT: bool, const NARROW: bool> Words for Double<FMA, SHORT, NARROW> {
    #[inline(always)]
    fn constant(x: f64) -> Self {
        Double(x)
    }

    #[inline(always)]
    fn sine(self) -> Self {
        let Double(x) = self;
        Double(if SHORT { sin_pi::<FMA>(x) } else { x * horner::<FMA, 9>(&SIN_PI, x * x) })
    }

    #[inline(always)]
    fn cosine(self) -> Self {
        let square = self.0 * self.0;
        Double(if SHORT {
            horner::<FMA, 8>(&COS_PI_SHORT, square)
        } else {
            horner::<FMA, 9>(&COS_PI, square)
        })
    }

    #[inline(always)]
    fn polynomial<const N: usize, const SINGLE: usize>(self, coefficients: &[f64; N]) -> Self {
        Double(horner::<FMA, N>(coefficients, self.0))
    }
}

/// A distance from a node in a block of pixels.
#[derive(Clone, Copy)]
pub(crate) struct StarLane {
    /// Twice the distance over a spot's squared radius, as a quadratic form of the offset: its rounding, parts in
    /// 10¹⁵, grows with the exponent to 1e-12 of the value where it underflows.
    pub twice: f64,
    /// The distance in the definition's operations: a last bit decides what is inside.
    pub square: f64,
    /// A spot's squared radius.
    pub radius_sqr: f64,
    /// `twice` beyond which an exponential is nothing.
    pub end: f64,
}

impl<const FMA: bool, const SHORT: bool, const NARROW: bool> Double<FMA, SHORT, NARROW> {
    /// exp x, 0 unless x is above `end`, which is not below [`EXP_UNDERFLOW`].
    #[inline(always)]
    fn exponential(x: f64, end: f64) -> Self {
        // A quadratic form that rounds below zero is zero.
        let bounded = x.clamp(EXP_UNDERFLOW, 0.0);
        let value = if NARROW { single::exp::<FMA>(bounded) } else { exp::<FMA>(bounded) };
        Double(if x > end { value } else { 0.0 })
    }
}

impl<const FMA: bool, const SHORT: bool, const NARROW: bool> StarWords for Double<FMA, SHORT, NARROW> {
    type Star = StarLane;

    #[inline(always)]
    fn exp_neg(at: StarLane) -> Self {
        Self::exponential(-0.5 * at.twice, -0.5 * at.end)
    }

    #[inline(always)]
    fn exp_neg_sqr(at: StarLane) -> Self {
        Self::exponential(-at.twice, -at.end)
    }

    #[inline(always)]
    fn below(at: StarLane) -> Self {
        Double(if at.square < at.radius_sqr { 1.0 } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sines_agree_with_the_definition(x in -0.5..=0.5f64) {
            let expected = crate::formula::sinpi::sin_pi(x);
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
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn quotients_by_a_reciprocal_have_the_bits_of_a_division(a in -3.0..3.0f64, b in 0.5..1.0f64, scale in -40..40i32) {
            let b = b * f64::from(scale).exp2();
            prop_assert_eq!(Divisor::new(b).divide::<true>(a), a / b);
            prop_assert_eq!(Divisor::new(b).divide::<false>(a), a / b);
        }

        #[test]
        fn roots_and_reciprocals_have_the_bits_of_the_instructions(mantissa in 1.0..4.0f64, scale in -49..49i32) {
            let s = mantissa * f64::from(2 * scale).exp2();
            prop_assert!(roots_are_exact(s));
            let root = s.sqrt();
            prop_assert_eq!(root_and_reciprocal::<true>(s), (root, 1.0 / root));
            prop_assert_eq!(root_and_reciprocal::<false>(s), (root, 1.0 / root));
        }

        #[test]
        fn rounding_is_the_definitions(x in -1e9..1e9f64) {
            prop_assert_eq!(nearest::<true>(x), round_half_down(x));
            prop_assert_eq!(nearest::<false>(x), round_half_down(x));
            prop_assert_eq!(nearest_even::<true>(x), round_even(x));
        }
    }

    #[test]
    fn halves_and_their_neighbors_round_as_in_the_definition() {
        for n in -1000..1000 {
            let half = f64::from(n) + 0.5;
            for x in
                [half, half.next_up(), half.next_down(), f64::from(n).next_up(), f64::from(n).next_down()]
            {
                if x != (-0.5f64).next_up() {
                    assert_eq!(nearest::<true>(x), round_half_down(x), "{x}");
                }
            }
        }
        for x in [0.0, -0.0, 5e-324, -5e-324, 1e-20, -1e-20] {
            assert_eq!(nearest::<true>(x), 0.0);
        }
        for a in [0.0, 1e-200, 1e-16, 1.0, 2.0] {
            assert_eq!(Divisor::new(1e-10).divide::<true>(a), a / 1e-10, "{a}");
        }
    }

    #[test]
    fn the_ends_of_the_exponential() {
        assert_eq!(exp::<true>(0.0), 1.0);
        assert!(exp::<false>(EXP_UNDERFLOW) > 0.0);
    }
}
