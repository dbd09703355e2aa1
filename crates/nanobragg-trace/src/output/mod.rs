//! From a trace, or the events of one, to text.

mod capture;
mod entry;
mod json_lines;
mod line;
mod parity;
mod per_phi;
mod record;
mod sink;

pub use capture::{CaptureOptions, Slope, TraceText, capture};
pub use json_lines::JsonLinesLayer;
pub use parity::ParityLayer;
pub use per_phi::{PhiStep, RunLabels, per_phi_json};
pub use sink::{Counts, Written};

pub(crate) use per_phi::number;
