//! Nothing is lost without a word, and nothing of others is overwritten.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::scratch::{Run, Scratch, TINY};

/// Runs `line` with standard output on a device that is full.
fn run_on_full_device(scratch: &Scratch, line: &str) -> Run {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    scratch.command(line.split_whitespace()).stdout(full).output().unwrap().into()
}

#[test]
fn what_is_printed_and_cannot_be_written_is_status_1() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o a.npy")).good();
    for line in [
        "-help",
        "-man",
        "-completions bash",
        "compare -h",
        "compare a.npy a.npy",
        "compare a.npy a.npy --json",
        &format!("{TINY} -show toml"),
        &format!("{TINY} -show"),
        &format!("{TINY} -printout -o b.npy"),
        &format!("{TINY} -o c.npy"),
        &format!("sweep {TINY} -osc 1 -images 2 -o s.npy"),
    ] {
        let run = run_on_full_device(&scratch, line);
        let expected = "cannot write standard output: No space left on device (os error 28)";
        assert_eq!(run.error(1), expected, "{line}");
    }
    // The images are there for all that.
    assert_eq!(scratch.read("a.npy"), scratch.read("c.npy"));
    assert!(scratch.path("s_00002.npy").exists());
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut harness = Command::new(env!("CARGO_BIN_EXE_trace-harness"));
    let run: Run = harness.arg("--help").stdin(Stdio::null()).stdout(full).output().unwrap().into();
    assert!(run.error(1).starts_with("cannot write standard output: "), "{}", run.err);
}

#[test]
fn names_do_not_reach_the_terminal_as_they_are() {
    let scratch = Scratch::new();
    let mut command = scratch.command(TINY.split_whitespace());
    let run = Run::from(command.args(["-o", "\u{1b}[31mred\n.npy"]).output().unwrap()).good();
    assert!(run.out.contains("wrote \\u{1b}[31mred\\n.npy: "), "{}", run.out);
    assert!(scratch.path("\u{1b}[31mred\n.npy").exists());
}

#[test]
fn an_experiment_file_is_an_input_like_all_others() {
    let scratch = Scratch::new();
    let text = scratch.run(&format!("{TINY} -show toml")).good().out;
    scratch.write("f.toml", &text).write("f.npy", format!("{text}[output]\noutput = \"f.npy\"\n"));
    assert_eq!(scratch.refused("run f.toml -npyfile f.toml"), "f.toml is an input and an output");
    assert_eq!(scratch.refused("run f.toml -npyfile ./f.toml"), "./f.toml is an input and an output");
    assert_eq!(scratch.refused("run f.npy"), "f.npy is an input and an output");
}

#[test]
fn two_names_of_one_file_are_one_output() {
    let scratch = Scratch::new();
    scratch.write("a.npy", "old").write("a.hkl", "0 0 1 100\n1 0 0 100\n");
    symlink("a.npy", scratch.path("link.npy")).unwrap();
    symlink("new.npy", scratch.path("dangling.npy")).unwrap();
    fs::create_dir(scratch.path("d")).unwrap();
    symlink("d", scratch.path("e")).unwrap();
    let twice = |outputs: &str, named: &str| {
        let error = scratch.refused(&format!("{TINY} {outputs}"));
        let found =
            error.strip_suffix(" is the name of two outputs").and_then(|path| path.rsplit('/').next());
        assert_eq!(found, Some(named), "{error}");
    };
    twice("-npyfile a1 -floatfile ./a1", "a1");
    twice("-npyfile a.npy -floatfile link.npy", "a.npy");
    twice("-npyfile new.npy -floatfile dangling.npy", "new.npy");
    twice("-npyfile e/a1 -floatfile d/a1", "a1");
    twice("-hkl a.hkl -dump ./floatimage.bin -floatfile floatimage.bin", "floatimage.bin");
}

#[test]
fn an_experiment_file_writes_below_the_working_directory_or_not_at_all() {
    let scratch = Scratch::new();
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("escape.npy");
    let target = target.to_str().unwrap();
    let text = scratch.run(&format!("{TINY} -show toml")).good().out;
    for (table, key, path) in [
        ("output", "npyfile", target),
        ("output", "output", target),
        ("output", "floatfile", "../escape.bin"),
        ("output", "floatfile", "d/../../escape.bin"),
        ("structure_factors", "dump", "/tmp/Fdump.bin"),
    ] {
        let head = text.replace(&format!("[{table}]\n"), &format!("[{table}]\n{key} = \"{path}\"\n"));
        let head = if head == text { format!("{text}\n[{table}]\n{key} = \"{path}\"\n") } else { head };
        scratch.write("e.toml", head);
        let error = scratch.refused("run e.toml");
        let expected = "is not below the working directory, and an experiment file names it";
        assert_eq!(error, format!("{path} {expected} ({key}); -trust_paths allows that"));
    }
    scratch.write("e.toml", format!("{text}\n[output]\nnpyfile = \"{target}\"\n"));
    // What the command line says in its place was not in the file.
    scratch.run("run e.toml -npyfile here.npy").good();
    assert!(fs::read_dir(outside.path()).unwrap().next().is_none() && scratch.path("here.npy").exists());
    scratch.run("run e.toml -trust_paths").good();
    assert!(fs::metadata(target).unwrap().len() > 0);
    // A file cannot say that it is to be trusted.
    scratch.write("e.toml", format!("{text}\n[program]\ntrust_paths = true\n"));
    assert!(scratch.refused("run e.toml").contains("unknown key trust_paths"));
}

#[test]
fn what_cannot_be_written_is_found_before_the_render() {
    let scratch = Scratch::new();
    symlink("gone/a.npy", scratch.path("dangling.npy")).unwrap();
    let long = format!("{}.npy", "n".repeat(300));
    for (name, reason) in
        [("dangling.npy", "the link leads to a folder"), (long.as_str(), "File name too long")]
    {
        let run = scratch.run(&format!("{TINY} -o {name} -o b.img"));
        assert!(run.error(1).starts_with(&format!("cannot write {name}: {reason}")), "{}", run.err);
        assert!(!run.out.contains("rendered") && !scratch.path("b.img").exists(), "{}", run.out);
    }
}

#[test]
fn an_output_that_fails_does_not_take_the_others_with_it() {
    let scratch = Scratch::new();
    let run = scratch.run(&format!("{TINY} -floatfile /dev/full"));
    assert!(run.error(1).starts_with("cannot write /dev/full: No space left"), "{}", run.err);
    assert_eq!(scratch.names(), ["image.pgm", "intimage.img", "noiseimage.img"]);
}

/// A sweep of so many images into a stack.
fn sweep(images: usize, more: &str) -> String {
    format!("sweep {TINY} -osc 1 -images {images} -o s.nxs {more}")
}

#[test]
fn parts_that_are_not_as_they_were_written_are_rendered_again() {
    let whole = Scratch::new();
    whole.run(&sweep(4, "")).good();
    let scratch = Scratch::new();
    // What is left where the stack could not be put together.
    fs::create_dir(scratch.path("s.nxs")).unwrap();
    let manifest = whole.read("manifest.jsonl");
    let manifest: Vec<&[u8]> = manifest.split_inclusive(|byte| *byte == b'\n').collect();
    fs::remove_dir(scratch.path("s.nxs")).unwrap();
    scratch.write("manifest.jsonl", manifest[..5].concat());
    fs::create_dir(scratch.path(".s.nxs.parts")).unwrap();
    let mut parts = Vec::new();
    for image in 1..=4 {
        let text = String::from_utf8(manifest[image].to_vec()).unwrap();
        let bytes = text.split("\"frame\":{\"bytes\":").nth(1).unwrap().split(',').next().unwrap();
        parts.push(bytes.parse::<usize>().unwrap());
        // Of the right length, and not what was written.
        scratch.write(&format!(".s.nxs.parts/{image:07}"), vec![b'x'; parts[image - 1]]);
    }
    let run = scratch.run(&sweep(4, "-resume")).good();
    assert!(run.out.contains("0 of 4 images are there already"), "{}", run.out);
    assert_eq!(scratch.files(), whole.files());
}

#[test]
fn a_restart_removes_its_own_files_alone() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path(".s.nxs.parts")).unwrap();
    scratch.write(".s.nxs.parts/letters", "mine").write(".s.nxs.parts/0000009", "part");
    scratch.run(&sweep(2, "-restart")).good();
    assert_eq!(scratch.read(".s.nxs.parts/letters"), b"mine");
    assert!(!scratch.path(".s.nxs.parts/0000009").exists());
}

#[test]
fn a_second_sweep_is_refused_while_the_first_one_writes() {
    let scratch = Scratch::new();
    let long = format!("sweep {TINY} -osc 1 -images 2000 -detpixels 300 -o s.npy");
    let mut first = scratch.command(long.split_whitespace());
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !scratch.path("manifest.jsonl").exists() {
        assert!(first.try_wait().unwrap().is_none(), "the first one ended");
    }
    for more in ["-restart", "-resume", "", "-manifest other.jsonl"] {
        let run = scratch.run(&format!("{long} -default_F 200 {more}"));
        let expected = format!("another run is writing it: process {}, begun ", first.id());
        assert!(run.error(1).contains(&expected), "{}", run.err);
    }
    first.kill().unwrap();
    first.wait().unwrap();
    // The lock went with the process; what it was writing is removed.
    let left: Vec<String> =
        scratch.names().into_iter().filter(|name| name.starts_with(".nanobragg-")).collect();
    scratch.run(&format!("sweep {TINY} -osc 1 -images 2 -o s.npy -restart")).good();
    scratch.write(".nanobragg-0-someone.tmp", "another program's");
    scratch.run(&format!("sweep {TINY} -osc 1 -images 2 -o s.npy -resume")).good();
    let hidden: Vec<String> = scratch.names().into_iter().filter(|name| name.starts_with('.')).collect();
    let expected: Vec<String> = left
        .into_iter()
        .filter(|name| scratch.path(name).exists())
        .chain([".nanobragg-0-someone.tmp".to_owned()])
        .collect();
    assert!(hidden.iter().all(|name| expected.contains(name)), "{hidden:?} {expected:?}");
}

#[test]
fn signals_end_a_run_in_the_middle_of_a_pixel() {
    let pixel = "-cell 70 80 90 90 90 90 -default_F 100 -N 5 -lambda 1 -distance 100 -detpixels 2 -oversample 1000 \
        -osc 1 -phisteps 5000 -mosaic 1 -mosaic_domains 100 -seed 1 -o a.npy -nodump";
    for (name, status, more) in
        [("HUP", 129, "-device scalar"), ("INT", 130, "-dtype f32"), ("TERM", 143, "")]
    {
        let scratch = Scratch::new();
        let mut child = scratch.command(format!("{pixel} {more}").split_whitespace());
        let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(700));
        let begun = Instant::now();
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status();
        assert!(sent.unwrap().success());
        let run: Run = child.wait_with_output().unwrap().into();
        let took = begun.elapsed();
        assert_eq!(run.error(status), format!("interrupted by SIG{name}"), "{more}");
        // 0.2 s, and as much again for a machine that does other things and for a build without optimization.
        assert!(took < Duration::from_secs(2), "{more}: {took:?}");
        assert!(scratch.names().is_empty(), "{:?}", scratch.names());
    }
}

#[test]
fn what_of_a_refinement_cannot_be_written_does_not_take_the_rest_with_it() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -detpixels 64 -pixel 1 -o a.npy")).good();
    let program = env!("CARGO_BIN_EXE_nanobragg");
    let refine = "refine -refine N -max_iterations 0 -data a.npy -o f";
    let line = format!("ulimit -f 8; exec {program} {refine} {TINY} -detpixels 64 -pixel 1");
    let run: Run =
        Command::new("sh").args(["-c", &line]).current_dir(scratch.folder()).output().unwrap().into();
    let error = run.error(1);
    assert!(error.starts_with("cannot write f") && error.contains("File too large"), "{error}");
    for name in ["f.toml", "f.json", "f.expt"] {
        assert!(scratch.path(name).exists(), "{name} of {:?}", scratch.names());
    }
    assert!(!scratch.path("f_model.npy").exists());
}

#[test]
fn a_file_beyond_the_limit_of_its_size_is_an_error_of_the_write() {
    let scratch = Scratch::new();
    let run = scratch.run(&format!("{TINY} -show toml")).good();
    scratch.write("e.toml", run.out);
    let program = env!("CARGO_BIN_EXE_nanobragg");
    let line = format!("ulimit -f 8; exec {program} run e.toml -detpixels 300 -o a.npy");
    let run: Run =
        Command::new("sh").args(["-c", &line]).current_dir(scratch.folder()).output().unwrap().into();
    assert_eq!(run.error(1), "cannot write a.npy: File too large (os error 27)");
    assert_eq!(scratch.names(), ["e.toml"]);
}
