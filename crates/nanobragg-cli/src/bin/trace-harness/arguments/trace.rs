//! The options of a run that traces.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;
use nanobragg_config::classic::Shell;
use nanobragg_config::presets;

use super::values::{number, rectangle, word};
use super::{Command, Source, TraceOptions};
use crate::device::Device;
use crate::usage::UsageError;

/// Reads them.
pub fn parse(arguments: &[OsString]) -> anyhow::Result<Command> {
    let (own, flags) = match arguments.iter().position(|argument| argument == "--") {
        Some(at) => (&arguments[..at], Some(arguments[at + 1..].to_vec())),
        None => (arguments, None),
    };
    let mut source = None;
    let mut give = |given: Source| match source.replace(given) {
        None => Ok(()),
        Some(_) => Err(UsageError("--config and --args may be given once, and not together".to_owned())),
    };
    let (mut out, mut adapter) = (None, None);
    let mut options = TraceOptions {
        source: Source::Unsaid(&presets::SUPERVISOR),
        more: Vec::new(),
        data: None,
        quirks: None,
        phi_mode: None,
        pixels: Vec::new(),
        single_precision: None,
        device: Device::default(),
        out: PathBuf::new(),
        trace: nanobragg::trace::Options::default(),
        digits: nanobragg_trace::ParityLayer::DIGITS,
        json_lines: false,
        wrt: Vec::new(),
    };
    let mut parser = lexopt::Parser::from_args(own);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(Command::Help),
            Long("version") | Short('V') => return Ok(Command::Version),
            Long("man") => return Ok(Command::ManPage),
            Long("completions") => {
                let name = word(&mut parser, "--completions", Shell::NAMES)?;
                let shell = Shell::from_name(&name).unwrap_or(Shell::Bash);
                return Ok(Command::Completions(shell));
            }
            Long("config") => {
                let name = word(&mut parser, "--config", &presets::NAMES)?;
                presets::find(&name).map_or(Ok(()), |preset| give(Source::Preset(preset)))?;
            }
            Long("args") => give(Source::File(parser.value()?.into()))?,
            Long("data") => options.data = Some(PathBuf::from(parser.value()?)),
            Long("quirks") => {
                let presets = ["reference", "spec", "exact", "port"];
                options.quirks = Some(word(&mut parser, "--quirks", &presets)?);
            }
            Long("phi-mode") => {
                options.phi_mode = Some(word(&mut parser, "--phi-mode", &["spec", "c-parity"])?);
            }
            Long("pixel") => {
                let mut end = || number(&mut parser, "--pixel", "whole numbers SLOW FAST");
                options.pixels.push((end()?, end()?));
            }
            Long("roi") => options.pixels.extend(rectangle(&mut parser)?),
            Long("device") => {
                options.device = match word(&mut parser, "--device", &["cpu", "gpu", "cuda"])?.as_str() {
                    "gpu" | "cuda" => Device::Gpu(None),
                    _ => Device::Cpu,
                };
            }
            Long("adapter") => adapter = Some(parser.value()?.to_string_lossy().into_owned()),
            Long("dtype") => {
                let types = ["float64", "float32"];
                options.single_precision = Some(word(&mut parser, "--dtype", &types)? == "float32");
            }
            Long("emit-rot-stars") => options.trace.rot_stars = true,
            Long("all-steps") => options.trace.all_steps = true,
            Long("digits") => options.digits = number(&mut parser, "--digits", "a whole number")?,
            Long("wrt") => {
                let names = parser.value()?.to_string_lossy().into_owned();
                if names.split(',').any(|name| name.trim().is_empty()) {
                    let text = format!("--wrt {names:?}: a name is missing");
                    return Err(UsageError(text).into());
                }
                options.wrt.extend(names.split(',').map(|name| name.trim().to_owned()));
            }
            Long("json-lines") => options.json_lines = true,
            Long("out") => out = Some(PathBuf::from(parser.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let missing = |what: &str| UsageError(format!("{what} is missing"));
    if !(1..=17).contains(&options.digits) {
        return Err(UsageError(format!("--digits {}: expected 1 to 17", options.digits)).into());
    }
    if options.pixels.is_empty() {
        return Err(missing("--pixel SLOW FAST or --roi S0 S1 F0 F1").into());
    }
    match (source, flags) {
        (Some(source), flags) => {
            options.source = source;
            options.more = flags.unwrap_or_default();
        }
        (None, Some(flags)) => options.source = Source::Flags(flags),
        (None, None) => {}
    }
    match (&mut options.device, adapter) {
        (Device::Gpu(chosen), adapter) => *chosen = adapter,
        (Device::Cpu, Some(adapter)) => {
            return Err(UsageError(format!("--adapter {adapter} needs --device gpu")).into());
        }
        (Device::Cpu, None) => {}
    }
    if let Some(data) = options.data.as_ref().filter(|data| !data.is_dir()) {
        return Err(UsageError(format!("--data {}: there is no such folder", data.display())).into());
    }
    options.out = out.filter(|path| !path.as_os_str().is_empty()).ok_or_else(|| missing("--out PATH"))?;
    if std::fs::metadata(&options.out).is_ok_and(|found| !found.is_file()) {
        let out = options.out.display();
        let text =
            format!("--out {out} is no regular file, and other files are written beside it; give a file");
        return Err(UsageError(text).into());
    }
    Ok(Command::Trace(Box::new(options)))
}
