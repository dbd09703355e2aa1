//! Parallelepiped: the interference of whole rows of cells.

use super::{Definition, NearNode, RowFormulas, RowSlopes, Visit};
use crate::formula::sinpi::SIN_PI;
use crate::formula::{Words, formula};

pub(crate) struct Square;

const PI: f64 = std::f64::consts::PI;
const PI_SQR: f64 = PI * PI;
/// (N δ)² up to which the slope is its series.
const NEAR_SQR: f64 = 1e-4;
/// The same in single precision, which loses more where terms cancel: both are good to 2e-6 of the slope at the border.
const NEAR_SQR_SINGLE: f64 = 1e-2;

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

formula! {
    impl RowSlopes for Square {
        /// sin(π N δ).
        fn fringe(rest: real) -> real {
            return sin_pi(rest);
        }

        /// sin(π δ).
        fn spot(offset: real, unit: real) -> real {
            return sin_pi(offset) * unit;
        }

        /// π (N cos(π N δ) - s cos(π δ)) / sin(π δ). Where both terms cancel it is the series of s'/s: 3e-11 of itself at the
        /// border, where the closed form has lost as much.
        fn by_offset(offset: real, rest: real, phase: real, cells: real, value: real, inverse: real) -> real {
            let across = cells * cells;
            let x_sqr = offset * offset * c(PI_SQR);
            let first = -(across - c(1.0)) / c(3.0);
            let second = -(across * across - c(1.0)) / c(45.0);
            let third = -(across * across * across - c(1.0)) * c(2.0) / c(945.0);
            let series = value * offset * c(PI_SQR) * (first + x_sqr * (second + x_sqr * third));
            let closed = (cells * cos_pi(rest) - value * cos_pi(offset)) * c(PI) * inverse;
            return select(closed, series, phase * phase < c(NEAR_SQR));
        }

        /// π δ cos(π N δ) / sin(π δ).
        fn by_cells(offset: real, rest: real, inverse: real) -> real {
            return offset * c(PI) * cos_pi(rest) * inverse;
        }
    }
}

impl NearNode for Square {
    #[inline(always)]
    fn near<R: Words>(offset: R, phase: R, cells: R) -> R {
        // sin(π x) / x is a polynomial of x²: there is no difference that could cancel.
        let sine = |x: R| (x * x).polynomial::<9, 5>(&SIN_PI);
        cells * sine(phase) / sine(offset)
    }
}

impl Definition for Square {
    const TITLE: &'static str = "parallelepiped";
    const CONSTANTS: &'static [(&'static str, f64)] = &[("NEAR_SQR", NEAR_SQR), ("PI_SQR", PI_SQR)];
    const SINGLE_CONSTANTS: &'static [(&'static str, f64)] = &[("NEAR_SQR", NEAR_SQR_SINGLE)];

    #[inline(always)]
    fn visit<V: Visit>(visitor: V) -> V::Output {
        visitor.rows::<Self>()
    }
}

#[cfg(test)]
mod tests {
    use super::{PI, Square};
    use crate::shapes::coordinate::row;
    use proptest::prelude::*;

    fn direct(h: f64, n: f64) -> f64 {
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
