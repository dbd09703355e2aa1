//! Faults of adapters and devices.

use std::process::Command;

use nanobragg::ErrorKind;
use nanobragg::backend::{Backend, Control};
use nanobragg_wgpu::{
    ErrorKind as GpuErrorKind, Gpu, GpuBackend, Precision, Renderer, Selection, UpperLimits, adapters,
    selftest, selftest_cached,
};

use crate::device::{open, planned};

const SMALL: &str = "-cell 40 50 60 90 90 90 -default_F 1 -N 3 -detpixels 16 -pixel 1 -oversample 1";

#[test]
fn a_lost_device_is_an_error_before_and_during_a_render() {
    let Some(gpu) = open(UpperLimits::default()) else { return };
    let mut renderer = Renderer::new(gpu.clone(), Precision::Single).unwrap();
    let plan = planned(SMALL);
    renderer.render(&plan, &Control::default()).unwrap();
    let pending = renderer.submit(&plan, &Control::default()).unwrap();
    gpu.destroy();
    for error in [
        renderer.collect(pending, &Control::default()).unwrap_err(),
        renderer.render(&plan, &Control::default()).unwrap_err(),
        renderer.trace(&plan, 3, 4).unwrap_err(),
        Renderer::new(gpu.clone(), Precision::Single).unwrap_err(),
        selftest(&gpu, Precision::Single).unwrap_err(),
    ] {
        assert_eq!(error.kind(), GpuErrorKind::DeviceLost, "{error}");
    }
    let reopened = open(UpperLimits::default()).unwrap();
    Renderer::new(reopened, Precision::Single).unwrap().render(&plan, &Control::default()).unwrap();
}

#[test]
fn the_library_sees_the_error_with_its_cause() {
    let Some(gpu) = open(UpperLimits::default()) else { return };
    let backend = GpuBackend::new(gpu.clone(), Precision::Single).unwrap();
    let plan = planned(SMALL);
    assert!(backend.evaluation(&plan).starts_with("f32 on "));
    backend.render(&plan, &Control::default()).unwrap();
    gpu.destroy();
    let error = backend.render(&plan, &Control::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Backend);
    assert!(error.to_string().contains("the graphics device was lost"), "{error}");
}

/// Set for the process that sees no driver.
const CHILD: &str = "NANOBRAGG_TEST_WITHOUT_DRIVERS";

#[test]
fn without_a_driver_there_is_no_adapter() {
    if std::env::var_os(CHILD).is_some() {
        if cfg!(target_os = "linux") {
            assert!(adapters().is_empty());
            for selection in [Selection::BestReal, Selection::Any, Selection::Index(0)] {
                let error = Gpu::open(&selection).unwrap_err();
                assert_eq!(error.kind(), GpuErrorKind::NoAdapter, "{error}");
            }
        }
        return;
    }
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "faults::without_a_driver_there_is_no_adapter"])
        .env(CHILD, "1")
        .env("VK_DRIVER_FILES", "/nonexistent")
        .env("VK_ICD_FILENAMES", "/nonexistent")
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
}

#[test]
fn an_adapter_that_is_not_there_is_an_error() {
    if open(UpperLimits::default()).is_none() {
        return;
    }
    let error = Gpu::open(&Selection::Named("no such card".to_owned())).unwrap_err();
    assert_eq!(error.kind(), GpuErrorKind::NoSuchAdapter, "{error}");
}

#[test]
fn the_self_test_passes_and_is_run_once() {
    let Some(gpu) = open(UpperLimits::default()) else { return };
    let folder = tempfile::tempdir().unwrap();
    for precision in [Precision::Single, Precision::Double] {
        if precision == Precision::Double && !gpu.info().double_precision {
            continue;
        }
        let first = selftest_cached(folder.path(), &gpu, precision).unwrap();
        eprintln!("{first:?}");
        assert!(first.passed && first.max_of_max > 0.0, "{first:?}");
        assert_eq!(selftest_cached(folder.path(), &gpu, precision).unwrap(), first);
    }
    let mut files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    // What is kept is believed where it says that the test passed, and is made again where it cannot be read.
    let kept = std::fs::read_to_string(&files[0]).unwrap();
    let precision = if kept.contains("f32") { Precision::Single } else { Precision::Double };
    let marked = kept.replace(&gpu.info().name, "another card");
    std::fs::write(&files[0], marked).unwrap();
    assert_eq!(selftest_cached(folder.path(), &gpu, precision).unwrap().adapter, "another card");
    std::fs::write(&files[0], "not a result").unwrap();
    assert_eq!(selftest_cached(folder.path(), &gpu, precision).unwrap().adapter, gpu.info().name);
}

#[test]
fn a_folder_that_cannot_be_written_is_no_error() {
    let Some(gpu) = open(UpperLimits::default()) else { return };
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(selftest_cached(&file.path().join("below a file"), &gpu, Precision::Single).unwrap().passed);
}
