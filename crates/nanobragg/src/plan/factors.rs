//! How the geometric factors enter a pixel's sum.

use crate::model::{Quirk, Quirks, Rendering};

/// How one factor (solid angle, polarization, capture fraction) enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorMode {
    /// Computed once and applied to the finished sum.
    Once,
    /// Computed for every term and multiplied into the accumulated sum after each.
    RunningSum,
    /// Computed for every term and multiplied into it.
    PerTerm,
}

/// How the three factors enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factors {
    /// Solid angle.
    pub omega: FactorMode,
    /// Polarization.
    pub polar: FactorMode,
    /// Capture fraction.
    pub capture: FactorMode,
}

impl Factors {
    pub(crate) fn new(rendering: &Rendering, quirks: Quirks) -> Factors {
        let mode = |oversampled: bool| match (oversampled, quirks) {
            (true, quirks) if quirks.has(Quirk::RunningSumFactors) => FactorMode::RunningSum,
            (true, _) => FactorMode::PerTerm,
            (false, quirks) if quirks.has(Quirk::FirstValueFactors) => FactorMode::Once,
            (false, _) => FactorMode::PerTerm,
        };
        Factors {
            omega: mode(rendering.oversample_omega),
            polar: mode(rendering.oversample_polar),
            capture: mode(rendering.oversample_thick),
        }
    }

    /// Whether the order of the terms matters beyond rounding.
    pub fn depend_on_order(&self) -> bool {
        [self.omega, self.polar, self.capture].contains(&FactorMode::RunningSum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Preset;

    #[test]
    fn each_state_of_the_two_quirks() {
        let rendering = Rendering { oversample_omega: true, ..Rendering::default() };
        let reference = Factors::new(&rendering, Preset::Reference.into());
        assert_eq!((reference.omega, reference.polar), (FactorMode::RunningSum, FactorMode::Once));
        let exact = Factors::new(&rendering, Preset::Exact.into());
        assert_eq!((exact.omega, exact.polar), (FactorMode::PerTerm, FactorMode::PerTerm));
        let term_only = Quirks::from(Preset::Reference).without(Quirk::RunningSumFactors);
        let mixed = Factors::new(&rendering, term_only);
        assert_eq!((mixed.omega, mixed.polar), (FactorMode::PerTerm, FactorMode::Once));
    }
}
