//! What was found, in the words of `metrics.json`; `docs/schema/metrics.schema.json` describes it.

use nanobragg_compare::{Image, Report};
use nanobragg_testkit::tolerance::CPU_F32_MEDIAN;
use nanobragg_trace::{Comparison, DEFAULT_TOLERANCE};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::device::Backend;
use super::tolerance;
use crate::error::Result;

/// The format's name; another one where a reader of this would go wrong.
pub const SCHEMA: &str = "nanobragg-parity-metrics-1";

/// The outcome of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything compared is within its tolerance.
    Agrees,
    /// Something is not.
    Differs,
    /// A step failed: nothing can be said.
    Blocked,
    /// This build or machine lacks the backend, or there was nothing to compare with.
    Skipped,
}

impl Verdict {
    /// The word in `metrics.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Agrees => "agrees",
            Verdict::Differs => "differs",
            Verdict::Blocked => "blocked",
            Verdict::Skipped => "skipped",
        }
    }
}

/// The contents of `metrics.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Metrics {
    pub schema: &'static str,
    pub verdict: Verdict,
    /// One sentence.
    pub headline: String,
    pub runs: Vec<RunMetrics>,
}

/// One case on one backend.
#[derive(Clone, Debug, Serialize)]
pub struct RunMetrics {
    pub case: String,
    #[serde(flatten)]
    pub backend: Backend,
    pub quirks: String,
    /// Where the other side's results come from.
    pub other: Other,
    pub verdict: Verdict,
    /// Why it was skipped.
    pub reason: Option<String>,
    pub image: Option<Report>,
    pub figures: Option<Figures>,
    pub printout: Option<Figures>,
    pub traces: Vec<TraceMetrics>,
}

/// Where the other side's results come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Other {
    /// Results of the C program that are kept as fixtures, or a log that was given.
    Recorded,
    /// A C program that was run for this.
    Program,
}

/// Numbers that both programs print.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    pub ours: Vec<String>,
    pub other: Vec<String>,
    pub agree: bool,
}

/// One pixel's trace against the other side's.
#[derive(Clone, Debug, Serialize)]
pub struct TraceMetrics {
    pub slow: usize,
    pub fast: usize,
    pub passes: bool,
    pub quantities_compared: usize,
    /// `trace-harness compare` writes the same: tolerance, first divergence, factors, intermediates.
    #[serde(flatten)]
    pub comparison: Value,
}

impl TraceMetrics {
    pub fn new(pixel: (usize, usize), comparison: &Comparison) -> Result<TraceMetrics> {
        let compared = comparison.quantities().iter().filter(|quantity| quantity.rel_delta.is_some());
        Ok(TraceMetrics {
            slow: pixel.0,
            fast: pixel.1,
            passes: comparison.passes(),
            quantities_compared: compared.count(),
            comparison: serde_json::from_str(&comparison.metrics_json())?,
        })
    }
}

/// A run with what the report draws from.
pub struct Measured {
    pub metrics: RunMetrics,
    /// One line on what the case is about.
    pub about: String,
    /// Both images, ours first.
    pub images: Option<[Image; 2]>,
    /// (slow, fast), and the comparison of the traces, the other side's being A.
    pub traces: Vec<((usize, usize), Comparison)>,
    pub warnings: Vec<String>,
    /// Seconds of our program.
    pub seconds: f64,
}

impl Measured {
    /// What a reader wants to know first about it, as a sentence without its end.
    pub fn finding(&self) -> String {
        let metrics = &self.metrics;
        if let Some(reason) = &metrics.reason {
            return reason.clone();
        }
        let mut parts = Vec::new();
        if let Some(image) = &metrics.image {
            let c = &image.comparison;
            parts.push(if image.passes && !tolerance::holds(&metrics.backend, c) {
                format!(
                    "all {} pixels agree to {:.1e} of the maximum, but the median relative error is {:.1e}, \
                     allowed {CPU_F32_MEDIAN:e}",
                    c.pixels,
                    c.max_of_max,
                    tolerance::median(c)
                )
            } else if image.passes {
                let exact = if c.identical == c.pixels {
                    "with equal values".to_owned()
                } else {
                    format!("worst error {:.1e} of the maximum", c.max_of_max)
                };
                format!("all {} pixels agree, {exact}", c.pixels)
            } else {
                format!(
                    "{} of {} pixels differ, by up to {:.1e} of the maximum",
                    c.failing, c.pixels, c.max_of_max
                )
            });
        }
        let printed = [
            (&metrics.figures, "printed figures agree", "printed figures differ"),
            (&metrics.printout, "the printed pixel agrees", "the printed pixel differs"),
        ];
        for (figures, agrees, differs) in printed {
            parts.extend(
                figures.as_ref().map(|figures| if figures.agree { agrees } else { differs }.to_owned()),
            );
        }
        parts.extend(self.traces_finding());
        parts.join("; ")
    }

    /// The same of the traces together.
    fn traces_finding(&self) -> Option<String> {
        let compared = self.metrics.traces.iter().map(|trace| trace.quantities_compared).min()?;
        let parting: Vec<_> = self.traces.iter().filter(|(_, comparison)| !comparison.passes()).collect();
        let tolerance = DEFAULT_TOLERANCE;
        Some(match (parting.as_slice(), self.traces.as_slice()) {
            ([], [((slow, fast), _)]) => {
                format!("the traces of pixel {slow} {fast} agree in {compared} quantities to {tolerance:e}")
            }
            ([], all) => {
                format!(
                    "the traces of {} pixels agree in {compared} quantities each to {tolerance:e}",
                    all.len()
                )
            }
            ([((slow, fast), first), more @ ..], _) => {
                let text = first.explanation();
                let others = match more.len() {
                    0 => String::new(),
                    count => format!(", and those of {count} more pixels differ as well"),
                };
                // The sentence is about "the traces"; which ones is said in it.
                let text = text.trim_end_matches('.').replacen(
                    "The traces first differ",
                    &format!("the traces of pixel {slow} {fast} first differ"),
                    1,
                );
                format!("{text}{others}")
            }
        })
    }
}
