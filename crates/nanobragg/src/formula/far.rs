//! Arithmetics for numbers of which something is known beforehand: that they are far from the node, and their reciprocals.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::double::{Divisor, mul_add};
use super::{Double, Words};

/// A number beyond everything that a formula compares with: what the formula has for smaller ones is not computed. It is the greater
/// one on either side of a comparison: formulas that compare have it on the left.
#[derive(Clone, Copy)]
pub(crate) struct Far<W>(pub W);

impl<W> PartialEq for Far<W> {
    #[inline(always)]
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

impl<W> PartialOrd for Far<W> {
    #[inline(always)]
    fn partial_cmp(&self, _: &Self) -> Option<Ordering> {
        Some(Ordering::Greater)
    }
}

macro_rules! delegate {
    ($($trait:ident $method:ident),*) => {
        $(impl<W: Words> $trait for Far<W> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Far(self.0.$method(other.0))
            }
        })*
    };
}
delegate!(Add add, Sub sub, Mul mul, Div div);

impl<W: Words> Neg for Far<W> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Far(-self.0)
    }
}

impl<W: Words> Words for Far<W> {
    #[inline(always)]
    fn constant(x: f64) -> Self {
        Far(W::constant(x))
    }

    #[inline(always)]
    fn sine(self) -> Self {
        Far(self.0.sine())
    }

    #[inline(always)]
    fn cosine(self) -> Self {
        Far(self.0.cosine())
    }

    #[inline(always)]
    fn polynomial<const N: usize, const SHORT: usize>(self, coefficients: &[f64; N]) -> Self {
        Far(self.0.polynomial::<N, SHORT>(coefficients))
    }
}

/// A double whose reciprocal is known, to some last bits: quotients by it, and by products of such numbers, have the bits of
/// a division without one. Sums, sines and polynomials have no known reciprocal, and cannot divide.
#[derive(Clone, Copy)]
pub(crate) struct Known<const FMA: bool> {
    pub value: Double<FMA, false, false>,
    reciprocal: f64,
}

impl<const FMA: bool> Known<FMA> {
    #[inline(always)]
    pub fn new(value: f64, reciprocal: f64) -> Self {
        Known { value: Double(value), reciprocal }
    }

    /// A number that nothing is divided by.
    #[inline(always)]
    pub fn numerator(value: f64) -> Self {
        Known::new(value, f64::NAN)
    }

    #[inline(always)]
    fn of(value: Double<FMA, false, false>) -> Self {
        Known { value, reciprocal: f64::NAN }
    }
}

impl<const FMA: bool> PartialEq for Known<FMA> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<const FMA: bool> PartialOrd for Known<FMA> {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<const FMA: bool> Add for Known<FMA> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Known::of(self.value + other.value)
    }
}

impl<const FMA: bool> Sub for Known<FMA> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Known::of(self.value - other.value)
    }
}

impl<const FMA: bool> Mul for Known<FMA> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Known { value: self.value * other.value, reciprocal: self.reciprocal * other.reciprocal }
    }
}

impl<const FMA: bool> Div for Known<FMA> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let (Double(numerator), Double(value), rough) = (self.value, other.value, other.reciprocal);
        debug_assert!(!rough.is_nan() || value.is_nan(), "a sum has no known reciprocal");
        // A step of Newton's method makes up for the roundings of products.
        let reciprocal = mul_add::<FMA>(mul_add::<FMA>(-value, rough, 1.0), rough, rough);
        Known::numerator(Divisor::with_reciprocal(value, reciprocal).divide::<FMA>(numerator))
    }
}

impl<const FMA: bool> Neg for Known<FMA> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Known { value: -self.value, reciprocal: -self.reciprocal }
    }
}

impl<const FMA: bool> Words for Known<FMA> {
    #[inline(always)]
    fn constant(x: f64) -> Self {
        Known::new(x, 1.0 / x)
    }

    #[inline(always)]
    fn sine(self) -> Self {
        Known::of(self.value.sine())
    }

    #[inline(always)]
    fn cosine(self) -> Self {
        Known::of(self.value.cosine())
    }

    #[inline(always)]
    fn polynomial<const N: usize, const SHORT: usize>(self, coefficients: &[f64; N]) -> Self {
        Known::of(self.value.polynomial::<N, SHORT>(coefficients))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::double::root_and_reciprocal;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn quotients_by_numbers_of_known_reciprocals_have_the_bits_of_a_division(
            a in -3.0..3.0f64, mantissa in 1.0..2.0f64, scale in -60..60i32, factor in 0.1..10.0f64
        ) {
            let b = mantissa * f64::from(scale).exp2();
            let (known, constant) = (Known::<true>::new(b, 1.0 / b), Known::<true>::constant(factor));
            let product = known * constant;
            let quotient = |by: Known<true>| (Known::numerator(a) / by).value.0;
            prop_assert_eq!(quotient(product), a / (b * factor));
            prop_assert_eq!(quotient(product * product), a / ((b * factor) * (b * factor)));
            // Without fused multiply-adds it is the division itself.
            let plain = Known::<false>::numerator(a) / (Known::new(b, 1.0 / b) * Known::constant(factor));
            prop_assert_eq!(plain.value.0, a / (b * factor));
        }

        #[test]
        fn quotients_by_a_root_have_the_bits_of_a_division(a in -3.0..3.0f64, square in 0.25..1e12f64) {
            let (root, reciprocal) = root_and_reciprocal::<true>(square);
            let x = Known::<true>::new(root, reciprocal) * Known::constant(std::f64::consts::PI);
            let value = root * std::f64::consts::PI;
            prop_assert_eq!((Known::numerator(a) / x).value.0, a / value);
            prop_assert_eq!((Known::numerator(a) / (x * x)).value.0, a / (value * value));
        }
    }

    #[test]
    fn far_numbers_are_beyond_all() {
        assert_eq!(Far(0.0).partial_cmp(&Far(1.0)), Some(Ordering::Greater));
        assert_ne!(Far(1.0).partial_cmp(&Far(1.0)), Some(Ordering::Equal));
    }
}
