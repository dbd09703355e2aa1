//! Ellipsoid: the transform of a ball.

use super::{BallFormulas, BallSlopes, Definition, OnBall, Series, Visit};
use crate::formula::{Words, formula};

pub(crate) struct Round;

/// Coefficients of the ball's transform in powers of (π y)²: 3 (-1)^k (2k + 2) / (2k + 3)!.
pub(super) const BALL: [f64; 11] = {
    let mut coefficients = [0.0; 11];
    let (mut k, mut factorial, mut sign) = (0, 6.0, 3.0);
    while k < coefficients.len() {
        coefficients[k] = sign * (2 * k + 2) as f64 / factorial;
        factorial *= ((2 * k + 4) * (2 * k + 5)) as f64;
        sign = -sign;
        k += 1;
    }
    coefficients
};
/// Those of its derivative over π y.
pub(super) const BALL_SLOPE: [f64; 10] = {
    let mut coefficients = [0.0; 10];
    let mut k = 0;
    while k < coefficients.len() {
        coefficients[k] = BALL[k + 1] * (2 * k + 2) as f64;
        k += 1;
    }
    coefficients
};
/// So many are enough in single precision.
pub(super) const BALL_SHORT: usize = 7;
/// Up to here the transform is its series, which does not cancel; the first term left out is 2e-17.
const BALL_SERIES: f64 = 0.5;
pub(super) const PI: f64 = std::f64::consts::PI;

#[inline(always)]
pub(super) fn ball_series<R: Words>(x: R) -> R {
    x.polynomial::<11, BALL_SHORT>(&BALL)
}

#[inline(always)]
pub(super) fn ball_slope_series<R: Words>(x: R) -> R {
    x.polynomial::<10, BALL_SHORT>(&BALL_SLOPE)
}

formula! {
    impl BallFormulas for Round {
        /// 3 (sin x / x - cos x) / x² with x = π y, y ≥ 0, up to its sign; 1 at 0. Reference program: `sinc3`.
        fn profile(y: real, rest: real) -> real {
            let x = y * c(PI);
            let square = x * x;
            let near = ball_series(square);
            let far = (sin_pi(rest) / x - cos_pi(rest)) * c(3.0) / square;
            return select(far, near, y <= c(BALL_SERIES));
        }
    }
}

formula! {
    impl BallSlopes for Round {
        /// ball'(x) / x = -3 (ball - sin x / x) / x², near the node its series.
        fn slope(y: real, rest: real, value: real) -> real {
            let x = y * c(PI);
            let square = x * x;
            let near = ball_slope_series(square);
            let far = (sin_pi(rest) / x - value) * c(3.0) / square;
            return select(far, near, y <= c(BALL_SERIES));
        }
    }
}

impl OnBall for Round {
    // Ratio of the volumes' square roots that matches a ball's spots to a cube's (reference program): √(π / 6).
    const PEAK: f64 = 0.723601254558268;
    const NEAR: f64 = BALL_SERIES;

    #[inline(always)]
    fn near<R: Words>(square: R) -> R {
        ball_series(square * R::constant(PI * PI))
    }
}

impl Definition for Round {
    const TITLE: &'static str = "ellipsoid";
    const CONSTANTS: &'static [(&'static str, f64)] = &[("BALL_SERIES", BALL_SERIES)];
    const SERIES: &'static [Series] = &[
        Series { name: "ball_series", coefficients: &BALL, short: BALL_SHORT },
        Series { name: "ball_slope_series", coefficients: &BALL_SLOPE, short: BALL_SHORT },
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
    fn the_ball_is_its_closed_form_and_smooth_where_the_two_meet() {
        let closed = |y: f64| {
            let x = PI * y;
            3.0 * (x.sin() / x - x.cos()) / (x * x)
        };
        let ball = ball::<Round, f64>;
        for y in [0.3, 0.49, 0.51, 1.0, 1.4303, 2.7, 17.3, 500.1] {
            assert!((ball(y) - closed(y)).abs() < 1e-13, "{y}: {} {}", ball(y), closed(y));
        }
        assert_eq!(ball(0.0), 1.0);
        assert!((ball(BALL_SERIES) - ball(BALL_SERIES.next_up())).abs() < 1e-15);
    }

    #[test]
    fn the_short_series_is_good_to_single_precision() {
        for step in 0u8..=100 {
            let y = f64::from(step) / 200.0;
            let square = (PI * y).powi(2);
            let short = BALL[..BALL_SHORT].iter().rev().fold(0.0f32, |sum, &c| sum * square as f32 + c as f32);
            assert!((f64::from(short) - ball::<Round, f64>(y)).abs() <= 2e-7, "{y}");
        }
    }
}
