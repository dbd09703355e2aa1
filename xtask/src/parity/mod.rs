//! Parity bundles: a folder that proves, or disproves, that two programs agree, and that anyone can check.

mod against;
pub mod backend;
mod conclusion;
mod environment;
mod folder;
mod home;
pub mod measure;
pub mod metrics;
mod options;
mod printed;
pub mod program;
mod report;
mod schema;
pub mod subject;
#[cfg(all(test, unix))]
mod tests;
mod text;
mod verify;

use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::Context as _;
use nanobragg_compare::picture;
use serde_json::json;

use crate::checksum;
use backend::Backend;
use conclusion::{SINCE, conclude};
use folder::Folder;
use measure::RunSpec;
use metrics::{Measured, Metrics, Other, SCHEMA, Verdict};
use options::{HELP, Options, Selection};
use program::{Programs, Record};
use subject::Subject;

pub use verify::run as bundle;

/// Exit status when the two sides differ.
const DIFFERENT: u8 = 1;
/// Exit status when a step failed, or nothing could be compared.
const BLOCKED: u8 = 2;

/// Makes a bundle. What keeps it from being begun is said in one line.
pub fn run(arguments: &[String]) -> ExitCode {
    begin(arguments).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(BLOCKED)
    })
}

fn begin(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let Some(mut options) = Options::parse(arguments)? else {
        println!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    let paths = [&mut options.c_program, &mut options.trace, &mut options.against, &mut options.data];
    for path in paths.into_iter().flatten() {
        *path = path.canonicalize().with_context(|| path.display().to_string())?;
    }
    if let Some(earlier) = &options.against {
        against::read(earlier)?;
    }
    let subjects = match &options.selection {
        Selection::Cases(names) => names.iter().map(|name| Subject::case(name)).collect::<Result<_, _>>()?,
        Selection::All => Subject::cases()?,
        Selection::Supervisor => vec![Subject::supervisor(options.data.as_deref())?],
    };
    let programs = Programs::build()?;
    let (verdict, folder) = make(&options, &programs, &subjects, SystemTime::now(), arguments)?;
    println!("{}", folder.path.display());
    Ok(match verdict {
        Verdict::Agrees => ExitCode::SUCCESS,
        Verdict::Differs => ExitCode::from(DIFFERENT),
        Verdict::Blocked | Verdict::Skipped => ExitCode::from(BLOCKED),
    })
}

/// Makes the bundle of `subjects`.
fn make(
    options: &Options,
    programs: &Programs,
    subjects: &[Subject],
    time: SystemTime,
    invocation: &[String],
) -> anyhow::Result<(Verdict, Folder)> {
    let mut folder = Folder::create(&options.out, time, options.label.as_deref())?;
    let mut session =
        Session { options, programs, record: Record::default(), runs: Vec::new(), specs: Vec::new() };
    let failure = session.everything(&folder.path, subjects).err();
    let filed = session.file(&mut folder, invocation, time, failure);
    let verdict = match filed {
        Ok(verdict) => verdict,
        Err(error) => {
            give_up(&mut folder, &session.record, &error)?;
            Verdict::Blocked
        }
    };
    Ok((verdict, folder))
}

/// Leaves a bundle whose files on the whole could not be written.
fn give_up(folder: &mut Folder, record: &Record, error: &anyhow::Error) -> anyhow::Result<()> {
    if !folder.name.ends_with("_blocked") {
        folder.mark_blocked()?;
    }
    let reason = format!("{error:#}");
    let headline = format!("BLOCKED: {reason}.");
    folder.write("attempt.log", &format!("{}\nblocked: {reason}\n", record.transcript()))?;
    folder.write("README.md", &text::readme(&folder.name, &headline, &[], Some(&reason)))?;
    folder.seal()?;
    println!("{headline}");
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
    fn everything(&mut self, bundle: &Path, subjects: &[Subject]) -> anyhow::Result<()> {
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
                println!("{case} on {name}: {verdict}: {}", run.finding());
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
        failure: Option<anyhow::Error>,
    ) -> anyhow::Result<Verdict> {
        let failure = failure.map(|error| format!("{error:#}"));
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
        let (commit, clean) = crate::bench::machine::commit();
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
        println!("{headline}");
        Ok(verdict)
    }
}
