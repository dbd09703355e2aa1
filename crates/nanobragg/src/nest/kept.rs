//! How solid angle, polarization and capture enter the sum: once, per term, or on the running sum.

use super::index::TermIndex;
use crate::plan::{FactorMode, Factors, LayerPlan, Plan};
use crate::real::{Real, real};

/// One number for each pixel that is evaluated at once.
pub(crate) trait Values<T: Real> {
    /// The same number for every pixel.
    fn all(value: T) -> Self;

    /// Multiplies every pixel's number by its factor.
    fn multiply(&mut self, factors: &Self);
}

impl<T: Real> Values<T> for T {
    #[inline(always)]
    fn all(value: T) -> T {
        value
    }

    #[inline(always)]
    fn multiply(&mut self, factors: &T) {
        *self *= *factors;
    }
}

/// The three factors, as they are kept from one term to the next.
pub(crate) struct Kept<V> {
    /// Solid angle, sr.
    pub omega: V,
    /// Polarization factor. A pixel without a single source within the resolution limit has zero, as the
    /// reference program leaves it.
    pub polar: V,
    /// Capture fraction.
    pub capture: V,
}

impl<V> Kept<V> {
    /// The factors before the first sub-pixel.
    #[inline(always)]
    pub fn new<T: Real>(plan: &Plan<T>) -> Self
    where
        V: Values<T>,
    {
        Kept { omega: V::all(T::zero()), polar: V::all(polar_at_first(plan)), capture: V::all(real(1.0)) }
    }

    /// Multiplies the weight of a source's terms by the factors that enter each term.
    #[inline(always)]
    pub fn weigh_terms<T: Real>(&self, factors: &Factors, weight: &mut V)
    where
        V: Values<T>,
    {
        self.multiply(factors, FactorMode::PerTerm, weight);
    }

    /// Multiplies the sum after a term (quirk `running_sum_factors`).
    #[inline(always)]
    pub fn weigh_running_sum<T: Real>(&self, factors: &Factors, sum: &mut V)
    where
        V: Values<T>,
    {
        self.multiply(factors, FactorMode::RunningSum, sum);
    }

    /// Multiplies the photons of the finished sum by the factors that enter once.
    #[inline(always)]
    pub fn weigh_photons<T: Real>(&self, factors: &Factors, photons: &mut V)
    where
        V: Values<T>,
    {
        self.multiply(factors, FactorMode::Once, photons);
    }

    #[inline(always)]
    fn multiply<T: Real>(&self, factors: &Factors, entering: FactorMode, into: &mut V)
    where
        V: Values<T>,
    {
        for (mode, factor) in
            [(factors.capture, &self.capture), (factors.polar, &self.polar), (factors.omega, &self.omega)]
        {
            if mode == entering {
                into.multiply(factor);
            }
        }
    }
}

/// The polarization factor before the first source.
#[inline(always)]
pub(crate) fn polar_at_first<T: Real>(plan: &Plan<T>) -> T {
    if plan.polarization.is_some() { T::zero() } else { real(1.0) }
}

/// Whether a sub-pixel sets the solid angle: every one, or a pixel's first.
#[inline(always)]
pub(crate) fn sets_omega(factors: &Factors, at: TermIndex) -> bool {
    factors.omega != FactorMode::Once || (at.layer == 0 && is_first_of_layer(at))
}

/// Whether a sub-pixel sets the capture fraction: every one, or a layer's first.
#[inline(always)]
pub(crate) fn sets_capture<T: Real>(factors: &Factors, layers: &LayerPlan<T>, at: TermIndex) -> bool {
    layers.absorbing && (factors.capture != FactorMode::Once || is_first_of_layer(at))
}

/// Whether a source sets the polarization factor of a pixel: every one, or its first within the resolution
/// limit, before which the factor is not `known`.
#[inline(always)]
pub(crate) fn sets_polar<T: Real>(plan: &Plan<T>, known: bool) -> bool {
    plan.factors.polar != FactorMode::Once || !known
}

#[inline(always)]
fn is_first_of_layer(at: TermIndex) -> bool {
    at.sub_slow == 0 && at.sub_fast == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_factor_enters_where_its_mode_says() {
        let factors =
            Factors { omega: FactorMode::Once, polar: FactorMode::RunningSum, capture: FactorMode::PerTerm };
        let kept = Kept { omega: 2.0, polar: 3.0, capture: 5.0 };
        let (mut weight, mut sum, mut photons) = (1.0, 1.0, 1.0);
        kept.weigh_terms(&factors, &mut weight);
        kept.weigh_running_sum(&factors, &mut sum);
        kept.weigh_photons(&factors, &mut photons);
        assert_eq!((weight, sum, photons), (5.0, 3.0, 2.0));
    }
}
