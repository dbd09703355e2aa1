//! Where two traces part.

mod cause;
mod diff;
mod measure;
mod report;

use std::collections::HashSet;
use std::fmt;

pub use cause::Cause;
pub use diff::{Style, diff};
pub use report::RunMetadata;

use crate::error::{Error, Problem};
use crate::log::{Entry, Format, LineCounts, Order, Stage, Trace, stage_and_order};
use measure::Measure;

/// Relative tolerance unless the caller has another.
pub const DEFAULT_TOLERANCE: f64 = 1e-6;

/// The scaling chain: what leads from the sum to the photons of a pixel, with descriptions.
const CHAIN: [(&str, &str); 9] = [
    ("I_before_scaling_pre_polar", "Raw accumulated intensity before normalization"),
    ("r_e_sqr", "Thomson scattering cross section (r_e\u{b2})"),
    ("fluence_photons_per_m2", "Incident photon fluence"),
    ("steps", "Normalization divisor (sources\u{d7}mosaic\u{d7}\u{3c6}\u{d7}oversample\u{b2})"),
    ("capture_fraction", "Detector absorption capture fraction"),
    ("polar", "Kahn polarization factor"),
    ("omega_pixel", "Solid angle (steradians)"),
    ("cos_2theta", "Cosine of scattering angle 2\u{3b8}"),
    ("I_pixel_final", "Final normalized pixel intensity"),
];

/// How well two values agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Within the tolerance.
    Pass,
    /// Relative difference below 1e-4.
    Minor,
    /// Below 1e-2.
    Divergent,
    /// Anything else.
    Critical,
    /// Not in both traces.
    Missing,
}

impl Status {
    /// The name used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Pass => "PASS",
            Status::Minor => "MINOR",
            Status::Divergent => "DIVERGENT",
            Status::Critical => "CRITICAL",
            Status::Missing => "MISSING",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One quantity in both traces.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Its name, see [`Entry::key`]. The accumulated sum is called `I_before_scaling`, as in the C program's
    /// logs, when one of the traces is one of those.
    pub key: String,
    /// What it is.
    pub description: String,
    /// The stage of the evaluation that it belongs to.
    pub stage: Stage,
    /// Its numbers in trace A; empty where it is missing.
    pub a: Vec<f64>,
    /// Its numbers in trace B.
    pub b: Vec<f64>,
    /// B - A; for a vector the length of the difference.
    pub abs_delta: Option<f64>,
    /// The difference relative to A; for a vector the larger of: the length of the difference over the length of
    /// A, and the relative difference of any component.
    pub rel_delta: Option<f64>,
    /// How well they agree.
    pub status: Status,
    order: Order,
}

impl Quantity {
    /// Whether the traces part here: they differ, or only one of them has it.
    pub fn diverges(&self) -> bool {
        match self.status {
            Status::Pass => false,
            Status::Missing => self.a.is_empty() != self.b.is_empty(),
            _ => true,
        }
    }
}

/// Trace A against trace B.
///
/// Every quantity that both have is compared in the order of evaluation, so that the first divergence is at its
/// root; of the scaling chain also what one of them lacks counts.
///
/// Numbers are compared relative to A's. A vector diverges when the difference, relative to the vector's length,
/// or any component does, relative to itself. What the arithmetic alone leaves open is no
/// difference: 1e-12 of a vector's length, 1e-12 of an index, and 1e-10 of a lattice factor (1e-12 of a
/// hundred cells), because where a lattice factor passes through zero the last bits of an index decide its value. A
/// tolerance below 1e-12 takes the place of that figure.
///
/// The C program prints `F_cell`, the structure factor it used; it is compared with whichever of
/// `F_cell_nearest` and `F_cell_interpolated` is closer, since parity logs have both and do not say which was used.
///
/// ```
/// use nanobragg_trace::{Comparison, Trace};
///
/// let a: Trace = "TRACE_C: lambda_meters 1e-10\nTRACE_C: steps 10\n".parse()?;
/// let b: Trace = "TRACE_PY: lambda_meters 1.001e-10\nTRACE_PY: steps 10\n".parse()?;
/// let comparison = Comparison::new(&a, &b, 1e-6)?;
/// assert_eq!(comparison.first_divergence().unwrap().key, "lambda_meters");
/// assert!(comparison.explanation().contains("scattering"));
/// # Ok::<(), nanobragg_trace::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Comparison {
    tolerance: f64,
    a: Side,
    b: Side,
    quantities: Vec<Quantity>,
    causes: Vec<Cause>,
    only_in_a: Vec<String>,
    only_in_b: Vec<String>,
}

/// What reports say about one of the traces.
#[derive(Clone, Debug)]
struct Side {
    name: String,
    format: Format,
    pixel: Option<(usize, usize)>,
    counts: LineCounts,
}

impl Comparison {
    /// Compares `a` and `b` to the relative `tolerance`.
    ///
    /// # Errors
    /// [`ErrorKind::NothingInCommon`](crate::ErrorKind::NothingInCommon) when no quantity is in both.
    pub fn new(a: &Trace, b: &Trace, tolerance: f64) -> Result<Comparison, Error> {
        let mut quantities = Vec::new();
        let (mut seen_a, mut seen_b) = (HashSet::new(), HashSet::new());
        let mut pair = |of_a: &Entry, of_b: &Entry| {
            if seen_a.insert(of_a.key.clone()) {
                seen_b.insert(of_b.key.clone());
                quantities.push(quantity(of_a, of_b, tolerance));
            }
        };
        for entry in a.entries() {
            if let Some(other) = counterpart(entry, b) {
                pair(entry, other);
            }
        }
        // What B calls otherwise than A has found no partner yet.
        for entry in b.entries() {
            if let Some(other) = counterpart(entry, a) {
                pair(other, entry);
            }
        }
        if quantities.is_empty() {
            return Err(Problem::NothingInCommon { a: a.name().to_owned(), b: b.name().to_owned() }.into());
        }
        let alone = |trace: &Trace, seen: &HashSet<String>| -> Vec<String> {
            let alone = trace.entries().iter().filter(|entry| !seen.contains(&entry.key));
            alone.map(|entry| entry.key.clone()).collect()
        };
        let (only_in_a, only_in_b) = (alone(a, &seen_a), alone(b, &seen_b));
        for (key, _) in CHAIN {
            if !seen_a.contains(key) {
                quantities.extend(missing(key, a, b));
            }
        }
        quantities.sort_by_key(|quantity| quantity.order);
        let reference = a.format() == Format::Reference || b.format() == Format::Reference;
        for quantity in &mut quantities {
            if reference && quantity.key == "I_before_scaling_pre_polar" {
                quantity.key = "I_before_scaling".to_owned();
            }
        }
        let mut comparison = Comparison {
            tolerance,
            a: Side::of(a),
            b: Side::of(b),
            quantities,
            causes: Vec::new(),
            only_in_a,
            only_in_b,
        };
        comparison.causes = cause::causes(a, b, &comparison);
        Ok(comparison)
    }

    /// The relative tolerance.
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// Every quantity of both traces, and of the scaling chain those of one or none, in the order of evaluation.
    pub fn quantities(&self) -> &[Quantity] {
        &self.quantities
    }

    /// The scaling chain.
    pub fn chain(&self) -> impl Iterator<Item = &Quantity> {
        self.quantities.iter().filter(|quantity| is_chain(&quantity.key))
    }

    /// The quantity called `key`.
    pub fn quantity(&self, key: &str) -> Option<&Quantity> {
        self.quantities.iter().find(|quantity| quantity.key == key)
    }

    /// The first quantity, in the order of evaluation, where the traces part.
    pub fn first_divergence(&self) -> Option<&Quantity> {
        self.divergent().next()
    }

    /// Number of quantities where the traces part.
    pub fn num_divergent(&self) -> usize {
        self.divergent().count()
    }

    /// Whether the traces part nowhere.
    pub fn passes(&self) -> bool {
        self.first_divergence().is_none()
    }

    /// What commonly causes what is seen, the likeliest first.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// Names of the quantities that only A, and only B has; no divergences.
    pub fn unmatched(&self) -> (&[String], &[String]) {
        (&self.only_in_a, &self.only_in_b)
    }

    /// One sentence: where the traces part, which stage that belongs to, and what commonly causes it.
    pub fn explanation(&self) -> String {
        let Some(first) = self.first_divergence() else {
            let compared = self.quantities.iter().filter(|quantity| quantity.status == Status::Pass).count();
            return format!("No divergence: {compared} quantities agree to {:e}.", self.tolerance);
        };
        let (key, stage) = (&first.key, first.stage);
        let mut text = match first.rel_delta {
            Some(rel) => {
                format!("The traces first differ at {key} ({stage}, relative {rel:+.2e})")
            }
            None => {
                let lacking = if first.a.is_empty() { &self.a.name } else { &self.b.name };
                format!("{lacking} lacks {key} ({stage})")
            }
        };
        for (number, cause) in self.causes.iter().enumerate() {
            text.push_str(if number == 0 { ": " } else { "; also, " });
            text.push_str(&cause.text);
        }
        text.push('.');
        text
    }

    fn divergent(&self) -> impl Iterator<Item = &Quantity> {
        self.quantities.iter().filter(|quantity| quantity.diverges())
    }
}

impl Side {
    fn of(trace: &Trace) -> Side {
        Side {
            name: trace.name().to_owned(),
            format: trace.format(),
            pixel: trace.pixel(),
            counts: trace.counts(),
        }
    }
}

fn is_chain(key: &str) -> bool {
    key == "I_before_scaling" || CHAIN.iter().any(|(name, _)| *name == key)
}

/// The quantity of `trace` that `entry` is compared with.
fn counterpart<'a>(entry: &Entry, trace: &'a Trace) -> Option<&'a Entry> {
    if let Some(same) = trace.entry(&entry.key) {
        return Some(same);
    }
    let repetition =
        entry.key.strip_prefix("F_cell").filter(|rest| rest.is_empty() || rest.starts_with('#'))?;
    let distance = |other: &Entry| match (entry.values.first(), other.values.first()) {
        (Some(a), Some(b)) if (a - b).is_finite() => (a - b).abs(),
        _ => f64::INFINITY,
    };
    let candidates = ["F_cell_nearest", "F_cell_interpolated"];
    let candidates = candidates.iter().filter_map(|name| trace.entry(&format!("{name}{repetition}")));
    candidates.min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

fn quantity(a: &Entry, b: &Entry, tolerance: f64) -> Quantity {
    let Measure { abs_delta, rel_delta, status } = measure::measure(&a.key, &a.values, &b.values, tolerance);
    Quantity {
        key: a.key.clone(),
        description: description(&a.key, a.stage),
        stage: a.stage,
        a: a.values.clone(),
        b: b.values.clone(),
        abs_delta: Some(abs_delta),
        rel_delta: Some(rel_delta),
        status,
        order: a.order,
    }
}

/// A quantity of the chain that is not in both traces.
fn missing(key: &str, a: &Trace, b: &Trace) -> Option<Quantity> {
    let (stage, order) = stage_and_order(key, 0, 0, 0)?;
    let values = |trace: &Trace| trace.get(key).map(<[f64]>::to_vec).unwrap_or_default();
    Some(Quantity {
        key: key.to_owned(),
        description: description(key, stage),
        stage,
        a: values(a),
        b: values(b),
        abs_delta: None,
        rel_delta: None,
        status: Status::Missing,
        order,
    })
}

fn description(key: &str, stage: Stage) -> String {
    let known = CHAIN.iter().find(|(name, _)| *name == key).map(|(_, description)| (*description).to_owned());
    known.unwrap_or_else(|| stage.name().to_owned())
}
