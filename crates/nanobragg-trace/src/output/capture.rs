//! A trace as text in memory.

use nanobragg::plan::Plan;
use nanobragg::real::Real;
use nanobragg::trace::{Options, PixelTrace, Quantity, trace_pixel};

use super::entry::records;
use super::line::line;
use super::record::Target;
use super::{Counts, ParityLayer, PhiStep, RunLabels, per_phi_json};

/// What [`capture`] is asked for.
#[derive(Clone, Debug)]
pub struct CaptureOptions {
    /// What the trace holds.
    pub trace: Options,
    /// Significant digits of the logs; JSON has all of them.
    pub digits: usize,
    /// Head of the per-phi document.
    pub labels: RunLabels,
}

impl Default for CaptureOptions {
    fn default() -> Self {
        let labels =
            RunLabels { device: "cpu".to_owned(), dtype: "float64".to_owned(), ..RunLabels::default() };
        CaptureOptions { trace: Options::default(), digits: ParityLayer::DIGITS, labels }
    }
}

/// The trace of a pixel in all its forms.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceText {
    /// The main log.
    pub main: String,
    /// The log of the phi steps.
    pub per_phi: String,
    /// The phi steps as one JSON document.
    pub per_phi_json: String,
    /// Everything as JSON lines.
    pub json_lines: String,
    /// Numbers of lines of the logs.
    pub counts: Counts,
    /// Photons in the pixel.
    pub photons: f64,
}

/// Traces pixel (`slow`, `fast`). No event is emitted.
///
/// ```
/// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
/// use nanobragg_trace::{CaptureOptions, capture};
///
/// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?, 100.0);
/// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
/// let trace = capture(&experiment.plan()?, 20, 45, &CaptureOptions::default());
/// assert!(trace.main.starts_with("TRACE_PY: pix0_vector_meters 0.1 "));
/// assert_eq!((trace.counts.facts, trace.counts.steps), (45, 1));
/// # Ok::<(), nanobragg::Error>(())
/// ```
pub fn capture<T: Real>(plan: &Plan<T>, slow: usize, fast: usize, options: &CaptureOptions) -> TraceText {
    TraceText::new(&trace_pixel(plan, slow, fast, options.trace).1, options)
}

impl TraceText {
    /// All forms of `trace`.
    pub fn new(trace: &PixelTrace, options: &CaptureOptions) -> Self {
        let (mut main, mut per_phi, mut json_lines) = (String::new(), String::new(), String::new());
        let mut counts = Counts::default();
        records(trace, |record| {
            let log = if record.target == Target::Step { &mut per_phi } else { &mut main };
            log.push_str(&line(record, options.digits));
            log.push('\n');
            // A record holds nothing that JSON cannot: keys are strings, numbers are finite or strings.
            json_lines.push_str(&serde_json::to_string(record).unwrap_or_default());
            json_lines.push('\n');
            counts.add(record.target);
        });
        let steps: Vec<PhiStep> = trace.phi_steps().map(PhiStep::from).collect();
        TraceText {
            main,
            per_phi,
            per_phi_json: per_phi_json(&options.labels, trace.slow(), trace.fast(), &steps),
            json_lines,
            counts,
            photons: trace.scalar(Quantity::Photons).unwrap_or(f64::NAN),
        }
    }
}
