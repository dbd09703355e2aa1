//! What a bundle says of itself: verdict, headline and the files for reading, derived once more from its runs.

use std::path::Path;

use serde_json::Value;

use super::anew;
use crate::conclusion::{SINCE, conclude, together};
use crate::error::{Context as _, Error, ErrorKind, Result};
use crate::metrics::{Measured, Metrics, SCHEMA, Verdict};
use crate::{report, text};

/// What a folder whose bundle was blocked is called in the end.
const BLOCKED: &str = "_blocked";
/// What the programs of a blocked bundle said.
const ATTEMPT: &str = "attempt.log";

/// The verdict that a bundle states and the sentence that says it.
struct Claim<'a> {
    verdict: Verdict,
    headline: &'a str,
}

impl<'a> Claim<'a> {
    fn of(metrics: &'a Value) -> Result<Claim<'a>> {
        let verdict = serde_json::from_value(metrics["verdict"].clone()).context("metrics.json: verdict")?;
        let headline = metrics["headline"]
            .as_str()
            .ok_or_else(|| Error::new(ErrorKind::Bundle, "metrics.json: headline: expected a text"))?;
        Ok(Claim { verdict, headline })
    }

    /// Every place where the verdict or its sentence stands has the same ones.
    fn is_the_same_everywhere(
        &self,
        folder: &Path,
        metadata: &Value,
        problems: &mut Vec<String>,
    ) -> Result<()> {
        if metadata["verdict"] != self.verdict.name() {
            problems.push(format!("run_metadata.json has the verdict {}", metadata["verdict"]));
        }
        let begin = format!("{}\n", self.headline);
        if !read(folder, "README.md")?.starts_with(&begin) {
            problems.push("README.md does not begin with the headline of metrics.json".to_owned());
        }
        if !read(folder, "summary.md")?.starts_with(&format!("# Summary\n\n{begin}")) {
            problems.push("summary.md does not begin with the headline of metrics.json".to_owned());
        }
        let heading = report::heading(self.verdict, self.headline).into_string();
        if !read(folder, "report.html")?.contains(&heading) {
            problems.push("report.html has another verdict or headline than metrics.json".to_owned());
        }
        Ok(())
    }

    /// The headline is `expected`, after which may stand what moved since another bundle.
    fn is_headed(&self, expected: &str, problems: &mut Vec<String>) {
        let rest = self.headline.strip_prefix(expected);
        if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(SINCE)) {
            problems.push(format!("the headline is not what the runs come to: {expected}"));
        }
    }
}

fn read(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// A bundle that was blocked: its folder is called so, and it says what stopped it.
pub fn blocked(folder: &Path, metrics: &Value, metadata: &Value, problems: &mut Vec<String>) -> Result<()> {
    let claim = Claim::of(metrics)?;
    let path = folder.canonicalize().with_context(|| folder.display().to_string())?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !name.ends_with(BLOCKED) {
        problems.push(format!("metrics.json says blocked, but the folder is called {name}"));
    }
    let log = std::fs::read_to_string(folder.join(ATTEMPT)).unwrap_or_default();
    match log.trim_end().rsplit_once("\nblocked: ") {
        Some((_, reason)) => claim.is_headed(&conclude(&[], Some(reason)).1, problems),
        None => problems.push(format!("metrics.json says blocked, but no {ATTEMPT} says why")),
    }
    claim.is_the_same_everywhere(folder, metadata, problems)
}

/// The verdict is that of the recorded runs together, in every place.
pub fn of_runs(folder: &Path, metrics: &Value, metadata: &Value, problems: &mut Vec<String>) -> Result<()> {
    let claim = Claim::of(metrics)?;
    let runs = metrics["runs"].as_array().map(Vec::as_slice).unwrap_or_default();
    let runs: Vec<Verdict> = runs
        .iter()
        .map(|run| serde_json::from_value(run["verdict"].clone()))
        .collect::<Result<_, _>>()
        .context("metrics.json: a run's verdict")?;
    let expected = together(&runs);
    if claim.verdict != expected {
        problems.push(format!(
            "the verdict is {}, that of the runs together is {}",
            claim.verdict.name(),
            expected.name()
        ));
    }
    if folder.join(ATTEMPT).exists() {
        problems.push(format!("there is an {ATTEMPT}, but metrics.json does not say blocked"));
    }
    claim.is_the_same_everywhere(folder, metadata, problems)
}

/// The headline and the files for reading are those of `runs`, which were had again.
pub fn in_words(
    folder: &Path,
    metrics: &Value,
    metadata: &Value,
    runs: &[Measured],
    problems: &mut Vec<String>,
) -> Result<()> {
    let claim = Claim::of(metrics)?;
    let (verdict, mut headline) = conclude(runs, None);
    claim.is_headed(&headline, problems);
    // What moved since another bundle cannot be known without that one: it is taken from where it stands.
    let readme = read(folder, "README.md")?;
    let moved: Vec<String> =
        readme.lines().filter_map(|line| line.strip_prefix("- ")).map(str::to_owned).collect();
    if let Some(first) = moved.first() {
        headline += &format!("{SINCE}{first}.");
    }
    let name = metadata["bundle"].as_str().unwrap_or_default();
    let again = Metrics {
        schema: SCHEMA,
        verdict,
        headline: headline.clone(),
        runs: runs.iter().map(|run| run.metrics.clone()).collect(),
    };
    for (file, expected) in [
        ("README.md", text::readme(name, &headline, &moved, None)),
        ("summary.md", text::summary(&again, runs, &moved)),
        ("trace_diff.md", text::trace_diff(runs)),
        ("observations.txt", text::observations(runs)),
    ] {
        if read(folder, file)? != expected {
            problems.push(format!("{file} is not what the runs come to"));
        }
    }
    anew::page(folder, metadata, &again, runs, &moved, problems)
}
