//! The words of formulas, and what they mean in the definition.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::sinpi;
use crate::real::{Real, real};

/// A number of an arithmetic that formulas can be evaluated in.
pub(crate) trait Words:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// A constant.
    fn constant(x: f64) -> Self;

    /// sin π x for |x| ≤ 1/2.
    fn sine(self) -> Self;

    /// cos π x for |x| ≤ 1/2.
    fn cosine(self) -> Self;

    /// The polynomial with these coefficients, the least power's first. The first `SHORT` of them are enough in single
    /// precision.
    fn polynomial<const N: usize, const SHORT: usize>(self, coefficients: &[f64; N]) -> Self;
}

/// An arithmetic that also knows distances from a node. What would cancel is the distance's to compute.
pub(crate) trait StarWords: Words {
    /// A squared distance d, in units of a spot's squared radius.
    type Star: Copy;

    /// exp(-d).
    fn exp_neg(at: Self::Star) -> Self;

    /// exp(-d)².
    fn exp_neg_sqr(at: Self::Star) -> Self;

    /// 1 where d < 1, else 0.
    fn below(at: Self::Star) -> Self;
}

/// A distance from a node in the definition: the number `square` · `fudge` / `radius_sqr`.
#[derive(Clone, Copy)]
pub(crate) struct StarAt<T> {
    /// Squared distance.
    pub square: T,
    /// Factor on it.
    pub fudge: T,
    /// A spot's squared radius.
    pub radius_sqr: T,
}

impl<T: Real> Words for T {
    #[inline(always)]
    fn constant(x: f64) -> T {
        real(x)
    }

    #[inline(always)]
    fn sine(self) -> T {
        sinpi::sin_pi(self)
    }

    #[inline(always)]
    fn cosine(self) -> T {
        sinpi::cos_pi(self)
    }

    #[inline(always)]
    fn polynomial<const N: usize, const SHORT: usize>(self, coefficients: &[f64; N]) -> T {
        let mut sum = real::<T>(coefficients[N - 1]);
        for &coefficient in coefficients[..N - 1].iter().rev() {
            sum = sum * self + real(coefficient);
        }
        sum
    }
}

impl<T: Real> StarWords for T {
    type Star = StarAt<T>;

    #[inline(always)]
    fn exp_neg(at: StarAt<T>) -> T {
        (-(at.square / at.radius_sqr * at.fudge)).exp()
    }

    #[inline(always)]
    fn exp_neg_sqr(at: StarAt<T>) -> T {
        let value = exp_neg::<T>(at);
        value * value
    }

    #[inline(always)]
    fn below(at: StarAt<T>) -> T {
        if at.square * at.fudge < at.radius_sqr { real(1.0) } else { T::zero() }
    }
}

/// A constant.
#[inline(always)]
pub(crate) fn c<R: Words>(x: f64) -> R {
    R::constant(x)
}

/// sin π x for |x| ≤ 1/2.
#[inline(always)]
pub(crate) fn sin_pi<R: Words>(x: R) -> R {
    x.sine()
}

/// cos π x for |x| ≤ 1/2.
#[inline(always)]
pub(crate) fn cos_pi<R: Words>(x: R) -> R {
    x.cosine()
}

/// `then` where `condition` holds. The order is that of WGSL.
#[inline(always)]
pub(crate) fn select<R: Words>(otherwise: R, then: R, condition: bool) -> R {
    if condition { then } else { otherwise }
}

/// exp(-d) at a distance d from the node.
#[inline(always)]
pub(crate) fn exp_neg<R: StarWords>(at: R::Star) -> R {
    R::exp_neg(at)
}

/// Its square.
#[inline(always)]
pub(crate) fn exp_neg_sqr<R: StarWords>(at: R::Star) -> R {
    R::exp_neg_sqr(at)
}

/// 1 at distances below 1, else 0.
#[inline(always)]
pub(crate) fn below<R: StarWords>(at: R::Star) -> R {
    R::below(at)
}
