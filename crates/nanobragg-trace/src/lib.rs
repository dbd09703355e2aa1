//! Traces of single pixels: every intermediate of the evaluation that renders, as text that other programs'
//! traces can be compared with.
//!
//! # From a trace to text
//! [`TraceText`] has all forms of a [`PixelTrace`](nanobragg::trace::PixelTrace): the parity logs, JSON, JSON
//! lines; [`capture`] traces a pixel and gives them. Where a trace is emitted as events, [`ParityLayer`] and
//! [`JsonLinesLayer`] write the same. An application is free to install a subscriber of its own:
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! use nanobragg::image::Pixel;
//! use nanobragg::model::{Experiment, PixelGrid, Rotation, UnitCell};
//! use nanobragg::trace::{Options, TRACE_PY_PHI, trace_pixel};
//! use tracing::field::{Field, Visit};
//! use tracing_subscriber::layer::{Context, SubscriberExt};
//!
//! /// Collects the lattice factor of every phi step.
//! #[derive(Clone, Default)]
//! struct LatticeFactors(Arc<Mutex<Vec<f64>>>);
//!
//! impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for LatticeFactors {
//!     fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
//!         if event.metadata().target() == TRACE_PY_PHI {
//!             event.record(&mut self.clone());
//!         }
//!     }
//! }
//!
//! impl Visit for LatticeFactors {
//!     fn record_f64(&mut self, field: &Field, value: f64) {
//!         if field.name() == "F_latt" {
//!             self.0.lock().unwrap().push(value);
//!         }
//!     }
//!     fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
//! }
//!
//! let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?, 100.0);
//! experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
//! experiment.rotation = Rotation::over(0.0, 0.01, 5)?;
//! let plan = experiment.plan()?;
//!
//! let factors = LatticeFactors::default();
//! let subscriber = tracing_subscriber::registry().with(factors.clone());
//! tracing::subscriber::with_default(subscriber, || trace_pixel(&plan, Pixel { slow: 20, fast: 45 }, Options::default()).1.emit());
//! assert_eq!(factors.0.lock().unwrap().len(), 5);
//! # Ok::<(), nanobragg::Error>(())
//! ```
//!
//! # From text to a verdict
//! [`Trace`] reads the logs of this program, of the C program and of the PyTorch port, and JSON lines;
//! [`Comparison`] finds the first quantity, in the order of evaluation, where two of them part, and what
//! commonly causes that.
//!
//! The library prints nothing.

mod compare;
mod error;
mod log;
mod output;

pub use compare::{Cause, Comparison, DEFAULT_TOLERANCE, Quantity, RunMetadata, Status, Style, diff};
pub use error::{Error, ErrorKind};
pub use log::{Entry, Format, LineCounts, Stage, Trace};
pub use output::{
    CaptureOptions, Counts, JsonLinesLayer, ParityLayer, PhiStep, RunLabels, Slope, TraceText, Written,
    capture, per_phi_json,
};
