//! The experiment that is traced.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use nanobragg::model::Preset;
use nanobragg::plan::Plan;
use nanobragg_config::classic::{self, FlagId};
use nanobragg_config::{Context, Setup, resolve, show};
use nanobragg_io::places::Inputs;
use serde_json::json;

use crate::arguments::{Source, TraceOptions};
use crate::inputs;
use crate::usage::UsageError;
use crate::{overruled, say};

/// An experiment to trace.
pub struct Experiment {
    pub setup: Setup,
    /// What it is called.
    pub name: String,
    /// Whether warnings are errors.
    pub strict: bool,
    /// Files that it was made from.
    pub inputs: Inputs,
}

/// The experiment that the options name.
pub fn resolved(options: &TraceOptions) -> anyhow::Result<Experiment> {
    if let Source::Unsaid(preset) = &options.source {
        say(&format!("no --config, --args or -- FLAGS: using --config {}", preset.name));
    }
    let (mut flags, directory, name) = match &options.source {
        Source::Preset(preset) | Source::Unsaid(preset) => {
            let directory = data_folder(options, preset.files)?;
            (preset.flags.iter().map(OsString::from).collect(), directory, preset.name.to_owned())
        }
        Source::File(path) => {
            let text = flags_in(path)
                .map_err(|error| UsageError(format!("cannot read {}: {error}", path.display())))?;
            let folder = path.parent().map(Path::to_owned).unwrap_or_default();
            let flags: Vec<OsString> = text.split_whitespace().map(OsString::from).collect();
            check_flags_of(path, &flags)?;
            (flags, options.data.clone().unwrap_or(folder), path.display().to_string())
        }
        Source::Flags(flags) => (flags.clone(), options.data.clone().unwrap_or_default(), "flags".to_owned()),
    };
    flags.extend(options.more.iter().cloned());
    let given = classic::parse(flags.iter().cloned())?;
    overruled::refuse(&given)?;
    // What the port was compared by: its phi modes and the built-in experiment stand on its specification.
    if matches!(options.source, Source::Preset(_) | Source::Unsaid(_)) || options.phi_mode.is_some() {
        flags.splice(0..0, ["-quirks", Preset::Spec.name()].map(OsString::from));
    }
    let own = overruled::options(options);
    flags.extend(own.iter().flat_map(|own| [own.flag, own.value]).map(OsString::from));
    // A trace writes no images and no dump, and its experiment does not depend on a dump that lies about.
    if !flags.is_empty() {
        flags.push("-nodump".into());
    }
    let parsed = classic::parse(flags)?;
    let mut setup = resolve(&parsed, &Context { directory, ..Context::default() })?;
    setup.warnings.extend(own.iter().filter_map(|own| own.overrules(&given)));
    let file = match &options.source {
        Source::File(path) => Some(path),
        Source::Preset(_) | Source::Unsaid(_) | Source::Flags(_) => None,
    };
    let inputs = inputs::of(&setup, &parsed).with(file);
    Ok(Experiment { setup, name, strict: parsed.has(FlagId::Strict), inputs })
}

/// Finds out whether `flags`, those of the file at `path`, are such as a trace takes: errors name the file.
fn check_flags_of(path: &Path, flags: &[OsString]) -> Result<(), UsageError> {
    let named = |error: String| UsageError(format!("{}: {error}", path.display()));
    let given = classic::parse(flags.iter().cloned()).map_err(|error| named(error.to_string()))?;
    overruled::refuse(&given).map_err(|error| named(error.0))
}

/// The text of a file of flags, or of a pipe.
fn flags_in(path: &Path) -> io::Result<String> {
    /// Far more than any command line has.
    const MOST_BYTES: u64 = 1 << 20;
    let mut text = String::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("it has more than {MOST_BYTES} bytes")));
    }
    Ok(text)
}

/// The folder that has all `files`: the one of `--data`, or the working directory.
fn data_folder(options: &TraceOptions, files: &[&str]) -> anyhow::Result<PathBuf> {
    let folders: Vec<PathBuf> = options.data.iter().cloned().chain([PathBuf::new()]).collect();
    let has_all = |folder: &&PathBuf| files.iter().all(|file| folder.join(file).is_file());
    folders.iter().find(has_all).cloned().ok_or_else(|| {
        let names = files.join(" and ");
        let text = match options.source {
            Source::Unsaid(_) => {
                format!("no experiment: give flags after --, or --args FILE; the built-in one needs {names}, by --data DIR")
            }
            _ => format!("{names} are neither in --data nor in the working directory; --data DIR names their folder"),
        };
        UsageError(text).into()
    })
}

/// The resolved experiment.
pub fn snapshot(setup: &Setup, plan: &Plan) -> anyhow::Result<String> {
    let quantities: Vec<_> = show::rows(setup, plan)
        .into_iter()
        .map(|row| {
            json!({
                "group": row.group, "name": row.name, "value": row.value, "unit": row.unit,
                "origin": row.origin.to_string(),
            })
        })
        .collect();
    let quirks: Vec<&str> = plan.resolved.quirks.iter().map(|quirk| quirk.name()).collect();
    let warnings: Vec<String> = setup.warnings_with(plan).map(|warning| warning.to_string()).collect();
    let snapshot = json!({ "quantities": quantities, "quirks": quirks, "warnings": warnings });
    Ok(serde_json::to_string_pretty(&snapshot)? + "\n")
}
