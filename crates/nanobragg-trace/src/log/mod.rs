//! Reading traces.

mod build;
mod file;
mod json;
mod order;
mod text;

use std::collections::HashMap;
use std::str::FromStr;

pub use order::Stage;
pub(crate) use order::{Order, stage_and_order};

use crate::error::Error;

/// How a trace is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `TRACE_PY` lines: this program's and the PyTorch port's.
    Parity,
    /// `TRACE_C` lines: the C program's, in both of its spellings.
    Reference,
    /// JSON lines.
    JsonLines,
}

impl Format {
    /// The name used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Parity => "TRACE_PY",
            Format::Reference => "TRACE_C",
            Format::JsonLines => "JSON lines",
        }
    }
}

/// One quantity of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it is: `rot_a_angstroms`, `phi[3].k_frac`, `rotstar[3].ap_y`, `tricubic[1,0,2]`; the second and
    /// later ones of a name end in `#2` and so on.
    pub key: String,
    /// The stage of the evaluation that it belongs to.
    pub stage: Stage,
    /// One number, or the components of a vector.
    pub values: Vec<f64>,
    /// Its line, counted from 1; the steps of a file beside a log count on after the log's last line.
    pub line: usize,
    pub(crate) order: Order,
}

/// Numbers of lines by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineCounts {
    /// All lines.
    pub lines: usize,
    /// Facts.
    pub facts: usize,
    /// Lines of the 4 × 4 × 4 neighborhood.
    pub tricubic: usize,
    /// Phi steps.
    pub steps: usize,
    /// Rotated real-space vectors.
    pub rot_stars: usize,
    /// Lines that say nothing a comparison could use: of other programs, other prefixes, without numbers.
    pub ignored: usize,
}

/// The quantities of a trace, in the order of evaluation.
///
/// `TRACE_PY`, `TRACE_C` and JSON lines are read, also mixed; of a phi step each quantity is an entry of its
/// own, aligned by its tic. Other lines are counted and otherwise ignored, so that a program's whole output can
/// be read. The C program's `I_before_scaling` is `I_before_scaling_pre_polar` here.
///
/// ```
/// let log = "TRACE_C: R_distance_meters 0.25\nTRACE_C:Fclose_m=0.21\n\
///            TRACE_C_PHI phi_tic=1 phi_deg=0.01 k_frac=-0.59 F_latt_b=-0.65 F_latt=1.09\n";
/// let trace: nanobragg_trace::Trace = log.parse()?;
/// assert_eq!(trace.get("R_distance_meters"), Some(&[0.25][..]));
/// assert_eq!(trace.get("phi[1].k_frac"), Some(&[-0.59][..]));
/// # Ok::<(), nanobragg_trace::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Trace {
    name: String,
    format: Format,
    pixel: Option<(usize, usize)>,
    entries: Vec<Entry>,
    index: HashMap<String, usize>,
    counts: LineCounts,
    tics: Vec<u64>,
}

impl Trace {
    /// Reads the trace in `text`, which error messages call `name`. Bytes that are not UTF-8 spoil their own
    /// line only.
    ///
    /// # Errors
    /// [`ErrorKind::NoTrace`](crate::ErrorKind::NoTrace) when no line is one of a trace.
    pub fn parse(name: &str, text: &[u8]) -> Result<Trace, Error> {
        let mut builder = build::Builder::default();
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        text.split(|&byte| byte == b'\n').for_each(|line| builder.line(line));
        builder.finish(name)
    }

    /// What the trace is called: the path it was read from.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is written; for mixed lines, how the first is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The pixel (slow, fast), where the trace says it.
    pub fn pixel(&self) -> Option<(usize, usize)> {
        self.pixel
    }

    /// All quantities in the order of evaluation.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The quantity called `key`, see [`Entry::key`].
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.index.get(key).and_then(|&at| self.entries.get(at))
    }

    /// The numbers of the quantity called `key`.
    pub fn get(&self, key: &str) -> Option<&[f64]> {
        self.entry(key).map(|entry| entry.values.as_slice())
    }

    /// The first number of the quantity called `key`.
    pub fn scalar(&self, key: &str) -> Option<f64> {
        self.get(key).and_then(|values| values.first().copied())
    }

    /// The numbers of its phi steps, rising.
    pub fn tics(&self) -> &[u64] {
        &self.tics
    }

    /// Numbers of lines by kind.
    pub fn counts(&self) -> LineCounts {
        self.counts
    }
}

impl FromStr for Trace {
    type Err = Error;

    fn from_str(text: &str) -> Result<Trace, Error> {
        Trace::parse("the trace", text.as_bytes())
    }
}
