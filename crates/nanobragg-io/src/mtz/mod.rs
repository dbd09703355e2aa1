//! MTZ: reflections as CCP4's programs keep them.
//!
//! A file is a preamble of 20 words, a table of 32-bit floats (one row a reflection), and a header of 80-character
//! records at the end. Both byte orders are read; what comes after the header (history, batches) is not needed.

mod choice;
mod header;
mod write;

use std::path::Path;

use crate::error::{Error, Result};
use crate::gzip;
use crate::rows::{Collector, MOST_REFLECTIONS, Quantity, Reflections, index};
use choice::Choice;
use header::{Header, Missing};
pub use write::{MtzTable, write};

/// First bytes of every MTZ file.
pub(crate) const MAGIC: &[u8] = b"MTZ ";
/// Bytes of a word: everything is counted in words.
const WORD: usize = 4;
/// Words of the preamble.
const PREAMBLE: usize = 20;
/// Most bytes of a table that are read, and of the header, history and batches behind it.
const MOST_OF_TABLE: u64 = 1 << 30;
const MOST_OF_HEADER: u64 = 64 << 20;

/// Reads the amplitudes of an MTZ file, with its cell and symmetry.
///
/// `column` is a label. Without it what was measured is taken: the first column of type F with a standard deviation
/// after it, else the first pair of type G (F(+) and F(-)), else the first of type J (intensities, whose square roots
/// are taken), else the first pair of type K (I(+) and I(-)), else the first column of type F without a phase after
/// it, else one with a phase (a map or a model), with a warning. The cell is that of the column's dataset.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) for what is no MTZ file, data that are not merged (columns of type Y and B), a header that does not fit the table, a label that is not there or
/// is neither an amplitude nor an intensity, indices that are not whole; [`Length`](crate::ErrorKind::Length) for a file that is cut
/// short; [`Read`](crate::ErrorKind::Read), also for what is not a regular file.
pub fn read(path: &Path, column: Option<&str>) -> Result<Reflections> {
    let bytes = whole(path)?;
    let header = Header::parse(path, &bytes)?;
    let choice = Choice::new(path, &header, column)?;
    let width = header.columns.len();
    let mut collector = Collector::new(
        if choice.is_intensity { Quantity::Intensity } else { Quantity::Amplitude },
        choice.mate.is_none(),
        choice.name.clone(),
        choice.others.clone(),
    );
    let table = header.table(path, &bytes)?;
    let value = |row: &[u8], at: usize| -> f32 {
        let word = row.get(at * WORD..).and_then(|rest| rest.first_chunk::<WORD>());
        word.map_or(f32::NAN, |word| header.order.float(*word))
    };
    // What is no number is missing, whatever the header calls so; nothing was measured as infinite.
    let amplitude = |number: usize, row: &[u8], at: usize| -> Result<Option<f64>> {
        let value = value(row, at);
        let missing = match header.missing {
            Missing::NotANumber => false,
            Missing::Value(marker) => value == marker,
        };
        if value.is_infinite() && !missing {
            let label = header.columns.get(at).map_or("", |column| &column.label);
            let what = format!("column {label} of row {}", number + 1);
            return Err(Error::value(path, what, "a finite number", value.to_string().as_bytes()));
        }
        Ok((value.is_finite() && !missing).then_some(f64::from(value)))
    };
    for (number, row) in table.chunks_exact(width * WORD).enumerate() {
        if collector.is_full() {
            let expected = format!("at most {MOST_REFLECTIONS}");
            return Err(Error::value(path, "reflections", expected, number.to_string().as_bytes()));
        }
        let mut hkl = [0; 3];
        for (axis, at) in choice.indices.into_iter().enumerate() {
            let given = value(row, at);
            hkl[axis] = index(f64::from(given)).ok_or_else(|| {
                let what = format!("index {} of row {}", ["h", "k", "l"][axis], number + 1);
                Error::value(path, what, "a whole number", given.to_string().as_bytes())
            })?;
        }
        let mate = choice.mate.map(|at| amplitude(number, row, at)).transpose()?.flatten();
        collector.push(hkl, amplitude(number, row, choice.value)?, mate);
    }
    let mut found = collector.finish(path);
    found.warnings.extend(choice.warning);
    found.warnings.extend(header.other_cell(path, choice.dataset));
    found.warnings.extend(header.doubts(path, choice.dataset, choice.value));
    found.cell = header.cell_of(choice.dataset);
    found.wavelength_angstrom = header.wavelength_of(choice.dataset);
    found.operators = header.operators;
    found.space_group = header.space_group;
    found.space_group_number = header.space_group_number;
    Ok(found)
}

/// The whole file, decompressed. It is as long as its preamble says, whatever it unfolds to.
fn whole(path: &Path) -> Result<Vec<u8>> {
    let preamble = gzip::beginning(path, (PREAMBLE * WORD) as u64)?;
    let table = match preamble.as_slice() {
        // A pipe, which has no beginning.
        [] => 0,
        preamble => Header::place(path, preamble)?.1.saturating_mul(WORD as u64),
    };
    gzip::whole(path, table.min(MOST_OF_TABLE) + MOST_OF_HEADER)
}

#[cfg(test)]
mod tests;
