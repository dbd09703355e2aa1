//! Ellipsoid as the C program has it (quirk `ball_cancellation`): the closed form of the transform everywhere but in the node
//! itself, so that digits cancel next to it.

use super::round::{BALL, BALL_SHORT, BALL_SLOPE, PI, Round, ball_series};
use super::{BallFormulas, BallSlopes, Definition, OnBall, Series, Visit};
use crate::formula::{Words, formula};

pub(crate) struct RoundClosed;

/// Up to where the series stands in for the closed form: as coefficients, because single precision keeps no digit of the closed
/// form at a hundredth, and goes on with the series up to 1/2.
const CLOSED_FROM: [f64; 2] = [0.5, -0.5];

#[inline(always)]
fn closed_from<R: Words>(one: R) -> R {
    one.polynomial::<2, 1>(&CLOSED_FROM)
}

formula! {
    impl BallFormulas for RoundClosed {
        /// 3 (sin x / x - cos x) / x² with x = π y, y ≥ 0, up to its sign; 1 at 0. Reference program: `sinc3`.
        fn profile(y: real, rest: real) -> real {
            let x = y * c(PI);
            let square = x * x;
            let near = ball_series(square);
            let far = (sin_pi(rest) / x - cos_pi(rest)) * c(3.0) / square;
            return select(far, near, y <= closed_from(c(1.0)));
        }
    }
}

impl BallSlopes for RoundClosed {
    const WGSL: &'static str = <Round as BallSlopes>::WGSL;

    #[inline(always)]
    fn slope<R: Words>(y: R, rest: R, value: R) -> R {
        Round::slope(y, rest, value)
    }
}

impl OnBall for RoundClosed {
    const PEAK: f64 = Round::PEAK;
    const NEAR: f64 = Round::NEAR;

    #[inline(always)]
    fn near<R: Words>(square: R) -> R {
        Round::near(square)
    }
}

impl Definition for RoundClosed {
    const TITLE: &'static str = Round::TITLE;
    const CONSTANTS: &'static [(&'static str, f64)] = Round::CONSTANTS;
    const SERIES: &'static [Series] = &[
        Series { name: "ball_series", coefficients: &BALL, short: BALL_SHORT },
        Series { name: "ball_slope_series", coefficients: &BALL_SLOPE, short: BALL_SHORT },
        Series { name: "closed_from", coefficients: &CLOSED_FROM, short: 1 },
    ];

    #[inline(always)]
    fn visit<V: Visit>(visitor: V) -> V::Output {
        visitor.ball::<Self>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::coordinate::ball;

    #[test]
    fn digits_cancel_next_to_the_node_and_nowhere_else() {
        let error = |y: f64| (ball::<RoundClosed, f64>(y) - ball::<Round, f64>(y)).abs();
        assert_eq!(ball::<RoundClosed, f64>(0.0), 1.0);
        // The rounding of 1 over x² / 3.
        for exponent in 2..8 {
            let y = 10f64.powi(-exponent);
            let lost = 2e-16 * 3.0 / (PI * y).powi(2);
            assert!(error(y) <= 2.0 * lost, "{y}: {} {lost}", error(y));
        }
        assert!((1..100).any(|step| error(f64::from(step) * 1e-7) > 1e-5));
        assert!((0..400).all(|step| error(0.5 + f64::from(step) * 0.01) < 1e-14));
    }
}
