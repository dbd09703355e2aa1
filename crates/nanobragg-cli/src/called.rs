//! What the way that the program is called decides: its name, the environment, and the flags that pixels depend on.

use std::ffi::OsString;
use std::path::Path;

use nanobragg::model::Preset;
use nanobragg_config::classic::{self, Arity, FlagId, ParsedArgs, Role};
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

/// Flags of what a render writes and of how it is scaled, beside those that name files and those of a picture.
const OF_OUTPUTS: [FlagId; 5] =
    [FlagId::Output, FlagId::GeometryOut, FlagId::Scale, FlagId::PgmScale, FlagId::Show];

/// Whether a flag is of what a render writes.
pub fn is_of_outputs(flag: FlagId) -> bool {
    let has = |role| classic::flag(flag).is_some_and(|row| row.is(role));
    OF_OUTPUTS.contains(&flag) || has(Role::OneImage) || has(Role::OfPicture)
}

/// Takes out what experiment files say of the files of a render.
pub fn drop_outputs_of_files(args: &mut ParsedArgs) {
    args.occurrences.retain(|occurrence| !(occurrence.from_file && is_of_outputs(occurrence.flag)));
}

/// The flags that pixels depend on, as they were given: of each its first name and its values.
pub fn relevant(args: &ParsedArgs) -> Vec<Vec<String>> {
    let rows = args.occurrences.iter().filter_map(|one| Some((one, classic::flag(one.flag)?)));
    let words = rows.filter(|(_, row)| !row.is(Role::NoPixels)).map(|(occurrence, row)| {
        let values = (0..occurrence.values.len()).map(|at| match row.arity {
            Arity::Path => occurrence.values.path(at).display().to_string(),
            _ => occurrence.values.text(at).to_owned(),
        });
        row.names.first().map(|name| (*name).to_owned()).into_iter().chain(values).collect()
    });
    words.collect()
}
