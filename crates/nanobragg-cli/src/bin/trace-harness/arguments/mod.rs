//! The harness's own command line.

mod compare;
mod help;
mod names;
mod trace;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use nanobragg_config::classic::Shell;
use nanobragg_config::presets::Preset;

pub use compare::{CompareOptions, Reports};
pub use help::HELP;

use crate::device::Device;

/// What is asked for.
pub enum Command {
    /// The help text.
    Help,
    /// The version.
    Version,
    /// The manual page.
    ManPage,
    /// A completion script.
    Completions(Shell),
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
    /// Nothing names one: the built-in experiment.
    Unsaid(&'static Preset),
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
    /// Whether the precision is single, where an option says it.
    pub single_precision: Option<bool>,
    pub device: Device,
    pub out: PathBuf,
    pub trace: nanobragg::trace::Options,
    pub digits: usize,
    pub json_lines: bool,
    /// Names of what the pixels are differentiated by.
    pub wrt: Vec<String>,
}

/// Reads the arguments, without the program's own name.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> anyhow::Result<Command> {
    let arguments = names::with_two_dashes(arguments);
    let command = match arguments.split_first() {
        Some((first, rest)) if first == "compare" => compare::parse(rest.iter().cloned()),
        _ => trace::parse(&arguments),
    };
    command.map_err(names::hinted)
}
