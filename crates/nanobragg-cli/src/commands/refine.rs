//! `nanobragg refine`: from a measured image to its crystal.

mod arguments;
mod values;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::console::print;
use crate::refinement;

/// Refines as the arguments say.
pub fn run(arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    match arguments::parse(arguments)? {
        Some(request) => refinement::run(&request),
        None => {
            print(arguments::HELP.trim_end());
            Ok(ExitCode::SUCCESS)
        }
    }
}
