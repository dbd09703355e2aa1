//! Files that are read, which nothing that is written may replace.

use std::path::PathBuf;

use nanobragg_config::Setup;
use nanobragg_config::classic::ParsedArgs;
use nanobragg_io::places::Inputs;

use crate::usage::UsageError;

/// What an experiment was made from: the inputs of its setup, and experiment files.
pub fn of(setup: &Setup, args: &ParsedArgs) -> Inputs {
    Inputs::of(setup.inputs.iter().chain(&args.files))
}

/// Whether what `flag` makes replaces none of `inputs`, and no two of `outputs` are one file.
///
/// # Errors
/// The first output that does.
pub fn spare(
    inputs: &Inputs,
    flag: &str,
    outputs: impl IntoIterator<Item = PathBuf>,
) -> Result<(), UsageError> {
    let mut places = inputs.places();
    outputs.into_iter().try_for_each(|path| {
        places
            .take(&path)
            .map_err(|clash| UsageError(format!("{flag}: {} {clash}; give another name", path.display())))
    })
}
