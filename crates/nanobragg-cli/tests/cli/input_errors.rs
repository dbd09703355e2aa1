//! Input files that are missing or wrong: file, line and expectation on one line, status 2, nothing written.

use nanobragg_io::smv::{HeaderEntry, write_smv};

use crate::scratch::{NO_F, Scratch, TINY};

/// Every flag that names an input file, with a line that it completes.
pub const INPUTS: [(&str, &str); 9] = [
    ("-hkl", NO_F),
    ("-mat", TINY),
    ("-img", TINY),
    ("-mask", TINY),
    ("-sourcefile", TINY),
    ("-dump", NO_F),
    ("-spectrum", TINY),
    ("-pdb", "-default_F 100 -N 2 -detpixels 8 -oversample 1 -seed 1"),
    ("-geometry", "-default_F 100 -N 2 -oversample 1 -seed 1"),
];

/// Complete files for each of [`INPUTS`].
pub fn good(flag: &str) -> Vec<u8> {
    let scratch = Scratch::new();
    match flag {
        "-hkl" => b"1 2 3 100\n-1 0 2 50.5\n0 0 4 7\n".to_vec(),
        "-mat" => b"0.01 0 0\n0 0.02 0\n0 0 0.03\n".to_vec(),
        "-sourcefile" => b"-10 0 0 1 1.5e-10\n-10 0.1 0 2\n".to_vec(),
        "-spectrum" => b"9000 1\n9010.5 0.5\n".to_vec(),
        "-pdb" => b"CRYST1   61.776   40.081   41.900  90.00 103.20  90.00\n".to_vec(),
        "-geometry" => std::fs::read(nanobragg_testkit::fixtures().join("geometry/XPARM.XDS")).unwrap(),
        "-dump" => {
            scratch.write("P1.hkl", good("-hkl"));
            scratch.run(&format!("{NO_F} -hkl P1.hkl -dump file")).good();
            scratch.read("file")
        }
        _ => {
            let header = [HeaderEntry::new("DISTANCE", "120"), HeaderEntry::new("PIXEL_SIZE", "4")];
            write_smv(&scratch.path("file"), &header, 16, 16, &[1; 256]).unwrap();
            scratch.read("file")
        }
    }
}

#[test]
fn the_complete_files_are_accepted() {
    for (flag, line) in INPUTS {
        let scratch = Scratch::new();
        scratch.write("file", good(flag));
        scratch.run(&format!("{line} {flag} file")).good();
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    for (flag, line) in INPUTS {
        let scratch = Scratch::new();
        let error = scratch.refused(&format!("{line} {flag} nowhere/file"));
        assert!(error.contains("nowhere/file"), "{flag}: {error}");
        std::fs::create_dir(scratch.path("folder")).unwrap();
        let error = scratch.refused(&format!("{line} {flag} folder"));
        assert!(error.contains("folder"), "{flag}: {error}");
    }
}

#[test]
fn malformed_lines_are_named_with_what_was_expected() {
    for (flag, line, text, expected) in [
        ("-hkl", NO_F, "# F\n1 2 3 4\n1 2 x 4\n", "file:3: expected numbers h k l F, found \"1 2 x 4\""),
        (
            "-hkl",
            NO_F,
            "1 2 3 100 0.5\n",
            "file:1: expected numbers h k l F (extra columns such as sigma are not accepted), found \"1 2 3 100 0.5\"",
        ),
        (
            "-hkl",
            NO_F,
            "1 2.5 3 100\n",
            "file:1: expected numbers h k l F with whole 32-bit h, k, l, found \"1 2.5 3 100\"",
        ),
        (
            "-hkl",
            NO_F,
            "1 2 3 nan\n",
            "file:1: expected numbers h k l F with finite numbers, found \"1 2 3 nan\"",
        ),
        ("-sourcefile", TINY, "-10 0 0\n-10 0 zero\n", "file:2: expected a number, found \"zero\""),
        (
            "-sourcefile",
            TINY,
            "-10 0 0 1 -1e-10\n",
            "file:1: expected a positive wavelength in meters in column 5, 1e-13 to 1e-8, found \"-0.0000000001\"",
        ),
    ] {
        let scratch = Scratch::new();
        scratch.write("file", text);
        assert_eq!(scratch.refused(&format!("{line} {flag} file")), expected);
    }
}

#[test]
fn matrices_have_nine_numbers_and_a_volume() {
    for (text, part) in [
        ("0.01 0 0\n0 0.02 0\n0 0\n", "file"),
        ("0.01 0 0\n0 b 0\n0 0 1\n", "file:2"),
        ("0.01 0.02 0\n0.01 0.02 0\n0 0 0.03\n", "the orientation matrix spans no volume"),
        ("0 0 0\n0 0 0\n0 0 0\n", "the orientation matrix spans no volume"),
    ] {
        let scratch = Scratch::new();
        scratch.write("file", text);
        let line = "-default_F 100 -detpixels 16 -mat file";
        let error = scratch.refused(line);
        assert!(error.contains(part), "{text:?}: {error}");
    }
}

#[test]
fn tables_without_reflections_or_beyond_memory_are_refused() {
    let scratch = Scratch::new();
    scratch.write("file", "# nothing\n\n");
    assert_eq!(scratch.refused(&format!("{NO_F} -hkl file")), "file: no reflections in it");
    scratch.write("file", "1000000 1000000 1000000 1\n-1000000 -1000000 -1000000 1\n");
    let error = scratch.refused(&format!("{NO_F} -hkl file"));
    assert_eq!(error.matches("stray indices").count(), 1, "{error}");
    for part in ["file: ", "-1000000..1000000", "MB"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_mask_of_another_size_is_refused_with_both_sizes() {
    let scratch = Scratch::new();
    write_smv(&scratch.path("mask.img"), &[], 10, 12, &[1; 120]).unwrap();
    let error = scratch.refused(&format!("{TINY} -mask mask.img"));
    assert_eq!(error, "mask.img: the mask has 10 x 12 pixels, the detector 16 x 16");
}

#[test]
fn an_input_is_not_overwritten() {
    let scratch = Scratch::new();
    write_smv(&scratch.path("intimage.img"), &[], 16, 16, &[1; 256]).unwrap();
    scratch.write("P1.hkl", good("-hkl"));
    for (more, name) in [
        ("-mask intimage.img", "intimage.img"),
        ("-img ./intimage.img", "intimage.img"),
        ("-hkl P1.hkl -floatfile P1.hkl", "P1.hkl"),
        ("-hkl P1.hkl -noisefile ./P1.hkl", "P1.hkl"),
        ("-hkl P1.hkl -dump P1.hkl", "P1.hkl"),
    ] {
        let error = scratch.refused(&format!("{TINY} {more}"));
        assert!(error.contains(name) && error.contains("input"), "{more}: {error}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_of_reflections_is_read_once_or_refused() {
    use std::io::Write as _;
    use std::process::Stdio;
    let scratch = Scratch::new();
    let piped = |text: &[u8], more: &str| {
        let words = NO_F.split_whitespace().chain(["-hkl", "/dev/stdin"]).chain(more.split_whitespace());
        let mut child = scratch
            .command(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Who refuses what comes need not read all of it.
        let _ = child.stdin.take().unwrap().write_all(text);
        crate::scratch::Run::from(child.wait_with_output().unwrap())
    };
    // More than are kept while a file is read: a second pass would find nothing.
    let indices = (-51..=51).flat_map(|h| (-51..=51).map(move |k| [h, k]));
    let many: String =
        indices.flat_map(|[h, k]| (-51..=51).map(move |l| format!("{h} {k} {l} 1\n"))).collect();
    let run = piped(many.as_bytes(), "");
    assert!(run.error(2).starts_with("/dev/stdin: not the same"), "{run:?}");
    assert!(scratch.names().is_empty());

    piped(&good("-hkl"), "-nonoise -floatfile piped.bin").good();
    scratch.write("P1.hkl", good("-hkl"));
    scratch.run(&format!("{NO_F} -hkl P1.hkl -nonoise -floatfile file.bin")).good();
    assert!(scratch.read("piped.bin") == scratch.read("file.bin"));
}

#[cfg(target_os = "linux")]
#[test]
fn endless_files_end_in_an_error() {
    let scratch = Scratch::new();
    for (flag, line) in INPUTS {
        let error = scratch.refused(&format!("{line} {flag} /dev/zero"));
        assert!(error.contains("/dev/zero"), "{flag}: {error}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_does_not_end_is_given_up() {
    let scratch = Scratch::new();
    let error = scratch.refused("-default_F 100 -N 2 -detpixels 8 -pdb /dev/urandom");
    assert!(error.contains("/dev/urandom: no more than 67108864 bytes of it are read"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_dump_of_nothing_does_not_make_gigabytes() {
    let scratch = Scratch::new();
    let header = "-260 260 -260 260 -260 260\n\x0c";
    scratch.write("hole.bin", header);
    let file = std::fs::OpenOptions::new().write(true).open(scratch.path("hole.bin")).unwrap();
    file.set_len(header.len() as u64 + 522 * 522 * 522 * 8).unwrap();
    let error = scratch.refused(&format!("{NO_F} -dump hole.bin"));
    assert!(error.contains("the limit is 1073 MB"), "{error}");
}
