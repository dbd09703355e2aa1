//! F_latt² of shapes of rows in double precision.

use std::marker::PhantomData;

use crate::formula::Double;
use crate::formula::double::nearest_even;
use crate::nest::block::LatticeIntensity;
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
}
