//! The files of a bundle that are for reading.

use std::fmt::Write as _;

use nanobragg_trace::{Comparison, Style, diff};

use super::metrics::{Measured, Metrics, Verdict};

/// The contents of `README.md`; its first line is the verdict.
pub fn readme(name: &str, headline: &str, moved: &[String], blocked: Option<&str>) -> String {
    let mut text = format!("{headline}\n\n# Parity bundle {name}\n\n");
    if let Some(reason) = blocked {
        let _ = write!(text, "A step failed, so nothing can be said about agreement:\n\n    {reason}\n\n");
        text += "`attempt.log` holds what the programs said. The other files are what there was by then.\n\n";
    }
    for line in moved {
        let _ = writeln!(text, "- {line}");
    }
    text += if moved.is_empty() { "" } else { "\n" };
    text + CONTENTS
}

const CONTENTS: &str = "\
| file | what is in it |
| --- | --- |
| `report.html` | everything below for reading, in one file |
| `summary.md` | the verdict on each case and backend |
| `metrics.json` | all numbers; `docs/schema/metrics.schema.json` of the project describes them |
| `trace_diff.md` | traced pixels, quantity by quantity |
| `observations.txt` | what diverges, lattice factors of every phi step, warnings |
| `commands.txt` | every command, its exit status, the commit |
| `run_metadata.json` | what was run, in a form that `cargo xtask bundle verify` repeats |
| `env.json`, `cpu_info.txt` | machine and compiler |
| `CASE/inputs` | flags and input files |
| `CASE/other` | the other side's image, output and traces |
| `CASE/DEVICE-DTYPE` | our image, output and traces; `comparison.png` shows both images and their difference |
| `sha256.txt` | checksums of all of it: `sha256sum -c sha256.txt` |

In traces A is the other side, B is ours. In images A is ours, B the other side's. `cargo xtask bundle verify
FOLDER`, in a checkout of the project, checks the sums and the form and runs everything again.
";

/// The contents of `summary.md`.
pub fn summary(metrics: &Metrics, runs: &[Measured], moved: &[String]) -> String {
    let mut text = format!("# Summary\n\n{}\n\n", metrics.headline);
    for line in moved {
        let _ = writeln!(text, "- {line}");
    }
    text += if moved.is_empty() { "" } else { "\n" };
    text += "| case | backend | preset | verdict | worst error / maximum | beyond tolerance | traces | seconds |\n";
    text += "| --- | --- | --- | --- | ---: | ---: | --- | ---: |\n";
    for run in runs {
        let m = &run.metrics;
        let (worst, beyond) = m.image.as_ref().map_or(("–".to_owned(), "–".to_owned()), |image| {
            let c = &image.comparison;
            (format!("{:.1e}", c.max_of_max), format!("{} of {}", c.failing, c.pixels))
        });
        let traces: Vec<String> = run
            .traces
            .iter()
            .map(|((slow, fast), c)| {
                let first = c.first_divergence().map_or("agrees", |quantity| quantity.key.as_str());
                format!("{slow} {fast}: {first}")
            })
            .collect();
        let traces = if traces.is_empty() { "–".to_owned() } else { traces.join(", ") };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {worst} | {beyond} | {traces} | {:.2} |",
            m.case,
            m.backend.name(),
            m.quirks,
            m.verdict.name(),
            run.seconds
        );
    }
    text += "\n";
    for run in runs {
        let m = &run.metrics;
        let _ = writeln!(text, "- {} on {}: {}.", m.case, m.backend.name(), run.finding());
    }
    text
}

/// The contents of `trace_diff.md`.
pub fn trace_diff(runs: &[Measured]) -> String {
    let mut text = "# Traces\n\nA is the other side, B is ours.\n".to_owned();
    for run in runs {
        for ((slow, fast), comparison) in &run.traces {
            let (case, backend) = (&run.metrics.case, run.metrics.backend.name());
            let _ = write!(text, "\n## {case} on {backend}, pixel {slow} {fast} (slow, fast)\n\n");
            // The summary has headings of its own, which are parts of this one.
            let summary = comparison.summary_md().replace("\n## ", "\n### ");
            let summary = summary.strip_prefix("# Trace comparison\n\n").unwrap_or(&summary);
            let _ = write!(text, "{summary}\n```text\n{}```\n", diff(comparison, Style::Plain));
        }
    }
    if runs.iter().all(|run| run.traces.is_empty()) {
        text += "\nThe other side has no trace of the pixels that were traced.\n";
    }
    text
}

/// The contents of `observations.txt`.
pub fn observations(runs: &[Measured]) -> String {
    let mut text = String::new();
    for run in runs {
        let m = &run.metrics;
        let (case, backend, verdict) = (&m.case, m.backend.name(), m.verdict.name());
        let _ = writeln!(text, "{case} on {backend}, preset {}: {verdict}", m.quirks);
        let _ = writeln!(text, "  {}", run.finding());
        for ((slow, fast), comparison) in &run.traces {
            observe_trace(&mut text, *slow, *fast, comparison);
        }
        for warning in &run.warnings {
            let _ = writeln!(text, "  warning: {warning}");
        }
        if m.traces.is_empty() && m.backend.is_single() && m.verdict != Verdict::Skipped {
            text += "  no trace: in single precision images are compared, not the last digits of a pixel's terms\n";
        }
        text.push('\n');
    }
    text
}

fn observe_trace(text: &mut String, slow: usize, fast: usize, comparison: &Comparison) {
    let _ = writeln!(text, "  pixel {slow} {fast}: {} quantities diverge", comparison.num_divergent());
    for quantity in comparison.quantities().iter().filter(|quantity| quantity.diverges()) {
        let relative =
            quantity.rel_delta.map_or("only on one side".to_owned(), |x| format!("relative {x:+.3e}"));
        let _ = writeln!(text, "    {} ({}): {relative}, {}", quantity.key, quantity.stage, quantity.status);
    }
    let steps = phi_steps(comparison);
    if !steps.is_empty() {
        text.push_str("    F_latt of the phi steps, ours - the other side's:\n");
    }
    for step in steps {
        let _ = writeln!(
            text,
            "      step {}: {:.9e} - {:.9e} = {:+.3e}",
            step.tic,
            step.ours,
            step.other,
            step.ours - step.other
        );
    }
    let (only_a, only_b) = comparison.unmatched();
    if !only_a.is_empty() {
        let _ = writeln!(text, "    only the other side has: {}", only_a.join(", "));
    }
    if !only_b.is_empty() {
        let _ = writeln!(text, "    only ours has: {}", shortened(only_b));
    }
}

/// A list of which no more than the first dozen are named.
fn shortened(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut text = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        let _ = write!(text, " and {} more", names.len() - SHOWN);
    }
    text
}

/// The lattice factor of a phi step on both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    pub tic: u64,
    pub ours: f64,
    pub other: f64,
}

/// The lattice factors of all phi steps that both traces list.
pub fn phi_steps(comparison: &Comparison) -> Vec<Step> {
    let step = |key: &str| {
        let tic = key.strip_prefix("phi[")?.strip_suffix("].F_latt")?.parse().ok()?;
        let quantity = comparison.quantity(key)?;
        Some(Step { tic, ours: *quantity.b.first()?, other: *quantity.a.first()? })
    };
    comparison.quantities().iter().filter_map(|quantity| step(&quantity.key)).collect()
}
