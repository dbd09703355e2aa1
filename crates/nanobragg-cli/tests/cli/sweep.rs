//! `nanobragg sweep`: what it writes, that it resumes, and what it refuses.

use std::path::Path;

use serde_json::Value;

use crate::formats::cbf_counts;
use crate::scratch::{Scratch, TINY};

const OSC: &str = "-osc 1 -phisteps 2 -fluence 1e29";

fn sweep(scratch: &Scratch, more: &str) -> crate::scratch::Run {
    scratch.run(&format!("sweep {TINY} {OSC} {more}"))
}

fn manifest(scratch: &Scratch) -> Vec<Value> {
    let text = String::from_utf8(scratch.read("manifest.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_rotation_series_is_numbered_and_listed() {
    let scratch = Scratch::new();
    let run = sweep(&scratch, "-images 3 -o a.cbf -o b_##.img -o c.nxs").good();
    assert_eq!(
        scratch.names(),
        [
            "a_00001.cbf",
            "a_00002.cbf",
            "a_00003.cbf",
            "b_01.img",
            "b_02.img",
            "b_03.img",
            "c.nxs",
            "manifest.jsonl"
        ]
    );
    assert!(run.out.contains("image 3 of 3: phi 2.000 deg"), "{}", run.out);
    let lines = manifest(&scratch);
    let kinds: Vec<&str> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["sweep", "image", "image", "image", "stack"]);
    assert_eq!(lines[0]["images"], 3);
    assert_eq!(lines[2]["phi_start_deg"], 1.0);
    assert_eq!(lines[2]["files"][0]["name"], "a_00002.cbf");
    assert_eq!(lines[2]["files"][0]["bytes"], scratch.read("a_00002.cbf").len());
    assert_eq!(lines[4]["bytes"], scratch.read("c.nxs").len());
    assert_ne!(lines[1]["noise_seed"], lines[2]["noise_seed"]);
}

#[test]
fn a_sweep_begins_from_an_experiment_file() {
    let scratch = Scratch::new();
    let text = scratch.run(&format!("{TINY} {OSC} -show toml")).good().out;
    scratch.write("e.toml", text);
    scratch.run("sweep e.toml -images 2 -o a.npy").good();
    sweep(&scratch, "-images 2 -o b.npy -manifest b.jsonl").good();
    assert_eq!(scratch.read("a_00002.npy"), scratch.read("b_00002.npy"));
    scratch.run("sweep e.toml -images 2 -osc 3 -o c.npy -manifest c.jsonl").good();
    assert_ne!(scratch.read("a_00002.npy"), scratch.read("c_00002.npy"), "flags win over the file");
    assert!(scratch.run("sweep none.toml -images 2 -o a.npy").error(2).contains("none.toml"));
}

#[test]
fn an_image_of_a_series_is_that_of_its_parameters_alone() {
    let scratch = Scratch::new();
    sweep(&scratch, "-images 3 -o a.cbf").good();
    let line = &manifest(&scratch)[3];
    let (phi, seed) = (&line["phi_start_deg"], &line["noise_seed"]);
    let words = TINY.replace("-seed 1", "");
    scratch.run(&format!("{words} {OSC} -phi {phi} -seed {seed} -o one.cbf")).good();
    assert_eq!(cbf_counts(&scratch.read("one.cbf")), cbf_counts(&scratch.read("a_00003.cbf")));
    scratch.run(&format!("{words} {OSC} -phi 1 -seed {seed} -o other.cbf")).good();
    assert_ne!(cbf_counts(&scratch.read("other.cbf")), cbf_counts(&scratch.read("a_00003.cbf")));

    let random = Scratch::new();
    random.run(&format!("sweep {TINY} -fluence 1e29 -images 3 -orientations random -o a.cbf")).good();
    let line = &manifest(&random)[2];
    let (misset, seed) = (&line["misset_seed"], &line["noise_seed"]);
    random
        .run(&format!("{words} -fluence 1e29 -misset random -misset_seed {misset} -seed {seed} -o one.cbf"))
        .good();
    assert_eq!(cbf_counts(&random.read("one.cbf")), cbf_counts(&random.read("a_00002.cbf")));
    assert_ne!(cbf_counts(&random.read("a_00001.cbf")), cbf_counts(&random.read("a_00002.cbf")));
}

#[test]
fn listed_orientations_are_those_of_the_list() {
    let scratch = Scratch::new();
    scratch.write("list.txt", "0 0 0\n10 20 30 # second\n");
    scratch.run(&format!("sweep {TINY} -orientations list.txt -o a.bin")).good();
    scratch.run(&format!("{TINY} -misset 10 20 30 -o one.bin")).good();
    assert_eq!(scratch.read("a_00002.bin"), scratch.read("one.bin"));
    assert_ne!(scratch.read("a_00001.bin"), scratch.read("one.bin"));
    let error = scratch.refused(&format!("sweep {TINY} -images 3 -orientations list.txt -o b.bin"));
    assert_eq!(error, "sweep: -images 3, but list.txt lists 2 orientations");
}

/// When each file was written last.
fn ages(folder: &Path) -> Vec<(String, std::time::SystemTime)> {
    let mut ages: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().modified().unwrap())
        })
        .collect();
    ages.sort();
    ages
}

#[test]
fn a_resumed_sweep_makes_what_is_missing_and_nothing_else() {
    let scratch = Scratch::new();
    let wanted = "-images 4 -o a.cbf -o c.nxs";
    sweep(&scratch, wanted).good();
    let complete = scratch.files();
    let before = ages(scratch.folder());
    let run = sweep(&scratch, &format!("{wanted} -resume")).good();
    assert!(run.out.contains("4 of 4 images are there already"));
    let images = |ages: Vec<(String, _)>| {
        ages.into_iter().filter(|(name, _)| name != "manifest.jsonl").collect::<Vec<_>>()
    };
    assert_eq!(images(ages(scratch.folder())), images(before));

    // A file that was removed, one that was cut short, and a manifest whose last line was not finished.
    std::fs::remove_file(scratch.path("a_00002.cbf")).unwrap();
    scratch.write("a_00003.cbf", "short");
    let text = String::from_utf8(scratch.read("manifest.jsonl")).unwrap();
    scratch.write("manifest.jsonl", text + "{\"kind\":\"image\",\"ima");
    let run = sweep(&scratch, &format!("{wanted} -resume")).good();
    assert!(run.out.contains("2 of 4 images are there already"), "{}", run.out);
    assert!(run.out.contains("image 2 of 4") && !run.out.contains("image 1 of 4"), "{}", run.out);
    assert_eq!(scratch.files(), complete);

    // The stack alone is made from images that are rendered again: its frames are not kept.
    std::fs::remove_file(scratch.path("c.nxs")).unwrap();
    sweep(&scratch, &format!("{wanted} -resume")).good();
    assert_eq!(scratch.files(), complete);
}

#[test]
fn an_existing_manifest_is_not_touched_without_being_told() {
    let scratch = Scratch::new();
    sweep(&scratch, "-images 2 -o a.cbf").good();
    let error = scratch.refused(&format!("sweep {TINY} {OSC} -images 2 -o a.cbf"));
    assert_eq!(
        error,
        "manifest.jsonl exists; use -resume to continue, -restart to start over, or -manifest FILE for another sweep"
    );
    for (more, what) in [
        ("-images 3 -o a.cbf", "its images: \"2\", now \"3\""),
        ("-images 2 -o a.cbf -N 6", "its flags lack \"-N 6\""),
        ("-images 2 -o a.img", "its outputs: "),
        ("-images 2 -o a.cbf -orientations random", "its series: \"rotation\", now \"random\""),
    ] {
        let error = scratch.refused(&format!("sweep {TINY} {OSC} {more} -resume"));
        assert!(error.contains("another sweep") && error.contains(what), "{error}");
    }
    // What does not change an image may differ.
    sweep(&scratch, "-images 2 -o a.cbf -threads 1 -resume").good();
    sweep(&scratch, "-images 3 -o a.cbf -restart").good();
    assert_eq!(manifest(&scratch).len(), 4);
    let fewer = sweep(&scratch, "-images 1 -o a.cbf -restart").good();
    let expected = "warning: a_00002.cbf (and 1 more): of an earlier sweep; this one does not write them";
    assert!(fewer.err.lines().any(|line| line == expected), "{}", fewer.err);
    assert!(!sweep(&scratch, "-images 3 -o a.cbf -restart").good().err.contains("earlier"));
    scratch.write("manifest.jsonl", "something else\n");
    let error = scratch.refused(&format!("sweep {TINY} {OSC} -images 2 -o a.cbf -resume"));
    assert_eq!(error, "manifest.jsonl: not the manifest of a sweep");
}

#[test]
fn a_refused_sweep_leaves_the_description_of_the_one_before() {
    let scratch = Scratch::new();
    let described = "-o a.cbf -geometry_out a.expt";
    sweep(&scratch, &format!("-images 2 {described}")).good();
    let kept = scratch.files();
    for more in ["-images 2 -misset 11 21 31", "-images 2 -misset 11 21 31 -resume", "-images 3 -resume"] {
        scratch.refused(&format!("sweep {TINY} {OSC} {more} {described}"));
        assert!(scratch.files() == kept, "{more}");
    }
    let run = sweep(&scratch, &format!("-images 2 -misset 11 21 31 -restart {described}")).good();
    assert!(run.out.contains("wrote a.expt: the scan of 2 images"), "{}", run.out);
    assert!(scratch.read("a.expt") != kept["a.expt"]);
    // What it cannot say is said, and refused, before anything is written.
    let line = "-images 2 -nopolar -strict -o b.cbf -manifest b.jsonl -geometry_out b.expt";
    let run = sweep(&scratch, line);
    assert_eq!(run.status, 2, "{run:?}");
    assert!(run.err.contains("b.expt has no place for the polarization being off"), "{}", run.err);
    assert!(!scratch.path("b.expt").exists() && !scratch.path("b.jsonl").exists());
    let error = scratch.refused(&format!("sweep {TINY} {OSC} -images 2 -o c.cbf -geometry_out no/c.expt"));
    assert!(error.contains("no/c.expt"), "{error}");
}

#[test]
fn a_changed_input_makes_another_sweep() {
    let scratch = Scratch::new();
    scratch.write("P1.hkl", "1 0 0 5\n2 1 0 6\n");
    sweep(&scratch, "-hkl P1.hkl -images 2 -o a.cbf").good();
    scratch.write("P1.hkl", "1 0 0 7\n2 1 0 6\n");
    let error = scratch.refused(&format!("sweep {TINY} {OSC} -hkl P1.hkl -images 2 -o a.cbf -resume"));
    assert!(error.contains("the input P1.hkl is not the same"), "{error}");
}

#[test]
fn what_cannot_be_swept_is_refused_in_a_line() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path("folder.nxs")).unwrap();
    for (line, expected) in [
        ("-images 3 -o a.cbf", "sweep: all images would be the same; give -osc DEGREES"),
        ("-osc 1 -o a.cbf", "sweep: give the number of images with -images N"),
        ("-osc 1 -images 3", "sweep: no output; give -o NAME"),
        ("-osc 1 -images x -o a.cbf", "sweep: -images must be a whole number"),
        ("-osc 1 -images 3 -o a.gif", "-o a.gif: unknown kind of file"),
        ("-osc 1 -images 3 -o a.cbf -o b.cbf", "sweep: a.cbf and b.cbf have the same format"),
        ("-osc 1 -images 3 -o a.nxs -o b.h5", "sweep: a.nxs and b.h5 have the same format"),
        ("-osc 1 -images 3 -o a.cbf -pngfile x.png", "sweep: -pngfile is a flag of a single image"),
        ("-osc 1 -images 3 -o a.cbf -show", "sweep: -show is a flag of a single image"),
        ("-osc 1 -images 3 -o nowhere/a.cbf", "cannot write nowhere/"),
        ("-osc 1 -images 3 -o folder.nxs", "cannot write folder.nxs: it is a folder"),
        ("-osc 1 -images 3 -o a.cbf -nosuchflag", "unknown flag -nosuchflag"),
        ("-orientations none.txt -o a.cbf", "cannot read none.txt: "),
    ] {
        let error = scratch.refused(&format!("sweep {TINY} {line}"));
        assert!(error.starts_with(expected), "{line}: {error}");
    }
    let help = scratch.run("sweep -h").good();
    assert!(help.out.starts_with("Usage: nanobragg sweep"));
}

#[test]
fn threads_do_not_change_a_byte() {
    let (one, many) = (Scratch::new(), Scratch::new());
    sweep(&one, "-images 2 -o a.cbf -o b.nxs -threads 1").good();
    sweep(&many, "-images 2 -o a.cbf -o b.nxs -threads 4").good();
    assert_eq!(one.files(), many.files());
}

#[test]
fn no_image_replaces_an_input_or_the_manifest() {
    let scratch = Scratch::new();
    let list = "0 0 0\n10 20 30\n0 5 0\n";
    for name in ["list.txt", "a_00002.png"] {
        std::fs::write(scratch.path(name), list).unwrap();
    }
    std::os::unix::fs::symlink(scratch.path("list.txt"), scratch.path("l_00002.png")).unwrap();
    let before = scratch.names();
    for (line, reason) in [
        ("-orientations list.txt -manifest list.txt -restart -o b.png", "list.txt is an input and an output"),
        ("-orientations ./a_00002.png -o a.png", "a_00002.png is an input and an output"),
        ("-orientations list.txt -o l.png", "l_00002.png is an input and an output"),
        ("-images 3 -manifest ./b_00002.png -o b.png", "b_00002.png is the name of two outputs"),
        ("-images 3 -manifest b.nxs -o b.nxs", "b.nxs is the name of two outputs"),
    ] {
        let run = sweep(&scratch, line);
        assert!(run.err.contains(reason), "{line}: {}", run.err);
        assert_eq!(scratch.names(), before, "{line}");
        assert_eq!(scratch.read("list.txt"), list.as_bytes());
    }
}

#[test]
fn a_pipe_is_no_input_of_a_sweep() {
    let scratch = Scratch::new();
    let made = std::process::Command::new("mkfifo").arg(scratch.path("pipe")).status().unwrap();
    assert!(made.success());
    let run = sweep(&scratch, "-orientations pipe -o a.png");
    assert!(run.err.contains("a sweep reads its inputs twice; give a regular file"), "{}", run.err);
    // Listing the folder would read the pipe.
    std::fs::remove_file(scratch.path("pipe")).unwrap();
    assert!(scratch.names().is_empty());
}

#[cfg(unix)]
#[test]
fn names_that_are_not_unicode_are_kept() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let scratch = Scratch::new();
    let sweep = |more: &[&str]| {
        let mut command = scratch.command(["sweep"]);
        command.args(TINY.split_whitespace()).args(OSC.split_whitespace()).args(["-images", "2"]);
        for name in [b"\xff.npy", b"\xff.nxs"] {
            command.arg("-o").arg(OsStr::from_bytes(name));
        }
        crate::scratch::Run::from(command.args(more).output().unwrap()).good()
    };
    sweep(&[]);
    let names = std::fs::read_dir(scratch.folder()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<Vec<u8>> = names.map(|name| name.as_bytes().to_vec()).collect();
    names.sort();
    assert_eq!(names, [&b"manifest.jsonl"[..], b"\xff.nxs", b"\xff_00001.npy", b"\xff_00002.npy"]);
    assert_eq!(manifest(&scratch)[1]["files"][0]["name_bytes"], "ff5f30303030312e6e7079");
    let run = sweep(&["-resume"]);
    assert!(run.out.contains("2 of 2 images are there already"), "{}", run.out);
}

#[test]
fn the_seed_of_random_orientations_has_an_effect_in_a_series_of_them_alone() {
    let scratch = Scratch::new();
    let idle = |more: &str| {
        let run = sweep(&scratch, &format!("-images 1 -misset_seed 7 {more}")).good();
        run.warnings().iter().any(|said| said.starts_with("-misset_seed 7 has no effect"))
    };
    assert!(!idle("-orientations random -o a.npy"));
    assert!(idle("-o b.npy -manifest b.jsonl"));
    let seed = manifest(&scratch)[1]["misset_seed"].clone();
    sweep(&scratch, "-images 1 -misset_seed 8 -orientations random -o a.npy -restart").good();
    assert_ne!(manifest(&scratch)[1]["misset_seed"], seed);
}
