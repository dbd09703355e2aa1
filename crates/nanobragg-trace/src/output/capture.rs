//! A trace as text in memory.

use nanobragg::image::Pixel;
use nanobragg::plan::Plan;
use nanobragg::real::Real;
use nanobragg::trace::{Options, PixelTrace, Quantity, trace_pixel};
use nanobragg_io::c_format::g;

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

/// A derivative of a pixel's photons.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope<'a> {
    /// What it is by.
    pub parameter: &'a str,
    /// The unit of that.
    pub unit: &'a str,
    /// Its value, where it has one.
    pub at: Option<f64>,
    /// Photons per unit.
    pub value: f64,
}

/// Traces a pixel. No event is emitted.
///
/// ```
/// use nanobragg::image::Pixel;
/// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
/// use nanobragg_trace::{CaptureOptions, capture};
///
/// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?, 100.0);
/// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
/// let trace = capture(&experiment.plan()?, Pixel { slow: 20, fast: 45 }, &CaptureOptions::default());
/// assert!(trace.main.starts_with("TRACE_PY: pix0_vector_meters 0.1 "));
/// assert_eq!((trace.counts.facts, trace.counts.steps), (45, 1));
/// # Ok::<(), nanobragg::Error>(())
/// ```
pub fn capture<T: Real>(plan: &Plan<T>, at: Pixel, options: &CaptureOptions) -> TraceText {
    TraceText::new(&trace_pixel(plan, at, options.trace).1, options)
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

    /// Adds derivatives of the pixel's photons to the main log and to the JSON lines.
    ///
    /// ```
    /// use nanobragg::image::Pixel;
    /// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
    /// use nanobragg_trace::{CaptureOptions, Slope, capture};
    ///
    /// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?, 100.0);
    /// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
    /// let mut trace = capture(&experiment.plan()?, Pixel { slow: 20, fast: 45 }, &CaptureOptions::default());
    /// let slope = Slope { parameter: "misset_x", unit: "deg", at: Some(10.0), value: 0.25 };
    /// trace.add_gradient([slope], 20, 45, 15);
    /// assert!(trace.main.ends_with("TRACE_GRAD: dI_dmisset_x 0.25\n"));
    /// # Ok::<(), nanobragg::Error>(())
    /// ```
    pub fn add_gradient<'a>(
        &mut self,
        slopes: impl IntoIterator<Item = Slope<'a>>,
        slow: usize,
        fast: usize,
        digits: usize,
    ) {
        for Slope { parameter, unit, at, value } in slopes {
            let key = format!("dI_d{parameter}");
            self.main.push_str(&format!("TRACE_GRAD: {key} {}\n", g(value, digits)));
            let line = serde_json::json!({
                "target": "TRACE_GRAD", "slow": slow, "fast": fast, "key": key, "value": value, "per": unit,
                "at": at,
            });
            self.json_lines.push_str(&format!("{line}\n"));
            self.counts.slopes += 1;
        }
    }
}
