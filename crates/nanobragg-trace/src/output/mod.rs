//! From events to text.

mod capture;
mod json_lines;
mod parity;
mod per_phi;
mod record;
mod sink;

pub use capture::{CaptureOptions, TraceText, capture, capture_replayed};
pub use json_lines::JsonLinesLayer;
pub use parity::ParityLayer;
pub use per_phi::{PhiStep, RunLabels, per_phi_json};
pub use sink::{Counts, Written};

pub(crate) use per_phi::number;
