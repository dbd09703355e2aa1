//! The arguments of `nanobragg compare`.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;
use nanobragg_compare::ReportOptions;
use nanobragg_compare::peaks::PeakOptions;
use nanobragg_config::hint;
use nanobragg_io::text::one_line;

use super::super::own;
use crate::usage::UsageError;

/// What `nanobragg compare -h` prints.
pub const HELP: &str = "\
Usage: nanobragg compare A B [OPTIONS]

Compares two images: errors and their quantiles, sums, correlation, spots. B is the reference. Reads SMV, CBF, NXmx (images one below the other), NumPy arrays (.npy), TIFF, PGM and raw 32-bit floats,
by content; any two of one size.

  --size FAST SLOW       pixels of raw floats; without it they take the other image's size
  --images FIRST-LAST    images of NXmx files, counted from 0; or a single one
  --tolerance REL        a pixel agrees within REL |B| + OFMAX max |B| (default 1e-6)
  --of-max OFMAX         (default 1e-7)
  --peak-quantile Q      local maxima above this quantile of the positive pixels are spots (default 0.99)
  --peak-radius R        largest distance between a spot and its counterpart, pixels (default 2)
  --json                 print JSON instead of text
  --png FILE             write a picture: A, B, and A - B, with color bars
  -h, --help             this text

Exit status: 0 every pixel agrees; 1 some do not; 2 the images cannot be read or compared, or the picture cannot be
written. Only the pixels decide; sums, correlation and spots are for information.";

/// The arguments.
pub struct Options {
    pub a: PathBuf,
    pub b: PathBuf,
    pub size: Option<(usize, usize)>,
    /// First and last image of stacks.
    pub images: Option<[usize; 2]>,
    pub report: ReportOptions,
    pub json: bool,
    pub png: Option<PathBuf>,
}

impl Options {
    /// Reads the arguments; `None` when the help is wanted.
    pub fn parse(arguments: Vec<OsString>) -> anyhow::Result<Option<Self>> {
        let mut files = Vec::new();
        let (mut size, mut images, mut json, mut png) = (None, None, false, None);
        let mut report = ReportOptions::default();
        let mut parser = lexopt::Parser::from_args(with_two_dashes(arguments));
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("size") => {
                    let mut edge = || {
                        let size = number(&mut parser, "--size", "two whole numbers FAST SLOW")?;
                        positive("--size", size)
                    };
                    size = Some((edge()?, edge()?));
                }
                Long("images") => images = Some(own::images("compare: --images", &parser.value()?)?),
                Long("tolerance") => report.tolerance.relative = not_negative(&mut parser, "--tolerance")?,
                Long("of-max") => report.tolerance.of_max = not_negative(&mut parser, "--of-max")?,
                Long("peak-quantile") => {
                    report.peaks.quantile = not_negative(&mut parser, "--peak-quantile")?;
                    if report.peaks.quantile > 1.0 {
                        return Err(UsageError("--peak-quantile: expected 0 to 1".to_owned()).into());
                    }
                }
                Long("peak-radius") => {
                    let radius = not_negative(&mut parser, "--peak-radius")?;
                    report.peaks = PeakOptions { radius, ..report.peaks };
                }
                Long("json") => json = true,
                Long("png") => png = Some(PathBuf::from(parser.value()?)),
                Value(file) => files.push(PathBuf::from(file)),
                Long(name) => {
                    let known: Vec<String> = own::names("compare").map(|own| format!("--{own}")).collect();
                    let known: Vec<&str> = known.iter().map(String::as_str).collect();
                    let text = format!(
                        "compare: unknown option --{}{}",
                        one_line(name),
                        hint(&format!("--{name}"), &known)
                    );
                    return Err(UsageError(text).into());
                }
                other => return Err(other.unexpected().into()),
            }
        }
        let [a, b] = <[PathBuf; 2]>::try_from(files).map_err(|files| {
            UsageError(format!(
                "compare takes two images, not {}; nanobragg compare -h shows the usage",
                files.len()
            ))
        })?;
        Ok(Some(Options { a, b, size, images, report, json, png }))
    }
}

/// The same arguments with the two dashes that the parser wants of long options: elsewhere one is as good.
fn with_two_dashes(arguments: Vec<OsString>) -> Vec<OsString> {
    let options = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let given = |(at, argument): (usize, OsString)| {
        let long = argument
            .to_str()
            .and_then(|text| text.strip_prefix('-'))
            .filter(|name| name.len() > 1 && name.starts_with(|first: char| first.is_alphabetic()));
        match long {
            Some(name) if at < options => OsString::from(format!("--{name}")),
            _ => argument,
        }
    };
    arguments.into_iter().enumerate().map(given).collect()
}

fn number<T: std::str::FromStr>(
    parser: &mut lexopt::Parser,
    option: &str,
    expected: &str,
) -> anyhow::Result<T> {
    let value = parser.value()?;
    let parsed = value.to_str().and_then(|text| text.parse().ok());
    Ok(parsed.ok_or_else(|| UsageError(format!("{option} expects {expected}, not {value:?}")))?)
}

fn positive(option: &str, value: usize) -> anyhow::Result<usize> {
    anyhow::ensure!(value > 0, UsageError(format!("{option}: a size is not 0")));
    Ok(value)
}

fn not_negative(parser: &mut lexopt::Parser, option: &str) -> anyhow::Result<f64> {
    let value: f64 = number(parser, option, "a number")?;
    let fits = value >= 0.0 && value.is_finite();
    anyhow::ensure!(fits, UsageError(format!("{option} {value}: expected a number that is not negative")));
    Ok(value)
}
