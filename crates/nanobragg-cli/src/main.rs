//! `nanobragg`: X-ray diffraction images from nanocrystals, from the command line.

mod backend;
mod called;
mod commands;
mod console;
mod diagnostics;
mod interrupt;
mod misuse;
mod outputs;
mod panels;
mod progress;
mod run;
mod summary;

use std::ffi::OsString;
use std::process::ExitCode;

use nanobragg_config::ConfigError;
use nanobragg_config::classic::FlagError;

use crate::interrupt::Interrupted;
use crate::misuse::Misuse;

/// Exit status when flags or input files are wrong.
const WRONG_INPUT: u8 = 2;
/// Exit status when an image could not be rendered or written.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let command = arguments.first().and_then(|name| commands::find(name));
    let result = match command {
        Some(run) => run(arguments.split_off(1)),
        None => run::run(arguments).map(|()| ExitCode::SUCCESS),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            // Each error says what caused it; the chain of causes would say it twice.
            console::complain(&format!("error: {error}"));
            if let Some(interrupted) = error.downcast_ref::<Interrupted>() {
                return ExitCode::from(interrupted.status());
            }
            let wrong_input = error.is::<ConfigError>() || error.is::<FlagError>() || error.is::<Misuse>();
            ExitCode::from(if wrong_input { WRONG_INPUT } else { FAILED })
        }
    }
}
