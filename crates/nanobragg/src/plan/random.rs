//! The reference program's random numbers.
//!
//! A minimal-standard generator (multiplier 16807, modulus 2³¹ - 1, by Schrage's factorisation) whose output
//! is shuffled through a table of 32 entries and given in single precision (Park & Miller, CACM 31, 1192,
//! 1988; Bays & Durham). A seed gives the reference program's very numbers.

/// The shuffled minimal-standard generator.
#[derive(Clone, Debug)]
pub struct Ran1 {
    state: i64,
    table: [i64; Ran1::ENTRIES],
    /// The last entry taken from the table; zero until the table is filled.
    last: i64,
}

impl Default for Ran1 {
    fn default() -> Self {
        Ran1 { state: 0, table: [0; Ran1::ENTRIES], last: 0 }
    }
}

impl Ran1 {
    const MULTIPLIER: i64 = 16807;
    const MODULUS: i64 = 2147483647;
    const QUOTIENT: i64 = Ran1::MODULUS / Ran1::MULTIPLIER;
    const REMAINDER: i64 = Ran1::MODULUS % Ran1::MULTIPLIER;
    const ENTRIES: usize = 32;
    const DIVISOR: i64 = 1 + (Ran1::MODULUS - 1) / Ran1::ENTRIES as i64;

    /// A generator started from `seed`, as users write it.
    pub fn new(seed: i64) -> Self {
        let mut generator = Ran1::default();
        generator.reseed(seed);
        generator
    }

    /// Goes on from `seed`. The reference program starts from the negative of what users write, and only a
    /// start that is not positive fills the table anew; a negative `seed` keeps a table that is filled.
    pub fn reseed(&mut self, seed: i64) {
        self.state = seed.saturating_neg();
        if self.state <= 0 || self.last == 0 {
            self.fill();
        }
    }

    fn fill(&mut self) {
        self.state = self.state.saturating_neg().max(1);
        for entry in (0..Ran1::ENTRIES + 8).rev() {
            self.advance();
            if let Some(slot) = self.table.get_mut(entry) {
                *slot = self.state;
            }
        }
        self.last = self.table[0];
    }

    fn advance(&mut self) {
        let k = self.state / Ran1::QUOTIENT;
        let next = Ran1::MULTIPLIER * (self.state - k * Ran1::QUOTIENT) - Ran1::REMAINDER * k;
        self.state = if next < 0 { next + Ran1::MODULUS } else { next };
    }

    /// The next number, uniform on the open interval (0, 1).
    pub fn uniform(&mut self) -> f32 {
        // Exhausted only by seeds beyond the modulus, which the reference program does not survive either.
        self.advance();
        let slot = (self.last / Ran1::DIVISOR).rem_euclid(Ran1::ENTRIES as i64) as usize;
        self.last = self.table[slot];
        self.table[slot] = self.state;
        let scale = 1.0 / Ran1::MODULUS as f64;
        let uniform = (scale * self.last as f64) as f32;
        const LARGEST: f64 = 1.0 - 1.2e-7;
        if f64::from(uniform) > LARGEST { LARGEST as f32 } else { uniform }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_uniform_and_repeats() {
        let draw = |seed| {
            let mut generator = Ran1::new(seed);
            (0..10_000).map(|_| f64::from(generator.uniform())).collect::<Vec<_>>()
        };
        let (a, b) = (draw(12345678), draw(12345678));
        assert_eq!(a, b);
        assert_ne!(a, draw(12345679));
        let mean = a.iter().sum::<f64>() / a.len() as f64;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
        assert!(a.iter().all(|&u| u > 0.0 && u < 1.0));
    }

    #[test]
    fn extreme_seeds_stay_inside_the_interval() {
        for seed in [0, -1, i64::MIN, i64::MAX, 2147483647, 2147483648, -2147483649] {
            let mut generator = Ran1::new(seed);
            for _ in 0..100 {
                let u = generator.uniform();
                assert!(u.is_finite(), "{seed}");
            }
        }
    }
}
