//! `nanobragg help`: the help of a command, or of the program.

use std::ffi::OsString;
use std::process::ExitCode;

use nanobragg_config::classic::{self, COMMANDS};
use nanobragg_config::hint;

use crate::console::print;
use crate::usage::UsageError;

/// Spellings of the flag that asks for help.
const HELP: [&str; 4] = ["-h", "--h", "-help", "--help"];

/// Prints the help of the command that the first argument names.
pub fn run(arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    match arguments.as_slice() {
        [name] if name != "help" && !name.as_encoded_bytes().starts_with(b"-") => match super::find(name) {
            Some(command) => command(vec!["-h".into()]),
            None => {
                let known: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
                let meant = hint(&name.to_string_lossy(), &known);
                Err(UsageError(format!("help: unknown command {name:?}{meant}")).into())
            }
        },
        [_, extra, ..] => Err(UsageError(format!("help: one command at a time, not {extra:?} too")).into()),
        [flag] if flag.to_str().is_some_and(|flag| flag.starts_with('-') && !HELP.contains(&flag)) => {
            Err(UsageError(format!("help: it takes the name of a command, not {flag:?}")).into())
        }
        _ => {
            print(classic::help_text().trim_end());
            Ok(ExitCode::SUCCESS)
        }
    }
}
