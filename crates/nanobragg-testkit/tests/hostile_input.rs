//! Readers and parsers return, whatever they are given: the corpus, its truncations, and damaged mixtures of it.
//!
//! `cargo xtask fuzz` does the same for minutes; what it finds is kept in the corpus.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use nanobragg_testkit::fuzz::{TARGETS, Target, complaint, corpus, run};

/// Damaged inputs for every target.
const INPUTS: u64 = 300;

#[test]
fn every_target_has_a_corpus_and_accepts_some_of_it() {
    let folder = tempfile::tempdir().unwrap();
    for target in &TARGETS {
        let mut accepted = 0;
        for (name, bytes) in corpus(target).unwrap() {
            let (wrong, message) = complaint(target, folder.path(), &bytes);
            assert_eq!(wrong, None, "{} {name}", target.name);
            let good = !name.starts_with("wrong");
            assert!(!good || message.is_none(), "{} {name}: {message:?}", target.name);
            accepted += u64::from(good);
        }
        assert!(accepted > 0, "{} has no complete file", target.name);
    }
}

#[test]
fn truncated_files_return() {
    let folder = tempfile::tempdir().unwrap();
    for target in &TARGETS {
        for (name, bytes) in corpus(target).unwrap() {
            let step = (bytes.len() / 60).max(1);
            for length in (0..bytes.len()).step_by(step) {
                let (wrong, _) = complaint(target, folder.path(), &bytes[..length]);
                assert_eq!(wrong, None, "{} {name} cut to {length} bytes", target.name);
            }
        }
    }
}

#[test]
fn damaged_mixtures_return() {
    for target in &TARGETS {
        let report = run(target, 7, |inputs| inputs >= INPUTS).unwrap();
        let first = report.failures.first().map(|(input, wrong)| (wrong, String::from_utf8_lossy(input)));
        assert_eq!(first, None, "{}", target.name);
        assert!(report.errors > 0, "{}: no damage was noticed", target.name);
    }
}

#[test]
fn a_panic_and_a_message_of_two_lines_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let panics = Target { name: "panics", read: |_, input| panic!("{input:?}") };
    assert_eq!(complaint(&panics, folder.path(), b"x").0.as_deref(), Some("it panicked"));
    let chats = Target { name: "chats", read: |_, _| Err("one\ntwo".to_owned()) };
    assert!(complaint(&chats, folder.path(), b"x").0.is_some_and(|wrong| wrong.contains("not one line")));
}
