//! Structure factors of MTZ and mmCIF files, and telling these from text.

use std::ffi::OsStr;
use std::path::Path;

use crate::error::{IoError, Result};
use crate::hkl::HklRecord;
use crate::lines::{finite, is_space, without_mark};
use crate::{cif, gzip, mtz};

/// Indices beyond this are damage: no crystal diffracts to them.
pub(crate) const LARGEST_INDEX: u32 = 100_000;
/// Reflections beyond this are damage, or a compressed file that was made to unfold without end.
pub const MOST_REFLECTIONS: usize = 20_000_000;
/// Bytes looked at to tell the kind of a file.
const LOOKED_AT: u64 = 1 << 16;

/// Kinds of files with structure factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `h k l F`, see [`crate::hkl`].
    Text,
    /// MTZ, see [`crate::mtz`].
    Mtz,
    /// mmCIF or CIF, see [`crate::cif`].
    Cif,
}

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

/// The kind of a file, by its contents; by its name where these do not say (a pipe, an empty file).
///
/// # Errors
/// [`IoError::Read`].
pub fn kind(path: &Path) -> Result<Kind> {
    let start = gzip::beginning(path, LOOKED_AT)?;
    if start.starts_with(mtz::MAGIC) {
        return Ok(Kind::Mtz);
    }
    let mut lines = without_mark(&start).split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#"));
    let first_is = |word: &[u8]| {
        first.is_some_and(|line| line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
    };
    Ok(match first {
        Some(_) if first_is(b"data_") || first_is(b"loop_") => Kind::Cif,
        // Binary under that name is a damaged MTZ file, not text: the reader says what it lacks.
        Some(_) if extension(path) == "mtz" && start.iter().any(|&byte| byte < b'\t') => Kind::Mtz,
        Some(_) => Kind::Text,
        None => match extension(path).as_str() {
            "mtz" => Kind::Mtz,
            "cif" | "mmcif" | "ent" => Kind::Cif,
            _ => Kind::Text,
        },
    })
}

/// The extension in small letters, without `.gz`.
fn extension(path: &Path) -> String {
    let name = path.file_name().map(OsStr::to_ascii_lowercase).unwrap_or_default();
    let name = name.to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').map(|(_, extension)| extension.to_owned()).unwrap_or_default()
}

/// Reads an MTZ or mmCIF file; `column` names the amplitudes or intensities to take.
///
/// # Errors
/// Those of [`mtz::read`] and [`cif::read_reflections`].
pub fn read(path: &Path, kind: Kind, column: Option<&str>) -> Result<Reflections> {
    match kind {
        Kind::Mtz => mtz::read(path, column),
        Kind::Cif => cif::read_reflections(path, column),
        Kind::Text => Err(IoError::missing(path, "columns", "an MTZ or mmCIF file to choose columns of")),
    }
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
