//! `nanobragg run`: the image of an experiment file.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use crate::called;
use crate::console::print;
use crate::usage::UsageError;

const HELP: &str = "\
Usage: nanobragg run EXPERIMENT.toml [FLAG...]

Renders the image of an experiment file. FLAGs are those of nanobragg itself (nanobragg -h) and override the
file. Input files named in the experiment file are looked for in its folder.

  nanobragg FLAG... -show toml > experiment.toml   writes such a file
  nanobragg run experiment.toml -show              prints what it describes

docs/EXPERIMENT.md lists the keys.";

/// Runs the experiment file that the first argument names.
pub fn run(arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let Some((file, flags)) = arguments.split_first() else {
        return Err(UsageError("run needs an experiment file; nanobragg run -h says more".to_owned()).into());
    };
    if ["-h", "-help", "--help"].iter().any(|help| file == help) {
        print(HELP);
        return Ok(ExitCode::SUCCESS);
    }
    if file.to_string_lossy().starts_with('-') {
        return Err(UsageError("run needs an experiment file before its flags".to_owned()).into());
    }
    crate::run::simulate(&called::described(Some(Path::new(file)), flags)?)?;
    Ok(ExitCode::SUCCESS)
}
