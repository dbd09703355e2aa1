//! Links: two names of one file are one file, and what somebody else has linked does not lead out of the folder.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::scratch::{Scratch, TINY};

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn an_experiment_file_does_not_write_through_links_that_lead_out() {
    let scratch = Scratch::new();
    let outside = tempfile::tempdir().unwrap();
    let text = scratch.run(&format!("{TINY} -show toml")).good().out;
    let there = |name: &str| outside.path().join(name);
    fs::create_dir(scratch.path("d")).unwrap();
    symlink(outside.path(), scratch.path("out")).unwrap();
    symlink(there("none"), scratch.path("dangling")).unwrap();
    symlink(there("new.npy"), scratch.path("link.npy")).unwrap();
    symlink("link.npy", scratch.path("twice.npy")).unwrap();
    symlink("../in.npy", scratch.path("d/back.npy")).unwrap();
    let file = |path: &str| scratch.write("e.toml", format!("{text}\n[output]\nnpyfile = \"{path}\"\n"));
    let why = "leads out of the working directory through a link; -trust_paths allows that";
    for path in ["out/a.npy", "dangling/a.npy", "link.npy", "twice.npy", "d/../out/a.npy"] {
        file(path);
        let error = scratch.refused("run e.toml");
        assert!(error == format!("{path} {why}") || path.contains(".."), "{error}");
    }
    file("d/back.npy");
    scratch.run("run e.toml").good();
    assert!(scratch.path("in.npy").exists() && is_empty(outside.path()));
    file("link.npy");
    scratch.run("run e.toml -npyfile out/b.npy").good();
    scratch.run("run e.toml -trust_paths").good();
    assert!(there("b.npy").exists() && there("new.npy").exists());
    // Without an experiment file the links are one's own.
    scratch.run(&format!("{TINY} -npyfile out/c.npy")).good();
    assert!(there("c.npy").exists());
    // Names that nobody has given.
    scratch.write("e.toml", text);
    fs::remove_file(scratch.path("floatimage.bin")).unwrap();
    symlink(there("float.bin"), scratch.path("floatimage.bin")).unwrap();
    let run = scratch.run("run e.toml -quirks reference");
    assert_eq!(run.error(2), format!("floatimage.bin {why}"));
    assert!(!there("float.bin").exists());
}

#[test]
fn the_files_of_a_sweep_do_not_lead_out_either() {
    let scratch = Scratch::new();
    let outside = tempfile::tempdir().unwrap();
    let text = scratch.run(&format!("{TINY} -osc 1 -show toml")).good().out;
    let sweep = "sweep e.toml -images 3";
    let why = "leads out of the working directory through a link; -trust_paths allows that";
    scratch.write("e.toml", format!("{text}\n[output]\noutput = \"a.npy\"\n"));
    for name in ["a_00002.npy", "manifest.jsonl"] {
        symlink(outside.path().join("new"), scratch.path(name)).unwrap();
        assert_eq!(scratch.refused(sweep), format!("{name} {why}"));
        assert_eq!(scratch.refused(&format!("{sweep} -restart")), format!("{name} {why}"));
        // The command line names neither of them.
        let named = scratch.refused(&format!("{sweep} -o a.npy"));
        assert_eq!(named, format!("{name} {why}"));
        fs::remove_file(scratch.path(name)).unwrap();
    }
    assert!(is_empty(outside.path()));
    // The folder that it names is one's own.
    let other = tempfile::tempdir().unwrap();
    symlink(other.path(), scratch.path("out")).unwrap();
    scratch.run(&format!("{sweep} -o out/a.npy")).good();
    assert!(other.path().join("a_00003.npy").exists());
    // What is kept of an NXmx file that is not complete.
    symlink(outside.path(), scratch.path(".a.nxs.parts")).unwrap();
    scratch.write("e.toml", format!("{text}\n[output]\noutput = \"a.nxs\"\n"));
    scratch.run(&format!("{sweep} -resume")).good();
    assert!(is_empty(outside.path()));
}

#[test]
fn hard_links_are_names_of_one_file() {
    let scratch = Scratch::new();
    scratch.write("a.hkl", "0 0 1 100\n1 0 0 100\n").write("x_00001.npy", "old");
    fs::hard_link(scratch.path("a.hkl"), scratch.path("b.npy")).unwrap();
    fs::hard_link(scratch.path("x_00001.npy"), scratch.path("c.npy")).unwrap();
    fs::hard_link(scratch.path("a.hkl"), scratch.path("w_00002.npy")).unwrap();
    let experiment = TINY.replace("-default_F 100", "-hkl a.hkl");
    let error = scratch.refused(&format!("{experiment} -nodump -npyfile b.npy"));
    assert_eq!(error, "b.npy is an input and an output");
    let error = scratch.refused(&format!("{TINY} -npyfile x_00001.npy -o c.npy -floatfile x_00001.npy"));
    assert!(error.contains("is the name of two outputs"), "{error}");
    let sweep = format!("sweep {experiment} -nodump -osc 1 -images 3 -restart");
    let error = scratch.refused(&format!("{sweep} -o w.npy"));
    assert_eq!(error, "w_00002.npy is an input and an output");
    // One image of a series is another one.
    symlink("y_00003.npy", scratch.path("y_00002.npy")).unwrap();
    let error = scratch.refused(&format!("{sweep} -o y.npy"));
    assert_eq!(error, "y_00003.npy is the name of two outputs");
    symlink("v_00001.npy", scratch.path("v_00003.npy")).unwrap();
    let error = scratch.refused(&format!("{sweep} -o v.npy"));
    assert_eq!(error, "v_00001.npy is the name of two outputs");
    fs::hard_link(scratch.path("x_00001.npy"), scratch.path("x_00003.npy")).unwrap();
    let error = scratch.refused(&format!("{sweep} -o x.npy"));
    assert_eq!(error, "x_00003.npy is the name of two outputs");
}
