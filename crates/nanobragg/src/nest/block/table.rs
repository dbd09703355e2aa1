//! The table of structure factors as a block reads it.

use crate::formula::double::mul_add;
use crate::model::PaddedGrid;

/// The padded grid with what places in it are computed from.
#[derive(Clone, Copy)]
pub(crate) struct Table<'a> {
    /// Least and greatest index of the grid with its border.
    least: [f64; 3],
    most: [f64; 3],
    /// The same as whole numbers, and entries from one h, and one k, to the next.
    ends: [[i32; 3]; 2],
    pub steps: [usize; 2],
    strides: [f64; 2],
    /// Place of index 0 0 0, plus [`SHIFT`].
    origin: f64,
    pub values: &'a [f64],
}

/// 2⁵², whose sum with a whole number carries it in the low bits.
const SHIFT: f64 = 4503599627370496.0;

impl<'a> Table<'a> {
    /// `None` when the grid has more entries than places can tell apart.
    pub fn new(grid: PaddedGrid<'a>) -> Option<Self> {
        if grid.values.len() > u32::MAX as usize {
            return None;
        }
        let least = grid.first.map(f64::from);
        let shape = grid.shape.map(|entries| entries as f64);
        let strides = [shape[1] * shape[2], shape[2]];
        let steps = [grid.shape[1] * grid.shape[2], grid.shape[2]];
        // A grid that fits into memory has less than 2³¹ entries along an axis.
        let last = [0, 1, 2].map(|axis| grid.first[axis].saturating_add(grid.shape[axis] as i32 - 1));
        Some(Table {
            ends: [grid.first, last],
            steps,
            least,
            most: [0, 1, 2].map(|axis| least[axis] + shape[axis] - 1.0),
            strides,
            origin: SHIFT - (least[0] * strides[0] + least[1] * strides[1] + least[2]),
            values: grid.values,
        })
    }

    /// Place of the whole indices `node`, clamped onto the border; what is not a number goes to its beginning.
    #[inline(always)]
    pub fn place<const FMA: bool>(&self, node: [f64; 3]) -> u32 {
        let mut inside = [0.0; 3];
        for axis in 0..3 {
            let (least, most) = (self.least[axis], self.most[axis]);
            let above = if node[axis] > least { node[axis] } else { least };
            inside[axis] = if above < most { above } else { most };
        }
        self.place_inside::<FMA>(inside)
    }

    /// Place of the whole indices `node`, which the grid holds. Every intermediate is a whole number below 2⁵³.
    #[inline(always)]
    pub fn place_inside<const FMA: bool>(&self, node: [f64; 3]) -> u32 {
        let [along_h, along_k] = self.strides;
        let row = mul_add::<FMA>(node[1], along_k, node[2] + self.origin);
        mul_add::<FMA>(node[0], along_h, row).to_bits() as u32
    }

    /// [`Table::place`] of integers.
    #[inline(always)]
    pub fn place_of(&self, node: [i32; 3]) -> u32 {
        let [first, last] = self.ends;
        let inside =
            |axis: usize| node[axis].max(first[axis]).min(last[axis]).wrapping_sub(first[axis]) as u32;
        let [along_h, along_k] = self.steps.map(|step| step as u32);
        inside(0).wrapping_mul(along_h).wrapping_add(inside(1).wrapping_mul(along_k)).wrapping_add(inside(2))
    }

    /// Loads the structure factors at `places`; false when all are zero.
    ///
    /// One load after the other: gathered loads are slower on most machines. The way out of the loop, which places
    /// that are clamped never take, keeps the compiler from making gathers of it.
    #[inline(always)]
    pub fn look_up<const N: usize>(&self, places: &[u32; N], into: &mut [f64; N]) -> bool {
        for (f, &place) in into.iter_mut().zip(places) {
            let Some(&value) = self.values.get(place as usize) else { return false };
            *f = value;
        }
        let mut bits = 0;
        for f in into {
            bits |= f.to_bits();
        }
        bits << 1 != 0
    }
}
