//! Subcommands, one module each.

mod compare;
#[cfg(feature = "gpu")]
mod devices;
mod gradient;
mod help;
mod own;
mod refine;
mod run;
mod sweep;

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

/// Runs a subcommand on the arguments after its name.
pub type Run = fn(Vec<OsString>) -> anyhow::Result<ExitCode>;

/// The subcommand of this name. Names and summaries are in [`nanobragg_config::classic::COMMANDS`].
pub fn find(name: &OsStr) -> Option<Run> {
    let commands: &[(&str, Run)] = &[
        ("compare", compare::run),
        #[cfg(feature = "gpu")]
        ("devices", devices::run),
        ("gradient", gradient::run),
        ("help", help::run),
        ("refine", refine::run),
        ("run", run::run),
        ("sweep", sweep::run),
    ];
    commands.iter().find(|(known, _)| *known == name).map(|(_, run)| *run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg_config::classic::COMMANDS;

    #[test]
    fn every_listed_command_is_found() {
        let built = |name: &str| name != "devices" || cfg!(feature = "gpu");
        assert!(COMMANDS.iter().all(|command| find(command.name.as_ref()).is_some() == built(command.name)));
        assert!(find("-cell".as_ref()).is_none());
    }
}
