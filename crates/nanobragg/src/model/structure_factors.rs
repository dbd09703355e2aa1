//! Structure factors as a dense grid over a box of indices.

use std::sync::Arc;

#[cfg(feature = "serde")]
use crate::check::ranged;
use crate::error::{Error, TableCause};

/// One structure factor amplitude.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reflection {
    /// Miller indices.
    pub hkl: [i32; 3],
    /// Amplitude in electrons.
    pub f: f64,
}

/// The smallest box that holds a set of indices, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexBox {
    /// Least h, k, l.
    pub min: [i32; 3],
    /// Greatest h, k, l.
    pub max: [i32; 3],
}

impl IndexBox {
    /// The box around `indices`, or `None` when there are none.
    pub fn enclosing(indices: impl IntoIterator<Item = [i32; 3]>) -> Option<IndexBox> {
        let mut indices = indices.into_iter();
        let first = indices.next()?;
        let mut bounds = IndexBox { min: first, max: first };
        indices.for_each(|hkl| bounds.include(hkl));
        Some(bounds)
    }

    /// Widens the box so that it holds `hkl`.
    pub fn include(&mut self, hkl: [i32; 3]) {
        for (axis, index) in hkl.into_iter().enumerate() {
            self.min[axis] = self.min[axis].min(index);
            self.max[axis] = self.max[axis].max(index);
        }
    }

    /// Whether `hkl` is in it.
    pub fn contains(&self, hkl: [i32; 3]) -> bool {
        (0..3).all(|axis| (self.min[axis]..=self.max[axis]).contains(&hkl[axis]))
    }

    /// Number of indices along `axis`.
    pub fn range(&self, axis: usize) -> u64 {
        (i64::from(self.max[axis]) - i64::from(self.min[axis]) + 1).max(0) as u64
    }

    /// All indices of the box, l fastest.
    pub fn indices(&self) -> impl Iterator<Item = [i32; 3]> {
        let [h, k, l] = [0, 1, 2].map(|axis| self.min[axis]..=self.max[axis]);
        h.flat_map(move |h| {
            let l = l.clone();
            k.clone().flat_map(move |k| l.clone().map(move |l| [h, k, l]))
        })
    }

    /// Number of entries of a grid over the box.
    pub fn entries(&self) -> u128 {
        (0..3).map(|axis| u128::from(self.range(axis))).product()
    }
}

/// Structure factors: a dense grid over a box of indices and one value for everything outside. Clones share
/// the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct StructureFactors {
    default_f: f64,
    grid: Option<Grid>,
}

#[derive(Clone, Debug, PartialEq)]
struct Grid {
    bounds: IndexBox,
    /// Entries along h, k, l, with a border of one entry of the default on either side: an index beyond the box
    /// can be clamped onto it instead of being tested.
    shape: [usize; 3],
    values: Arc<Vec<f64>>,
    loaded: u64,
    /// The largest entry, by size.
    largest: f64,
}

/// The grid as backends read it: l fastest, with a border of one entry of the default around the box.
#[derive(Clone, Copy, Debug)]
pub struct PaddedGrid<'a> {
    /// Indices of the first entry: one below the least.
    pub first: [i32; 3],
    /// Entries along h, k, l.
    pub shape: [usize; 3],
    /// All entries.
    pub values: &'a [f64],
}

impl StructureFactors {
    /// Most bytes that a grid may take unless the caller says otherwise.
    pub const MEMORY_LIMIT: u64 = 8 << 30;

    /// Every structure factor equals `f`.
    pub fn uniform(f: f64) -> Self {
        StructureFactors { default_f: f, grid: None }
    }

    /// Fills a grid over `bounds` from `reflections`; a later reflection replaces an earlier one of the same
    /// indices, and every other entry, inside the box or outside, is `default_f`.
    ///
    /// ```
    /// use nanobragg::model::{IndexBox, Reflection, StructureFactors};
    ///
    /// let reflections = [Reflection { hkl: [1, 0, -2], f: 3.5 }, Reflection { hkl: [2, 1, 0], f: 7.0 }];
    /// let bounds = IndexBox::enclosing(reflections.iter().map(|r| r.hkl)).unwrap();
    /// let table = StructureFactors::from_reflections(bounds, 0.0, reflections).unwrap();
    /// assert_eq!((table.nearest([1, 0, -2]), table.nearest([9, 9, 9])), (3.5, 0.0));
    /// ```
    ///
    /// # Errors
    /// [`TableTooLarge`](crate::ErrorKind::TableTooLarge) when the grid would take more than
    /// [`Self::MEMORY_LIMIT`], [`ReflectionOutside`](crate::ErrorKind::ReflectionOutside) for a reflection that is
    /// not in `bounds`.
    pub fn from_reflections(
        bounds: IndexBox,
        default_f: f64,
        reflections: impl IntoIterator<Item = Reflection>,
    ) -> Result<Self, Error> {
        let sound = reflections.into_iter().map(Ok::<_, Error>);
        Self::try_from_reflections(bounds, default_f, Self::MEMORY_LIMIT, sound)
    }

    /// As [`Self::from_reflections`], for a source that can fail and a limit of the caller's choice.
    ///
    /// # Errors
    /// Those of [`Self::from_reflections`], and the first error of `reflections`.
    pub fn try_from_reflections<E: From<Error>>(
        bounds: IndexBox,
        default_f: f64,
        memory_limit: u64,
        reflections: impl IntoIterator<Item = Result<Reflection, E>>,
    ) -> Result<Self, E> {
        let padded = |axis: usize| u128::from(bounds.range(axis)) + 2;
        let entries = if bounds.entries() == 0 { 0 } else { padded(0) * padded(1) * padded(2) };
        let bytes = entries.saturating_mul(size_of::<f64>() as u128);
        if bytes == 0 || bytes > u128::from(memory_limit) || usize::try_from(bytes).is_err() {
            let IndexBox { min, max } = bounds;
            return Err(Error::from(TableCause::TooLarge { min, max, bytes, limit: memory_limit }).into());
        }
        let shape = [0, 1, 2].map(|axis| padded(axis) as usize);
        // Zeroed pages are only backed by memory once they are written: gaps of a large table cost nothing.
        let mut values = vec![default_f; shape.iter().product()];
        let mut loaded = 0;
        for reflection in reflections {
            let Reflection { hkl, f } = reflection?;
            let index =
                offset(&bounds, &shape, hkl).ok_or_else(|| Error::from(TableCause::Outside { hkl }))?;
            values[index] = f;
            loaded += 1;
        }
        let larger = |most: f64, f: &f64| if f.abs() > most { f.abs() } else { most };
        let largest = values.iter().fold(0.0, larger);
        Ok(StructureFactors {
            default_f,
            grid: Some(Grid { bounds, shape, values: Arc::new(values), loaded, largest }),
        })
    }

    /// A grid over `bounds` of the `amplitudes` of all its indices, l fastest, as if it had been filled from `loaded`
    /// reflections.
    #[cfg(feature = "serde")]
    pub(super) fn from_amplitudes(
        bounds: IndexBox,
        default_f: f64,
        loaded: u64,
        amplitudes: &[f64],
    ) -> Result<Self, Error> {
        let whole = amplitudes.len() as u128 == bounds.entries();
        let expected = "one for each index of its box";
        ranged("the number of amplitudes of the table", amplitudes.len() as f64, expected, whole)?;
        let reflections = bounds.indices().zip(amplitudes).map(|(hkl, &f)| Reflection { hkl, f });
        let mut table = Self::from_reflections(bounds, default_f, reflections)?;
        if let Some(grid) = &mut table.grid {
            grid.loaded = loaded;
        }
        Ok(table)
    }

    /// The amplitude of everything that the grid does not hold.
    pub fn default_f(&self) -> f64 {
        self.default_f
    }

    /// The box of the grid, if there is one.
    pub fn bounds(&self) -> Option<&IndexBox> {
        self.grid.as_ref().map(|grid| &grid.bounds)
    }

    /// Number of reflections that the grid was filled from.
    pub fn loaded(&self) -> u64 {
        self.grid.as_ref().map_or(0, |grid| grid.loaded)
    }

    /// The largest amplitude that there is, by size; the default stands beyond a table.
    pub(crate) fn largest(&self) -> f64 {
        self.grid.as_ref().map_or(0.0, |grid| grid.largest).max(self.default_f.abs())
    }

    /// The amplitude at `hkl`.
    pub fn nearest(&self, hkl: [i32; 3]) -> f64 {
        match &self.grid {
            Some(grid) => offset(&grid.bounds, &grid.shape, hkl).map_or(self.default_f, |at| grid.values[at]),
            None => self.default_f,
        }
    }

    /// The same table with the amplitude `f` at `hkl`; `None` where the grid does not hold these indices.
    ///
    /// ```
    /// use nanobragg::model::{IndexBox, Reflection, StructureFactors};
    ///
    /// let bounds = IndexBox { min: [0; 3], max: [1; 3] };
    /// let table = StructureFactors::from_reflections(bounds, 0.0, [Reflection { hkl: [1, 0, 1], f: 2.0 }])?;
    /// assert_eq!(table.with([1, 0, 1], 3.0).map(|table| table.nearest([1, 0, 1])), Some(3.0));
    /// assert!(table.with([2, 0, 0], 3.0).is_none());
    /// # Ok::<(), nanobragg::Error>(())
    /// ```
    #[must_use]
    pub fn with(&self, hkl: [i32; 3], f: f64) -> Option<Self> {
        let grid = self.grid.as_ref()?;
        let at = offset(&grid.bounds, &grid.shape, hkl)?;
        let mut values = grid.values.to_vec();
        *values.get_mut(at)? = f;
        let largest = grid.largest.max(f.abs());
        let grid = Grid { values: Arc::new(values), largest, ..grid.clone() };
        Some(StructureFactors { default_f: self.default_f, grid: Some(grid) })
    }

    /// The same table with the amplitude that `f` makes of the indices and the amplitude of each entry.
    #[must_use]
    pub fn mapped(&self, mut f: impl FnMut([i32; 3], f64) -> f64) -> Self {
        let Some(grid) = &self.grid else { return self.clone() };
        let mut values = grid.values.to_vec();
        let mut largest = self.default_f.abs();
        for hkl in grid.bounds.indices() {
            if let Some(value) = offset(&grid.bounds, &grid.shape, hkl).and_then(|at| values.get_mut(at)) {
                *value = f(hkl, *value);
                largest = largest.max(value.abs());
            }
        }
        let grid = Grid { values: Arc::new(values), largest, ..grid.clone() };
        StructureFactors { default_f: self.default_f, grid: Some(grid) }
    }

    /// Whether both have the same grid in memory, as clones do, and the same value outside of it: what was made
    /// of one then serves for the other.
    ///
    /// ```
    /// use nanobragg::model::{IndexBox, Reflection, StructureFactors};
    ///
    /// let table = || {
    ///     let bounds = IndexBox { min: [0; 3], max: [1; 3] };
    ///     StructureFactors::from_reflections(bounds, 0.0, [Reflection { hkl: [1, 0, 1], f: 2.0 }])
    /// };
    /// let first = table()?;
    /// assert!(first.is_same_table(&first.clone()) && !first.is_same_table(&table()?));
    /// assert!(!StructureFactors::uniform(1.0).is_same_table(&StructureFactors::uniform(2.0)));
    /// # Ok::<(), nanobragg::Error>(())
    /// ```
    pub fn is_same_table(&self, other: &StructureFactors) -> bool {
        let same_grid = match (&self.grid, &other.grid) {
            (Some(a), Some(b)) => Arc::ptr_eq(&a.values, &b.values),
            (None, None) => true,
            _ => false,
        };
        same_grid && self.default_f.to_bits() == other.default_f.to_bits()
    }

    /// The grid with its border, if there is one.
    pub fn padded(&self) -> Option<PaddedGrid<'_>> {
        let grid = self.grid.as_ref()?;
        let first = grid.bounds.min.map(|min| min.wrapping_sub(1));
        Some(PaddedGrid { first, shape: grid.shape, values: &grid.values })
    }
}

/// Place of `hkl` in the padded grid, if the box holds it.
#[inline(always)]
fn offset(bounds: &IndexBox, shape: &[usize; 3], hkl: [i32; 3]) -> Option<usize> {
    // An index below the box wraps to a huge unsigned number and fails the same comparison as one above it.
    let along = |axis: usize| hkl[axis].wrapping_sub(bounds.min[axis]) as u32 as usize;
    let (h, k, l) = (along(0), along(1), along(2));
    let inside = h < shape[0] - 2 && k < shape[1] - 2 && l < shape[2] - 2;
    inside.then(|| ((h + 1) * shape[1] + k + 1) * shape[2] + l + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> StructureFactors {
        let reflections = (-2..=3).flat_map(|h| {
            (-1..=1).flat_map(move |k| {
                (0..=4).map(move |l| Reflection { hkl: [h, k, l], f: f64::from(100 * h + 10 * k + l) })
            })
        });
        let bounds = IndexBox { min: [-2, -1, 0], max: [3, 1, 4] };
        StructureFactors::from_reflections(bounds, -7.0, reflections).unwrap()
    }

    #[test]
    fn every_index_finds_its_own_amplitude() {
        let table = table();
        assert_eq!(table.nearest([-2, 1, 3]), -187.0);
        assert_eq!(table.nearest([3, -1, 4]), 294.0);
        assert_eq!(table.loaded(), 90);
    }

    #[test]
    fn outside_is_the_default() {
        let table = table();
        for hkl in
            [[-3, 0, 0], [4, 0, 0], [0, 2, 0], [0, 0, -1], [0, 0, 5], [i32::MIN, 0, 0], [0, i32::MAX, 0]]
        {
            assert_eq!(table.nearest(hkl), -7.0, "{hkl:?}");
        }
    }

    #[test]
    fn the_border_of_the_grid_is_the_default() {
        let table = table();
        let grid = table.padded().unwrap();
        assert_eq!((grid.first, grid.shape), ([-3, -2, -1], [8, 5, 7]));
        for (at, &value) in grid.values.iter().enumerate() {
            let place = [at / 35, at / 7 % 5, at % 7];
            let hkl = [0, 1, 2].map(|axis| place[axis] as i32 + grid.first[axis]);
            assert_eq!(value, table.nearest(hkl), "{hkl:?}");
        }
    }

    #[test]
    fn gaps_are_the_default_and_the_last_duplicate_wins() {
        let bounds = IndexBox { min: [0, 0, 0], max: [1, 1, 1] };
        let twice = [1.0, 2.0].map(|f| Reflection { hkl: [1, 0, 1], f });
        let table = StructureFactors::from_reflections(bounds, 5.0, twice).unwrap();
        assert_eq!(table.nearest([1, 0, 1]), 2.0);
        assert_eq!(table.nearest([0, 0, 0]), 5.0);
    }

    #[test]
    fn a_box_beyond_memory_is_refused_with_its_size() {
        let bounds = IndexBox { min: [-1_000_000; 3], max: [1_000_000; 3] };
        let error = StructureFactors::from_reflections(bounds, 0.0, []).unwrap_err();
        assert!(error.to_string().contains("-1000000..1000000"), "{error}");
    }

    #[test]
    fn a_reflection_outside_the_box_is_refused() {
        let bounds = IndexBox { min: [0; 3], max: [1; 3] };
        let stray = [Reflection { hkl: [2, 0, 0], f: 1.0 }];
        let error = StructureFactors::from_reflections(bounds, 0.0, stray).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::ReflectionOutside);
    }
}
