//! The table of structure factors in the shaders' number type.

use nanobragg::model::StructureFactors;

use crate::Precision;

/// The table, its border included, as bytes.
pub(crate) struct TableBytes {
    pub bytes: Vec<u8>,
    pub entries: u64,
}

/// The largest amplitude, by size.
pub(crate) fn largest(table: &StructureFactors) -> f64 {
    let values = table.padded().map_or(&[][..], |grid| grid.values);
    values.iter().fold(table.default_f().abs(), |most, f| most.max(f.abs()))
}

impl TableBytes {
    /// The table over `unit`; `None` without one.
    pub fn new(table: &StructureFactors, precision: Precision, unit: f64) -> Option<Self> {
        let grid = table.padded()?;
        let bytes = match precision {
            Precision::Single => {
                let narrow: Vec<f32> = grid.values.iter().map(|f| (f / unit) as f32).collect();
                bytemuck::cast_slice(&narrow).to_vec()
            }
            Precision::Double => bytemuck::cast_slice(grid.values).to_vec(),
        };
        Some(TableBytes { bytes, entries: grid.values.len() as u64 })
    }
}
