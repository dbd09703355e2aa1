//! The header of an MTZ file: records of 80 characters, of which the first word is the keyword.

use std::path::Path;

use super::{MAGIC, PREAMBLE, WORD};
use crate::cell::is_other_cell;
use crate::error::{Error, Result};
use crate::rows::{numbers, plausible_cell};
use crate::text::spaced_to;
use crate::warning::{Assumption, Warning, WarningKind};

const RECORD: usize = 80;
/// Columns and symmetry operators beyond these are damage.
const MOST_COLUMNS: usize = 10_000;
const MOST_OPERATORS: usize = 192;
/// Space groups of International Tables.
const MOST_GROUPS: u16 = 230;

/// How numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    pub(super) fn float(self, word: [u8; WORD]) -> f32 {
        match self {
            Order::Little => f32::from_le_bytes(word),
            Order::Big => f32::from_be_bytes(word),
        }
    }

    fn integer(self, word: [u8; WORD]) -> i32 {
        match self {
            Order::Little => i32::from_le_bytes(word),
            Order::Big => i32::from_be_bytes(word),
        }
    }
}

/// What stands where there is no value. What is not a number never is one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Missing {
    NotANumber,
    Value(f32),
}

/// A column: its label, its type, the dataset it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub label: String,
    pub kind: u8,
    pub dataset: i64,
}

/// What the header says.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub order: Order,
    pub columns: Vec<Column>,
    pub operators: Vec<String>,
    pub space_group: Option<String>,
    pub space_group_number: Option<String>,
    pub missing: Missing,
    rows: usize,
    cell: Option<[f64; 6]>,
    dataset_cells: Vec<(i64, [f64; 6])>,
    /// Wavelengths of datasets, Å.
    wavelengths: Vec<(i64, f64)>,
    /// Cells that are none, of a dataset or of the file.
    no_cells: Vec<(Option<i64>, String)>,
    /// Symmetry operators as SYMINF counts them: all, and those without centerings.
    operators_said: Vec<usize>,
    /// Where the header begins, bytes.
    start: usize,
}

impl Header {
    /// The byte order, and the place of the header in words, counted from 1, as the preamble has them.
    pub(super) fn place(path: &Path, bytes: &[u8]) -> Result<(Order, u64)> {
        if !bytes.starts_with(MAGIC) {
            let start = bytes.get(..bytes.len().min(MAGIC.len())).unwrap_or_default();
            return Err(Error::value(path, "first bytes", "\"MTZ \"", start));
        }
        let word = |number: usize| -> Result<[u8; WORD]> {
            let found = bytes.get(number * WORD..).and_then(|rest| rest.first_chunk::<WORD>());
            found.copied().ok_or_else(|| {
                Error::length(path, "preamble", (PREAMBLE * WORD) as u128, bytes.len() as u128)
            })
        };
        let stamp = word(2)?;
        // The first half byte is the format of real numbers: 1 is big-endian, 4 little-endian.
        let order = match stamp[0] >> 4 {
            1 => Order::Big,
            4 => Order::Little,
            _ => {
                let expected = "a machine stamp of big- or little-endian IEEE numbers";
                return Err(Error::value(path, "machine stamp", expected, &stamp));
            }
        };
        let place = match order.integer(word(1)?) {
            // Large files have the place of the header in two words further on.
            -1 => {
                let (low, high) = match order {
                    Order::Little => (word(3)?, word(4)?),
                    Order::Big => (word(4)?, word(3)?),
                };
                let half = |word| u64::from(order.integer(word) as u32);
                half(high) << 32 | half(low)
            }
            place => u64::try_from(place).unwrap_or(0),
        };
        Ok((order, place))
    }

    pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Self> {
        let (order, place) = Self::place(path, bytes)?;
        let start = usize::try_from(place).ok().and_then(|place| place.checked_sub(1)?.checked_mul(WORD));
        let records = start.filter(|start| *start >= PREAMBLE * WORD).and_then(|start| bytes.get(start..));
        let Some((records, start)) = records.zip(start) else {
            let expected = format!("inside the file, of {} words", bytes.len() / WORD);
            return Err(Error::value(path, "place of the header", expected, place.to_string().as_bytes()));
        };
        Ok(Header { start, ..Self::records(path, order, records)? })
    }

    fn records(path: &Path, order: Order, records: &[u8]) -> Result<Self> {
        let mut header = Header {
            order,
            columns: Vec::new(),
            operators: Vec::new(),
            space_group: None,
            space_group_number: None,
            missing: Missing::NotANumber,
            rows: 0,
            cell: None,
            dataset_cells: Vec::new(),
            wavelengths: Vec::new(),
            no_cells: Vec::new(),
            operators_said: Vec::new(),
            start: 0,
        };
        let mut counts = None;
        for (number, record) in records.chunks(RECORD).enumerate() {
            let text = record.trim_ascii();
            let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
            let (keyword, rest) = text.split_at(end);
            let rest = rest.trim_ascii();
            let wrong =
                |expected: &str| Error::value(path, format!("header record {}", number + 1), expected, text);
            // Keywords are told by their first four letters.
            match keyword.get(..4).unwrap_or(keyword).to_ascii_uppercase().as_slice() {
                b"END" => break,
                b"NCOL" => {
                    let sizes: Vec<f64> = numbers(rest).collect();
                    let size = |at: usize, most: f64| {
                        sizes.get(at).copied().filter(|n| (0.0..=most).contains(n)).map(|n| n as usize)
                    };
                    let found = size(0, MOST_COLUMNS as f64).zip(size(1, 1e10));
                    counts = Some(found.ok_or_else(|| wrong("NCOL with numbers of columns and rows"))?);
                }
                b"CELL" => {
                    header.cell = cell(rest);
                    if header.cell.is_none() {
                        header.no_cells.push((None, lossy(rest)));
                    }
                }
                b"SYMI" => {
                    header.space_group = quoted_name(rest);
                    header.operators_said = numbers(rest).take(2).map(|count| count as usize).collect();
                    header.space_group_number = lossy(rest)
                        .split_ascii_whitespace()
                        .nth(3)
                        .and_then(|word| word.parse().ok())
                        .and_then(number_of_group)
                        .map(|number| number.to_string());
                }
                b"SYMM" => {
                    if header.operators.len() == MOST_OPERATORS {
                        return Err(wrong("at most 192 symmetry operators"));
                    }
                    header.operators.push(lossy(rest));
                }
                b"VALM" => {
                    let value = numbers(rest).next().map(|value| value as f32);
                    header.missing = value.map_or(Missing::NotANumber, Missing::Value);
                }
                b"COLU" => {
                    header.columns.push(column(rest).ok_or_else(|| {
                        wrong("COLUMN with a label, a type and the least and greatest value")
                    })?)
                }
                b"DWAV" => {
                    let mut said = numbers(rest);
                    if let (Some(dataset), Some(wavelength)) = (said.next(), said.next()) {
                        header.wavelengths.push((dataset as i64, wavelength));
                    }
                }
                b"DCEL" => {
                    let dataset = numbers(rest).next();
                    let after = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
                    match (dataset, cell(&rest[after..])) {
                        (Some(dataset), Some(cell)) => header.dataset_cells.push((dataset as i64, cell)),
                        (Some(dataset), None) => {
                            header.no_cells.push((Some(dataset as i64), lossy(&rest[after..])));
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
            if header.columns.len() > MOST_COLUMNS {
                return Err(wrong("at most 10000 columns"));
            }
        }
        let (columns, rows) = counts.ok_or_else(|| Error::missing(path, "header", "a record NCOL"))?;
        if columns != header.columns.len() || columns == 0 {
            let expected = format!("{columns} of them, as NCOL says");
            let found = header.columns.len().to_string();
            return Err(Error::value(path, "COLUMN records", expected, found.as_bytes()));
        }
        header.rows = rows;
        Ok(header)
    }

    /// The bytes of the table.
    pub(super) fn table<'b>(&self, path: &Path, bytes: &'b [u8]) -> Result<&'b [u8]> {
        let length = self.rows as u128 * self.columns.len() as u128 * WORD as u128;
        let start = PREAMBLE * WORD;
        let end = usize::try_from(length).ok().and_then(|length| start.checked_add(length));
        // Behind it is the header, which is no row of it.
        let table = end.filter(|end| *end <= self.start).and_then(|end| bytes.get(start..end));
        let there = self.start.min(bytes.len()).saturating_sub(start) as u128;
        table.ok_or_else(|| Error::length(path, "table of reflections", length, there))
    }

    /// What of the header is not taken, for the columns of a dataset: cells that are none, a list of operators that is not whole, a table that
    /// is longer than its rows, a label of several columns.
    pub(super) fn doubts(&self, path: &Path, dataset: i64, value: usize) -> Vec<Warning> {
        let label = self.columns.get(value).map(|column| column.label.as_str()).unwrap_or_default();
        let same = self.columns.iter().filter(|column| column.label == label).count();
        let repeated = (same > 1).then(|| {
            let (found, assumed) = (format!("{same} columns have this label"), "the first of them is read");
            Warning::new(WarningKind::SeveralSets, path, format!("column {label}"), found, assumed)
        });
        let is_own = |of: &Option<i64>| of.is_none_or(|of| of == dataset);
        let no_cell = |(of, found): &(Option<i64>, String)| {
            let place = of.map_or("CELL".to_owned(), |dataset| format!("DCELL of dataset {dataset}"));
            let assumed = "not read; expected three edges in Angstrom and three angles in degrees";
            Warning::new(WarningKind::NotTaken, path, place, found, assumed).of(Assumption::Crystal)
        };
        let no_cells = self.no_cells.iter().filter(|(of, _)| is_own(of)).map(no_cell);
        let operators = self.operators.len();
        let is_other = operators > 0 && !self.operators_said.contains(&operators);
        let other_count = self.operators_said.first().filter(|said| is_other && **said > 0);
        let other_count = other_count.map(|said| {
            let assumed = format!("{operators} records SYMM are there, which count");
            let found = format!("{said} operators");
            Warning::new(WarningKind::ContradictingSymmetry, path, "SYMINF", found, assumed)
        });
        let row = self.columns.len().max(1) * WORD;
        let behind = self.start.saturating_sub(PREAMBLE * WORD).saturating_sub(self.rows.saturating_mul(row));
        let longer = (behind >= row).then(|| {
            let assumed = format!("ignored: NCOL says {} rows of {} columns", self.rows, self.columns.len());
            let found = format!("{} numbers more", behind / WORD);
            Warning::new(WarningKind::NotTaken, path, "table of reflections", found, assumed)
        });
        no_cells.chain(other_count).chain(longer).chain(repeated).collect()
    }

    /// The cell of a dataset, else of the file.
    pub(super) fn cell_of(&self, dataset: i64) -> Option<[f64; 6]> {
        let own = self.dataset_cells.iter().find(|(number, _)| *number == dataset).map(|(_, cell)| *cell);
        own.or(self.cell)
    }

    /// The wavelength of a dataset, where it is one: 0 says nothing.
    pub(super) fn wavelength_of(&self, dataset: i64) -> Option<f64> {
        let own = self.wavelengths.iter().find(|(number, _)| *number == dataset);
        own.map(|(_, wavelength)| *wavelength).filter(|wavelength| *wavelength > 0.0)
    }

    /// That the cell of the file is not the one of a dataset.
    pub(super) fn other_cell(&self, path: &Path, dataset: i64) -> Option<Warning> {
        let (said, counts) = (self.cell?, self.cell_of(dataset)?);
        is_other_cell(&said, &counts).then(|| {
            let assumed = format!("ignored; DCELL of dataset {dataset} counts, {}", spaced_to(&counts, 6));
            Warning::new(WarningKind::OtherCell, path, "CELL", spaced_to(&said, 6), assumed)
        })
    }
}

fn cell(text: &[u8]) -> Option<[f64; 6]> {
    let mut cell = [0.0; 6];
    let mut found = numbers(text);
    for member in &mut cell {
        *member = found.next()?;
    }
    plausible_cell(cell).then_some(cell)
}

/// The number in International Tables of one of CCP4, which has thousands for other settings: 4005 is I 1 2 1, number 5. Writers that do not
/// know it say 0.
fn number_of_group(number: u16) -> Option<u16> {
    let number = if number > MOST_GROUPS { number % 1000 } else { number };
    (1..=MOST_GROUPS).contains(&number).then_some(number)
}

/// The name in quotation marks of a record SYMINF.
fn quoted_name(rest: &[u8]) -> Option<String> {
    let text = lossy(rest);
    let mut parts = text.split('\'');
    let name = parts.nth(1).map(str::trim).filter(|name| !name.is_empty());
    // Old files have the name without marks, fifth of the record.
    name.or_else(|| text.split_ascii_whitespace().nth(4)).map(str::to_owned)
}

fn column(rest: &[u8]) -> Option<Column> {
    let words: Vec<&[u8]> = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    let (label, kind, dataset) = match words.as_slice() {
        [label, kind, _, _, dataset, ..] if kind.len() == 1 => (label, kind, number(dataset)?),
        [label, kind, _, _] if kind.len() == 1 => (label, kind, 0),
        _ => return None,
    };
    Some(Column { label: lossy(label), kind: kind.first()?.to_ascii_uppercase(), dataset })
}

fn number(word: &[u8]) -> Option<i64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// Text that can be shown: labels stand in messages.
fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().chars().filter(|c| !c.is_control()).collect()
}
