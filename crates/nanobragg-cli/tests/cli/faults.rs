//! `fixtures/faults`: inputs as people have them, each with a script that says whether the program does right.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Cases that are not yet right. The list may only shrink: one that is right has to leave it.
const NOT_YET_RIGHT: &[&str] = &[];

/// Cases that need a graphics adapter.
const NEED_AN_ADAPTER: [&str; 2] = ["61-device-cuda", "62-env-json-of-a-gpu-trace"];

/// Longest that a case may take, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(300);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/faults")
}

/// Names of all cases, in order.
fn cases() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<_> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Runs the check of a case in a copy of its folder: whether the program does right, and what the check says.
fn check(name: &str) -> (bool, String) {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder().join(name)).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let mut child = Command::new("bash")
        .arg("check.sh")
        .current_dir(copy.path())
        .env("NANOBRAGG", env!("CARGO_BIN_EXE_nanobragg"))
        .env("TRACE_HARNESS", env!("CARGO_BIN_EXE_trace-harness"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    // What a check says fits into a pipe, so it can be waited for first.
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[test]
fn inputs_as_people_have_them_are_taken_or_named() {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("left out: there is no python3");
        return;
    }
    let names: Vec<String> =
        cases().into_iter().filter(|name| !NEED_AN_ADAPTER.contains(&name.as_str())).collect();
    assert_eq!(names.len(), 72, "{names:?}");
    let unknown: Vec<_> = NOT_YET_RIGHT.iter().filter(|name| !names.iter().any(|n| n == *name)).collect();
    assert!(unknown.is_empty(), "{unknown:?} are no cases");
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut wrong = Vec::new();
        while let Some(name) = names.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
            let (right, said) = check(name);
            let listed = NOT_YET_RIGHT.contains(&name.as_str());
            if right == listed {
                let what = if listed { "is right: it has to leave the list" } else { "is wrong" };
                wrong.push(format!("{name} {what}: {said}"));
            }
        }
        wrong
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
    let mut wrong: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    wrong.sort();
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_case_that_is_wrong_is_seen() {
    if Command::new("python3").arg("--version").output().is_err() {
        return;
    }
    let name = "35-byte-order-mark-structure-factors";
    assert!(check(name).0);
    let copy = tempfile::tempdir().unwrap();
    let script = std::fs::read_to_string(folder().join(name).join("check.sh")).unwrap();
    // Without the file there is no image.
    for file in ["check.sh", "cmd.txt"] {
        std::fs::copy(folder().join(name).join(file), copy.path().join(file)).unwrap();
    }
    assert!(script.starts_with("#!"));
    let status = Command::new("bash")
        .arg("check.sh")
        .current_dir(copy.path())
        .env("NANOBRAGG", env!("CARGO_BIN_EXE_nanobragg"))
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success());
}
