//! The harness's own command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;
use nanobragg_config::presets::{self, Preset};

use crate::device::Device;
use crate::usage::UsageError;

/// What `--help` prints.
pub const HELP: &str = "\
trace-harness: every intermediate of single pixels, and where two traces part

usage:
  trace-harness [--config supervisor | --args FILE] (--pixel SLOW FAST [--pixel ...] | --roi S0 S1 F0 F1)
                --out PATH [options] [-- FLAGS...]
  trace-harness compare A B [--tolerance T] [--out DIR] [--diff]

example:
  trace-harness --pixel 20 45 --out trace.log -- -cell 70 80 90 90 90 90 -default_F 100 -detpixels 64

experiment:
  --config supervisor      the experiment of that name; needs A.mat and scaled.hkl, see --data
  --args FILE              flags of nanobragg, separated by white space; files relative to FILE's folder
  -- FLAGS...              flags of nanobragg, everything up to the end; added to those of --config or --args
  --data DIR               folder of the input files that flags name
  --quirks PRESET          reference, spec, exact or port
  --phi-mode MODE          spec or c-parity: the lattice at phi = 0

pixels:
  --pixel SLOW FAST        a pixel; may be repeated
  --roi S0 S1 F0 F1        a rectangle, slow axis first, both ends included: one log a pixel and a combined one

evaluation:
  --device DEVICE          what evaluates: cpu (default), or gpu (also called cuda), whose shader writes down what it
                           computes
  --adapter NAME|INDEX     graphics processor, as nanobragg devices lists them (default: the best)
  --dtype TYPE             float64 (default) or float32

output:
  --out PATH               main log; the log of the phi steps (text and JSON), config_snapshot.json and
                           env.json are written beside it
  --emit-rot-stars         one line a phi step with the rotated cell vectors
  --all-steps              phi lines of every source, sub-pixel, layer and domain
  --digits N               significant digits, 1 to 17 (default 15)
  --json-lines             every event as a JSON line, in a .jsonl file beside the main log

compare, trace A against trace B:
  --tolerance T            relative difference that still passes (default 1e-6)
  --out DIR                write metrics.json, summary.md and run_metadata.json there
  --diff                   list every quantity of both, diverging ones marked

It reads logs of this program, of the C program and of the PyTorch port, and JSON lines; the phi steps in
NAME_per_phi.log beside NAME.log belong to it.

exit status: 0 done, or all within the tolerance; 1 something diverges, or a kind of line that was asked for is
absent; 2 an argument, a flag or a file is wrong";

/// What is asked for.
pub enum Command {
    /// The help text.
    Help,
    /// The version.
    Version,
    /// Traces of pixels.
    Trace(Box<TraceOptions>),
    /// A comparison of two traces.
    Compare(CompareOptions),
}

/// Where the experiment comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// An experiment that is built in.
    Preset(&'static Preset),
    /// A file of flags.
    File(PathBuf),
    /// Flags of the command line.
    Flags(Vec<OsString>),
}

/// What a run of the harness is asked for.
#[derive(Clone, Debug)]
pub struct TraceOptions {
    pub source: Source,
    /// Flags that come after those of a preset or a file.
    pub more: Vec<OsString>,
    pub data: Option<PathBuf>,
    pub quirks: Option<String>,
    pub phi_mode: Option<String>,
    /// Pixels (slow, fast).
    pub pixels: Vec<(usize, usize)>,
    pub single_precision: bool,
    pub device: Device,
    pub out: PathBuf,
    pub trace: nanobragg::trace::Options,
    pub digits: usize,
    pub json_lines: bool,
}

/// What a comparison is asked for.
#[derive(Clone, Debug)]
pub struct CompareOptions {
    pub a: PathBuf,
    pub b: PathBuf,
    pub tolerance: f64,
    pub out: Option<PathBuf>,
    pub diff: bool,
}

/// Reads the arguments, without the program's own name.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> anyhow::Result<Command> {
    let mut arguments = arguments.peekable();
    if arguments.peek().is_some_and(|first| first == "compare") {
        return compare(arguments.skip(1));
    }
    let arguments: Vec<OsString> = arguments.collect();
    let (own, flags) = match arguments.iter().position(|argument| argument == "--") {
        Some(at) => (&arguments[..at], Some(arguments[at + 1..].to_vec())),
        None => (&arguments[..], None),
    };
    let mut source = None;
    let (mut data, mut quirks, mut phi_mode, mut out) = (None, None, None, None);
    let (mut pixels, mut single_precision, mut digits, mut json_lines) = (Vec::new(), false, 15, false);
    let (mut device, mut adapter) = (Device::default(), None);
    let mut trace = nanobragg::trace::Options::default();
    let mut give = |given: Source| match source.replace(given) {
        None => Ok(()),
        Some(_) => Err(UsageError("--config and --args may be given once, and not together".to_owned())),
    };
    let mut parser = lexopt::Parser::from_args(own);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(Command::Help),
            Long("version") | Short('V') => return Ok(Command::Version),
            Long("config") => {
                let name = word(&mut parser, "--config", &presets::NAMES)?;
                presets::find(&name).map_or(Ok(()), |preset| give(Source::Preset(preset)))?;
            }
            Long("args") => give(Source::File(parser.value()?.into()))?,
            Long("data") => data = Some(PathBuf::from(parser.value()?)),
            Long("quirks") => {
                quirks = Some(word(&mut parser, "--quirks", &["reference", "spec", "exact", "port"])?);
            }
            Long("phi-mode") => phi_mode = Some(word(&mut parser, "--phi-mode", &["spec", "c-parity"])?),
            Long("pixel") => {
                let mut end = || number(&mut parser, "--pixel", "whole numbers SLOW FAST");
                pixels.push((end()?, end()?));
            }
            Long("roi") => pixels.extend(rectangle(&mut parser)?),
            Long("device") => {
                device = match word(&mut parser, "--device", &["cpu", "gpu", "cuda"])?.as_str() {
                    "gpu" | "cuda" => Device::Gpu(None),
                    _ => Device::Cpu,
                };
            }
            Long("adapter") => adapter = Some(parser.value()?.to_string_lossy().into_owned()),
            Long("dtype") => {
                single_precision = word(&mut parser, "--dtype", &["float64", "float32"])? == "float32";
            }
            Long("emit-rot-stars") => trace.rot_stars = true,
            Long("all-steps") => trace.all_steps = true,
            Long("digits") => digits = number(&mut parser, "--digits", "a whole number")?,
            Long("json-lines") => json_lines = true,
            Long("out") => out = Some(PathBuf::from(parser.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let missing = |what: &str| UsageError(format!("{what} is missing"));
    if !(1..=17).contains(&digits) {
        return Err(UsageError(format!("--digits {digits}: expected 1 to 17")).into());
    }
    if pixels.is_empty() {
        return Err(missing("--pixel SLOW FAST or --roi S0 S1 F0 F1").into());
    }
    let (source, more) = match (source, flags) {
        (Some(source), flags) => (source, flags.unwrap_or_default()),
        (None, Some(flags)) => (Source::Flags(flags), Vec::new()),
        (None, None) => return Err(missing("--config, --args or -- FLAGS").into()),
    };
    Ok(Command::Trace(Box::new(TraceOptions {
        source,
        more,
        data,
        quirks,
        phi_mode,
        pixels,
        single_precision,
        device: match device {
            Device::Gpu(_) => Device::Gpu(adapter),
            Device::Cpu => Device::Cpu,
        },
        out: out.ok_or_else(|| missing("--out PATH"))?,
        trace,
        digits,
        json_lines,
    })))
}

fn compare(arguments: impl Iterator<Item = OsString>) -> anyhow::Result<Command> {
    let (mut files, mut tolerance, mut out, mut diff) =
        (Vec::new(), nanobragg_trace::DEFAULT_TOLERANCE, None, false);
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(Command::Help),
            Long("tolerance") => tolerance = number(&mut parser, "--tolerance", "a number")?,
            Long("out") => out = Some(PathBuf::from(parser.value()?)),
            Long("diff") => diff = true,
            Value(file) => files.push(PathBuf::from(file)),
            other => return Err(other.unexpected().into()),
        }
    }
    if !(tolerance >= 0.0 && tolerance.is_finite()) {
        return Err(
            UsageError(format!("--tolerance {tolerance}: expected a number that is not negative")).into()
        );
    }
    let [a, b] = <[PathBuf; 2]>::try_from(files)
        .map_err(|files| UsageError(format!("compare takes two traces, not {}", files.len())))?;
    Ok(Command::Compare(CompareOptions { a, b, tolerance, out, diff }))
}

/// A value that has to be one of `choices`.
fn word(parser: &mut lexopt::Parser, option: &str, choices: &[&str]) -> anyhow::Result<String> {
    let value = parser.value()?.to_string_lossy().into_owned();
    if choices.contains(&value.as_str()) {
        return Ok(value);
    }
    Err(UsageError(format!("{option} {value}: expected {}", choices.join(" or "))).into())
}

/// A value that has to be a number.
fn number<T: std::str::FromStr>(
    parser: &mut lexopt::Parser,
    option: &str,
    expected: &str,
) -> anyhow::Result<T> {
    let value = parser.value()?;
    let parsed = value.to_str().and_then(|text| text.parse().ok());
    Ok(parsed.ok_or_else(|| UsageError(format!("{option} expects {expected}, not {value:?}")))?)
}

/// Most pixels of a rectangle: each writes its own files.
const MOST_PIXELS: usize = 100_000;

fn rectangle(parser: &mut lexopt::Parser) -> anyhow::Result<Vec<(usize, usize)>> {
    let mut end = || number::<usize>(parser, "--roi", "whole numbers S0 S1 F0 F1");
    let (s0, s1, f0, f1) = (end()?, end()?, end()?, end()?);
    let count =
        (s1.saturating_add(1).saturating_sub(s0)).saturating_mul(f1.saturating_add(1).saturating_sub(f0));
    if count == 0 || count > MOST_PIXELS {
        let text = format!("--roi {s0} {s1} {f0} {f1}: expected 1 to {MOST_PIXELS} pixels, found {count}");
        return Err(UsageError(text).into());
    }
    Ok((s0..=s1).flat_map(|slow| (f0..=f1).map(move |fast| (slow, fast))).collect())
}
