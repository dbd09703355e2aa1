//! Rows of structure factors as MTZ and mmCIF files give them, with the cell and symmetry beside them.

use crate::hkl::HklRecord;
use crate::lines::{finite, is_space};

/// Indices beyond this are damage: no crystal diffracts to them.
const LARGEST_INDEX: u32 = 100_000;
/// Reflections beyond this are damage, or a compressed file that was made to unfold without end.
pub const MOST_REFLECTIONS: usize = 20_000_000;

/// What a file with a cell and symmetry holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Reflections {
    /// Reflections of the asymmetric unit, amplitudes in the file's units. Where `friedel_equal` is false, both
    /// members of each Friedel pair are here.
    pub records: Vec<HklRecord>,
    /// Edges in Ångström and angles in degrees.
    pub cell: Option<[f64; 6]>,
    /// Symmetry operators as the file spells them; empty when it has none.
    pub operators: Vec<String>,
    /// Hermann-Mauguin symbol.
    pub space_group: Option<String>,
    /// Whether h and -h have one amplitude.
    pub friedel_equal: bool,
    /// Name of the column (or pair of columns) that was read.
    pub column: String,
    /// Other columns that could have been.
    pub others: Vec<String>,
    /// Rows without a value.
    pub missing: u64,
    /// Intensities below zero, taken for zero.
    pub negative: u64,
}

/// What the columns hold that amplitudes are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    Amplitude,
    Intensity,
}

/// Collects rows into [`Reflections`].
#[derive(Debug)]
pub(crate) struct Collector {
    pub found: Reflections,
    quantity: Quantity,
}

impl Collector {
    pub(crate) fn new(quantity: Quantity, friedel_equal: bool, column: String, others: Vec<String>) -> Self {
        let found = Reflections {
            records: Vec::new(),
            cell: None,
            operators: Vec::new(),
            space_group: None,
            friedel_equal,
            column,
            others,
            missing: 0,
            negative: 0,
        };
        Collector { found, quantity }
    }

    /// Adds a row: the value, and that of the Friedel mate where mates differ. A mate that is missing is taken
    /// for equal.
    pub(crate) fn push(&mut self, [h, k, l]: [i32; 3], value: Option<f64>, mate: Option<f64>) {
        let (value, mate) = (value.map(|x| self.amplitude(x)), mate.map(|x| self.amplitude(x)));
        let Some(f) = value.or(mate) else {
            self.found.missing += 1;
            return;
        };
        self.found.records.push(HklRecord { h, k, l, f });
        if !self.found.friedel_equal {
            let f = mate.unwrap_or(f);
            self.found.records.push(HklRecord { h: -h, k: -k, l: -l, f });
        }
    }

    /// Whether no more reflections are taken.
    pub(crate) fn is_full(&self) -> bool {
        self.found.records.len() >= MOST_REFLECTIONS
    }

    fn amplitude(&mut self, value: f64) -> f64 {
        match self.quantity {
            Quantity::Amplitude => value,
            Quantity::Intensity => {
                self.found.negative += u64::from(value < 0.0);
                value.max(0.0).sqrt()
            }
        }
    }
}

/// A whole number within the limits of an index.
pub(crate) fn index(value: f64) -> Option<i32> {
    let whole = value as i32;
    (f64::from(whole) == value && whole.unsigned_abs() <= LARGEST_INDEX).then_some(whole)
}

/// What the Protein Data Bank has where there is no crystal.
pub(crate) const PLACEHOLDER: [f64; 6] = [1.0, 1.0, 1.0, 90.0, 90.0, 90.0];

/// Six numbers that can be a cell.
pub(crate) fn plausible_cell(cell: [f64; 6]) -> bool {
    let [a, b, c, alpha, beta, gamma] = cell;
    [a, b, c].iter().all(|edge| edge.is_finite() && *edge > 0.0 && *edge < 1e6)
        && [alpha, beta, gamma].iter().all(|angle| *angle > 0.0 && *angle < 180.0)
        && cell != PLACEHOLDER
}

/// Finite numbers of a line, as far as they go.
pub(crate) fn numbers(text: &[u8]) -> impl Iterator<Item = f64> + '_ {
    text.split(|&byte| is_space(byte)).filter(|word| !word.is_empty()).map_while(finite)
}
