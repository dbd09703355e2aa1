//! One case on one backend: our programs are run, what they made is compared.

use std::path::Path;

use nanobragg_compare::{Image, Report, ReportOptions};
use nanobragg_testkit::{Case, compare};
use nanobragg_trace::{Comparison, DEFAULT_TOLERANCE, Trace};
use serde::{Deserialize, Serialize};

use super::device::Backend;
use super::metrics::{Figures, Measured, Other, RunMetrics, TraceMetrics, Verdict};
use super::printed;
use super::program::{Programs, Ran, Record};
use super::subject::words;
use super::tolerance::{holds, tolerance};
use crate::error::{Context as _, Error, ErrorKind, Result, fail};

/// What is run. With the case's folder of the bundle it is all that a repetition needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunSpec {
    pub case: String,
    #[serde(flatten)]
    pub backend: Backend,
    pub quirks: String,
    /// Flags of our side beyond those of the case.
    pub extra: Vec<String>,
    /// Pixels that are traced (slow, fast).
    pub pixels: Vec<(usize, usize)>,
    pub other: Other,
}

/// A backend that is not there, as a run.
pub fn skipped(spec: &RunSpec, about: &str, reason: String) -> Measured {
    Measured {
        metrics: RunMetrics {
            case: spec.case.clone(),
            backend: spec.backend.clone(),
            quirks: spec.quirks.clone(),
            other: spec.other,
            verdict: Verdict::Skipped,
            reason: Some(format!("skipped: {reason}")),
            image: None,
            figures: None,
            printout: None,
            traces: Vec::new(),
        },
        about: about.to_owned(),
        images: None,
        traces: Vec::new(),
        warnings: Vec::new(),
        seconds: 0.0,
    }
}

/// Runs our programs in the case's folder `home`, on what lies in `inputs`, and compares with what lies in
/// `other`. Files go to a folder named after the backend.
pub fn measure(
    home: &Path,
    spec: &RunSpec,
    about: &str,
    programs: &Programs,
    record: &mut Record,
) -> Result<Measured> {
    let (inputs, other) = (home.join("inputs"), home.join("other"));
    let folder = home.join(spec.backend.folder());
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let place = format!("{}/inputs", spec.case);
    let ran = render(spec, &inputs, &place, programs, record)?;
    std::fs::write(folder.join("stdout.txt"), &ran.stdout)?;
    std::fs::write(folder.join("stderr.txt"), &ran.stderr)?;

    let images = images(spec, &inputs, &folder, &other.join("float.bin"))?;
    let image = images.as_ref().map(|[ours, theirs]| {
        let options = ReportOptions { tolerance: tolerance(&spec.backend), ..ReportOptions::default() };
        Report::new(ours, theirs, options)
    });
    let image = image.transpose()?;
    let theirs = std::fs::read_to_string(other.join("stdout.txt")).unwrap_or_default();
    // Six printed digits are more than single precision promises.
    let printed = !spec.backend.is_single();
    let figures = printed.then(|| printed::figures(&ran.stdout, &theirs)).flatten();
    let printout = printed.then(|| printed::printout(&ran.stdout, &theirs)).flatten();
    let traces = if spec.backend.is_single() {
        Traces::default()
    } else {
        traces(spec, home, &place, programs, record)?
    };
    let Traces { compared: traces, left_out } = traces;

    let mut metrics = RunMetrics {
        case: spec.case.clone(),
        backend: spec.backend.clone(),
        quirks: spec.quirks.clone(),
        other: spec.other,
        verdict: Verdict::Agrees,
        reason: None,
        image,
        figures,
        printout,
        traces: Vec::new(),
    };
    for (pixel, comparison) in &traces {
        metrics.traces.push(TraceMetrics::new(*pixel, comparison)?);
    }
    settle(&mut metrics);
    let mut warnings: Vec<String> = ran.warnings().map(str::to_owned).collect();
    warnings.extend(left_out);
    warnings.dedup();
    Ok(Measured { metrics, about: about.to_owned(), images, traces, warnings, seconds: ran.seconds })
}

/// The verdict on what was found.
fn settle(metrics: &mut RunMetrics) {
    let figures = |figures: &Option<Figures>| figures.as_ref().map(|figures| figures.agree);
    let outcomes: Vec<bool> = [
        metrics.image.as_ref().map(|image| holds(&metrics.backend, &image.comparison)),
        figures(&metrics.figures),
        figures(&metrics.printout),
    ]
    .into_iter()
    .flatten()
    .chain(metrics.traces.iter().map(|trace| trace.passes))
    .collect();
    metrics.verdict = match outcomes.as_slice() {
        [] => Verdict::Skipped,
        all if all.iter().all(|passes| *passes) => Verdict::Agrees,
        _ => Verdict::Differs,
    };
    if outcomes.is_empty() {
        metrics.reason = Some("skipped: the other side has nothing to compare with".to_owned());
    }
}

/// The flags of our program: those of the case, then the bundle's.
fn flags(spec: &RunSpec, inputs: &Path) -> Result<Vec<String>> {
    let mut flags = words(&inputs.join("args.txt"))?;
    flags.extend(spec.extra.iter().cloned());
    flags.extend(["-quirks".to_owned(), spec.quirks.clone()]);
    Ok(flags)
}

fn render(
    spec: &RunSpec,
    inputs: &Path,
    place: &str,
    programs: &Programs,
    record: &mut Record,
) -> Result<Ran> {
    let mut arguments = flags(spec, inputs)?;
    arguments.extend(spec.backend.flags());
    if let (Other::Program, Some((slow, fast))) = (spec.other, spec.pixels.first()) {
        arguments.extend(["-printout_pixel".to_owned(), fast.to_string(), slow.to_string()]);
    }
    let image = format!("../{}/float.bin", spec.backend.folder());
    arguments.extend(["-o", &image, "-nodump", "-noprogress"].map(str::to_owned));
    let ran = record.run(&programs.nanobragg, &arguments, inputs, place)?;
    if ran.is_refused() {
        fail!(Refused, "{}", ran.complaint());
    }
    if !ran.succeeded() {
        fail!(Program, "{}", ran.complaint());
    }
    Ok(ran)
}

/// Both images, ours first; none where the other side has none.
fn images(spec: &RunSpec, inputs: &Path, folder: &Path, other: &Path) -> Result<Option<[Image; 2]>> {
    if !other.is_file() {
        return Ok(None);
    }
    let size = size(spec, inputs)?;
    Ok(Some(Image::read_pair(&folder.join("float.bin"), other, Some(size), None)?))
}

/// Pixels (fast, slow) of the image.
pub fn size(spec: &RunSpec, inputs: &Path) -> Result<(usize, usize)> {
    let args = flags(spec, inputs)?;
    let case = Case { name: spec.case.clone(), folder: inputs.to_owned(), args };
    let region = case.plan(&[])?.region;
    Ok((region.image_fast, region.image_slow))
}

/// The brightest pixel (slow, fast) of the other side's image.
pub fn brightest(image: &Image) -> Option<(usize, usize)> {
    let finite = image.pixels.iter().enumerate().filter(|(_, value)| value.is_finite());
    let (index, _) = finite.max_by(|p, q| p.1.total_cmp(q.1).then(q.0.cmp(&p.0)))?;
    Some((index / image.fast.max(1), index % image.fast.max(1)))
}

/// Traces of both sides.
#[derive(Default)]
struct Traces {
    /// Pixels (slow, fast) with what was found.
    compared: Vec<((usize, usize), Comparison)>,
    /// Why pixels were left out, one line each.
    left_out: Vec<String>,
}

/// Our trace of every pixel, compared with the other side's where it has one. The one pixel of an image that a graphics
/// processor refuses for the order of its terms is left out.
fn traces(
    spec: &RunSpec,
    home: &Path,
    place: &str,
    programs: &Programs,
    record: &mut Record,
) -> Result<Traces> {
    // The definition and the vectorized evaluation are traced by the same scalar function.
    let device = if spec.backend.device == "reference" { "cpu" } else { &spec.backend.device };
    let folder = spec.backend.folder();
    let mut traces = Traces::default();
    for &(slow, fast) in &spec.pixels {
        let name = format!("trace_{slow}_{fast}.log");
        let (slow_word, fast_word, out) = (slow.to_string(), fast.to_string(), format!("../{folder}/{name}"));
        let mut arguments: Vec<String> = [
            "--args",
            "args.txt",
            "--pixel",
            &slow_word,
            &fast_word,
            "--quirks",
            &spec.quirks,
            "--out",
            &out,
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.extend(["--device", device, "--dtype", "float64"].map(str::to_owned));
        if !spec.extra.is_empty() {
            arguments.push("--".to_owned());
            arguments.extend(spec.extra.iter().cloned());
        }
        let ran = record.run(&programs.trace_harness, &arguments, &home.join("inputs"), place)?;
        if ran.is_refused() {
            traces.left_out.push(format!("pixel {slow} {fast} was not traced: {}", ran.complaint()));
            continue;
        }
        if !ran.succeeded() {
            fail!(Program, "{}", ran.complaint());
        }
        let theirs = home.join("other").join(&name);
        if theirs.is_file() {
            let a = read_trace(&theirs, &format!("other/{name}"))?;
            let b = read_trace(&home.join(&folder).join(&name), &format!("{folder}/{name}"))?;
            traces.compared.push(((slow, fast), Comparison::new(&a, &b, DEFAULT_TOLERANCE)?));
        }
    }
    Ok(traces)
}

/// The trace in a file and, where that has no phi steps, in the one beside it, under a name that is the same
/// wherever the bundle lies.
fn read_trace(path: &Path, name: &str) -> Result<Trace> {
    let mut text = std::fs::read(path).with_context(|| path.display().to_string())?;
    let alone = Trace::parse(name, &text)?;
    if alone.counts().steps > 0 {
        return Ok(alone);
    }
    let beside = path.with_file_name(name_of_steps(path));
    if let Ok(steps) = std::fs::read(beside) {
        text.push(b'\n');
        text.extend(steps);
    }
    Ok(Trace::parse(name, &text)?)
}

/// The name of the file with the phi steps of a main log.
pub fn name_of_steps(log: &Path) -> String {
    let stem = log.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    format!("{stem}_per_phi.log")
}

/// The images alone, for sweeps: how ours compares and the seconds it took.
pub fn image_only(
    home: &Path,
    spec: &RunSpec,
    programs: &Programs,
) -> Result<(nanobragg_compare::Comparison, f64)> {
    let inputs = home.join("inputs");
    let folder = home.join(spec.backend.folder());
    std::fs::create_dir_all(&folder)?;
    let ran = render(spec, &inputs, &spec.case, programs, &mut Record::default())?;
    let images = images(spec, &inputs, &folder, &home.join("other/float.bin"))?;
    let none = || Error::new(ErrorKind::Subject, format!("{} has no recorded image", spec.case));
    let [ours, theirs] = images.ok_or_else(none)?;
    Ok((compare(&ours.pixels, &theirs.pixels, ours.fast, tolerance(&spec.backend)), ran.seconds))
}
