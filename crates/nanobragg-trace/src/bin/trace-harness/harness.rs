//! A run of the harness: the experiment, its traces, their files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use nanobragg::model::Preset;
use nanobragg::plan::Plan;
use nanobragg_config::{ConfigError, Context, Setup, classic, resolve, show};
use nanobragg_io::c_format::g;
use nanobragg_trace::{CaptureOptions, RunLabels, TraceText};
use serde_json::json;

use crate::arguments::{Source, TraceOptions};
use crate::device::Tracer;
use crate::pixels::{Paths, save};
use crate::usage::UsageError;
use crate::{complain, environment, say};

/// Traces the pixels; false when a kind of line that was asked for is absent.
pub fn run(options: &TraceOptions) -> anyhow::Result<bool> {
    let (setup, name) = experiment(options)?;
    let plan = setup.experiment.plan().map_err(ConfigError::from)?;
    for warning in setup.warnings.iter().chain(&plan.resolved.warnings) {
        complain(&format!("warning: {warning}"));
    }
    let (slow_pixels, fast_pixels) = (plan.region.image_slow, plan.region.image_fast);
    for &(slow, fast) in &options.pixels {
        if slow >= slow_pixels || fast >= fast_pixels {
            let size = format!("the image has {slow_pixels} x {fast_pixels} pixels (slow, fast)");
            return Err(UsageError(format!("pixel {slow} {fast}: {size}")).into());
        }
    }
    let folder = options.out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .map_err(|error| UsageError(format!("cannot make {}: {error}", folder.display())))?;

    let dtype = if options.single_precision { "float32" } else { "float64" };
    let capturing = CaptureOptions {
        trace: options.trace,
        digits: options.digits,
        labels: RunLabels {
            timestamp: Some(environment::now()),
            config: name,
            device: options.device.name().to_owned(),
            dtype: dtype.to_owned(),
        },
    };
    let mut tracer = Tracer::new(&plan, &options.device, options.single_precision)?;
    let trace = |slow, fast| tracer.trace(slow, fast, &capturing);
    let complete = write(options, trace)?;

    save(&folder.join("config_snapshot.json"), &snapshot(&setup, &plan)?)?;
    let environment = environment::describe(options.device.name(), dtype);
    save(&folder.join("env.json"), &(serde_json::to_string_pretty(&environment)? + "\n"))?;
    say(&format!("wrote {} and env.json", folder.join("config_snapshot.json").display()));
    Ok(complete)
}

/// Traces and writes each pixel, then all of them in one file when there are several.
fn write(
    options: &TraceOptions,
    mut trace: impl FnMut(usize, usize) -> anyhow::Result<TraceText>,
) -> anyhow::Result<bool> {
    let several = options.pixels.len() > 1;
    let (mut combined, mut complete) = (String::new(), true);
    for &(slow, fast) in &options.pixels {
        let text = trace(slow, fast)?;
        let paths = Paths::new(&options.out, several.then_some((slow, fast)));
        let written = paths.write(&text, options.json_lines)?;
        let names: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
        say(&format!(
            "pixel {slow} {fast}: I_pixel_final {}, {} lines ({} facts, {} tricubic, {} rotstar), {} phi lines",
            g(text.photons, options.digits),
            text.counts.main(),
            text.counts.facts,
            text.counts.tricubic,
            text.counts.rot_stars,
            text.counts.steps,
        ));
        say(&format!("wrote {}", names.join(", ")));
        for kind in text.counts.missing(options.trace) {
            complain(&format!(
                "error: pixel {slow} {fast} has no {kind} line: no source reaches it within -dmin"
            ));
            complete = false;
        }
        if several {
            combined.push_str(&format!("# pixel {slow} {fast}\n{}{}", text.main, text.per_phi));
        }
    }
    if several {
        save(&options.out, &combined)?;
        say(&format!("wrote {}: {} pixels", options.out.display(), options.pixels.len()));
    }
    Ok(complete)
}

/// The experiment that the options name, and what it is called.
fn experiment(options: &TraceOptions) -> anyhow::Result<(Setup, String)> {
    let (mut flags, directory, name) = match &options.source {
        Source::Preset(preset) => {
            let directory = data_folder(options, preset.files)?;
            (preset.flags.iter().map(OsString::from).collect(), directory, preset.name.to_owned())
        }
        Source::File(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| UsageError(format!("cannot read {}: {error}", path.display())))?;
            let folder = path.parent().map(Path::to_owned).unwrap_or_default();
            let flags: Vec<OsString> = text.split_whitespace().map(OsString::from).collect();
            (flags, options.data.clone().unwrap_or(folder), path.display().to_string())
        }
        Source::Flags(flags) => (flags.clone(), options.data.clone().unwrap_or_default(), "flags".to_owned()),
    };
    // What the port was compared by: its phi modes and the built-in experiment stand on its specification.
    if matches!(options.source, Source::Preset(_)) || options.phi_mode.is_some() {
        flags.splice(0..0, ["-quirks", Preset::Spec.name()].map(OsString::from));
    }
    flags.extend(options.more.iter().cloned());
    for (flag, value) in [("-quirks", &options.quirks), ("-phi_carryover_mode", &options.phi_mode)] {
        if let Some(value) = value {
            flags.extend([OsString::from(flag), OsString::from(value)]);
        }
    }
    // A trace writes no images and no dump, and its experiment does not depend on a dump that lies about.
    if !flags.is_empty() {
        flags.push("-nodump".into());
    }
    let parsed = classic::parse(flags)?;
    Ok((resolve(&parsed, &Context { directory, ..Context::default() })?, name))
}

/// The folder that has all `files`: the one of `--data`, or the working directory.
fn data_folder(options: &TraceOptions, files: &[&str]) -> anyhow::Result<PathBuf> {
    let folders: Vec<PathBuf> = options.data.iter().cloned().chain([PathBuf::new()]).collect();
    let has_all = |folder: &&PathBuf| files.iter().all(|file| folder.join(file).is_file());
    folders.iter().find(has_all).cloned().ok_or_else(|| {
        let names = files.join(" and ");
        let text = format!("{names} are neither in --data nor in the working directory: give --data the folder of the two files");
        UsageError(text).into()
    })
}

/// The resolved experiment.
fn snapshot(setup: &Setup, plan: &Plan) -> anyhow::Result<String> {
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
    let warnings: Vec<&String> = setup.warnings.iter().chain(&plan.resolved.warnings).collect();
    let snapshot = json!({ "quantities": quantities, "quirks": quirks, "warnings": warnings });
    Ok(serde_json::to_string_pretty(&snapshot)? + "\n")
}
