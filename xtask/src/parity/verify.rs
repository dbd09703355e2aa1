//! `cargo xtask bundle verify`: whether a bundle is whole, well-formed, and can be repeated.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use super::folder::{CHECKSUMS, contents};
use super::measure::{self, RunSpec};
use super::program::{Programs, Record};
use super::subject::files;
use super::{backend::Backend, schema};

const USAGE: &str = "usage: cargo xtask bundle verify DIR

Checks the checksums and the form of the metrics, runs the recorded commands again on the bundle's own inputs with
this checkout's programs, and compares what they give. Exit status: 0 all of it holds, 1 something does not.";

/// The task.
pub fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let [verb, folder] = arguments else { bail!("{USAGE}") };
    ensure!(verb == "verify", "{USAGE}");
    let folder = Path::new(folder);
    ensure!(folder.is_dir(), "{} is no folder", folder.display());
    let mut problems = Vec::new();
    checksums(folder, &mut problems)?;
    let metrics = json(&folder.join("metrics.json"))?;
    match schema::check(&metrics) {
        Ok(()) => println!("ok: metrics.json fits its schema"),
        Err(error) => problems.push(error.to_string()),
    }
    if metrics["verdict"] == "blocked" {
        println!("ok: the bundle says that it was blocked; there is nothing to repeat");
    } else {
        repeat(folder, &metrics, &Programs::build()?, &mut problems)?;
    }
    for problem in &problems {
        println!("WRONG: {problem}");
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) fn json(path: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

/// Every file has its checksum, and every checksum its file.
pub(super) fn checksums(folder: &Path, problems: &mut Vec<String>) -> anyhow::Result<()> {
    let path = folder.join(CHECKSUMS);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let before = problems.len();
    let mut listed = BTreeSet::new();
    let present: BTreeSet<String> = contents(folder)?.into_iter().collect();
    for (number, line) in text.lines().enumerate() {
        let Some((sum, name)) = line.split_once("  ") else {
            problems.push(format!("{CHECKSUMS}:{}: expected \"SUM  FILE\"", number + 1));
            continue;
        };
        listed.insert(name.to_owned());
        // Names come from a file that anyone can write: only those that were found below the folder are opened.
        if !present.contains(name) {
            problems.push(format!("{name} is missing"));
        } else if crate::checksum::of_file(&folder.join(name))? != sum {
            problems.push(format!("{name} is not what its checksum says"));
        }
    }
    problems.extend(present.difference(&listed).map(|name| format!("{name} has no checksum")));
    if problems.len() == before {
        println!("ok: {} files have their checksums", listed.len());
    }
    Ok(())
}

/// Runs everything again in a copy, and compares the metrics.
pub(super) fn repeat(
    folder: &Path,
    metrics: &Value,
    programs: &Programs,
    problems: &mut Vec<String>,
) -> anyhow::Result<()> {
    let metadata = json(&folder.join("run_metadata.json"))?;
    let specs: Vec<RunSpec> =
        serde_json::from_value(metadata["runs"].clone()).context("run_metadata.json")?;
    let recorded = metrics["runs"].as_array().cloned().unwrap_or_default();
    ensure!(specs.len() == recorded.len(), "metrics.json and run_metadata.json list different runs");
    let (commit, _) = crate::bench::machine::commit();
    if metadata["git_commit"] != commit.as_str() {
        println!("note: the bundle is of commit {}, this checkout is at {commit}", metadata["git_commit"]);
    }
    let scratch = tempfile::tempdir()?;
    for (spec, recorded) in specs.iter().zip(&recorded) {
        let name = format!("{} on {}", spec.case, spec.backend.name());
        if recorded["verdict"] == "skipped" {
            println!("note: {name} was {}", recorded["reason"].as_str().unwrap_or("skipped"));
            continue;
        }
        for part in [&spec.case, &spec.backend.device, &spec.backend.dtype] {
            ensure!(is_plain(part), "run_metadata.json: {part:?} is no plain name");
        }
        let backend = Backend::new(&spec.backend.device, &spec.backend.dtype);
        if let Err(reason) = backend.probe(programs)? {
            problems.push(format!("{name} cannot be repeated here: {reason}"));
            continue;
        }
        let home = scratch.path().join(&spec.case);
        for part in ["inputs", "other"] {
            copy_folder(&folder.join(&spec.case).join(part), &home.join(part))?;
        }
        let again = match measure::measure(&home, spec, "", programs, &mut Record::default()) {
            // Through text, as the recorded ones have gone.
            Ok(again) => serde_json::from_str(&serde_json::to_string(&again.metrics)?)?,
            Err(error) => {
                problems.push(format!("{name}: {error:#}"));
                continue;
            }
        };
        match first_difference(recorded, &again, "") {
            None => println!("ok: {name} gives the same metrics again"),
            Some(place) => problems.push(format!("{name} gives other metrics: {place}")),
        }
    }
    Ok(())
}

/// A name that stays in its folder.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for path in files(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        std::fs::copy(&path, &target).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// The first place where two values differ, and how.
pub(super) fn first_difference(a: &Value, b: &Value, at: &str) -> Option<String> {
    match (a, b) {
        (Value::Object(of_a), Value::Object(of_b)) => {
            let keys: BTreeSet<&String> = of_a.keys().chain(of_b.keys()).collect();
            keys.into_iter().find_map(|key| match (of_a.get(key), of_b.get(key)) {
                (Some(a), Some(b)) => first_difference(a, b, &format!("{at}/{key}")),
                (Some(_), None) => Some(format!("{at}/{key} is gone")),
                _ => Some(format!("{at}/{key} is new")),
            })
        }
        (Value::Array(of_a), Value::Array(of_b)) if of_a.len() == of_b.len() => {
            let mut pairs = of_a.iter().zip(of_b).enumerate();
            pairs.find_map(|(index, (a, b))| first_difference(a, b, &format!("{at}/{index}")))
        }
        (a, b) if a == b => None,
        (a, b) => Some(format!("{at}: {a} before, {b} now")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_difference_is_named_by_its_place() {
        let a = json!({ "x": [1, { "y": 2.5 }], "z": null });
        assert_eq!(first_difference(&a, &a, ""), None);
        let b = json!({ "x": [1, { "y": 2.25 }], "z": null });
        assert_eq!(first_difference(&a, &b, "").unwrap(), "/x/1/y: 2.5 before, 2.25 now");
        assert!(first_difference(&a, &json!({ "x": [1], "z": null }), "").is_some());
        assert!(first_difference(&a, &json!({ "x": [1, { "y": 2.5 }] }), "").is_some());
        assert!(first_difference(&json!({}), &a, "").is_some());
    }

    #[test]
    fn changed_missing_and_added_files_are_found() {
        let scratch = tempfile::tempdir().unwrap();
        let path = |name: &str| scratch.path().join(name);
        let found = || {
            let mut problems = Vec::new();
            checksums(scratch.path(), &mut problems).unwrap();
            problems
        };
        std::fs::write(path("a"), "a").unwrap();
        std::fs::write(path(CHECKSUMS), format!("{}  a\n", crate::checksum::of_bytes(b"a"))).unwrap();
        assert_eq!(found(), Vec::<String>::new());
        std::fs::write(path("a"), "b").unwrap();
        std::fs::write(path("c"), "c").unwrap();
        assert_eq!(found(), ["a is not what its checksum says", "c has no checksum"]);
        std::fs::remove_file(path("a")).unwrap();
        assert_eq!(found(), ["a is missing", "c has no checksum"]);
        std::fs::write(path(CHECKSUMS), "x  ../../etc/passwd\nnonsense\n").unwrap();
        assert!(found().contains(&"../../etc/passwd is missing".to_owned()));
    }

    #[test]
    fn names_from_a_bundle_stay_in_their_folder() {
        assert!(is_plain("phi_zero") && is_plain("cpu"));
        assert!(!is_plain("..") && !is_plain("a/b") && !is_plain(""));
    }
}
