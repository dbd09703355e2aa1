//! A graphics device that is lost at its n-th submission, for every n: an image is complete or not there, a sweep is complete
//! or goes on to the same bytes.

use std::path::Path;
use std::process::Command;

use nanobragg::model::{Experiment, PixelGrid, UnitCell};
use nanobragg::readout::Readout;
use nanobragg_session::{Compute, Content, Device, Event, Flow, Format, GpuChoice, Observer, Output};
use nanobragg_sweep::{Series, Start, SweepEvent, SweepJob, SweepObserver};

use crate::gpu::{present, quiet};
use crate::scratch::{Scratch, TINY};

/// Most submissions of what is tried.
const MOST: usize = 60;
/// So many that the device is not lost.
const ENOUGH: usize = 1_000_000;

const LOST: &str = "the graphics device was lost (it was destroyed): open it again, or render on the cpu";

#[test]
fn an_image_is_complete_or_not_there_whenever_the_device_was_lost() {
    if !present() {
        return;
    }
    let cache = Scratch::new();
    for (device, every) in [("gpu", 1), ("auto -adapter 0", 4)] {
        let run = |scratch: &Scratch, submissions: usize| {
            let limits = format!("terms=3000,submissions={submissions}");
            let line =
                format!("{TINY} -N 9 -oversample 4 -device {device} -gpu_limits {limits} -o a.bin -o b.cbf");
            quiet(&mut scratch.command(line.split_whitespace()), &cache)
        };
        let whole = Scratch::new();
        run(&whole, ENOUGH).good();
        let needed = (0..MOST).step_by(every).find(|&submissions| {
            let scratch = Scratch::new();
            let run = run(&scratch, submissions);
            if run.status == 0 {
                assert!(scratch.read("a.bin") == whole.read("a.bin"), "{submissions} submissions");
                return true;
            }
            assert_eq!(run.error(1), LOST, "{submissions} submissions");
            assert_eq!(scratch.names(), [""; 0], "{submissions} submissions");
            false
        });
        assert!(needed.is_some_and(|needed| needed > 2), "{device}: {needed:?}");
    }
}

struct Nobody;

impl Observer for Nobody {
    fn on(&self, _: Event<'_>) -> Flow {
        Flow::Continue
    }
}

impl SweepObserver for Nobody {
    fn on_sweep(&self, _: SweepEvent<'_>) -> Flow {
        Flow::Continue
    }
}

/// A sweep of two images in `folder`, on a device that is lost after so many submissions. Files do not say how many.
fn sweep(folder: &Path, submissions: usize, start: Start) -> Result<(), String> {
    let cell = UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap();
    let mut experiment = Experiment::uniform(cell, 100.0);
    experiment.detector.pixels = PixelGrid::new(40, 30, 1e-3);
    let output = |name: &str| {
        let path = folder.join(name);
        let content = Content::Counts(Readout::counted());
        Output { format: Format::of(&path).unwrap(), path, content }
    };
    let limits = Some(format!("terms=3000,submissions={submissions}"));
    let job = SweepJob {
        experiment,
        models: Vec::new(),
        described: None,
        provenance: None,
        compute: Compute {
            device: Device::Gpu,
            gpu: GpuChoice { limits, ..GpuChoice::default() },
            ..Compute::default()
        },
        series: Series::Random,
        images: 2,
        outputs: vec![output("a.cbf"), output("b.nxs")],
        manifest: None,
        start,
        flags: Vec::new(),
        inputs: Vec::new(),
        experiment_files: Vec::new(),
        confined: false,
        named: true,
        beside: Vec::new(),
    };
    let ended = job.prepare().and_then(|sweep| sweep.run(&Nobody));
    ended.map_err(|error| error.to_string())
}

/// All files but the manifest, which names the folder.
fn images(scratch: &Scratch) -> Vec<(String, Vec<u8>)> {
    scratch.files().into_iter().filter(|(name, _)| name != "manifest.jsonl").collect()
}

/// Set for the process that keeps the result of the device's self-test in a folder of the test.
const CHILD: &str = "NANOBRAGG_TEST_LOST_DEVICE";

#[test]
fn a_sweep_is_complete_or_goes_on_whenever_the_device_was_lost() {
    if std::env::var_os(CHILD).is_none() {
        let name = "lost_device::a_sweep_is_complete_or_goes_on_whenever_the_device_was_lost";
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", name, "--nocapture"]).env(CHILD, "1");
        let run = quiet(&mut command, &Scratch::new());
        return assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    }
    if !present() {
        return;
    }
    let whole = Scratch::new();
    sweep(whole.folder(), ENOUGH, Start::New).unwrap();
    let complete = images(&whole);
    assert_eq!(complete.len(), 3);
    let needed = (0..MOST).find(|&submissions| {
        let scratch = Scratch::new();
        let first = sweep(scratch.folder(), submissions, Start::New);
        if let Err(error) = &first {
            assert!(error.ends_with(LOST), "{submissions} submissions: {error}");
            let is_final =
                |name: &str| name.ends_with(".cbf") || name.ends_with(".nxs") && !name.starts_with('.');
            let parts: Vec<_> = images(&scratch)
                .into_iter()
                .filter(|file| is_final(&file.0) && !complete.contains(file))
                .map(|(name, _)| name)
                .collect();
            assert_eq!(parts, [""; 0], "{submissions} submissions");
            sweep(scratch.folder(), ENOUGH, Start::Resume).unwrap();
        }
        assert!(images(&scratch) == complete, "{submissions} submissions: {:?}", scratch.names());
        first.is_ok()
    });
    assert!(needed.is_some_and(|needed| needed > 5), "{needed:?}");
}
