//! F_latt² of shapes of a ball, in double precision or with sines in single.

use std::f64::consts::PI;
use std::marker::PhantomData;

use crate::formula::double::nearest_even;
use crate::formula::{Double, Single};
use crate::nest::block::{LANES, Lanes, LatticeIntensity, Slopes};
use crate::shapes::OnBall;
use crate::shapes::coordinate::radius;

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
}

impl<S: OnBall, const NARROW: bool> LatticeIntensity for Ball<S, NARROW> {
    const PRECISION: &'static str = if NARROW { "f32" } else { "f64" };
    const SPARSE: bool = false;
    const EVEN: bool = true;

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
