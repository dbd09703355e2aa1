//! `nanobragg sweep`: many images of one experiment.

mod arguments;
mod flags;
mod help;
mod instrument;
mod meter;
mod progress;
mod run;
mod series;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::console::print;
use arguments::Arguments;

/// Does what the arguments after `sweep` ask for.
pub fn run(arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    match Arguments::parse(arguments)? {
        None => print(help::HELP.trim_end()),
        Some(arguments) => run::run(arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}
