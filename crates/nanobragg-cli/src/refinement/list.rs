//! Many images, each with its crystal: a list, of which a line is an image and what is different at its start.

mod amplitudes;
mod mtz;
mod table;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use nanobragg::backend::{Control, Differentiate};
use nanobragg_config::classic::status::WRONG_INPUT;
use nanobragg_config::classic::{self, FlagId, Role};
use nanobragg_io::experiments::{ImageExperiment, write_experiments};
use nanobragg_io::places::Inputs;
use nanobragg_refine::{Fitted, JointOutcome, Outcome, Refinement, Verdict, Warning, refine_together};
use nanobragg_session::Compute;
use serde_json::{Value, json};

use super::course::Course;
use super::data::{Data, DataError};
use super::digests::Digests;
use super::files::{self, Name, Run};
use super::pace::Pace;
use super::reflections::{self, Reflection};
use super::request::{Request, is_of_refinement};
use super::start::Start;
use super::{Frame, usage};
use crate::called;
use crate::console::Console;
use crate::devices::{Devices, Ear};
use crate::interrupt::Interrupt;
use crate::usage::UsageError;
use table::{Row, table};

/// Longest list.
const LIMIT: u64 = 64 << 20;

/// A line of the list.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    /// Its number in the file, counted from 1.
    number: usize,
    data: PathBuf,
    /// Its number in a stack.
    image: Option<usize>,
    experiment: Option<PathBuf>,
    flags: Vec<OsString>,
}

impl Line {
    /// The lines of a list: an image, an experiment file if its start has one of its own, flags. What follows a word that begins with #
    /// is no part of it.
    ///
    /// # Errors
    /// The number of the first line that has no image or flags that are none, and what is wrong.
    fn all(text: &str) -> Result<Vec<Line>, (usize, String)> {
        let line = |(number, line): (usize, &str)| {
            let mut words = line.split_whitespace().take_while(|word| !word.starts_with('#')).peekable();
            let data = words.next()?;
            if data.starts_with('-') {
                return Some(Err((number, format!("expected the name of an image, found {data}"))));
            }
            let experiment = words.next_if(|word| !word.starts_with('-')).map(PathBuf::from);
            let flags: Vec<OsString> = words.map(OsString::from).collect();
            let name = |word: &OsString| word.to_str()?.strip_prefix('-').map(str::to_owned);
            if let Some(own) = flags.iter().filter_map(name).find(|name| is_of_refinement(name)) {
                let what = format!("-{own} is for all images: give it on the command line");
                return Some(Err((number, what)));
            }
            if let Err(error) = classic::parse(flags.iter().cloned()) {
                return Some(Err((number, error.to_string())));
            }
            Some(Ok(Line { number, data: PathBuf::from(data), image: None, experiment, flags }))
        };
        (1..).zip(text.lines()).filter_map(line).collect()
    }

    /// That of a file.
    fn read(list: &Path) -> Result<Vec<Line>, UsageError> {
        let text = nanobragg_io::text::read_text(list, LIMIT);
        let text = text.map_err(|error| UsageError(format!("refine: -list: {error}")))?;
        let at = |(number, what)| UsageError(format!("{}:{number}: {what}", list.display()));
        Line::all(&text).map_err(at)
    }

    /// An error of it with its place: the line of a list, the image of a stack.
    fn placed(&self, request: &Request, error: &anyhow::Error) -> anyhow::Error {
        let text = crate::error::line(error);
        let place = match &request.list {
            Some(list) if error.is::<DataError>() => format!("{}:{}", list.display(), self.number),
            Some(list) => format!("{}:{}: {}", list.display(), self.number, self.data.display()),
            None => self.called(),
        };
        let text = format!("{place}: {text}");
        match crate::error::status(error) {
            WRONG_INPUT => UsageError(text).into(),
            _ => anyhow::Error::msg(text),
        }
    }

    /// Whether its start differs from that of the command line.
    fn has_own_start(&self) -> bool {
        self.image.is_none() && (self.experiment.is_some() || !self.flags.is_empty())
    }

    /// Images of a stack, each of which starts at the experiment of its number where a list of experiments is the start.
    ///
    /// # Errors
    /// Those of the flags.
    fn of_stack(request: &Request, [first, last]: [usize; 2]) -> anyhow::Result<Vec<Line>> {
        let args = called::described(request.experiment.as_deref(), &request.start)?;
        let own = args.has(FlagId::Geometry) && !args.has(FlagId::ExperimentNumber);
        let flags = |image: usize| match own {
            true => vec![OsString::from("-experiment"), OsString::from(image.to_string())],
            false => Vec::new(),
        };
        let line = |image| Line {
            number: 0,
            data: request.data.clone(),
            image: Some(image),
            experiment: None,
            flags: flags(image),
        };
        Ok((first..=last).map(line).collect())
    }

    /// Files that it names, as far as what it says can be understood: whether they are there is found later.
    fn inputs(&self, request: &Request) -> Vec<PathBuf> {
        let experiment = self.experiment.as_deref().or(request.experiment.as_deref());
        let flags: Vec<OsString> = request.start.iter().chain(&self.flags).cloned().collect();
        let mut inputs = vec![self.data.clone()];
        inputs.extend(experiment.map(Path::to_owned));
        // What no experiment file says, the flags beside it may.
        let described = [called::described(experiment, &flags), called::described(None, &flags)];
        for args in described.into_iter().flatten() {
            let is_input = |flag| classic::flag(flag).is_some_and(|row| row.is(Role::InputFile));
            let read = args.occurrences.iter().filter(|occurrence| is_input(occurrence.flag));
            inputs.extend(read.map(|occurrence| occurrence.values.path(0).to_owned()).chain(args.files));
        }
        inputs
    }

    /// What messages and files call it.
    fn called(&self) -> String {
        match self.image {
            Some(image) => format!("{}#{image}", self.data.display()),
            None => self.data.display().to_string(),
        }
    }
}

/// An image that was refined and whose files are written.
struct Done {
    number: usize,
    data: String,
    row: Row,
    /// Its part of the files of all images.
    model: Option<ImageExperiment>,
    /// What may be done where it ended far from what was known.
    advice: Option<String>,
    reflections: Vec<Reflection>,
    /// What images are refined together with.
    kept: Option<Box<(Frame, Outcome)>>,
}

/// What became of an image.
enum Fate {
    Refined(Box<Done>),
    Failed { data: String, why: String },
}

impl Fate {
    /// What may be done about an image that ended far from what was known.
    fn advice(&self) -> Option<String> {
        match self {
            Fate::Refined(done) => done.advice.as_ref().map(|advice| format!("{}: {advice}", done.data)),
            Fate::Failed { .. } => None,
        }
    }

    /// What other images are refined together with.
    fn kept(&self) -> Option<(&Refinement, &Outcome)> {
        match self {
            Fate::Refined(done) => done.kept.as_deref().map(|(frame, outcome)| (&frame.refinement, outcome)),
            Fate::Failed { .. } => None,
        }
    }
}

/// Refines the images of a list or of a stack.
pub fn run(request: &Request) -> anyhow::Result<ExitCode> {
    let (mut first, mut begun, mut stack) = (First::default(), None, None);
    let digests = Digests::default();
    let lines = match (&request.list, request.images) {
        (Some(list), _) => Line::read(list)?,
        (None, Some([from, to])) => {
            // Before there is a line for each: more may be asked for than any stack has.
            for line in Line::of_stack(request, [from, from])? {
                let frame = begin(request, &line, 1, &mut first, &digests)?;
                let data = Data::open(&request.data, &frame.start).map_err(super::of_command)?;
                data.has(to, &frame.start).map_err(super::of_command)?;
                (begun, stack) = (Some(frame), Some(data));
            }
            Line::of_stack(request, [from, to])?
        }
        (None, None) => Vec::new(),
    };
    if lines.is_empty() {
        return Err(UsageError("refine: there are no images".to_owned()).into());
    }
    let name = Name::of(request);
    name.check(lines.iter().map(|line| &line.data).chain(&request.list))?;
    spare_inputs(request, &lines)?;
    let _locks = name.lock(true)?;
    name.check_replaces_own(request.resume)?;
    (1..=lines.len())
        .try_for_each(|number| Name::of_image(request, number).check_replaces_own(request.resume))?;
    let interrupt = Interrupt::catch();
    let control = Control { progress: None, cancel: Some(interrupt.flag()) };
    let mut fates = Vec::with_capacity(lines.len());
    let console = Console { quiet: false, strict: false, verbose: false };
    let ear = Ear::new(console);
    let mut devices = Devices::new(&ear);
    let pace = Pace::new(lines.len());
    let mut said = Said { console, compute: Compute::default(), progress: true };
    for (number, line) in (1..).zip(&lines) {
        let frame = match begun.take().map_or_else(|| begin(request, line, number, &mut first, &digests), Ok)
        {
            // What is wrong with the first start is wrong with the command line, and so with every image.
            Err(error) if number == 1 && line.has_own_start() => return Err(line.placed(request, &error)),
            Err(error) if number == 1 => return Err(error),
            frame => frame,
        };
        if let Ok(Frame { start, .. }) = &frame {
            said = Said { console: start.console, compute: start.compute.clone(), progress: start.progress };
        }
        if number == 1 && request.resume {
            let images = lines.len();
            let earlier =
                (1..=images).filter(|&number| Name::of_image(request, number).file(".json").exists());
            let left = images - earlier.count();
            if left > 0 {
                said.console.say(&format!("{left} of {images} images have no earlier run to continue"));
            }
        }
        if number == 1 {
            earlier(said.console, name.strangers(lines.len(), &of_all(request)));
            said.console.deny_warnings()?;
        }
        let before = of_now(Name::of_image(request, number).there());
        let refined = frame.and_then(|frame| {
            let backend = devices.of(&said.compute, said.console)?;
            refine(request, line, number, frame, stack.as_ref(), backend, (&control, &pace))
        });
        pace.ended();
        let data = line.called();
        match refined {
            Ok(done) => {
                let Row { chi2, verdict, .. } = done.row;
                let left = pace.left();
                said.console.say(&format!("{data}: {verdict}, chi2 per pixel = {chi2:.4}{left}"));
                fates.push(Fate::Refined(Box::new(done)));
            }
            // It was stopped before it had found anything.
            Err(_) if interrupt.raised() => {}
            Err(error) => {
                said.console.warn(line.placed(request, &error));
                // A file of this run may be there all the same where another one cannot be written.
                let now = of_now(Name::of_image(request, number).there());
                let kept = now.into_iter().filter(|file| before.contains(file)).map(|(path, _)| path);
                earlier(said.console, kept.collect());
                fates.push(Fate::Failed { data, why: error.to_string() });
            }
        }
        if interrupt.raised() {
            break;
        }
    }
    // What each image has found for itself is written, whatever becomes of what they share.
    let together = if request.shared.is_empty() || interrupt.raised() {
        Ok(None)
    } else {
        share(request, &mut fates, &said, &mut devices, &control).map(Some)
    };
    let amplitudes = if !request.amplitudes || together.is_err() || interrupt.raised() {
        Ok(None)
    } else {
        amplitudes::refine(request, &name, &mut fates, &said, &mut devices, &control).map(Some)
    };
    let found = |of: &anyhow::Result<Option<Value>>| of.as_ref().ok().and_then(Clone::clone);
    let of_shared = together.as_ref().map(|found| found.as_ref().map(|found| of_joint(request, found)));
    let of_shared = of_shared.ok().flatten();
    write(&name, &fates, of_shared, found(&amplitudes))?;
    if let Ok(Some(together)) = &together {
        super::tell_parameters(said.console, &together.shared);
    }
    let good = fates.iter().filter(|fate| {
        matches!(fate, Fate::Refined(done) if done.row.verdict == Verdict::Converged.name() || request.most_trials == 0)
    });
    let (good, all) = (good.count(), lines.len());
    let (done, not_done) = match request.most_trials {
        0 => ("are described", "could not be described"),
        _ => ("have converged", "have not converged"),
    };
    said.console.say(&format!("{good} of {all} images {done}; wrote {}", name.file(".csv").display()));
    if let Some(advice) = fates.iter().find_map(Fate::advice) {
        said.console.say(&advice);
    }
    if interrupt.raised() {
        said.console.say("-resume continues where each image was");
        return Err(interrupt.error().into());
    }
    together?;
    amplitudes?;
    anyhow::ensure!(good == all, "{} of {all} images {not_done}", all - good);
    Ok(ExitCode::SUCCESS)
}

/// What the names of the files of all images end with.
fn of_all(request: &Request) -> Vec<&'static str> {
    let mut endings = vec![".csv", ".expt", ".json", ".refl"];
    if request.amplitudes {
        endings.extend(files::OF_AMPLITUDES);
    }
    endings
}

/// Files, and when each was written.
fn of_now(files: Vec<PathBuf>) -> Vec<(PathBuf, Option<SystemTime>)> {
    let written = |file: &PathBuf| file.metadata().and_then(|found| found.modified()).ok();
    files.into_iter().map(|file| (file.clone(), written(&file))).collect()
}

/// Says that `files` are of an earlier run: nothing is removed that somebody may want, and nothing taken for what it is not.
fn earlier(console: Console, files: Vec<PathBuf>) {
    let more = files.len().saturating_sub(1);
    if let Some(first) = files.into_iter().next() {
        super::warn(console, None, &Warning::EarlierFiles { first, more });
    }
}

/// Refuses files of any image that are inputs of any: of a later image they would be replaced before it is read.
fn spare_inputs(request: &Request, lines: &[Line]) -> Result<(), UsageError> {
    // Images of a stack have the inputs of the first.
    let different = lines.iter().enumerate().filter(|(at, line)| *at == 0 || line.image.is_none());
    let inputs = different
        .flat_map(|(_, line)| line.inputs(request))
        .chain(request.list.clone())
        .chain(request.reflections.file().cloned());
    let inputs = Inputs::of(&inputs.collect::<Vec<PathBuf>>());
    Name::of(request).spares(&inputs)?;
    (1..=lines.len()).try_for_each(|number| Name::of_image(request, number).spares(&inputs))
}

/// What becomes of what is said, and how work is shared out: what the last start says of it.
struct Said {
    console: Console,
    compute: Compute,
    progress: bool,
}

/// What later images have from those before.
#[derive(Default)]
struct First {
    /// The refinement of the first image, which says where shared numbers and structure factors start.
    refinement: Option<Refinement>,
    /// What was said of starts: the same is not said of each image.
    told: BTreeSet<String>,
}

/// What is refined of image `number`, before its data are read.
fn begin(
    request: &Request,
    line: &Line,
    number: usize,
    first: &mut First,
    digests: &Digests,
) -> anyhow::Result<Frame> {
    let experiment = line.experiment.as_deref().or(request.experiment.as_deref());
    let flags: Vec<OsString> = request.start.iter().chain(&line.flags).cloned().collect();
    let start = Start::new(experiment, &flags, &mut first.told)?;
    let others = || request.list.iter().chain(request.reflections.file());
    let inputs = || start.inputs.iter().chain([&line.data]).chain(others());
    Name::of(request).check(inputs())?;
    Name::of_image(request, number).check(inputs())?;
    let frame = Frame::new(request, start, (&line.data, line.image.unwrap_or(number - 1)), digests)?;
    if request.is_joint() {
        let first = first.refinement.get_or_insert_with(|| frame.refinement.clone());
        if request.amplitudes {
            let same = frame.refinement.amplitudes_of(first, number);
            same.map_err(|error| usage("-refine", error))?;
        }
        frame.refinement.shared_with(first, number).map_err(|error| usage("-share", error))?;
    }
    Ok(frame)
}

/// Refines image `number`, and writes its files.
fn refine(
    request: &Request,
    line: &Line,
    number: usize,
    mut frame: Frame,
    stack: Option<&Data>,
    backend: &dyn Differentiate,
    (control, pace): (&Control<'_>, &Pace),
) -> anyhow::Result<Done> {
    let own;
    let data = match stack {
        Some(stack) => stack,
        None => {
            own = Data::open(&line.data, &frame.start)?;
            &own
        }
    };
    let boxes = frame.boxes(request, data, line.image)?;
    let name = Name::of_image(request, number);
    frame.start.console.deny_warnings()?;
    if request.resume && !frame.resume(&line.called(), &name)? {
        let what = "no earlier run to continue: beginning at the start";
        frame.start.console.say(&format!("{}: {what}", line.called()));
    }
    let course = Course::new(frame.start.console, frame.start.progress, Some(pace));
    let ended = frame.refinement.run_in(boxes, backend, control, &|step| course.tell(step));
    course.finish();
    let mut outcome = ended?;
    anyhow::ensure!(outcome.verdict != Verdict::NotBetter, "the start was not improved");
    let mut done = Done::write(request, number, line.called(), &frame, &outcome)?;
    if request.is_joint() && (outcome.verdict == Verdict::Converged || request.most_trials == 0) {
        // Of its pixels no more is needed than what the start expected.
        outcome.fitted = Fitted { start: outcome.fitted.start, ..Fitted::default() };
        done.kept = Some(Box::new((frame, outcome)));
    }
    Ok(done)
}

impl Done {
    /// Writes the files of an image.
    fn write(
        request: &Request,
        number: usize,
        data: String,
        frame: &Frame,
        outcome: &Outcome,
    ) -> anyhow::Result<Self> {
        let reflections = Reflection::all(outcome);
        let identifier = format!("{number}-{data}");
        let run = Run { request, data: &data, identifier: &identifier, frame };
        files::write(&Name::of_image(request, number), &run, outcome, &reflections)?;
        let row = Row::of(run.verdict(outcome), outcome);
        let model = frame.start.model(identifier, outcome);
        let is_far = outcome.verdict == Verdict::AgainstPrior && request.most_trials > 0;
        let advice = is_far.then(|| super::far(outcome));
        Ok(Done { number, data, row, model, advice, reflections, kept: None })
    }
}

/// Refines what images share, and writes what was found into their files.
fn share(
    request: &Request,
    fates: &mut [Fate],
    said: &Said,
    devices: &mut Devices<'_>,
    control: &Control<'_>,
) -> anyhow::Result<JointOutcome> {
    let backend = devices.of(&said.compute, said.console)?;
    let course = Course::new(said.console, said.progress, None);
    let images: Vec<(&Refinement, &Outcome)> = fates.iter().filter_map(Fate::kept).collect();
    anyhow::ensure!(!images.is_empty(), "no image has converged; nothing is refined together");
    if images.len() == 1 {
        super::warn(said.console, Some("-share"), &Warning::SharedByOne);
    }
    let found = refine_together(&images, backend, control, &|step| course.tell(step));
    course.finish();
    let mut together = found.map_err(|error| usage("-share", error))?;
    let mut outcomes = std::mem::take(&mut together.images).into_iter();
    for fate in fates {
        let Fate::Refined(done) = fate else { continue };
        let Some((frame, _)) = done.kept.take().map(|kept| *kept) else { continue };
        let Some(outcome) = outcomes.next() else { continue };
        match Done::write(request, done.number, done.data.clone(), &frame, &outcome) {
            Ok(again) => {
                let kept = request.amplitudes.then(|| Box::new((frame, outcome)));
                **done = Done { kept, ..again };
            }
            Err(error) => {
                said.console.warn(format!("{}: {error}", done.data));
                *fate = Fate::Failed { data: done.data.clone(), why: error.to_string() };
            }
        }
    }
    Ok(together)
}

/// What images share, as a file has it.
fn of_joint(request: &Request, together: &JointOutcome) -> Value {
    let shared: Vec<_> = together.shared.iter().map(files::parameter).collect();
    let history: Vec<_> = together.history.iter().map(files::trial).collect();
    let verdict = if request.most_trials == 0 { "start" } else { together.verdict.name() };
    json!({ "verdict": verdict, "shared": shared, "history": history })
}

/// Writes the files of all images.
fn write(
    name: &Name,
    fates: &[Fate],
    together: Option<Value>,
    amplitudes: Option<Value>,
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
    let models: Vec<ImageExperiment> = done.iter().filter_map(|done| done.model.clone()).collect();
    let tables: Vec<(String, &[Reflection])> = done
        .iter()
        .map(|done| (format!("{}-{}", done.number, done.data), done.reflections.as_slice()))
        .collect();
    let mut json = together.unwrap_or_else(|| json!({}));
    json["program"] = concat!("nanobragg ", env!("CARGO_PKG_VERSION")).into();
    json["images"] = done.len().into();
    if let Some(amplitudes) = amplitudes {
        json["amplitudes"] = amplitudes;
    }
    // The record first, by which a later run knows the others.
    files::text(&name.file(".json"), &(serde_json::to_string_pretty(&json)? + "\n"))?;
    write_experiments(&name.file(".expt"), &models)?;
    reflections::write_table(&name.file(".refl"), &tables)?;
    files::text(&name.file(".csv"), &table(fates))?;
    name.settle()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_image_and_what_is_different() {
        let all = |text| Line::all(text).unwrap();
        let lines = all("# images\na.cbf\nb.cbf start.toml -misset 1 2 3 # the second\n\nc.cbf -N 5\n");
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [2, 3, 5]);
        let first =
            Line { number: 2, data: "a.cbf".into(), image: None, experiment: None, flags: Vec::new() };
        assert_eq!(lines[0], first);
        assert_eq!(lines[1].experiment, Some("start.toml".into()));
        assert_eq!(lines[1].flags, words(&["-misset", "1", "2", "3"]));
        assert_eq!((lines[2].experiment.clone(), lines[2].flags.clone()), (None, words(&["-N", "5"])));
        // A sharp in a word is a part of it.
        let lines = all("a#1.cbf -misset 1 2 3 #the first\n#b.cbf\n");
        assert_eq!((lines.len(), lines[0].data.clone()), (1, PathBuf::from("a#1.cbf")));
    }

    #[test]
    fn a_line_that_is_wrong_has_a_number() {
        let wrong = |text: &str| Line::all(text).unwrap_err();
        assert_eq!(
            wrong("a.cbf\n\n-misset 1 2 3\n"),
            (3, "expected the name of an image, found -misset".to_owned())
        );
        let (number, what) = wrong("a.cbf\nb.cbf -bogus\n");
        assert!(number == 2 && what.contains("-bogus"), "{what}");
    }
}
