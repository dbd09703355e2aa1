//! Copies of a parity bundle, each tampered with in another way.

use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::ensure;
use nanobragg_parity::{Folder, Options, Programs, Selection, Subject, Verdict, make, problems};
use nanobragg_testkit::SplitMix;

use super::files::{Files, below, write};
use super::{Budget, Tally};

/// The case of the bundle.
const CASE: &str = "cubic";

/// Names of what a verification says that it does not check, or not all of: the machine, the moment and progress lines,
/// and what the bundle is about.
const NOT_CHECKED: [&str; 6] =
    ["env.json", "cpu_info.txt", "run_metadata.json", "/stdout.txt", "/inputs/", "/other/"];

/// What is done to a file.
#[derive(Clone, Copy, Debug)]
enum Harm {
    Flip,
    Cut,
    Add,
    Remove,
}

/// Tampers with every file in every way, without new checksums and with them.
pub fn run(nanobragg: PathBuf, trace_harness: PathBuf, budget: &Budget) -> anyhow::Result<Tally> {
    let scratch = tempfile::tempdir()?;
    let options =
        Options { out: scratch.path().to_owned(), ..Options::new(Selection::Cases(vec![CASE.to_owned()])) };
    let programs = Programs { nanobragg, trace_harness };
    let subjects = [Subject::case(CASE)?];
    let (verdict, folder) = make(&options, &programs, &subjects, SystemTime::now(), &[], &mut |_| ())?;
    ensure!(verdict == Verdict::Agrees, "the bundle itself is {}", verdict.name());
    let found = |folder: &std::path::Path| problems(folder, || Ok(programs.clone()), &mut |_| ());
    let whole = below(&folder.path)?;
    let copy = tempfile::tempdir_in(scratch.path())?;
    write(copy.path(), &whole)?;
    let wrong = found(copy.path())?;
    ensure!(wrong.is_empty(), "a copy of the bundle itself: {wrong:?}");
    let mut random = SplitMix(budget.seed);
    let mut tally = Tally::default();
    let (mut copies, mut out, mut not_checked) = (0, 0, 0);
    for sealed in [false, true] {
        for harm in [Harm::Flip, Harm::Cut, Harm::Add, Harm::Remove] {
            for name in whole.keys().filter(|name| !sealed || *name != "sha256.txt") {
                if budget.spent(copies) {
                    break;
                }
                copies += 1;
                let copy = tempfile::tempdir_in(scratch.path())?;
                write(copy.path(), &harmed(&whole, name, harm, &mut random))?;
                if sealed {
                    Folder { path: copy.path().to_owned(), name: folder.name.clone() }.seal()?;
                }
                if !matches!(found(copy.path()), Ok(wrong) if wrong.is_empty()) {
                    out += 1;
                } else if sealed && NOT_CHECKED.iter().any(|part| format!("/{name}").contains(part)) {
                    not_checked += 1;
                } else {
                    tally.failures.push(format!("{name}, {harm:?}, sealed again: {sealed}"));
                }
            }
        }
    }
    tally.said.push(format!(
        "{copies} copies of a bundle of {} files: {out} found out, {not_checked} in what is said not to be checked",
        whole.len()
    ));
    Ok(tally)
}

/// The files, one of them harmed.
fn harmed(whole: &Files, name: &str, harm: Harm, random: &mut SplitMix) -> Files {
    let mut files = whole.clone();
    let Some(bytes) = files.get_mut(name) else { return files };
    let at = (random.next_u64() % bytes.len().max(1) as u64) as usize;
    match harm {
        Harm::Flip => match bytes.get_mut(at) {
            Some(byte) => *byte ^= 1 << (random.next_u64() % 8),
            None => bytes.push(b'x'),
        },
        Harm::Cut if bytes.is_empty() => bytes.push(b'x'),
        Harm::Cut => bytes.truncate(at),
        Harm::Add => bytes.extend(b"more\n"),
        Harm::Remove => drop(files.remove(name)),
    }
    files
}
