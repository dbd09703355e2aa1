//! F_latt² of shapes of a ball, in double precision or with sines in single.

use std::f64::consts::PI;
use std::marker::PhantomData;

use crate::formula::double::{nearest_even, root_and_reciprocal, roots_are_exact};
use crate::formula::far::{Far, Known};
use crate::formula::{Double, Single};
use crate::nest::block::{LANES, Lanes, LatticeIntensity, Slopes};
use crate::shapes::OnBall;
use crate::shapes::coordinate::{radius, square_radius};

/// A shape of a ball. `NARROW`: in single precision.
pub(super) struct Ball<S, const NARROW: bool> {
    cells: [f64; 3],
    fudge: f64,
    /// F_latt at a node.
    peak: f64,
    shape: PhantomData<S>,
}

impl<S: OnBall, const NARROW: bool> Ball<S, NARROW> {
    pub fn new(cells: [f64; 3], fudge: f64) -> Self {
        let [na, nb, nc] = cells;
        Ball { cells, fudge, peak: na * nb * nc * S::PEAK, shape: PhantomData }
    }

    /// Whether the closed form is wanted, as the formula compares.
    #[inline(always)]
    fn is_far(y: f64) -> bool {
        if NARROW { y as f32 > S::NEAR as f32 } else { y > S::NEAR }
    }
}

impl<S: OnBall, const NARROW: bool> LatticeIntensity for Ball<S, NARROW> {
    const PRECISION: &'static str = if NARROW { "f32" } else { "f64" };
    const SPARSE: bool = false;
    const EVEN: bool = true;
    const TOGETHER: bool = true;

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, offset: [f64; 3]) -> f64 {
        let y = radius(&offset, &self.cells, self.fudge);
        let rest = y - nearest_even::<FMA>(y);
        let profile = if NARROW {
            f64::from(S::profile(Single::<FMA>(y as f32), Single(rest as f32)).0)
        } else {
            S::profile(Double::<FMA, false, false>(y), Double(rest)).0
        };
        let f_latt = self.peak * profile;
        f_latt * f_latt
    }

    /// Root and reciprocal of all at once, the closed form for all, and the series where it is wanted, which is in few pixels.
    #[inline(always)]
    fn intensities<const FMA: bool>(&self, offset: &[Lanes; 3], into: &mut Lanes) {
        let at = |i: usize| [offset[0].0[i], offset[1].0[i], offset[2].0[i]];
        let (mut y, mut reciprocal) = (Lanes::splat(0.0), Lanes::splat(0.0));
        let mut exact = true;
        for i in 0..LANES {
            let square = square_radius(&at(i), &self.cells, self.fudge);
            exact &= roots_are_exact(square);
            y.0[i] = square;
        }
        if exact {
            for i in 0..LANES {
                (y.0[i], reciprocal.0[i]) = root_and_reciprocal::<FMA>(y.0[i]);
            }
        } else {
            for i in 0..LANES {
                y.0[i] = y.0[i].sqrt();
                reciprocal.0[i] = 1.0 / y.0[i];
            }
        }
        let mut near = 0;
        for i in 0..LANES {
            let y = y.0[i];
            let rest = y - nearest_even::<FMA>(y);
            near |= u64::from(!Self::is_far(y));
            let profile = if NARROW {
                f64::from(S::profile(Far(Single::<FMA>(y as f32)), Far(Single(rest as f32))).0.0)
            } else {
                let y = Known::<FMA>::new(y, reciprocal.0[i]);
                S::profile(Far(y), Far(Known::numerator(rest))).0.value.0
            };
            let f_latt = self.peak * profile;
            into.0[i] = f_latt * f_latt;
        }
        if near != 0 {
            for i in 0..LANES {
                if !Self::is_far(y.0[i]) {
                    into.0[i] = self.intensity::<FMA>(at(i));
                }
            }
        }
    }

    #[inline(always)]
    fn slopes<const FMA: bool>(&self, offset: &[Lanes; 3], value: &mut Lanes, into: &mut Slopes) {
        let Slopes { by_offset, by_cells, .. } = into;
        for i in 0..LANES {
            let at = [offset[0].0[i], offset[1].0[i], offset[2].0[i]];
            let y = radius(&at, &self.cells, self.fudge);
            let rest = Double::<FMA, false, false>(y - nearest_even::<FMA>(y));
            let profile = S::profile(Double(y), rest);
            let slope = S::slope(Double(y), rest, profile).0;
            let f_latt = self.peak * profile.0;
            value.0[i] = f_latt * f_latt;
            let common = self.peak * slope * PI * PI * self.fudge * 2.0 * f_latt;
            for axis in 0..3 {
                let (cells, offset) = (self.cells[axis], at[axis]);
                let share = common * cells * offset;
                by_offset[axis].0[i] = share * cells;
                by_cells[axis].0[i] = share * offset + 2.0 * f_latt * f_latt / cells;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::{Coordinate, OnStar, RowFormulas, Shape, Visit};
    use proptest::prelude::*;

    /// Compares for a shape.
    struct Compare<'a> {
        offsets: &'a [[f64; 3]],
        cells: [f64; 3],
        fudge: f64,
    }

    impl Visit for Compare<'_> {
        type Output = bool;

        fn rows<S: RowFormulas>(self) -> bool {
            false
        }

        fn ball<S: OnBall>(self) -> bool {
            let Compare { offsets, cells, fudge } = self;
            check::<S, false, true>(offsets, cells, fudge);
            check::<S, false, false>(offsets, cells, fudge);
            check::<S, true, true>(offsets, cells, fudge);
            true
        }

        fn star<S: OnStar>(self) -> bool {
            false
        }
    }

    fn check<S: OnBall, const NARROW: bool, const FMA: bool>(
        offsets: &[[f64; 3]],
        cells: [f64; 3],
        fudge: f64,
    ) {
        let ball = Ball::<S, NARROW>::new(cells, fudge);
        let mut offset = [Lanes::splat(0.0); 3];
        for (i, at) in offsets.iter().enumerate() {
            (0..3).for_each(|axis| offset[axis].0[i] = at[axis]);
        }
        let mut all = Lanes::splat(-1.0);
        ball.intensities::<FMA>(&offset, &mut all);
        for (found, at) in all.0.iter().zip(offsets) {
            let expected = ball.intensity::<FMA>(*at);
            assert!(found.to_bits() == expected.to_bits() || found.is_nan(), "{at:?} {found} {expected}");
            assert_eq!(found.is_nan(), expected.is_nan());
        }
    }

    proptest! {
        #[test]
        fn all_at_once_have_the_bits_of_each(
            mut offsets in prop::collection::vec(prop::array::uniform3(-0.5..0.5f64), LANES),
            scale in -20..1i32, cells in prop::array::uniform3(1.0..200.0f64), fudge in 0.5..2.0f64
        ) {
            for at in offsets.iter_mut().step_by(3) {
                *at = at.map(|x| x * 10f64.powi(scale));
            }
            offsets[7] = [1e-40; 3];
            for fudge in [fudge, 0.0, -1.0] {
                for shape in Shape::ALL.iter().filter(|shape| matches!(shape.coordinate(), Coordinate::Ball { .. })) {
                    assert!(shape.visit(Compare { offsets: &offsets, cells, fudge }));
                }
            }
        }
    }
}
