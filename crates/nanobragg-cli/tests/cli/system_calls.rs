//! Calls of the system that fail: whichever write, rename or sync it is, a sweep is complete or goes on to the same files.
//!
//! `strace` makes the n-th call of a kind fail in every thread, for all n; without it the tests are skipped.

use std::path::Path;
use std::process::Command;

use crate::scratch::{Run, Scratch, TINY};

/// Kinds of calls.
const CALLS: [&str; 4] =
    ["write,pwrite64,writev", "rename,renameat,renameat2,linkat", "fsync,fdatasync", "ftruncate"];

/// More calls of a kind than a thread of these runs makes: who tries again for ever is found out.
const MOST: usize = 500;

/// Whether calls can be made to fail here; says so where not.
fn can_inject() -> bool {
    let mut trial = Command::new("strace");
    let trial = trial.args(["-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=1", "true"]);
    let can = trial.output().is_ok_and(|output| output.status.success());
    if !can {
        println!("skipped: strace, which makes system calls fail, is not installed or not allowed here");
    }
    can
}

/// Runs `line` in new folders with the n-th of `calls` failing, for all n until there are no so many; `check` looks at what
/// each run left. How many of them failed.
fn each_call(calls: &str, line: &str, check: impl Fn(&Scratch, &Run, &str)) -> usize {
    let log = Scratch::new();
    let log = log.path("calls");
    let mut failed = 0;
    for n in 1..MOST {
        let scratch = Scratch::new();
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o"]).arg(&log).args(["-e", &format!("trace={calls}")]);
        command.args(["-e", &format!("inject={calls}:error=EIO:when={n}")]);
        command.arg(env!("CARGO_BIN_EXE_nanobragg")).args(line.split_whitespace());
        let run: Run = command.current_dir(scratch.folder()).output().unwrap().into();
        if !std::fs::read_to_string(&log).unwrap().contains("(INJECTED)") {
            run.good();
            return failed;
        }
        let what = format!("{calls}, number {n}: {}{}", run.out, run.err);
        // Not yet ours.
        if run.err.contains("error while loading shared libraries") {
            continue;
        }
        assert!(matches!(run.status, 0..=2), "{what}");
        assert!(!run.err.contains("panicked"), "{what}");
        failed += usize::from(run.status != 0);
        check(&scratch, &run, &what);
    }
    panic!("{calls}: there is no end of them")
}

fn is_hidden(name: &str) -> bool {
    Path::new(name).components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'))
}

#[test]
fn a_sweep_is_complete_or_goes_on_whichever_call_fails() {
    if !can_inject() {
        return;
    }
    let sweep = format!("sweep -images 2 {TINY} -osc 1 -phisteps 1 -threads 1 -o a.cbf -o b.nxs -o c.npy");
    let whole = Scratch::new();
    whole.run(&sweep).good();
    let whole = whole.files();
    for calls in CALLS {
        let failed = each_call(calls, &sweep, |scratch, run, what| {
            let left = scratch.files();
            // A manifest grows; all else stands whole under its final name, or not at all.
            for (name, bytes) in left.iter().filter(|(name, _)| !is_hidden(name) && *name != "manifest.jsonl")
            {
                assert!(whole.get(name) == Some(bytes), "{name} is a part: {what}");
            }
            if run.status == 0 {
                assert!(left.iter().filter(|(name, _)| !is_hidden(name)).eq(&whole), "{what}");
            } else {
                scratch.run(&format!("{sweep} -resume")).good();
                assert!(scratch.files() == whole, "{what}");
            }
        });
        // Calls of this kind that do not matter to the outcome may fail.
        assert!(failed > 0 || calls == "ftruncate", "{calls}");
    }
}

const CRYSTAL: &str = "-cell 60 60 40 90 90 90 -default_F 100 -lambda 1 -distance 100 -pixel 0.4 -detpixels 200 -gauss_xtal \
    -mosaic 0.05 -mosaic_domains 4 -oversample 1 -seed 1 -fluence 3e25";

#[test]
fn a_refinement_is_complete_or_goes_on_whichever_call_fails() {
    if !can_inject() {
        return;
    }
    let data = Scratch::new();
    data.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -o shot.cbf")).good();
    let shot = data.path("shot.cbf");
    let refine = format!(
        "refine {CRYSTAL} -N 20 -misset 10.02 20.01 29.99 -data {} -box_scale 0.05 -refine misset,scale -o fit",
        shot.display()
    );
    for calls in CALLS {
        let failed = each_call(calls, &refine, |scratch, run, what| {
            let names: Vec<String> = scratch.files().into_keys().collect();
            assert!(names.iter().all(|name| name.starts_with("fit")), "{names:?}: {what}");
            if run.status != 0 {
                scratch.run(&format!("{refine} -resume")).good();
            }
            assert_eq!(scratch.files().len(), 9, "{what}");
        });
        assert!(failed > 0 || calls == "ftruncate", "{calls}");
    }
}

#[test]
fn a_failure_to_close_an_image_is_an_error_and_leaves_none() {
    if !can_inject() {
        return;
    }
    let line = format!("{TINY} -nopgm -nonoise -floatfile a.bin -intfile b.img -threads 1");
    let whole = Scratch::new();
    whole.run(&line).good();
    let whole = whole.files();
    // Readers close files, too, which is nothing that matters.
    let failed = each_call("close", &line, |scratch, run, what| {
        for (name, bytes) in scratch.files() {
            assert!(whole.get(&name) == Some(&bytes), "{name}: {what}");
        }
        let left = if run.status == 0 { whole.len() } else { whole.len() - 1 };
        assert_eq!(scratch.files().len(), left, "{what}");
    });
    assert_eq!(failed, 2);
}

/// The calls of `line` that write, rename and wait for the disk, in their order.
fn calls(line: &str) -> Vec<String> {
    let scratch = Scratch::new();
    let log = scratch.path("calls");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-y", "-o"]).arg(&log).args(["-e", "trace=write,fsync,fdatasync,syncfs,sync"]);
    command.arg(env!("CARGO_BIN_EXE_nanobragg")).args(line.split_whitespace());
    let run: Run = command.current_dir(scratch.folder()).output().unwrap().into();
    run.good();
    std::fs::read_to_string(&log).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_single_image_is_not_waited_for_and_a_manifest_lists_what_is_on_disk() {
    if !can_inject() {
        return;
    }
    let waits = |call: &String| call.contains("sync");
    assert!(!calls(&format!("{TINY} -o a.bin -o b.img -o c.cbf -o d.npy -threads 1")).iter().any(waits));
    let sweep = calls(&format!("sweep -images 3 {TINY} -osc 1 -phisteps 1 -threads 1 -o a.cbf -o c.npy"));
    for number in 1..=3 {
        let line =
            |call: &String| call.contains("manifest.jsonl") && call.contains(&format!("image\\\":{number},"));
        let listed = sweep.iter().position(line).unwrap();
        for name in ["a_0000", "c_0000"] {
            let file = format!("{name}{number}");
            assert!(
                sweep[..listed].iter().any(|call| waits(call) && call.contains(&file)),
                "{file}: {sweep:#?}"
            );
        }
    }
}
