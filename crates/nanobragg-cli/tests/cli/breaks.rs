//! Nothing is lost without a word, and nothing of others is overwritten.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Command, Stdio};

use crate::scratch::{Run, Scratch, TINY};

/// Runs `line` with standard output on a device that is full.
fn run_on_full_device(scratch: &Scratch, line: &str) -> Run {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    scratch.command(line.split_whitespace()).stdout(full).output().unwrap().into()
}

#[test]
fn what_is_printed_and_cannot_be_written_is_status_1() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o a.npy")).good();
    for line in [
        "-help",
        "-man",
        "-completions bash",
        "compare -h",
        "compare a.npy a.npy",
        "compare a.npy a.npy --json",
        &format!("{TINY} -show toml"),
        &format!("{TINY} -show"),
        &format!("{TINY} -printout -o b.npy"),
        &format!("{TINY} -o c.npy"),
        &format!("sweep {TINY} -osc 1 -images 2 -o s.npy"),
    ] {
        let run = run_on_full_device(&scratch, line);
        let expected = "cannot write standard output: No space left on device (os error 28)";
        assert_eq!(run.error(1), expected, "{line}");
    }
    // The images are there for all that.
    assert_eq!(scratch.read("a.npy"), scratch.read("c.npy"));
    assert!(scratch.path("s_00002.npy").exists());
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut harness = Command::new(env!("CARGO_BIN_EXE_trace-harness"));
    let run: Run = harness.arg("--help").stdin(Stdio::null()).stdout(full).output().unwrap().into();
    assert!(run.error(1).starts_with("cannot write standard output: "), "{}", run.err);
}

#[test]
fn names_do_not_reach_the_terminal_as_they_are() {
    let scratch = Scratch::new();
    let mut command = scratch.command(TINY.split_whitespace());
    let run = Run::from(command.args(["-o", "\u{1b}[31mred\n.npy"]).output().unwrap()).good();
    assert!(run.out.contains("wrote \\u{1b}[31mred\\n.npy: "), "{}", run.out);
    assert!(scratch.path("\u{1b}[31mred\n.npy").exists());
}
