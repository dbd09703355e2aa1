//! F_latt² of ellipsoids and Gaussian spots with sines and exponentials in single precision.
//!
//! Indices and their offsets from the nodes stay in double precision up to where what is left is a fraction of a
//! turn or of a power of two; only then numbers are narrowed. So single precision's error is that of a sine
//! between nodes, some 1e-7 of a term, and not that of an index, which grows with its size and with the number
//! of cells. [`super::turns`] does the same for parallelepipeds, whose fringes need less.

use super::polynomial::nearest_even;
use super::shapes::{Gauss, Round};
use super::terms::{LatticeIntensity, Scattered};
use crate::physics::lattice::{BALL, BALL_SERIES, RealLattice};
use crate::physics::sinpi::SHIFT;

/// Coefficients of sin(π x) / x in powers of x², minimax on |x| ≤ 1/2: relative error 5e-9.
const SIN_PI: [f32; 5] = [std::f32::consts::PI, -5.16771, 2.5500698, -0.5982421, 0.07756039];
/// Coefficients of cos(π x) in powers of x², minimax on |x| ≤ 1/2: absolute error 2e-10.
const COS_PI: [f32; 6] = [1.0, -4.934802, 4.058709, -1.3352121, 0.23493756, -0.024396718];

#[inline(always)]
fn horner<const FMA: bool, const N: usize>(coefficients: &[f32; N], x: f32) -> f32 {
    let mut sum = coefficients[N - 1];
    for &coefficient in coefficients[..N - 1].iter().rev() {
        sum = if FMA { sum.mul_add(x, coefficient) } else { sum * x + coefficient };
    }
    sum
}

/// sin π x for |x| ≤ 1/2.
#[inline(always)]
pub(super) fn sin_pi<const FMA: bool>(x: f32) -> f32 {
    x * horner::<FMA, 5>(&SIN_PI, x * x)
}

/// Ellipsoid.
#[derive(Clone, Copy)]
pub(super) struct RoundSingle(pub Round);

/// Coefficients of the ball's series.
const SERIES: [f32; 7] = {
    let mut narrow = [0.0; 7];
    let mut i = 0;
    while i < narrow.len() {
        narrow[i] = BALL[i] as f32;
        i += 1;
    }
    narrow
};

impl LatticeIntensity for RoundSingle {
    const SPARSE: bool = false;

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, offset: [f64; 3]) -> f64 {
        let y = self.0.radius(offset);
        let x = std::f32::consts::PI * y as f32;
        let square = x * x;
        let rest = (y - nearest_even::<FMA>(y)) as f32;
        let sine = sin_pi::<FMA>(rest);
        let cosine = horner::<FMA, 6>(&COS_PI, rest * rest);
        let closed = 3.0 * (sine / x - cosine) / square;
        let ball = if y <= BALL_SERIES { horner::<FMA, 7>(&SERIES, square) } else { closed };
        let f_latt = self.0.peak * f64::from(ball);
        f_latt * f_latt
    }
}

/// Gaussian spots.
#[derive(Clone, Copy)]
pub(super) struct GaussSingle(pub Gauss);

impl LatticeIntensity for GaussSingle {
    const SPARSE: bool = true;

    #[inline(always)]
    fn vanishes<const FMA: bool>(&self, lattice: &RealLattice<f64>, scattered: &Scattered) -> bool {
        self.0.misses::<FMA>(lattice, scattered)
    }

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, offset: [f64; 3]) -> f64 {
        self.0.by::<FMA>(offset, exp::<FMA>)
    }
}

/// exp x for -707 < x ≤ 0: the power of two in double precision, the rest in single.
#[inline(always)]
fn exp<const FMA: bool>(x: f64) -> f64 {
    const TAYLOR: [f32; 7] = [1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0];
    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let rest = (x - (shifted - SHIFT) * std::f64::consts::LN_2) as f32;
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    f64::from(horner::<FMA, 7>(&TAYLOR, rest)) * power
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sines_are_good_to_single_precision(x in -0.5..=0.5f32) {
            let expected = (std::f64::consts::PI * f64::from(x)).sin();
            for found in [sin_pi::<true>(x), sin_pi::<false>(x)] {
                prop_assert!((f64::from(found) - expected).abs() <= 3e-7 * expected.abs());
            }
        }

        #[test]
        fn exponentials_are_good_to_single_precision(x in -700.0..=0.0f64) {
            for found in [exp::<true>(x), exp::<false>(x)] {
                prop_assert!((found / x.exp() - 1.0).abs() <= 3e-7);
            }
        }
    }
}
