//! Instructions per term, counted by callgrind and compared with numbers that are kept with the code.
//!
//! Times vary with the machine and with what else it does; counts of one binary do not. A release build of
//! `crates/nanobragg/examples/instructions.rs` renders a fixed number of terms of each kind on one thread; the
//! count of a run that sets the same experiment up and renders nothing is subtracted. Valgrind knows no
//! AVX-512 and hides it from the program, so that the AVX2 path is what is counted.

mod callgrind;

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use serde::{Deserialize, Serialize};

/// What the example renders.
const KINDS: [&str; 14] = [
    "square",
    "round",
    "gauss",
    "gauss-wide",
    "tophat",
    "tophat-wide",
    "tricubic",
    "square-f32",
    "round-f32",
    "gauss-wide-f32",
    "tricubic-f32",
    "square-slopes",
    "round-slopes",
    "gauss-wide-slopes",
];
/// Rows of 512 pixels and ten domains: 102,400 terms.
const ROWS: &str = "20";
/// Relative growth of a count that is taken for a change of compiler or inlining; beyond it the check fails.
const SLACK: f64 = 0.03;

/// Counts as they are kept in `xtask/instructions.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Counts {
    /// Compiler of the counted binary.
    rustc: String,
    /// Version of valgrind.
    valgrind: String,
    /// Which code ran in double precision: counts of other vector instructions are not comparable.
    evaluation: String,
    /// Instructions per term.
    per_term: BTreeMap<String, f64>,
}

pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let write = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["--check"] => false,
        ["--write"] => true,
        _ => bail!("usage: cargo xtask instructions [--check | --write]"),
    };
    let Some(valgrind) = callgrind::version() else {
        ensure!(!write, "valgrind is not installed: there is nothing to write");
        println!(
            "SKIPPED: valgrind is not installed, instructions were NOT counted (apt-get install valgrind)"
        );
        return Ok(());
    };
    let path = crate::root().join("xtask/instructions.json");
    let found = count(valgrind)?;
    println!("{}, {}, {}", found.evaluation, found.rustc, found.valgrind);
    if write {
        for (kind, count) in &found.per_term {
            println!("{kind:16} {count:8.2} instructions per term");
        }
        return crate::settle(&path, &(serde_json::to_string_pretty(&found)? + "\n"), false);
    }
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let expected: Counts = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    if expected.evaluation != found.evaluation {
        println!(
            "SKIPPED: instructions are kept for {}, this machine runs {}: nothing was compared",
            expected.evaluation, found.evaluation
        );
        return Ok(());
    }
    let verdicts = compare(&expected, &found);
    verdicts.iter().for_each(|verdict| println!("{}", verdict.line));
    if expected.rustc != found.rustc {
        println!("note: the kept numbers are those of {}", expected.rustc);
    }
    let failed = verdicts.iter().filter(|verdict| verdict.failed).count();
    ensure!(
        failed == 0,
        "{failed} counts are out of bounds; where that is meant: cargo xtask instructions --write"
    );
    Ok(())
}

/// Counts every kind.
fn count(valgrind: String) -> anyhow::Result<Counts> {
    let program = crate::executable::example("nanobragg", "instructions")?;
    let scratch = tempfile::tempdir()?;
    let mut per_term = BTreeMap::new();
    let mut evaluation = String::new();
    for kind in KINDS {
        let full = callgrind::count(&program, &[kind, ROWS], scratch.path())?;
        let empty = callgrind::count(&program, &[kind, "0"], scratch.path())?;
        let rows: f64 = ROWS.parse()?;
        let terms = rows * said(&full.stdout, "terms-per-row")?.parse::<f64>()?;
        let spent = full.instructions.saturating_sub(empty.instructions);
        // Two digits are enough to see a per cent, and few enough not to change with every build.
        per_term.insert(kind.to_owned(), (spent as f64 / terms * 100.0).round() / 100.0);
        if kind == "square" {
            evaluation = said(&full.stdout, "evaluation")?.to_owned();
        }
    }
    Ok(Counts { rustc: nanobragg_parity::machine::rustc_version(), valgrind, evaluation, per_term })
}

/// What the example says after `key`.
fn said<'a>(stdout: &'a str, key: &str) -> anyhow::Result<&'a str> {
    let mut values = stdout.lines().filter_map(|line| line.strip_prefix(key));
    values.next().map(str::trim).with_context(|| format!("the example does not say {key}"))
}

/// A line of the report.
struct Verdict {
    line: String,
    failed: bool,
}

/// Compares kind by kind.
fn compare(expected: &Counts, found: &Counts) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (kind, &now) in &found.per_term {
        let Some(&kept) = expected.per_term.get(kind) else {
            verdicts.push(Verdict { line: format!("{kind:16} {now:8.2}  not kept yet"), failed: true });
            continue;
        };
        let change = now / kept - 1.0;
        let failed = change.is_nan() || change > SLACK;
        let remark = match change {
            _ if failed => "  MORE than the slack allows",
            change if change < -SLACK => "  fewer: worth keeping with --write",
            _ => "",
        };
        let line = format!("{kind:16} {now:8.2}  kept {kept:8.2}  {:+6.1} %{remark}", change * 100.0);
        verdicts.push(Verdict { line, failed });
    }
    for kind in expected.per_term.keys().filter(|kind| !found.per_term.contains_key(*kind)) {
        verdicts.push(Verdict { line: format!("{kind:16} is kept but was not counted"), failed: true });
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(square: f64) -> Counts {
        Counts {
            rustc: "rustc 1".to_owned(),
            valgrind: "valgrind-3".to_owned(),
            evaluation: "f64 vectors, avx2".to_owned(),
            per_term: BTreeMap::from([("square".to_owned(), square)]),
        }
    }

    fn fails(kept: f64, now: f64) -> bool {
        compare(&counts(kept), &counts(now)).iter().any(|verdict| verdict.failed)
    }

    #[test]
    fn more_than_the_slack_fails() {
        assert!(!fails(20.0, 20.5));
        assert!(fails(20.0, 20.7));
        assert!(fails(0.0, 0.0));
    }

    #[test]
    fn fewer_is_a_note() {
        let verdicts = compare(&counts(20.0), &counts(15.0));
        assert!(verdicts[0].line.contains("fewer") && !verdicts[0].failed);
    }

    #[test]
    fn kinds_on_one_side_only_fail() {
        let mut more = counts(20.0);
        more.per_term.insert("round".to_owned(), 30.0);
        assert!(compare(&counts(20.0), &more)[0].failed);
        assert!(compare(&more, &counts(20.0)).iter().any(|verdict| verdict.failed));
    }

    #[test]
    fn counts_survive_their_file() {
        let text = serde_json::to_string_pretty(&counts(20.25)).unwrap();
        assert_eq!(serde_json::from_str::<Counts>(&text).unwrap(), counts(20.25));
    }

    #[test]
    fn the_example_is_understood() {
        let stdout = "evaluation f64 vectors, avx2\nterms-per-row 5120\n";
        assert_eq!(said(stdout, "evaluation").unwrap(), "f64 vectors, avx2");
        assert!(said(stdout, "rows").is_err());
    }

    #[test]
    fn kept_numbers_cover_every_kind() {
        let text = std::fs::read_to_string(crate::root().join("xtask/instructions.json")).unwrap();
        let kept: Counts = serde_json::from_str(&text).unwrap();
        assert!(KINDS.iter().all(|&kind| kept.per_term.contains_key(kind)));
        assert_eq!(kept.per_term.len(), KINDS.len());
    }
}
