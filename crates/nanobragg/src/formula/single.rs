//! The arithmetic of blocks in single precision.
//!
//! Indices and their offsets from the nodes stay in double precision, or in integers, up to where what is left is a
//! fraction of a turn or of a power of two; only then numbers are narrowed. So single precision's error is that of a
//! sine between nodes, some 1e-7 of a term, and not that of an index, which grows with its size and with the number
//! of cells.

use super::sinpi::SHIFT;
use super::{Words, operators};

/// Coefficients of sin(π x) / x in powers of x², minimax on |x| ≤ 1/2: relative error 5e-9.
const SIN_PI: [f32; 5] = [std::f32::consts::PI, -5.16771, 2.5500698, -0.5982421, 0.07756039];
/// Coefficients of cos(π x) in powers of x², minimax on |x| ≤ 1/2: absolute error 2e-10.
const COS_PI: [f32; 6] = [1.0, -4.934802, 4.058709, -1.3352121, 0.23493756, -0.024396718];

/// a · b + c.
#[inline(always)]
pub(crate) fn mul_add<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// The whole number next to `x`, the even one of two (|x| < 2²²).
#[inline(always)]
pub(crate) fn nearest_even<const FMA: bool>(x: f32) -> f32 {
    /// 1.5 · 2²³.
    const SHIFT: f32 = 12_582_912.0;
    if FMA { x.round_ties_even() } else { (x + SHIFT) - SHIFT }
}

#[inline(always)]
fn horner<const FMA: bool, const N: usize>(coefficients: &[f32; N], x: f32) -> f32 {
    let mut sum = coefficients[N - 1];
    for &coefficient in coefficients[..N - 1].iter().rev() {
        sum = mul_add::<FMA>(sum, x, coefficient);
    }
    sum
}

/// sin π x for |x| ≤ 1/2.
#[inline(always)]
pub(crate) fn sin_pi<const FMA: bool>(x: f32) -> f32 {
    x * horner::<FMA, 5>(&SIN_PI, x * x)
}

/// A number in single precision.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Single<const FMA: bool>(pub f32);

operators!(Single<FMA>);

impl<const FMA: bool> Words for Single<FMA> {
    #[inline(always)]
    fn constant(x: f64) -> Self {
        Single(x as f32)
    }

    #[inline(always)]
    fn sine(self) -> Self {
        Single(sin_pi::<FMA>(self.0))
    }

    #[inline(always)]
    fn cosine(self) -> Self {
        Single(horner::<FMA, 6>(&COS_PI, self.0 * self.0))
    }

    #[inline(always)]
    fn polynomial<const N: usize, const SHORT: usize>(self, coefficients: &[f64; N]) -> Self {
        let mut sum = coefficients[SHORT - 1] as f32;
        for &coefficient in coefficients[..SHORT - 1].iter().rev() {
            let coefficient = coefficient as f32;
            sum = mul_add::<FMA>(sum, self.0, coefficient);
        }
        Single(sum)
    }
}

/// exp x for -707 < x ≤ 0: the power of two in double precision, the rest in single.
#[inline(always)]
pub(crate) fn exp<const FMA: bool>(x: f64) -> f64 {
    const TAYLOR: [f32; 7] = [1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0];
    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let rest = (x - (shifted - SHIFT) * std::f64::consts::LN_2) as f32;
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    f64::from(horner::<FMA, 7>(&TAYLOR, rest)) * power
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sines_are_good_to_single_precision(x in -0.5..=0.5f32) {
            let expected = (std::f64::consts::PI * f64::from(x)).sin();
            for found in [sin_pi::<true>(x), sin_pi::<false>(x)] {
                prop_assert!((f64::from(found) - expected).abs() <= 3e-7 * expected.abs());
            }
        }

        #[test]
        fn exponentials_are_good_to_single_precision(x in -700.0..=0.0f64) {
            for found in [exp::<true>(x), exp::<false>(x)] {
                prop_assert!((found / x.exp() - 1.0).abs() <= 3e-7);
            }
        }
    }
}
