//! The layers among an application's other events.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

mod supervisor;

use std::io::{self, Write};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use nanobragg::image::Pixel;
use nanobragg::trace::{Options, PixelTrace, Quantity, trace_pixel};
use nanobragg_trace::{CaptureOptions, JsonLinesLayer, ParityLayer, RunLabels, TraceText, capture};
use supervisor::small;
use tracing_subscriber::layer::SubscriberExt;

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[test]
fn other_events_do_not_get_in() {
    let plan = small("triclinic").plan().unwrap();
    let [main, per_phi, json] = [Shared::default(), Shared::default(), Shared::default()];
    let (parity, lines) =
        (ParityLayer::new(main.clone(), per_phi.clone()), JsonLinesLayer::new(json.clone()));
    let (written, written_json) = (parity.written(), lines.written());
    tracing::subscriber::with_default(tracing_subscriber::registry().with(parity).with(lines), || {
        tracing::info!(key = "intruder", value = 1.0, "an application's own event");
        tracing::error!(target: "TRACE_PY_OTHER", key = "intruder");
        trace_pixel(&plan, Pixel { slow: 20, fast: 45 }, Options::default()).1.emit();
        tracing::warn!("and one after");
    });
    for text in [main.text(), per_phi.text(), json.text()] {
        assert!(!text.contains("intruder") && !text.contains("application") && !text.contains("after"));
    }
    let counts = written.finish().unwrap();
    assert_eq!((counts.facts, counts.steps, counts.main()), (45, 1, 45));
    assert_eq!(counts, written_json.finish().unwrap());
    assert!(counts.missing(Options::default()).is_empty());
    assert_eq!(counts.missing(Options { rot_stars: true, ..Options::default() }), ["TRACE_PY_ROTSTAR"]);
}

#[test]
fn events_and_the_trace_in_memory_are_written_alike() {
    let all = Options { rot_stars: true, all_steps: true };
    let mut experiment = small("hkl_matrix");
    experiment.rotation = nanobragg::model::Rotation::over(0.0, 0.01, 3).unwrap();
    experiment.rendering.oversample = NonZeroU32::new(2);
    for (experiment, neighborhood) in [(experiment, 69), (small("triclinic"), 0)] {
        let plan = experiment.plan().unwrap();
        let mut traces = (0..64).map(|at| trace_pixel(&plan, Pixel { slow: at, fast: at }, all).1);
        let wanted = |trace: &PixelTrace| trace.value(Quantity::Neighborhood).is_some() == (neighborhood > 0);
        let trace = traces.find(wanted).unwrap();
        let [main, per_phi, json] = [Shared::default(), Shared::default(), Shared::default()];
        let parity = ParityLayer::new(main.clone(), per_phi.clone()).with_digits(17);
        let (written, lines) = (parity.written(), JsonLinesLayer::new(json.clone()));
        let subscriber = tracing_subscriber::registry().with(parity).with(lines);
        tracing::subscriber::with_default(subscriber, || trace.emit());
        let text = TraceText::new(&trace, &CaptureOptions { digits: 17, ..CaptureOptions::default() });
        assert_eq!(text.main, main.text());
        assert_eq!(text.per_phi, per_phi.text());
        assert_eq!(text.json_lines, json.text());
        assert_eq!((text.counts, text.counts.tricubic), (written.counts(), neighborhood));
    }
}

#[test]
fn a_full_disk_is_reported_once_and_ends_the_writing() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 < bytes.len() {
                return Err(io::Error::other("no space left"));
            }
            self.0 -= bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let plan = small("triclinic").plan().unwrap();
    let layer = ParityLayer::new(Full(200), io::sink());
    let written = layer.written();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        trace_pixel(&plan, Pixel { slow: 20, fast: 45 }, Options::default()).1.emit();
    });
    assert!(written.counts().facts < 10);
    assert_eq!(written.finish().unwrap_err().to_string(), "no space left");
}

#[test]
fn an_applications_subscriber_sees_nothing_of_a_capture() {
    let plan = small("triclinic").plan().unwrap();
    let seen = Shared::default();
    let application = tracing_subscriber::registry().with(JsonLinesLayer::new(seen.clone()));
    let labels = RunLabels { config: "small".to_owned(), ..RunLabels::default() };
    let options = CaptureOptions { digits: 17, labels, ..CaptureOptions::default() };
    let text = tracing::subscriber::with_default(application, || {
        capture(&plan, Pixel { slow: 20, fast: 45 }, &options)
    });
    assert_eq!(seen.text(), "");
    assert!(text.main.contains("TRACE_PY: lambda_meters 1.5e-10\n"), "{}", text.main);
    assert!(text.main.contains("TRACE_PY: pixel_pos_meters 0.10000000000000001 "), "{}", text.main);
    assert!(text.per_phi_json.contains("\"config\": \"small\""));
}
