//! A trace as text in memory.

use nanobragg::nest::pixel;
use nanobragg::plan::Plan;
use nanobragg::real::{Real, to_f64};
use nanobragg::trace::{Options, Recorder};
use tracing_subscriber::layer::SubscriberExt;

use super::sink::Buffer;
use super::{Counts, JsonLinesLayer, ParityLayer, PhiStep, RunLabels, per_phi_json};

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
    /// Every event as a JSON line.
    pub json_lines: String,
    /// Numbers of lines of the logs.
    pub counts: Counts,
    /// Photons in the pixel.
    pub photons: f64,
}

/// Traces pixel (`slow`, `fast`) on the calling thread. Subscribers of the application see nothing of it.
///
/// ```
/// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
/// use nanobragg_trace::{CaptureOptions, capture};
///
/// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0), 100.0);
/// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
/// let trace = capture(&experiment.plan()?, 20, 45, &CaptureOptions::default());
/// assert!(trace.main.starts_with("TRACE_PY: pix0_vector_meters 0.1 "));
/// assert_eq!((trace.counts.facts, trace.counts.steps), (45, 1));
/// # Ok::<(), nanobragg::Error>(())
/// ```
pub fn capture<T: Real>(plan: &Plan<T>, slow: usize, fast: usize, options: &CaptureOptions) -> TraceText {
    capture_replayed(plan, slow, fast, options, |recorder| pixel(plan, slow, fast, recorder))
}

/// As [`capture`], for an evaluation elsewhere: `replay` hands its values to the recorder in the order of evaluation and
/// returns the photons.
pub fn capture_replayed<'a, T: Real>(
    plan: &'a Plan<T>,
    slow: usize,
    fast: usize,
    options: &CaptureOptions,
    replay: impl FnOnce(&mut Recorder<'a, T>) -> T,
) -> TraceText {
    let [main, per_phi, lines] = [Buffer::default(), Buffer::default(), Buffer::default()];
    let parity = ParityLayer::new(main.clone(), per_phi.clone()).with_digits(options.digits);
    let written = parity.written();
    let subscriber = tracing_subscriber::registry().with(parity).with(JsonLinesLayer::new(lines.clone()));
    let photons = tracing::subscriber::with_default(subscriber, || {
        replay(&mut Recorder::new(plan, slow, fast, options.trace))
    });
    let json_lines = lines.take();
    // Of all the lines those of phi steps have a step's fields.
    let steps: Vec<PhiStep> = json_lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    TraceText {
        main: main.take(),
        per_phi: per_phi.take(),
        per_phi_json: per_phi_json(&options.labels, slow, fast, &steps),
        json_lines,
        counts: written.counts(),
        photons: to_f64(photons),
    }
}
