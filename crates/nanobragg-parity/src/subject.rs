//! What is compared: flags, input files, and what the other side made of them.

use std::path::{Path, PathBuf};

use nanobragg_config::presets;

use crate::error::{Context as _, Error, ErrorKind, Result, require};
use crate::machine;

/// Files of a case that are results, not inputs.
const RESULTS: [&str; 6] = ["float.bin", "int.img", "noise.img", "image.pgm", "stdout.txt", "about.txt"];

/// An experiment with the other side's recorded results.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What it is called.
    pub name: String,
    /// One line on what it is about.
    pub about: String,
    /// Flags of both programs.
    pub flags: Vec<String>,
    /// Files that the flags name.
    pub inputs: Vec<PathBuf>,
    /// The other side's float image.
    pub float: Option<PathBuf>,
    /// The other side's standard output.
    pub stdout: Option<PathBuf>,
    /// The other side's logs of single pixels (slow, fast).
    pub traces: Vec<((usize, usize), PathBuf)>,
}

impl Subject {
    /// The case called `name` of the fixtures.
    pub fn case(name: &str) -> Result<Subject> {
        let folder = machine::root().join("fixtures/cases").join(name);
        require!(
            folder.join("args.txt").is_file(),
            Request,
            "no case is called {name}: fixtures/cases lists them"
        );
        let inputs = files(&folder)?.into_iter().filter(|path| {
            let name = file_name(path);
            name != "args.txt" && !RESULTS.contains(&name.as_str())
        });
        let present = |name: &str| Some(folder.join(name)).filter(|path| path.is_file());
        let about = std::fs::read_to_string(folder.join("about.txt")).unwrap_or_default();
        Ok(Subject {
            name: name.to_owned(),
            about: about.trim().to_owned(),
            flags: words(&folder.join("args.txt"))?,
            inputs: inputs.collect(),
            float: present("float.bin"),
            stdout: present("stdout.txt"),
            traces: recorded_traces(name)?,
        })
    }

    /// Every case, by name.
    pub fn cases() -> Result<Vec<Subject>> {
        let folders = files(&machine::root().join("fixtures/cases"))?;
        folders.iter().filter(|path| path.is_dir()).map(|path| Subject::case(&file_name(path))).collect()
    }

    /// The built-in experiment, its files from `data`, or from where the tests look for them.
    pub fn supervisor(data: Option<&Path>) -> Result<Subject> {
        let preset = presets::find("supervisor")
            .ok_or_else(|| missing("the experiment supervisor is not built in"))?;
        let data = data.map(Path::to_owned).or_else(nanobragg_testkit::upstream);
        let data =
            data.ok_or_else(|| missing("A.mat and scaled.hkl are not there: say which folder has them"))?;
        let stdout = machine::root().join("fixtures/traces/supervisor/stdout.txt");
        Ok(Subject {
            name: preset.name.to_owned(),
            about: "Pilatus 6M in custom vectors, ten phi steps over 0.1 degrees".to_owned(),
            flags: preset.flags.iter().map(|flag| (*flag).to_owned()).collect(),
            inputs: preset.files.iter().map(|file| data.join(file)).collect(),
            float: None,
            stdout: Some(stdout).filter(|path| path.is_file()),
            traces: recorded_traces(preset.name)?,
        })
    }
}

fn missing(text: &str) -> Error {
    Error::new(ErrorKind::Request, text)
}

/// The C program's logs of single pixels of a case.
fn recorded_traces(name: &str) -> Result<Vec<((usize, usize), PathBuf)>> {
    let mut traces = Vec::new();
    // The very first pixel of a case has a folder of its own.
    for folder in [name.to_owned(), format!("{name}_first")] {
        let folder = machine::root().join("fixtures/traces").join(folder);
        let logs = if folder.is_dir() { files(&folder)? } else { Vec::new() };
        traces.extend(logs.into_iter().filter_map(|path| Some((pixel_of(&file_name(&path))?, path))));
    }
    Ok(traces)
}

/// The pixel that a log's name ends in: `trace_c_685_1039.log`.
fn pixel_of(name: &str) -> Option<(usize, usize)> {
    let stem = name.strip_suffix(".log")?;
    let mut numbers = stem.rsplit('_').map(str::parse);
    let (fast, slow) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    Some((slow, fast))
}

/// The entries of a folder, sorted by name.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

/// The last part of a path.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The words of a file of flags.
pub fn words(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(text.split_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_has_flags_inputs_and_recorded_results() {
        let subject = Subject::case("hkl_matrix").unwrap();
        let inputs: Vec<String> = subject.inputs.iter().map(|path| file_name(path)).collect();
        assert_eq!(inputs, ["A.mat", "P1.hkl"]);
        assert_eq!(subject.traces[0].0, (25, 40));
        assert!(subject.float.is_some() && subject.stdout.is_some());
        let phi_zero = Subject::case("phi_zero").unwrap();
        assert_eq!(phi_zero.traces.iter().map(|(pixel, _)| *pixel).collect::<Vec<_>>(), [(20, 45), (0, 0)]);
        assert!(Subject::case("no_such_case").is_err());
        assert!(Subject::cases().unwrap().len() >= 60);
    }

    #[test]
    fn the_pixel_is_in_the_logs_name() {
        assert_eq!(pixel_of("trace_c_685_1039.log"), Some((685, 1039)));
        assert_eq!(pixel_of("trace_c_685.log"), None);
        assert_eq!(pixel_of("args.txt"), None);
    }
}
