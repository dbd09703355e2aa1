//! Parallelepiped: the interference of whole rows of cells.

use super::{Definition, RowFormulas, Visit};
use crate::formula::formula;

pub(crate) struct Square;

formula! {
    impl RowFormulas for Square {
        /// sin(π N δ) / sin(π δ) up to its sign. Reference program: `sincg`.
        fn row(offset: real, rest: real, unit: real) -> real {
            return sin_pi(rest) / (sin_pi(offset) * unit);
        }

        /// The product over the three rows, with a single division.
        fn product(
            h: real, k: real, l: real,
            rest_h: real, rest_k: real, rest_l: real,
            unit_h: real, unit_k: real, unit_l: real,
        ) -> real {
            let fringes = sin_pi(rest_h) * sin_pi(rest_k) * sin_pi(rest_l);
            let spots = (sin_pi(h) * unit_h) * (sin_pi(k) * unit_k) * (sin_pi(l) * unit_l);
            return fringes / spots;
        }
    }
}

impl Definition for Square {
    const TITLE: &'static str = "parallelepiped";

    #[inline(always)]
    fn visit<V: Visit>(visitor: V) -> V::Output {
        visitor.rows::<Self>()
    }
}

#[cfg(test)]
mod tests {
    use super::Square;
    use crate::shapes::coordinate::row;
    use proptest::prelude::*;

    fn direct(h: f64, n: f64) -> f64 {
        use std::f64::consts::PI;
        if h == 0.0 { n } else { (PI * n * h).sin() / (PI * h).sin() }
    }

    fn at(h: f64, n: f64) -> f64 {
        let nearest = (h - 0.5).ceil();
        row::<Square, f64>(nearest, h - nearest, n)
    }

    proptest! {
        #[test]
        fn the_reduced_row_is_the_direct_one(h in -40.0..40.0f64, n in 2u32..60) {
            prop_assume!((h - h.round()).abs() > 1e-3);
            let n = f64::from(n);
            prop_assert!((at(h, n) - direct(h, n)).abs() < 1e-10 * n);
        }
    }

    #[test]
    fn signs_at_whole_indices_are_limits() {
        for h in [-3.0, -2.0, 1.0, 2.0, 5.0] {
            for n in [2.0, 3.0, 4.0, 5.0] {
                assert!((at(h, n) - at(h + 1e-9, n)).abs() < 1e-6, "h {h} n {n}");
            }
        }
    }
}
