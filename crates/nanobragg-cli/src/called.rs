//! What the way that the program is called decides: its name, and the environment.

use std::ffi::OsString;
use std::path::Path;

use nanobragg::model::Preset;
use nanobragg_config::classic::{self, FlagId, ParsedArgs};
use nanobragg_config::{Error, experiment_file};

/// The C program's name: scripts written for it find its numbers under a link of this name.
const REFERENCE: &str = "nanoBragg";

/// Threads where `-threads` says nothing: as many as programs with OpenMP would use, all cores (0) where that is not said
/// either.
pub fn threads(asked: usize) -> usize {
    let openmp = || std::env::var("OMP_NUM_THREADS").ok()?.split(',').next()?.trim().parse().ok();
    if asked > 0 { asked } else { openmp().unwrap_or(0) }
}

/// `args`, with the preset that belongs to the program's name where they choose none.
pub fn with_preset(args: ParsedArgs) -> Result<ParsedArgs, Error> {
    let called = std::env::args_os().next().unwrap_or_default();
    if Path::new(&called).file_name().is_none_or(|name| name != REFERENCE) || args.has(FlagId::Quirks) {
        return Ok(args);
    }
    let mut preset = classic::parse(["-quirks", Preset::Reference.name()].map(OsString::from))?;
    preset.extend(args);
    Ok(preset)
}

/// What an experiment file, if there is one, and the flags that win over it describe, with the preset of the program's name.
pub fn described(file: Option<&Path>, flags: &[OsString]) -> Result<ParsedArgs, Error> {
    let flags = classic::parse(flags.iter().cloned())?;
    let Some(file) = file else { return with_preset(flags) };
    let mut args = experiment_file::read(file)?;
    args.extend(flags);
    with_preset(args)
}
