//! F_latt² of shapes of rows in double precision.

use std::marker::PhantomData;

use crate::formula::Double;
use crate::formula::double::nearest_even;
use crate::nest::block::{LANES, Lanes, LatticeIntensity, Slopes};
use crate::shapes::RowFormulas;

/// A shape of rows.
pub(super) struct Rows<S> {
    cells: [f64; 3],
    shape: PhantomData<S>,
}

impl<S> Rows<S> {
    pub fn new(cells: [f64; 3]) -> Self {
        Rows { cells, shape: PhantomData }
    }
}

impl<S: RowFormulas> LatticeIntensity for Rows<S> {
    const PRECISION: &'static str = "f64";
    const SPARSE: bool = false;
    const EVEN: bool = true;

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, [h, k, l]: [f64; 3]) -> f64 {
        let [na, nb, nc] = self.cells;
        let number = Double::<FMA, true, false>;
        let rest = |offset: f64, cells: f64| {
            let phase = cells * offset;
            number(phase - nearest_even::<FMA>(phase))
        };
        let one = number(1.0);
        let (rest_h, rest_k, rest_l) = (rest(h, na), rest(k, nb), rest(l, nc));
        let f_latt = S::product(number(h), number(k), number(l), rest_h, rest_k, rest_l, one, one, one);
        f_latt.0 * f_latt.0
    }

    #[inline(always)]
    fn slopes<const FMA: bool>(&self, offset: &[Lanes; 3], value: &mut Lanes, into: &mut Slopes) {
        let number = Double::<FMA, true, false>;
        let Slopes { rows, spots, by_offset, by_cells, .. } = into;
        // One loop an axis: as one function of three axes it is not vectorized.
        for axis in 0..3 {
            let (cells, offset) = (self.cells[axis], &offset[axis]);
            let (fringe, spot) = (&mut rows[axis], &mut spots[axis]);
            for i in 0..LANES {
                let phase = cells * offset.0[i];
                fringe.0[i] = S::fringe(number(phase - nearest_even::<FMA>(phase))).0;
                spot.0[i] = S::spot(number(offset.0[i]), number(1.0)).0;
            }
        }
        products(rows, spots, value, by_offset);
        for axis in 0..3 {
            let (cells, offset, shares) = (self.cells[axis], &offset[axis], &mut by_offset[axis]);
            let (values, inverses, by_cells) = (&rows[axis], &spots[axis], &mut by_cells[axis]);
            for i in 0..LANES {
                let phase = cells * offset.0[i];
                let rest = number(phase - nearest_even::<FMA>(phase));
                let (offset, phase, cells) = (number(offset.0[i]), number(phase), number(cells));
                let (value, inverse, share) = (number(values.0[i]), number(inverses.0[i]), shares.0[i]);
                shares.0[i] = S::by_offset(offset, rest, phase, cells, value, inverse).0 * share;
                by_cells.0[i] = S::by_cells(offset, rest, inverse).0 * share;
            }
        }
    }
}

/// From fringes and spots to F_latt² as [`RowFormulas::product`] gives it, to rows, inverses of spots, and what the derivative of
/// each row is multiplied by.
#[inline(always)]
fn products(rows: &mut [Lanes; 3], spots: &mut [Lanes; 3], value: &mut Lanes, shares: &mut [Lanes; 3]) {
    let ([fringe_h, fringe_k, fringe_l], [spot_h, spot_k, spot_l]) = (rows, spots);
    let [share_h, share_k, share_l] = shares;
    for i in 0..LANES {
        let (a, b, c) = (spot_h.0[i], spot_k.0[i], spot_l.0[i]);
        let two = a * b;
        let all = two * c;
        let f_latt = fringe_h.0[i] * fringe_k.0[i] * fringe_l.0[i] / all;
        value.0[i] = f_latt * f_latt;
        // One division for three inverses.
        let inverse = 1.0 / all;
        let last = inverse * c;
        let (a, b, c) = (last * b, last * a, inverse * two);
        (spot_h.0[i], spot_k.0[i], spot_l.0[i]) = (a, b, c);
        let (a, b, c) = (a * fringe_h.0[i], b * fringe_k.0[i], c * fringe_l.0[i]);
        (fringe_h.0[i], fringe_k.0[i], fringe_l.0[i]) = (a, b, c);
        let two = a * b;
        let twice = 2.0 * (two * c);
        (share_h.0[i], share_k.0[i], share_l.0[i]) = (b * c * twice, a * c * twice, two * twice);
    }
}
