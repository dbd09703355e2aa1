//! Many images, each with its crystal: a list, of which a line is an image and what is different at its start.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use nanobragg::backend::{Control, Cpu};
use nanobragg_refine::{JointOutcome, Outcome, Verdict, refine_together};
use serde_json::json;

use super::course::Course;
use super::files::{self, Name, Run};
use super::reflections::Reflection;
use super::request::Request;
use super::start::Start;
use super::{Frame, usage};
use crate::console::Console;
use crate::interrupt::Interrupt;
use crate::usage::UsageError;

/// Longest list.
const LIMIT: u64 = 64 << 20;

/// A line of the list.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    data: PathBuf,
    /// Its number in a stack.
    image: Option<usize>,
    experiment: Option<PathBuf>,
    flags: Vec<OsString>,
}

impl Line {
    /// The lines of a list: an image, an experiment file if its start has one of its own, flags. What follows # is no part of it.
    fn all(text: &str) -> Vec<Line> {
        let line = |line: &str| {
            let mut words = line.split('#').next().unwrap_or_default().split_whitespace().peekable();
            let data = PathBuf::from(words.next()?);
            let experiment = words.next_if(|word| !word.starts_with('-')).map(PathBuf::from);
            Some(Line { data, image: None, experiment, flags: words.map(OsString::from).collect() })
        };
        text.lines().filter_map(line).collect()
    }

    /// Images of a stack, each of which starts at the experiment of its number where a list of experiments is the start.
    fn of_stack(request: &Request, [first, last]: [usize; 2]) -> Vec<Line> {
        let given = |name: &str| {
            request
                .start
                .iter()
                .any(|word| word.to_str().is_some_and(|word| word.trim_start_matches('-') == name))
        };
        let own = given("geometry") && !given("experiment");
        let flags = |image: usize| match own {
            true => vec![OsString::from("-experiment"), OsString::from(image.to_string())],
            false => Vec::new(),
        };
        let line = |image| Line {
            data: request.data.clone(),
            image: Some(image),
            experiment: None,
            flags: flags(image),
        };
        (first..=last).map(line).collect()
    }

    /// What messages and files call it.
    fn called(&self) -> String {
        match self.image {
            Some(image) => format!("{}#{image}", self.data.display()),
            None => self.data.display().to_string(),
        }
    }
}

/// An image that was refined.
struct Done {
    number: usize,
    data: String,
    frame: Frame,
    outcome: Outcome,
}

/// What became of an image.
enum Fate {
    Refined(Box<Done>),
    Failed { data: String, why: String },
}

/// Refines the images of a list or of a stack.
pub fn run(request: &Request) -> anyhow::Result<ExitCode> {
    let lines = match (&request.list, request.images) {
        (Some(list), _) => Line::all(&nanobragg_io::text::read_text(list, LIMIT)?),
        (None, Some(images)) => Line::of_stack(request, images),
        (None, None) => Vec::new(),
    };
    if lines.is_empty() {
        return Err(UsageError("refine: no image is asked for".to_owned()).into());
    }
    let name = Name(request.output.clone());
    name.check()?;
    let interrupt = Interrupt::catch();
    let control = Control { progress: None, cancel: Some(interrupt.flag()) };
    let mut fates = Vec::with_capacity(lines.len());
    let mut said = Console { quiet: false, strict: false, verbose: false };
    let mut threads = 0;
    for (number, line) in (1..).zip(&lines) {
        let console = &mut said;
        let refined = refine(request, line, number, &control, (console, &mut threads));
        if interrupt.raised() {
            break;
        }
        let data = line.called();
        fates.push(match refined {
            Ok(done) => {
                let (chi2, verdict) = (done.outcome.chi2, done.outcome.verdict.name());
                said.say(&format!("{data}: {verdict}, chi2 per pixel = {chi2:.4}"));
                Fate::Refined(Box::new(done))
            }
            // What is wrong with the command line is wrong with every image.
            Err(error) if number == 1 && error.is::<UsageError>() => return Err(error),
            Err(error) => {
                said.warn(format!("{data}: {error}"));
                Fate::Failed { data, why: error.to_string() }
            }
        });
    }
    let together = if request.shared.is_empty() || interrupt.raised() {
        None
    } else {
        Some(share(request, &mut fates, said, threads, &control)?)
    };
    write(request, &name, &fates, together.as_ref())?;
    if let Some(together) = &together {
        super::tell_parameters(said, &together.shared);
    }
    let good = fates.iter().filter(|fate| {
        matches!(fate, Fate::Refined(done) if done.outcome.verdict == Verdict::Converged || request.most_trials == 0)
    });
    let (good, all) = (good.count(), lines.len());
    said.say(&format!("{good} of {all} images have converged; wrote {}", name.file(".csv").display()));
    if interrupt.raised() {
        return Err(interrupt.error().into());
    }
    anyhow::ensure!(good == all, "{} of {all} images have not converged", all - good);
    Ok(ExitCode::SUCCESS)
}

/// The name of the files of an image, by its place in the list.
fn numbered(request: &Request, number: usize) -> Name {
    Name(Name(request.output.clone()).file(&format!("_{number:05}")))
}

fn refine(
    request: &Request,
    line: &Line,
    number: usize,
    control: &Control<'_>,
    (console, threads): (&mut Console, &mut usize),
) -> anyhow::Result<Done> {
    let experiment = line.experiment.as_deref().or(request.experiment.as_deref());
    let flags: Vec<OsString> = request.start.iter().chain(&line.flags).cloned().collect();
    let start = Start::new(experiment, &flags)?;
    (*console, *threads) = (start.console, start.threads);
    let name = numbered(request, number);
    name.check()?;
    let mut frame = Frame::new(request, start, &line.data, line.image)?;
    if request.resume
        && let Some(values) = name.earlier(&line.called())?
    {
        frame.refinement.resumed = values;
    }
    let backend = Cpu::with_threads(frame.start.threads)?;
    let course = Course::new(frame.start.console, frame.start.progress);
    let boxes = std::mem::replace(&mut frame.boxes, frame.refinement.no_boxes());
    let ended = frame.refinement.run_in(boxes, &backend, control, &|step| course.tell(step));
    course.finish();
    let outcome = ended?;
    anyhow::ensure!(outcome.verdict != Verdict::NotBetter, "nothing better than the start was found");
    Ok(Done { number, data: line.called(), frame, outcome })
}

/// Refines what images share, and puts what was found into them.
fn share(
    request: &Request,
    fates: &mut [Fate],
    console: Console,
    threads: usize,
    control: &Control<'_>,
) -> anyhow::Result<JointOutcome> {
    let names: Vec<&str> = request.shared.iter().map(String::as_str).collect();
    let backend = Cpu::with_threads(threads)?;
    let course = Course::new(console, true);
    let taken =
        |fate: &Fate| matches!(fate, Fate::Refined(done) if done.outcome.verdict == Verdict::Converged);
    let images: Vec<_> = fates
        .iter()
        .filter(|fate| taken(fate))
        .filter_map(|fate| match fate {
            Fate::Refined(done) => Some((&done.frame.refinement, &done.outcome)),
            Fate::Failed { .. } => None,
        })
        .collect();
    anyhow::ensure!(!images.is_empty(), "no image has converged; nothing is written");
    let found = refine_together(&images, &names, &backend, control, &|step| course.tell(step));
    course.finish();
    let mut together = found.map_err(usage)?;
    let mut outcomes = std::mem::take(&mut together.images).into_iter();
    for fate in fates.iter_mut().filter(|fate| taken(fate)) {
        if let (Fate::Refined(done), Some(outcome)) = (fate, outcomes.next()) {
            done.outcome = outcome;
        }
    }
    Ok(together)
}

fn write(
    request: &Request,
    name: &Name,
    fates: &[Fate],
    together: Option<&JointOutcome>,
) -> anyhow::Result<()> {
    let done: Vec<&Done> = fates
        .iter()
        .filter_map(|fate| match fate {
            Fate::Refined(done) => Some(&**done),
            Fate::Failed { .. } => None,
        })
        .collect();
    if done.is_empty() {
        anyhow::bail!("no image was refined; nothing is written");
    }
    let own: Vec<Vec<Reflection>> = done.iter().map(|done| Reflection::all(&done.outcome)).collect();
    let images: Vec<(String, &Outcome, &[Reflection])> = done
        .iter()
        .zip(&own)
        .map(|(done, own)| (format!("{}-{}", done.number, done.data), &done.outcome, own.as_slice()))
        .collect();
    files::write_for_dials(name, &images)?;
    for (place, (done, own)) in done.iter().zip(&own).enumerate() {
        let toml = done.frame.start.refined(&done.outcome, &name.file(".expt"), place)?;
        let points = done.frame.refinement.points();
        let run = Run { request, data: &done.data, size: done.frame.size, points };
        files::write(&numbered(request, done.number), &run, &done.outcome, own, &toml)?;
    }
    if let Some(together) = together {
        let shared: Vec<_> = together.shared.iter().map(files::parameter).collect();
        let history: Vec<_> = together.history.iter().map(files::trial).collect();
        let json = json!({
            "program": concat!("nanobragg ", env!("CARGO_PKG_VERSION")), "verdict": together.verdict.name(),
            "images": done.len(), "shared": shared, "history": history,
        });
        files::text(&name.file(".json"), &(serde_json::to_string_pretty(&json)? + "\n"))?;
    }
    files::text(&name.file(".csv"), &table(fates))
}

/// A row an image.
fn table(fates: &[Fate]) -> String {
    let first = fates.iter().find_map(|fate| match fate {
        Fate::Refined(done) => Some(&done.outcome.found),
        Fate::Failed { .. } => None,
    });
    let mut text = "number,data,verdict,boxes,pixels,chi2_per_pixel_start,chi2_per_pixel,overlap".to_owned();
    for found in first.into_iter().flatten() {
        text.push_str(&format!(",{0},{0}_esd", found.name));
    }
    text.push('\n');
    for (number, fate) in (1..).zip(fates) {
        match fate {
            Fate::Refined(done) => {
                let outcome = &done.outcome;
                text.push_str(&format!(
                    "{number},{},{},{},{},{:.5},{:.5},{:.4}",
                    quoted(&done.data),
                    outcome.verdict.name(),
                    outcome.boxes.len(),
                    outcome.pixels,
                    outcome.chi2_start,
                    outcome.chi2,
                    outcome.overlap
                ));
                for found in &outcome.found {
                    text.push_str(&format!(",{},{:.3e}", found.value, found.esd));
                }
                text.push('\n');
            }
            Fate::Failed { data, why } => {
                let data = quoted(data);
                text.push_str(&format!("{number},{data},{}\n", quoted(&format!("failed: {why}"))));
            }
        }
    }
    text
}

/// A field of a table.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_image_and_what_is_different() {
        let lines = Line::all("# images\na.cbf\nb.cbf start.toml -misset 1 2 3 # the second\n\nc.cbf -N 5\n");
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], Line { data: "a.cbf".into(), image: None, experiment: None, flags: Vec::new() });
        assert_eq!(lines[1].experiment, Some("start.toml".into()));
        assert_eq!(lines[1].flags, words(&["-misset", "1", "2", "3"]));
        assert_eq!((lines[2].experiment.clone(), lines[2].flags.clone()), (None, words(&["-N", "5"])));
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
