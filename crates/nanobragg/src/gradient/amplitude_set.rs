//! Which structure factors are one unknown.

use crate::model::StructureFactors;
use crate::model::symmetry::Equivalents;

/// No unknown.
const NONE: u32 = u32::MAX;

/// Structure factors of a table as unknowns: each by itself, or those that symmetry makes equal together.
///
/// ```
/// use nanobragg::gradient::AmplitudeSet;
/// use nanobragg::model::symmetry::{Equivalents, SymmetryOperator};
/// use nanobragg::model::{IndexBox, Reflection, StructureFactors};
///
/// let bounds = IndexBox { min: [-1; 3], max: [1; 3] };
/// let table = StructureFactors::from_reflections(bounds, 2.0, [Reflection { hkl: [1, 0, 1], f: 5.0 }])?;
/// let each = AmplitudeSet::each(&table).unwrap();
/// assert_eq!((each.len(), each.nodes()[0]), (27, [-1, -1, -1]));
///
/// let twofold = Equivalents::new(&[SymmetryOperator::parse("-x,y,-z")?], true)?;
/// let unique = AmplitudeSet::equivalent(&table, &twofold).unwrap();
/// assert_eq!(unique.number([1, 1, 0]), unique.number([-1, -1, 0]));
/// let doubled: Vec<f64> = unique.values(&table).iter().map(|f| 2.0 * f).collect();
/// assert_eq!(unique.table(&table, &doubled).nearest([-1, 1, 0]), 4.0);
/// # Ok::<(), nanobragg::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct AmplitudeSet {
    /// Of each place of the padded grid, its unknown.
    unknowns: Vec<u32>,
    first: [i32; 3],
    shape: [usize; 3],
    /// A node of each unknown, in the box.
    nodes: Vec<[i32; 3]>,
}

impl AmplitudeSet {
    /// Each node of the box of `table` by itself, l fastest; `None` where there is no table but one value for all.
    pub fn each(table: &StructureFactors) -> Option<Self> {
        Self::named(table, Some)
    }

    /// Nodes that are `equivalent` are one unknown, named by their representative where it is in the box, else by the first of them
    /// that is.
    pub fn equivalent(table: &StructureFactors, equivalent: &Equivalents) -> Option<Self> {
        Self::named(table, |node| Some(equivalent.representative(node)))
    }

    /// Nodes of the box that `name` gives the same name are one unknown; those without a name are none and stay as they are.
    /// Unknowns are counted from the first node of the box on, l fastest.
    pub fn named(
        table: &StructureFactors,
        mut name: impl FnMut([i32; 3]) -> Option<[i32; 3]>,
    ) -> Option<Self> {
        let (bounds, grid) = (table.bounds()?, table.padded()?);
        let mut set = AmplitudeSet {
            unknowns: vec![NONE; grid.values.len()],
            first: grid.first,
            shape: grid.shape,
            nodes: Vec::new(),
        };
        let mut known = std::collections::HashMap::new();
        for node in bounds.indices() {
            let (Some(name), Some(place)) = (name(node), set.place(node)) else { continue };
            let next = set.nodes.len() as u32;
            let number = *known.entry(name).or_insert(next);
            if number == next {
                set.nodes.push(if bounds.contains(name) { name } else { node });
            }
            set.unknowns[place] = number;
        }
        Some(set)
    }

    /// Number of unknowns.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A node of each unknown, in the box of the table: the one that names it where that is in the box.
    pub fn nodes(&self) -> &[[i32; 3]] {
        &self.nodes
    }

    /// The unknown that the structure factor of `node` is.
    pub fn number(&self, node: [i32; 3]) -> Option<usize> {
        self.number_at(self.place(node)?)
    }

    /// Value of each unknown, electrons: the mean of its nodes in `table`.
    pub fn values(&self, table: &StructureFactors) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.len()];
        for node in table.bounds().iter().flat_map(|bounds| bounds.indices()) {
            if let Some((sum, count)) = self.number(node).and_then(|number| sums.get_mut(number)) {
                *sum += table.nearest(node);
                *count += 1.0;
            }
        }
        sums.into_iter().map(|(sum, count): (f64, f64)| if count > 0.0 { sum / count } else { 0.0 }).collect()
    }

    /// `table` with the `values` of the unknowns, electrons; nodes without one keep theirs.
    #[must_use]
    pub fn table(&self, table: &StructureFactors, values: &[f64]) -> StructureFactors {
        table.mapped(|node, f| self.number(node).and_then(|number| values.get(number).copied()).unwrap_or(f))
    }

    /// Whether it was made of `table`, or of another one with the same box.
    pub(super) fn fits(&self, table: &StructureFactors) -> bool {
        table.padded().is_some_and(|grid| (grid.first, grid.shape) == (self.first, self.shape))
    }

    /// The unknown at a place of the padded grid.
    pub(super) fn number_at(&self, place: usize) -> Option<usize> {
        self.unknowns.get(place).filter(|&&number| number != NONE).map(|&number| number as usize)
    }

    /// The place of `node` in the padded grid.
    fn place(&self, node: [i32; 3]) -> Option<usize> {
        let along = |axis: usize| usize::try_from(i64::from(node[axis]) - i64::from(self.first[axis])).ok();
        let (h, k, l) = (along(0)?, along(1)?, along(2)?);
        let inside = h < self.shape[0] && k < self.shape[1] && l < self.shape[2];
        inside.then(|| (h * self.shape[1] + k) * self.shape[2] + l)
    }
}
