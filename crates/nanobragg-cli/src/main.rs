//! `nanobragg`: X-ray diffraction images from nanocrystals, from the command line.

mod called;
mod closed;
mod commands;
mod console;
mod devices;
mod diagnostics;
mod error;
mod file_limit;
mod inputs;
mod interrupt;
mod progress;
mod refinement;
mod reporter;
mod run;
mod streams;
mod summary;
mod usage;
mod wanted;

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    file_limit::survive_file_limit();
    let mut arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let command = arguments.first().and_then(|name| commands::find(name));
    let result = match command {
        Some(run) => run(arguments.split_off(1)),
        None => run::run(arguments).map(|()| ExitCode::SUCCESS),
    };
    match result.and_then(|code| streams::check().map(|()| code)) {
        Ok(code) => code,
        Err(error) => {
            console::complain(&format!("error: {}", error::line(&error)));
            ExitCode::from(error::status(&error))
        }
    }
}
