//! A parity bundle: a folder that proves, or disproves, that two programs agree, and that anyone can check.

use std::path::Path;
use std::time::SystemTime;

use nanobragg_compare::picture;
use serde_json::json;

use crate::conclusion::{SINCE, conclude};
use crate::device::Backend;
use crate::error::{Context as _, Error, Result};
use crate::folder::Folder;
use crate::measure::{self, RunSpec};
use crate::metrics::{Measured, Metrics, Other, SCHEMA, Verdict};
use crate::options::Options;
use crate::program::{Programs, Record};
use crate::subject::{self, Subject};
use crate::{against, checksum, environment, home, machine, report, schema, text};

/// Makes the bundle of `subjects`; `invocation` is the command line that asked for it. What is found on the way goes to
/// `say`, a line each.
///
/// # Errors
/// The folder cannot be made or written. Whatever fails after that is a verdict: the bundle is blocked.
pub fn make(
    options: &Options,
    programs: &Programs,
    subjects: &[Subject],
    time: SystemTime,
    invocation: &[String],
    say: &mut dyn FnMut(&str),
) -> Result<(Verdict, Folder)> {
    let mut folder = Folder::create(&options.out, time, options.label.as_deref())?;
    let mut session =
        Session { options, programs, record: Record::default(), runs: Vec::new(), specs: Vec::new() };
    let failure = session.everything(&folder.path, subjects, say).err();
    let filed = session.file(&mut folder, invocation, time, failure, say);
    let verdict = match filed {
        Ok(verdict) => verdict,
        Err(error) => {
            give_up(&mut folder, &session.record, &error, say)?;
            Verdict::Blocked
        }
    };
    Ok((verdict, folder))
}

/// Leaves a bundle whose files on the whole could not be written.
fn give_up(folder: &mut Folder, record: &Record, error: &Error, say: &mut dyn FnMut(&str)) -> Result<()> {
    if !folder.name.ends_with("_blocked") {
        folder.mark_blocked()?;
    }
    let reason = error.to_string();
    let headline = format!("BLOCKED: {reason}.");
    folder.write("attempt.log", &format!("{}\nblocked: {reason}\n", record.transcript()))?;
    folder.write("README.md", &text::readme(&folder.name, &headline, &[], Some(&reason)))?;
    folder.seal()?;
    say(&headline);
    Ok(())
}

/// A bundle in the making.
struct Session<'a> {
    options: &'a Options,
    programs: &'a Programs,
    record: Record,
    runs: Vec<Measured>,
    specs: Vec<RunSpec>,
}

impl Session<'_> {
    /// Measures every subject on every backend.
    fn everything(&mut self, bundle: &Path, subjects: &[Subject], say: &mut dyn FnMut(&str)) -> Result<()> {
        let mut backends = Vec::new();
        for device in &self.options.devices {
            for dtype in &self.options.dtypes {
                let backend = Backend::new(device, dtype);
                let there = backend.probe(self.programs).with_context(|| backend.name())?;
                backends.push((backend, there));
            }
        }
        for subject in subjects {
            let (home, pixels) = home::furnish(bundle, subject, self.options, &mut self.record)?;
            for (backend, there) in &backends {
                let spec = self.spec(subject, backend, &pixels);
                let run = match there {
                    Ok(()) => measure::measure(&home, &spec, &subject.about, self.programs, &mut self.record)
                        .with_context(|| format!("{} on {}", spec.case, backend.name()))?,
                    Err(reason) => measure::skipped(&spec, &subject.about, reason.clone()),
                };
                let (case, name, verdict) = (&spec.case, backend.name(), run.metrics.verdict.name());
                say(&format!("{case} on {name}: {verdict}: {}", run.finding()));
                if let Some([ours, theirs]) = &run.images {
                    let png = picture::side_by_side(ours, theirs, ["nanobragg", "other side"])?;
                    std::fs::write(home.join(backend.folder()).join("comparison.png"), png)?;
                }
                self.specs.push(spec);
                self.runs.push(run);
            }
        }
        Ok(())
    }

    fn spec(&self, subject: &Subject, backend: &Backend, pixels: &[(usize, usize)]) -> RunSpec {
        let live = self.options.c_program.is_some();
        RunSpec {
            case: subject.name.clone(),
            backend: backend.clone(),
            quirks: self.options.quirks.clone(),
            extra: self.options.extra.clone(),
            pixels: pixels.to_vec(),
            other: if live { Other::Program } else { Other::Recorded },
        }
    }

    /// Writes everything that is about the whole, and seals the folder.
    fn file(
        &mut self,
        folder: &mut Folder,
        invocation: &[String],
        time: SystemTime,
        failure: Option<Error>,
        say: &mut dyn FnMut(&str),
    ) -> Result<Verdict> {
        let failure = failure.map(|error| error.to_string());
        if let Some(reason) = &failure {
            folder.mark_blocked()?;
            let attempt = format!("{}\nblocked: {reason}\n", self.record.transcript());
            folder.write("attempt.log", &attempt)?;
        }
        let (verdict, mut headline) = conclude(&self.runs, failure.as_deref());
        let mut metrics = Metrics {
            schema: SCHEMA,
            verdict,
            headline: headline.clone(),
            runs: self.runs.iter().map(|run| run.metrics.clone()).collect(),
        };
        let moved = match &self.options.against {
            Some(earlier) => against::moved(&metrics, &against::read(earlier)?)?,
            None => Vec::new(),
        };
        if let Some(first) = moved.first() {
            headline += &format!("{SINCE}{first}.");
            metrics.headline.clone_from(&headline);
        }
        let (commit, clean) = machine::commit();
        let stamp = humantime::format_rfc3339_seconds(time).to_string();
        let environment = environment::describe(&stamp);
        let c_program = match &self.options.c_program {
            Some(path) => Some(json!({
                "name": subject::file_name(path),
                "sha256": checksum::of_file(path)?,
            })),
            None => None,
        };
        let metadata = json!({
            "bundle": folder.name,
            "time": stamp,
            "git_commit": commit,
            "git_clean": clean,
            "invocation": invocation,
            "c_program": c_program,
            "verdict": verdict,
            "runs": self.specs,
            "seconds": self.runs.iter().map(|run| run.seconds).collect::<Vec<_>>(),
        });
        let metrics_value = serde_json::to_value(&metrics)?;
        schema::check(&metrics_value)?;
        let commands = self.record.text(invocation, &commit, clean);
        let page = report::page(&report::Page {
            folder: &folder.name,
            metrics: &metrics,
            runs: &self.runs,
            moved: &moved,
            failure: failure.as_deref(),
            environment: &environment,
            commands: &commands,
        })?;
        let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).map(|text| text + "\n");
        folder.write("metrics.json", &pretty(&metrics_value)?)?;
        folder.write("run_metadata.json", &pretty(&metadata)?)?;
        folder.write("env.json", &pretty(&environment)?)?;
        folder.write("cpu_info.txt", &environment::cpu_info())?;
        folder.write("commands.txt", &commands)?;
        folder.write("summary.md", &text::summary(&metrics, &self.runs, &moved))?;
        folder.write("trace_diff.md", &text::trace_diff(&self.runs))?;
        folder.write("observations.txt", &text::observations(&self.runs))?;
        folder.write("report.html", &page)?;
        folder.write("README.md", &text::readme(&folder.name, &headline, &moved, failure.as_deref()))?;
        folder.seal()?;
        say(&headline);
        Ok(verdict)
    }
}
