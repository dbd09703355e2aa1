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
    fn slopes<const FMA: bool>(&self, offset: &[Lanes; 3], _value: &Lanes, into: &mut Slopes) {
        let number = Double::<FMA, true, false>;
        // One loop an axis: as one function of three axes it is not vectorized.
        for axis in 0..3 {
            let cells = self.cells[axis];
            let (offset, rows) = (&offset[axis], &mut into.rows[axis]);
            let (by_offset, by_cells) = (&mut into.by_offset[axis], &mut into.by_cells[axis]);
            for i in 0..LANES {
                let phase = cells * offset.0[i];
                let rest = number(phase - nearest_even::<FMA>(phase));
                let (offset, phase, cells) = (number(offset.0[i]), number(phase), number(cells));
                let inverse = S::inverse(offset, number(1.0));
                let value = S::value(rest, inverse);
                rows.0[i] = value.0;
                by_offset.0[i] = S::by_offset(offset, rest, phase, cells, value, inverse).0;
                by_cells.0[i] = S::by_cells(offset, rest, inverse).0;
            }
        }
        let Slopes { rows: [a, b, c], by_offset, by_cells, .. } = into;
        for i in 0..LANES {
            let (a, b, c) = (a.0[i], b.0[i], c.0[i]);
            let twice = 2.0 * (a * b * c);
            for (axis, others) in [b * c, a * c, a * b].into_iter().enumerate() {
                by_offset[axis].0[i] *= others * twice;
                by_cells[axis].0[i] *= others * twice;
            }
        }
    }
}
