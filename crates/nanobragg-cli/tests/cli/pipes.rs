//! Images on standard output.

use std::process::Stdio;

use crate::scratch::{Scratch, TINY};

#[test]
fn an_image_goes_into_a_pipe_and_nothing_else_does() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o a.npy -o a.cbf")).good();
    for (format, file) in [("npy", "a.npy"), ("cbf", "a.cbf")] {
        let line = format!("{TINY} -o {format}:- -o b.png");
        let output = scratch.command(line.split_whitespace()).output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("wrote standard output: ") && text.contains("max_I = "), "{text}");
        if format == "npy" {
            assert_eq!(output.stdout, scratch.read(file));
        } else {
            // The name of the file is that of its data block.
            assert_eq!(output.stdout.len(), scratch.read(file).len());
        }
    }
    assert_eq!(scratch.names(), ["a.cbf", "a.npy", "a.npy.json", "b.png"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let scratch = Scratch::new();
    let line = format!("{TINY} -detpixels 400 -q -o npy:-");
    let mut child = scratch.command(line.split_whitespace()).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error() {
    let scratch = Scratch::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let line = format!("{TINY} -q -o npy:-");
    let output = scratch.command(line.split_whitespace()).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn several_panels_are_no_stream() {
    let scratch = Scratch::new();
    let folder = nanobragg_testkit::fixtures().join("geometry");
    std::fs::copy(folder.join("two_panels.geom"), scratch.path("two_panels.geom")).unwrap();
    let line =
        "-cell 50 50 50 90 90 90 -default_F 10 -N 2 -oversample 1 -roi 0 3 0 3 -geometry two_panels.geom";
    for to in ["-o npy:-", "-floatfile /dev/null"] {
        let error = scratch.refused(&format!("{line} {to}"));
        assert!(error.ends_with("the detector has 2 panels, an image each; -panel N chooses one"), "{error}");
    }
    assert_eq!(scratch.names(), ["two_panels.geom"]);
}

#[test]
fn a_format_is_named_and_can_be_piped() {
    let scratch = Scratch::new();
    let needs = "-o - needs a format: -o npy:-, cbf:-, tif:-, img:-, png:-, pgm:- or bin:-";
    assert_eq!(scratch.refused(&format!("{TINY} -o -")), needs);
    assert!(scratch.refused(&format!("{TINY} -o nxs:-")).contains("NXmx cannot be written to a pipe"));
    assert_eq!(scratch.refused(&format!("{TINY} -o npy:- -o cbf:-")), "- is the name of two outputs");
    let run = scratch.run(&format!("{TINY} -o npy:- -o c.npy")).good();
    let lost = "npy:- is not written: -o names another image of that format";
    assert!(run.warnings().contains(&lost), "{}", run.err);
    assert!(
        scratch
            .refused(&format!("sweep -images 2 -osc 1 {TINY} -o npy:-"))
            .contains("images of a series are files")
    );
    // An image that another one takes the place of is missed, in a pipe too.
    let run = scratch.run(&format!("{TINY} -o npy:- -o a.npy")).good();
    let lost = "npy:- is not written: -o names another image of that format";
    assert!(run.warnings().contains(&lost), "{}", run.err);
}
