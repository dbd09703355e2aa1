//! `metrics.json`, `summary.md` and `run_metadata.json`.

use std::fmt::Write as _;
use std::path::Path;

use nanobragg_io::atomic::write_atomic;
use nanobragg_io::text::spaced_to;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::{Comparison, Quantity, Side, is_chain};
use crate::error::{Error, Problem};
use crate::output::number;

/// What the caller knows about a comparison's run, for `run_metadata.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RunMetadata {
    /// When, in ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// The command line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Program and version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
}

#[derive(Serialize)]
struct Metrics<'a> {
    tolerance_rel: f64,
    first_divergence: Option<&'a str>,
    num_divergent: usize,
    explanation: String,
    quirks: Vec<&'static str>,
    factors: Group<'a>,
    intermediates: Group<'a>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(flatten)]
    run: &'a RunMetadata,
    tolerance_rel: f64,
    passes: bool,
    quantities_compared: usize,
    a: SideData<'a>,
    b: SideData<'a>,
}

#[derive(Serialize)]
struct SideData<'a> {
    file: &'a str,
    format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pixel: Option<[usize; 2]>,
    lines: usize,
    facts: usize,
    tricubic: usize,
    phi_steps: usize,
    rotstar: usize,
    ignored: usize,
    /// Quantities that the other trace lacks.
    only_here: usize,
}

/// Quantities as a JSON object by name, in order.
struct Group<'a>(Vec<&'a Quantity>);

impl Serialize for Group<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|quantity| (&quantity.key, Factor::of(quantity))))
    }
}

#[derive(Serialize)]
struct Factor<'a> {
    description: &'a str,
    stage: &'static str,
    a_value: Numbers<'a>,
    b_value: Numbers<'a>,
    abs_delta: Option<number::Plain>,
    rel_delta: Option<number::Plain>,
    status: &'static str,
}

impl<'a> Factor<'a> {
    fn of(quantity: &'a Quantity) -> Self {
        Factor {
            description: &quantity.description,
            stage: quantity.stage.name(),
            a_value: Numbers(&quantity.a),
            b_value: Numbers(&quantity.b),
            abs_delta: quantity.abs_delta.map(number::Plain),
            rel_delta: quantity.rel_delta.map(number::Plain),
            status: quantity.status.name(),
        }
    }
}

/// A number, an array of several, or null for none.
struct Numbers<'a>(&'a [f64]);

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [] => serializer.serialize_none(),
            [one] => number::serialize(one, serializer),
            several => {
                let mut sequence = serializer.serialize_seq(Some(several.len()))?;
                several.iter().try_for_each(|x| sequence.serialize_element(&number::Plain(*x)))?;
                sequence.end()
            }
        }
    }
}

impl Comparison {
    /// The contents of `metrics.json`.
    ///
    /// `factors` holds the scaling chain, `intermediates` every other quantity; `num_divergent` and
    /// `first_divergence` are about both, the latter null without one.
    pub fn metrics_json(&self) -> String {
        let group = |chain: bool| {
            Group(self.quantities().iter().filter(|quantity| is_chain(&quantity.key) == chain).collect())
        };
        pretty(&Metrics {
            tolerance_rel: self.tolerance(),
            first_divergence: self.first_divergence().map(|quantity| quantity.key.as_str()),
            num_divergent: self.num_divergent(),
            explanation: self.explanation(),
            quirks: self.causes().iter().filter_map(|cause| cause.quirk).map(|quirk| quirk.name()).collect(),
            factors: group(true),
            intermediates: group(false),
        })
    }

    /// The contents of `run_metadata.json`.
    pub fn metadata_json(&self, run: &RunMetadata) -> String {
        let (only_in_a, only_in_b) = self.unmatched();
        pretty(&Metadata {
            run,
            tolerance_rel: self.tolerance(),
            passes: self.passes(),
            quantities_compared: self.quantities().iter().filter(|q| q.rel_delta.is_some()).count(),
            a: self.a.data(only_in_a.len()),
            b: self.b.data(only_in_b.len()),
        })
    }

    /// The contents of `summary.md`.
    pub fn summary_md(&self) -> String {
        let mut text = format!(
            "# Trace comparison\n\n- A: `{}`\n- B: `{}`\n- Tolerance: {:.2e} relative\n\n{}\n\n## Scaling chain\n\n",
            self.a.name,
            self.b.name,
            self.tolerance(),
            self.explanation()
        );
        table(&mut text, self.chain());
        if let Some(first) = self.first_divergence() {
            let _ = write!(text, "\n## First divergence\n\n**{}** ({})\n\n", first.key, first.description);
            let _ = writeln!(text, "- A: `{}`\n- B: `{}`", figures(&first.a), figures(&first.b));
            let _ = writeln!(text, "- Absolute difference: `{}`", delta(first.abs_delta));
            let _ = writeln!(text, "- Relative difference: `{}`", delta(first.rel_delta));
            let _ = writeln!(text, "- Status: **{}**", first.status);
            for cause in self.causes() {
                let _ = writeln!(text, "- Commonly: {}", cause.text);
            }
            let _ = write!(text, "\n## All divergences ({})\n\n", self.num_divergent());
            table(&mut text, self.quantities().iter().filter(|quantity| quantity.diverges()));
        }
        text
    }

    /// Writes `metrics.json`, `summary.md` and `run_metadata.json` into `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// [`ErrorKind::Write`](crate::ErrorKind::Write); the text names what could not be made or written.
    pub fn write_reports(&self, folder: impl AsRef<Path>, run: &RunMetadata) -> Result<(), Error> {
        let folder = folder.as_ref();
        std::fs::create_dir_all(folder)
            .map_err(|cause| Problem::Folder { path: folder.to_owned(), cause })?;
        let reports = [
            ("metrics.json", self.metrics_json()),
            ("summary.md", self.summary_md()),
            ("run_metadata.json", self.metadata_json(run)),
        ];
        for (name, text) in reports {
            write_atomic(&folder.join(name), |out| out.write_all(text.as_bytes())).map_err(Problem::Write)?;
        }
        Ok(())
    }
}

impl Side {
    fn data(&self, only_here: usize) -> SideData<'_> {
        let counts = self.counts;
        SideData {
            file: &self.name,
            format: self.format.name(),
            pixel: self.pixel.map(|(slow, fast)| [slow, fast]),
            lines: counts.lines,
            facts: counts.facts,
            tricubic: counts.tricubic,
            phi_steps: counts.steps,
            rotstar: counts.rot_stars,
            ignored: counts.ignored,
            only_here,
        }
    }
}

fn pretty<T: Serialize>(value: &T) -> String {
    // Every part is a string, a whole number or a number that `number` has made fit for JSON.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn table<'a>(text: &mut String, quantities: impl Iterator<Item = &'a Quantity>) {
    text.push_str("| Factor | A | B | \u{394} (abs) | \u{394} (rel) | Status |\n");
    text.push_str("|--------|---|---|---------|---------|--------|\n");
    for quantity in quantities {
        let (a, b) = (figures(&quantity.a), figures(&quantity.b));
        let (abs, rel) = (delta(quantity.abs_delta), delta(quantity.rel_delta));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} | {a} | {b} | {abs} | {rel} | {} |", quantity.key, quantity.status);
    }
}

fn figures(values: &[f64]) -> String {
    match values {
        [] => "-".to_owned(),
        values => spaced_to(values, 9),
    }
}

fn delta(delta: Option<f64>) -> String {
    delta.map_or("-".to_owned(), |delta| format!("{delta:+.6e}"))
}
