//! Rows of structure factors as MTZ and mmCIF files give them, with the cell and symmetry beside them.

use std::path::Path;

use crate::hkl::HklRecord;
use crate::lines::{finite, is_space};
use crate::warning::{Warning, WarningKind};

/// Indices beyond this are damage: no crystal diffracts to them.
const LARGEST_INDEX: u32 = 100_000;
/// Bytes of a file in which its cell is searched: it stands before atoms and reflections.
pub(crate) const SEARCHED_FOR_CELL: u64 = 64 << 20;

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
    /// Wavelength of the measurement in Å, where the file says it.
    pub wavelength_angstrom: Option<f64>,
    /// Symmetry operators as the file spells them; empty when it has none.
    pub operators: Vec<String>,
    /// Hermann-Mauguin symbol.
    pub space_group: Option<String>,
    /// Hall symbol.
    pub space_group_hall: Option<String>,
    /// Its number in International Tables as the file spells it; without the setting that numbers of CCP4 have in their thousands. Of an mmCIF it
    /// need not be one of them.
    pub space_group_number: Option<String>,
    /// Whether h and -h have one amplitude.
    pub friedel_equal: bool,
    /// Name of the column (or pair of columns) that was read.
    pub column: String,
    /// Other columns that could have been.
    pub others: Vec<String>,
    /// Rows without a value.
    pub missing: u64,
    /// Intensities below zero, treated as zero.
    pub negative: u64,
    /// What was not taken as it stands.
    pub warnings: Vec<Warning>,
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
    found: Reflections,
    quantity: Quantity,
    /// Values as the file has them, amplitudes or intensities.
    rows: Vec<([i32; 3], f64)>,
}

impl Collector {
    pub(crate) fn new(quantity: Quantity, friedel_equal: bool, column: String, others: Vec<String>) -> Self {
        let found = Reflections {
            records: Vec::new(),
            cell: None,
            wavelength_angstrom: None,
            operators: Vec::new(),
            space_group: None,
            space_group_hall: None,
            space_group_number: None,
            friedel_equal,
            column,
            others,
            missing: 0,
            negative: 0,
            warnings: Vec::new(),
        };
        Collector { found, quantity, rows: Vec::new() }
    }

    /// Adds a row: the value, and that of the Friedel mate where mates differ. A mate that is missing is taken
    /// for equal.
    pub(crate) fn push(&mut self, [h, k, l]: [i32; 3], value: Option<f64>, mate: Option<f64>) {
        let Some(first) = value.or(mate) else {
            self.found.missing += 1;
            return;
        };
        self.rows.push(([h, k, l], first));
        if !self.found.friedel_equal {
            self.rows.push(([-h, -k, -l], mate.unwrap_or(first)));
        }
    }

    /// Whether no more reflections are taken.
    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= MOST_REFLECTIONS
    }

    /// Whether there is no row with a value.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The amplitudes, in the order of the file. A reflection that stands in several rows was measured several times:
    /// the mean is taken of what was measured, intensities where the file has them, and not of their square roots.
    pub(crate) fn finish(mut self, path: &Path) -> Reflections {
        let ascending = self.rows.is_sorted_by(|(a, _), (b, _)| a < b);
        let merged = if ascending { 0 } else { self.merge() };
        if merged > 0 {
            let found = format!("{merged} rows repeat a reflection, as in data that are not merged");
            let what = match self.quantity {
                Quantity::Amplitude => "amplitudes",
                Quantity::Intensity => "intensities",
            };
            let assumed = format!("the mean of its {what} is used");
            self.found.warnings.push(Warning::new(
                WarningKind::Unmerged,
                path,
                format!("column {}", self.found.column),
                found,
                assumed,
            ));
        }
        let mut found = self.found;
        found.records.reserve_exact(self.rows.len());
        for ([h, k, l], value) in self.rows {
            let f = match self.quantity {
                Quantity::Amplitude => value,
                Quantity::Intensity => {
                    found.negative += u64::from(value < 0.0);
                    value.max(0.0).sqrt()
                }
            };
            found.records.push(HklRecord { h, k, l, f });
        }
        found
    }

    /// Puts the mean of the rows of one reflection in the place of the first. Gives the number of rows that went into
    /// the mean of rows that differ.
    fn merge(&mut self) -> usize {
        let rows = &self.rows;
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&at| rows[at].0);
        let mut repeated = vec![false; rows.len()];
        let mut means = Vec::new();
        let mut differing = 0;
        for same in order.chunk_by(|&a, &b| rows[a].0 == rows[b].0).filter(|same| same.len() > 1) {
            let sum: f64 = same.iter().map(|&at| rows[at].1).sum();
            if same.iter().any(|&at| rows[at].1 != rows[same[0]].1) {
                means.push((same[0], sum / same.len() as f64));
                differing += same.len() - 1;
            }
            same[1..].iter().for_each(|&at| repeated[at] = true);
        }
        means.into_iter().for_each(|(first, mean)| self.rows[first].1 = mean);
        let mut repeated = repeated.into_iter();
        self.rows.retain(|_| repeated.next() == Some(false));
        differing
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

#[cfg(test)]
mod tests {
    use super::*;

    fn collected(quantity: Quantity, rows: &[([i32; 3], f64)]) -> Reflections {
        let mut collector = Collector::new(quantity, true, "I".to_owned(), Vec::new());
        rows.iter().for_each(|(hkl, value)| collector.push(*hkl, Some(*value), None));
        collector.finish(Path::new("a"))
    }

    #[test]
    fn the_mean_is_that_of_what_was_measured() {
        let rows = [([2, 0, 0], 10000.0), ([1, 0, 0], 4.0), ([2, 0, 0], 20000.0), ([0, 0, 1], -3.0)];
        let found = collected(Quantity::Intensity, &rows);
        let values: Vec<_> = found.records.iter().map(|record| (record.h, record.f)).collect();
        assert_eq!(values, [(2, 15000_f64.sqrt()), (1, 2.0), (0, 0.0)]);
        assert_eq!((found.negative, found.warnings.len()), (1, 1));
        let text = found.warnings[0].to_string();
        assert!(text.starts_with("a: column I: 1 rows repeat a reflection"), "{text}");
        assert_eq!(collected(Quantity::Amplitude, &rows).records[0].f, 15000.0);
        assert!(collected(Quantity::Amplitude, &rows[..2]).warnings.is_empty());
        let alike = collected(Quantity::Amplitude, &[rows[0], rows[1], rows[0]]);
        assert_eq!((alike.records.len(), alike.warnings.len()), (2, 0));
    }
}
