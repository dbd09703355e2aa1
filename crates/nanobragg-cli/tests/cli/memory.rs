//! Memory that there is not: what would need it ends before it renders, in one line.

use std::process::Command;

#[cfg(target_os = "linux")]
use nanobragg_testkit::memory::peak_kib;

use crate::scratch::{Run, Scratch, TINY};

/// Runs the program with the words of `line` in an address space of so many kibibytes.
fn within(scratch: &Scratch, kibibytes: u64, line: &str) -> Run {
    let script = format!("ulimit -v {kibibytes}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.current_dir(scratch.folder()).args(["-c", &script, env!("CARGO_BIN_EXE_nanobragg")]);
    command.args(line.split_whitespace()).output().unwrap().into()
}

#[test]
fn an_image_that_does_not_fit_is_not_begun() {
    let scratch = Scratch::new();
    for (pixels, output) in [(32768, "a.npy"), (20000, "a.cbf"), (20000, "a.tif")] {
        let line = TINY.replace("-detpixels 16", &format!("-detpixels {pixels}"));
        let run = within(&scratch, 2_000_000, &format!("{line} -nodump -o {output}"));
        let error = run.error(1);
        let expected = format!("not enough memory: 1 image of {pixels} x {pixels} pixels and its files need");
        assert!(error.starts_with(&expected), "{error}");
        let run = within(&scratch, 4_000_000, &format!("sweep {line} -images 2 -osc 1 -o {output}"));
        assert!(run.error(1).starts_with("not enough memory: 2 images of"), "{}", run.err);
    }
    assert_eq!(scratch.names(), [""; 0]);
}

#[test]
fn images_too_large_to_compare_are_an_error() {
    let scratch = Scratch::new();
    let mut bytes = b"\x93NUMPY\x01\x00\x46\x00".to_vec();
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (4000, 4000), }";
    bytes.extend(format!("{header:<69}\n").bytes());
    bytes.resize(bytes.len() + 4000 * 4000, 1);
    scratch.write("a.npy", bytes);
    let run = within(&scratch, 450_000, "compare a.npy a.npy --png a.png");
    let expected = "not enough memory: images of 4000 x 4000 pixels need 256000000 bytes more to be compared";
    assert_eq!(run.error(2), expected);
    assert_eq!(scratch.names(), ["a.npy"]);
}

/// The most memory that a sweep of so many images had at once, in kibibytes.
#[cfg(target_os = "linux")]
fn peak_of_a_sweep(scratch: &Scratch, images: usize) -> u64 {
    let line = TINY.replace("-detpixels 16", "-detpixels 256");
    let mut command = Command::new(env!("CARGO_BIN_EXE_nanobragg"));
    command.current_dir(scratch.folder()).stdout(std::process::Stdio::null());
    command
        .args(format!("sweep {line} -fluence 1e29 -orientations random -images {images}").split_whitespace());
    // A heap for each thread would make it a matter of chance who finds free memory where.
    command.args(["-restart", "-threads", "2", "-o", "a.nxs", "-o", "b.npy"]).env("MALLOC_ARENA_MAX", "1");
    let (ended, most) = peak_kib(&mut command.spawn().unwrap()).unwrap();
    assert!(ended.success());
    most.unwrap_or(0)
}

#[cfg(target_os = "linux")]
#[test]
fn a_sweep_of_many_images_takes_no_more_memory_than_one_of_few() {
    let scratch = Scratch::new();
    let (few, many) = (peak_of_a_sweep(&scratch, 20), peak_of_a_sweep(&scratch, 200));
    // How far the bounded queues fill is a matter of chance: up to a dozen images of 256 KiB. 180 images more that were
    // kept would take 45 MiB.
    assert!(few > 1000 && many < few + 12 * 256, "{few} KiB, then {many} KiB");
}
