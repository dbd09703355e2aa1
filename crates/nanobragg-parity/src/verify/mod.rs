//! Whether a bundle is whole, well-formed, can be repeated, and says what it shows.

mod anew;
mod claims;
mod flags;

use std::collections::BTreeSet;
use std::path::Path;

use nanobragg_compare::picture;
use serde_json::Value;

use super::device::Backend;
use super::folder::{CHECKSUMS, contents};
use super::measure::{self, RunSpec};
use super::metrics::{Measured, Verdict};
use super::program::{Programs, Record};
use super::schema;
use super::subject::{Subject, files};
use crate::error::{Context as _, Error, ErrorKind, Result, fail, require};
use crate::machine;

/// All that is wrong with the bundle in `folder`; `programs` are asked for where there is something to repeat, and a
/// text that they give instead is why they are not there. What is right goes to `say`, a line each.
///
/// # Errors
/// The folder is no bundle, or its runs cannot be repeated for want of programs.
pub fn problems(
    folder: &Path,
    programs: impl FnOnce() -> Result<Programs, String>,
    say: &mut dyn FnMut(&str),
) -> Result<Vec<String>> {
    require!(folder.is_dir(), Request, "{} is no folder", folder.display());
    let mut problems = Vec::new();
    checksums(folder, &mut problems, say)?;
    let metrics = json(&folder.join("metrics.json"))?;
    match schema::check(&metrics) {
        Ok(()) => say("ok: metrics.json fits its schema"),
        Err(error) => problems.push(error.to_string()),
    }
    let metadata = json(&folder.join("run_metadata.json"))?;
    let before = problems.len();
    if metrics["verdict"] == "blocked" {
        claims::blocked(folder, &metrics, &metadata, &mut problems)?;
        say("note: the bundle says that it was blocked; there is nothing to repeat");
    } else {
        claims::of_runs(folder, &metrics, &metadata, &mut problems)?;
        let programs = programs().map_err(|reason| Error::new(ErrorKind::Program, reason))?;
        let mut record = Record::default();
        let found = repeat(folder, &metrics, &metadata, &programs, &mut record, &mut problems, say)?;
        if let Some(runs) = found {
            claims::in_words(folder, &metrics, &metadata, &runs, &mut problems)?;
            anew::commands(folder, &metadata, &record, &programs, &mut problems)?;
        }
        say(anew::NOT_CHECKED);
    }
    if problems.len() == before {
        say("ok: verdict and headline are what the metrics come to");
    }
    Ok(problems)
}

pub(crate) fn json(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    nanobragg_io::json::unique(text.as_bytes()).with_context(|| path.display().to_string())
}

/// Every file has its checksum, and every checksum its file.
fn checksums(folder: &Path, problems: &mut Vec<String>, say: &mut dyn FnMut(&str)) -> Result<()> {
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
        say(&format!("ok: {} files have their checksums", listed.len()));
    }
    Ok(())
}

/// Runs everything again in a copy, and compares the metrics. Gives the runs where each could be had again.
fn repeat(
    folder: &Path,
    metrics: &Value,
    metadata: &Value,
    programs: &Programs,
    record: &mut Record,
    problems: &mut Vec<String>,
    say: &mut dyn FnMut(&str),
) -> Result<Option<Vec<Measured>>> {
    let specs: Vec<RunSpec> =
        serde_json::from_value(metadata["runs"].clone()).context("run_metadata.json")?;
    let recorded = metrics["runs"].as_array().cloned().unwrap_or_default();
    require!(specs.len() == recorded.len(), Bundle, "metrics.json and run_metadata.json list different runs");
    let (commit, _) = machine::commit();
    if metadata["git_commit"] != commit.as_str() {
        say(&format!(
            "note: the bundle is of commit {}, this checkout is at {commit}",
            metadata["git_commit"]
        ));
    }
    let scratch = tempfile::tempdir()?;
    let mut runs = Vec::new();
    for (index, (spec, recorded)) in specs.iter().zip(&recorded).enumerate() {
        for part in [&spec.case, &spec.backend.device, &spec.backend.dtype] {
            require!(is_plain(part), Bundle, "run_metadata.json: {part:?} is no plain name");
        }
        let home = scratch.path().join(&spec.case);
        for part in ["inputs", "other"] {
            copy_folder(&folder.join(&spec.case).join(part), &home.join(part))?;
        }
        let name = format!("{} on {}", spec.case, spec.backend.name());
        let ran = flags::check(spec, &home.join("inputs"))
            .and_then(|()| again(&home, spec, recorded, programs, record, say));
        match ran {
            Ok(mut run) => {
                let made = home.join(spec.backend.folder());
                if let Some([ours, theirs]) = &run.images {
                    let png = picture::side_by_side(ours, theirs, ["nanobragg", "other side"])?;
                    std::fs::write(made.join("comparison.png"), png)?;
                }
                if run.metrics.verdict != Verdict::Skipped {
                    anew::run(&folder.join(&spec.case).join(spec.backend.folder()), &made, problems)?;
                }
                say(&format!("ok: {name} gives the same metrics again"));
                run.seconds = metadata["seconds"][index].as_f64().unwrap_or_default();
                runs.push(run);
            }
            Err(error) => problems.push(format!("{name} {error}")),
        }
    }
    Ok((runs.len() == specs.len()).then_some(runs))
}

/// A run once more, with the metrics of `recorded`.
///
/// # Errors
/// It cannot be repeated here, or gives other metrics.
fn again(
    home: &Path,
    spec: &RunSpec,
    recorded: &Value,
    programs: &Programs,
    record: &mut Record,
    say: &mut dyn FnMut(&str),
) -> Result<Measured> {
    // Through text, as the recorded ones have gone.
    let json = |run: &Measured| -> Result<Value> {
        Ok(serde_json::from_str(&serde_json::to_string(&run.metrics)?)?)
    };
    // Of cases that this checkout has; the page says it.
    let known = |name: &str| match name {
        "supervisor" => Subject::supervisor(None),
        name => Subject::case(name),
    };
    let about = known(&spec.case).map(|subject| subject.about).unwrap_or_default();
    // A graphics processor may be missing on one machine and there on another.
    let reason = recorded["reason"].as_str().and_then(|reason| reason.strip_prefix("skipped: "));
    let absence = reason.filter(|_| spec.backend.device == "gpu");
    let backend = Backend::new(&spec.backend.device, &spec.backend.dtype);
    let there = backend.probe(programs).context("cannot be repeated here")?;
    let run = match (there, absence) {
        (Ok(()), None) => {
            measure::measure(home, spec, &about, programs, record).context("cannot be repeated")?
        }
        (Ok(()), Some(absence)) => {
            let here = measure::measure(home, spec, "", programs, &mut Record::default())
                .context("was skipped, and fails here")?;
            require!(
                here.metrics.verdict != Verdict::Differs,
                Bundle,
                "was skipped; here, {}",
                here.finding()
            );
            say(&format!("note: what was skipped, with \"{absence}\", does not differ here"));
            measure::skipped(spec, &about, absence.to_owned())
        }
        (Err(_), Some(absence)) => {
            say(&format!("note: what was skipped, with \"{absence}\", is not there either"));
            measure::skipped(spec, &about, absence.to_owned())
        }
        // The definition in single precision, which is nowhere.
        (Err(reason), None) if spec.backend.device != "gpu" => measure::skipped(spec, &about, reason),
        (Err(reason), None) => fail!(Bundle, "cannot be repeated here: {reason}"),
    };
    match first_difference(recorded, &json(&run)?, "") {
        None => Ok(run),
        Some(place) => fail!(Bundle, "gives other metrics: {place}"),
    }
}

/// A name that stays in its folder.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for path in files(from)? {
        // A link could lead anywhere.
        require!(!path.is_symlink(), Bundle, "{} is a link", path.display());
        let target = to.join(path.file_name().unwrap_or_default());
        std::fs::copy(&path, &target).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// The first place where two values differ, and how.
pub(crate) fn first_difference(a: &Value, b: &Value, at: &str) -> Option<String> {
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
            checksums(scratch.path(), &mut problems, &mut |_| ()).unwrap();
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
