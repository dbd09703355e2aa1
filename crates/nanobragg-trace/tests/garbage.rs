//! Readers take arbitrary bytes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

mod supervisor;

use nanobragg_trace::{Comparison, ErrorKind, Trace};
use proptest::prelude::*;

fn log() -> Vec<u8> {
    std::fs::read(supervisor::fixture("traces/supervisor/trace_c_685_1039.log")).unwrap()
}

proptest! {
    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = Trace::parse("random", &bytes);
    }

    #[test]
    fn cut_and_damaged_logs(cut in 0..6000usize, at in 0..6000usize, byte in any::<u8>()) {
        let mut bytes = log();
        let whole = Trace::parse("whole", &bytes).unwrap();
        bytes.truncate(cut);
        if let Some(slot) = bytes.get_mut(at) {
            *slot = byte;
        }
        if let Ok(trace) = Trace::parse("damaged", &bytes) {
            let _ = Comparison::new(&whole, &trace, 1e-6).map(|comparison| comparison.metrics_json());
        }
    }

    #[test]
    fn lines_of_the_right_shape(text in "(TRACE_(PY|C)(:|: |_PHI |_ROTSTAR |_TRICUBIC: |_TRICUBIC_H_COORDS: )[a-z_=\\[\\], 0-9.e+-]{0,40}\n){1,20}") {
        if let Ok(trace) = text.parse::<Trace>() {
            let comparison = Comparison::new(&trace, &trace, 1e-6).unwrap();
            prop_assert!(comparison.passes(), "{}", comparison.explanation());
            serde_json::from_str::<serde_json::Value>(&comparison.metrics_json()).unwrap();
        }
    }

    #[test]
    fn json_of_the_right_shape(key in "[a-z{}\":,]{0,20}", value in any::<f64>()) {
        let line = format!("{{\"target\":\"TRACE_PY\",\"key\":\"{key}\",\"value\":{value}}}");
        let _ = Trace::parse("json", line.as_bytes());
        let _ = Trace::parse("cut", &line.as_bytes()[..line.len() / 2]);
    }
}

#[test]
fn files_that_cannot_be_used_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.log");
    let error = Trace::read(&missing).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Read, "trace.read"));
    assert!(error.to_string().starts_with(&format!("cannot read {}: ", missing.display())), "{error}");
    assert!(Trace::read(folder.path()).is_err());
    let empty = folder.path().join("empty.log");
    std::fs::write(&empty, "hello\nworld\n").unwrap();
    let error = Trace::read(&empty).unwrap_err().to_string();
    assert!(error.contains("empty.log: none of its 2 lines is a trace"), "{error}");
}

#[test]
fn a_line_without_end_is_skipped_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.log");
    let mut bytes = vec![b'x'; 1_000_000];
    bytes.extend_from_slice(b"\nTRACE_PY: polar 0.5\n\xff\xfe\nTRACE_PY: steps 10");
    std::fs::write(&path, bytes).unwrap();
    let trace = Trace::read(&path).unwrap();
    assert_eq!((trace.scalar("polar"), trace.scalar("steps")), (Some(0.5), Some(10.0)));
    assert_eq!((trace.counts().lines, trace.counts().ignored), (4, 2));
    assert_eq!(trace.entry("polar").unwrap().line, 2);
}
