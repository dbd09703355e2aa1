//! `nanobragg compare`: how far two images are apart.

mod arguments;
mod pedestal;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use nanobragg_compare::{ErrorKind, Image, Report, picture};
use nanobragg_io::atomic::write_atomic;

use crate::console::{complain, print};
use crate::usage::UsageError;
use arguments::{HELP, Options};

/// Exit status when the images differ.
const DIFFERENT: u8 = 1;
/// Exit status when they cannot be compared.
const UNREADABLE: u8 = 2;

/// Compares as the arguments say. Every error ends in the status for images that cannot be compared.
pub fn run(arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let outcome = Options::parse(arguments).and_then(|options| match options {
        Some(options) => compare(&options),
        None => {
            print(HELP);
            Ok(ExitCode::SUCCESS)
        }
    });
    Ok(outcome.unwrap_or_else(|error| {
        complain(&format!("error: {error}"));
        ExitCode::from(UNREADABLE)
    }))
}

fn compare(options: &Options) -> anyhow::Result<ExitCode> {
    if let Some(png) = &options.png {
        let same = |input: &Path| {
            input.canonicalize().ok().is_some_and(|path| png.canonicalize().ok() == Some(path))
        };
        if [&options.a, &options.b].into_iter().any(|input| same(input)) {
            return Err(UsageError(format!(
                "--png {} would replace an image that is compared",
                png.display()
            ))
            .into());
        }
    }
    let [a, b] = Image::read_pair(&options.a, &options.b, options.size, options.images)
        .map_err(|error| hint(error, options.images.is_some()))?;
    let report = Report::new(&a, &b, options.report)?;
    if let Some(path) = &options.png {
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let names = [name(&options.a), name(&options.b)];
        let bytes = picture::side_by_side(&a, &b, [&names[0], &names[1]])?;
        write_atomic(path, |out| out.write_all(&bytes))?;
    }
    if options.json {
        print(&serde_json::to_string_pretty(&report)?);
    } else {
        print(&report.to_string());
        if let Some(line) = pedestal::said([&options.a, &options.b], [&a, &b])? {
            print(&line);
        }
    }
    Ok(if report.passes { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENT) })
}

/// The flag that helps, where there is one; `chosen` says whether images of stacks were chosen.
fn hint(error: nanobragg_compare::Error, chosen: bool) -> anyhow::Error {
    match error.kind() {
        ErrorKind::NoSize => UsageError(format!("{error} with --size FAST SLOW")).into(),
        ErrorKind::Sizes if error.is_of_stack() && !chosen => {
            UsageError(format!("{error}; --images N compares one")).into()
        }
        ErrorKind::Images => UsageError(format!("--images: {error}")).into(),
        _ => error.into(),
    }
}
