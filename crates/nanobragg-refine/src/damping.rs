//! How Levenberg and Marquardt's method damps its steps.

/// The part that diagonals are raised by: a tenth after each gain, ten times as much after each loss.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Damping(f64);

impl Damping {
    /// Where scales may be off by a factor.
    pub const FAR: Damping = Damping(100.0);
    /// Where the minimum is near.
    pub const NEAR: Damping = Damping(1e-3);
    const LEAST: f64 = 1e-9;
    const MOST: f64 = 1e8;
    /// A loss of the target that is none: it is as flat as it is computed.
    const FLAT: f64 = 1e-6;

    pub fn part(self) -> f64 {
        self.0
    }

    /// Whether a step is nearly that of the target: one that damping makes short says nothing of it.
    pub fn is_nearly_free(self) -> bool {
        self.0 <= 1.0
    }

    /// After a gain.
    pub fn ease(&mut self) {
        self.0 = (self.0 / 10.0).max(Self::LEAST);
    }

    /// After a loss, or equations without a solution; whether there is still a shorter step to try.
    pub fn raise(&mut self) -> bool {
        self.0 *= 10.0;
        self.0 <= Self::MOST
    }

    /// The same after a trial that changed the target by `gain`: nothing is left to try where that is next to nothing.
    pub fn raise_after(&mut self, gain: f64) -> bool {
        self.raise() && (gain.is_nan() || gain.abs() >= Self::FLAT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_where_steps_are_too_short_or_the_target_is_flat() {
        let mut damping = Damping::NEAR;
        for _ in 0..20 {
            damping.ease();
        }
        assert_eq!(damping.part(), 1e-9);
        let raised = (0..).take_while(|_| damping.raise()).count();
        assert!((16..=17).contains(&raised), "{raised}");
        let mut damping = Damping::FAR;
        assert!(!damping.is_nearly_free() && damping.raise_after(f64::NAN) && !damping.raise_after(1e-7));
        assert_eq!(damping.part(), 1e4);
    }
}
