//! A run that traces: the experiment, its traces, their files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use nanobragg::backend::Precision;
use nanobragg_io::c_format::g;
use nanobragg_trace::{CaptureOptions, RunLabels, TraceText};

use crate::arguments::TraceOptions;
use crate::device::Tracer;
use crate::experiment::Experiment;
use crate::gradient::Gradient;
use crate::inputs::spare;
use crate::pixels::{Paths, save};
use crate::streams::complain;
use crate::usage::UsageError;
use crate::{environment, experiment, say};

/// The resolved experiment, and what traced it.
const SNAPSHOT: &str = "config_snapshot.json";
const ENVIRONMENT: &str = "env.json";

/// Traces the pixels; false when a kind of line that was asked for is absent.
pub fn run(options: &TraceOptions) -> anyhow::Result<bool> {
    let Experiment { setup, name, strict, inputs } = experiment::resolved(options)?;
    let single_precision = setup.precision == Some(Precision::Single);
    let plan = setup.experiment.plan().map_err(nanobragg_config::Error::from)?;
    for warning in setup.warnings_with(&plan) {
        complain(&format!("warning: {warning}"));
    }
    if strict {
        setup.deny_warnings(&plan)?;
    }
    if !setup.panels.is_empty() {
        let panels = setup.panels.len();
        return Err(UsageError(format!("which of the {panels} panels? -panel N chooses one")).into());
    }
    let (slow_pixels, fast_pixels) = (plan.region.image_slow, plan.region.image_fast);
    for &(slow, fast) in &options.pixels {
        if slow >= slow_pixels || fast >= fast_pixels {
            let size = format!("the image has {slow_pixels} x {fast_pixels} pixels (slow, fast)");
            return Err(UsageError(format!("pixel {slow} {fast}: {size}")).into());
        }
    }
    spare(&inputs, "--out", files(options))?;
    let folder = folder(options);
    std::fs::create_dir_all(folder)
        .map_err(|error| UsageError(format!("cannot make {}: {error}", folder.display())))?;

    let dtype = if single_precision { "float32" } else { "float64" };
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
    let mut tracer = Tracer::new(&plan, &options.device, single_precision)?;
    let gradient = Gradient::new(&options.wrt, &setup.experiment, &plan)?;
    let complete = write(options, |slow, fast| {
        let mut text = tracer.trace(slow, fast, &capturing)?;
        if let Some(gradient) = &gradient {
            gradient.add(&mut text, slow, fast, options.digits)?;
        }
        Ok(text)
    })?;

    save(&folder.join(SNAPSHOT), &experiment::snapshot(&setup, &plan)?)?;
    let environment = environment::describe(options.device.name(), dtype, tracer.adapter().as_ref());
    save(&folder.join(ENVIRONMENT), &(serde_json::to_string_pretty(&environment)? + "\n"))?;
    say(&format!("wrote {} and {ENVIRONMENT}", folder.join(SNAPSHOT).display()));
    Ok(complete)
}

/// The folder of all files.
fn folder(options: &TraceOptions) -> &Path {
    let folder = options.out.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// All files that are written.
fn files(options: &TraceOptions) -> Vec<PathBuf> {
    let several = options.pixels.len() > 1;
    // A pixel that is traced twice has the same files.
    let pixels: BTreeSet<(usize, usize)> = options.pixels.iter().copied().collect();
    let of_pixel = |&(slow, fast): &(usize, usize)| {
        let Paths { main, per_phi, per_phi_json, json_lines } =
            Paths::new(&options.out, several.then_some((slow, fast)));
        [main, per_phi, per_phi_json].into_iter().chain(options.json_lines.then_some(json_lines))
    };
    let beside = [SNAPSHOT, ENVIRONMENT].map(|name| options.out.with_file_name(name));
    let combined = several.then(|| options.out.clone());
    pixels.iter().flat_map(of_pixel).chain(combined).chain(beside).collect()
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
