//! The parity logs.

use std::io::Write;

use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::Written;
use super::line::line;
use super::record::{Record, Target};

const MAIN: usize = 0;
const PER_PHI: usize = 1;

/// A subscriber layer that writes a trace as text, one fact a line: phi steps to one writer, everything else
/// to another. Events of other targets are left alone.
///
/// ```
/// use nanobragg::image::Pixel;
/// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
/// use nanobragg::trace::{Options, trace_pixel};
/// use nanobragg_trace::ParityLayer;
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?, 100.0);
/// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
/// let plan = experiment.plan()?;
///
/// let layer = ParityLayer::new(std::io::stdout(), std::io::sink());
/// let written = layer.written();
/// tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
///     trace_pixel(&plan, Pixel { slow: 20, fast: 45 }, Options::default()).1.emit();
/// });
/// assert_eq!(written.finish()?.facts, 45);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ParityLayer {
    written: Written,
    digits: usize,
}

impl ParityLayer {
    /// Significant digits unless [`Self::with_digits`] says otherwise: what C's `%.15g` prints.
    pub const DIGITS: usize = 15;

    /// A layer that writes phi steps to `per_phi` and everything else to `main`.
    pub fn new(main: impl Write + Send + 'static, per_phi: impl Write + Send + 'static) -> Self {
        ParityLayer { written: Written::new(vec![Box::new(main), Box::new(per_phi)]), digits: Self::DIGITS }
    }

    /// The same layer with `digits` significant digits; 17 are enough to get the very number back.
    pub fn with_digits(mut self, digits: usize) -> Self {
        self.digits = digits;
        self
    }

    /// What the layer writes, to be asked once the subscriber has taken the layer.
    pub fn written(&self) -> Written {
        self.written.clone()
    }
}

impl<S: Subscriber> Layer<S> for ParityLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if let Some(record) = Record::of(event) {
            let which = if record.target == Target::Step { PER_PHI } else { MAIN };
            self.written.line(which, record.target, &line(&record, self.digits));
        }
    }
}
