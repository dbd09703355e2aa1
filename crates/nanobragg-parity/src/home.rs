//! A case's folder in a bundle: `inputs` with everything that our programs read, `other` with the other side's
//! results, and later one folder for each backend.

use std::path::{Path, PathBuf};

use nanobragg_compare::Image;

use super::device::Backend;
use super::measure::{RunSpec, brightest, name_of_steps, size};
use super::metrics::Other;
use super::options::Options;
use super::program::Record;
use super::subject::{Subject, file_name};
use crate::error::{Context as _, Result, fail, require};

/// Makes the folder of `subject` in `bundle`; gives the pixels that are to be traced.
pub fn furnish(
    bundle: &Path,
    subject: &Subject,
    options: &Options,
    record: &mut Record,
) -> Result<(PathBuf, Vec<(usize, usize)>)> {
    let home = bundle.join(&subject.name);
    let (inputs, other) = (home.join("inputs"), home.join("other"));
    for folder in [&inputs, &other] {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    std::fs::write(inputs.join("args.txt"), subject.flags.join("\n") + "\n")?;
    for input in &subject.inputs {
        copy(input, &inputs.join(file_name(input)))?;
    }
    match &options.c_program {
        Some(program) => {
            let pixels = pixels(subject, options, None, &inputs)?;
            run_c_program(program, subject, &pixels, &other, record)?;
            if let Some(log) = &options.trace {
                copy_log(log, &pixels, &other)?;
            }
            Ok((home, pixels))
        }
        None => {
            // A given log may be another program's: the C program's image is not its counterpart then.
            let recorded = options.trace.is_none();
            let results = [(&subject.float, "float.bin"), (&subject.stdout, "stdout.txt")];
            for (result, name) in results.into_iter().filter(|_| recorded) {
                if let Some(result) = result {
                    copy(result, &other.join(name))?;
                }
            }
            let pixels = pixels(subject, options, subject.float.as_deref(), &inputs)?;
            match &options.trace {
                Some(log) => copy_log(log, &pixels, &other)?,
                None => {
                    for ((slow, fast), log) in &subject.traces {
                        if pixels.contains(&(*slow, *fast)) {
                            copy(log, &other.join(format!("trace_{slow}_{fast}.log")))?;
                        }
                    }
                }
            }
            Ok((home, pixels))
        }
    }
}

/// The pixels that are asked for, or those of recorded traces, or the brightest.
fn pixels(
    subject: &Subject,
    options: &Options,
    float: Option<&Path>,
    inputs: &Path,
) -> Result<Vec<(usize, usize)>> {
    if !options.pixels.is_empty() {
        return Ok(options.pixels.clone());
    }
    if !subject.traces.is_empty() {
        return Ok(subject.traces.iter().map(|(pixel, _)| *pixel).collect());
    }
    let Some(float) = float.or(subject.float.as_deref()) else { return Ok(Vec::new()) };
    let spec = RunSpec {
        case: subject.name.clone(),
        backend: Backend::new("cpu", "f64"),
        quirks: options.quirks.clone(),
        extra: Vec::new(),
        pixels: Vec::new(),
        other: Other::Recorded,
    };
    let image = Image::read(float, Some(size(&spec, inputs)?))?;
    Ok(brightest(&image).into_iter().collect())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    // The contents only: inputs may be write-protected, a bundle's copies need not be.
    let bytes = std::fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    std::fs::write(to, bytes).with_context(|| format!("cannot write {}", to.display()))
}

/// A given log with its phi steps, as the one of the only pixel.
fn copy_log(log: &Path, pixels: &[(usize, usize)], other: &Path) -> Result<()> {
    let [(slow, fast)] = pixels else { fail!(Request, "a log is of one pixel") };
    let to = other.join(format!("trace_{slow}_{fast}.log"));
    copy(log, &to)?;
    let steps = log.with_file_name(name_of_steps(log));
    if steps.is_file() {
        copy(&steps, &other.join(name_of_steps(&to)))?;
    }
    Ok(())
}

/// Runs the C program with the flags of `subject` in a folder of its own, once for each pixel; keeps its image, what
/// it printed, and its traces where it prints any.
fn run_c_program(
    program: &Path,
    subject: &Subject,
    pixels: &[(usize, usize)],
    other: &Path,
    record: &mut Record,
) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    for input in &subject.inputs {
        copy(input, &scratch.path().join(file_name(input)))?;
    }
    let place = format!("{}/inputs, a copy of it", subject.name);
    let runs: Vec<Option<(usize, usize)>> = match pixels {
        [] => vec![None],
        pixels => pixels.iter().copied().map(Some).collect(),
    };
    for (number, pixel) in runs.into_iter().enumerate() {
        let mut arguments = subject.flags.clone();
        if let Some((slow, fast)) = pixel {
            // The program as published prints one pixel (fast, slow); versions that trace one ask for slow, fast.
            arguments.extend(["-printout_pixel".to_owned(), fast.to_string(), slow.to_string()]);
            arguments.extend(["-trace_pixel".to_owned(), slow.to_string(), fast.to_string()]);
        }
        let ran = record.run(program, &arguments, scratch.path(), &place)?;
        let image = scratch.path().join("floatimage.bin");
        require!(ran.succeeded() && image.is_file(), Program, "{}, without floatimage.bin", ran.complaint());
        if number == 0 {
            copy(&image, &other.join("float.bin"))?;
            std::fs::write(other.join("stdout.txt"), &ran.stdout)?;
            std::fs::write(other.join("stderr.txt"), &ran.stderr)?;
        }
        let traced: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("TRACE_C")).collect();
        if let (Some((slow, fast)), false) = (pixel, traced.is_empty()) {
            std::fs::write(other.join(format!("trace_{slow}_{fast}.log")), traced.join("\n") + "\n")?;
        }
    }
    Ok(())
}
