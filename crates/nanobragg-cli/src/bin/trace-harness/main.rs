//! `trace-harness`: every intermediate of single pixels, from the evaluation that renders; and where two such
//! traces part.

mod arguments;
#[path = "../../closed.rs"]
mod closed;
mod comparison;
mod device;
mod environment;
mod experiment;
#[path = "../../file_limit.rs"]
mod file_limit;
mod gradient;
#[path = "../../inputs.rs"]
mod inputs;
mod overruled;
mod pages;
mod pixels;
mod run;
#[path = "../../streams.rs"]
mod streams;
mod usage;
#[path = "../../wanted.rs"]
mod wanted;

use std::process::ExitCode;

use arguments::Command;
use nanobragg_config::classic::status::{ABSENT, FAILED, REFUSED, WRONG_INPUT};
use nanobragg_io::text::one_line;
use streams::{complain, print};
use usage::UsageError;

fn main() -> ExitCode {
    file_limit::survive_file_limit();
    let outcome = arguments::parse(std::env::args_os().skip(1)).and_then(|command| match command {
        Command::Help => {
            print(arguments::HELP);
            Ok(true)
        }
        Command::Version => {
            print(&environment::program());
            Ok(true)
        }
        Command::ManPage => {
            print(&pages::man_page(&environment::program()));
            Ok(true)
        }
        Command::Completions(shell) => {
            print(pages::completions(shell).trim_end());
            Ok(true)
        }
        Command::Trace(options) => run::run(&options),
        Command::Compare(options) => comparison::run(&options),
    });
    match outcome.and_then(|passes| streams::check().map(|()| passes)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FAILED),
        Err(error) => {
            // Each error says what caused it; the chain of causes would say it twice.
            complain(&format!("error: {error}"));
            ExitCode::from(status(&error))
        }
    }
}

fn status(error: &anyhow::Error) -> u8 {
    match device::lacking(error) {
        Some(device::Lacking::Device) => return ABSENT,
        Some(device::Lacking::Support) => return REFUSED,
        None => {}
    }
    let wrong_input = error.is::<UsageError>()
        || error.is::<nanobragg_config::Error>()
        || error.is::<nanobragg_trace::Error>()
        || error.is::<lexopt::Error>();
    if wrong_input { WRONG_INPUT } else { FAILED }
}

/// A line on standard output, on which control characters are escaped.
fn say(line: &str) {
    print(&one_line(line));
}
