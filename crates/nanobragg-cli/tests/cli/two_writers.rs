//! Two runs that would write the same files: nothing is replaced that is not one's own, and nothing is lost.

use std::fs;
use std::io::BufRead as _;
use std::os::unix::fs::symlink;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::scratch::{Scratch, TINY};

/// A sweep that takes long enough.
const LONG: &str = "-osc 1 -images 2000 -detpixels 300";

/// A long run that writes `shown` early, which is there when it comes back.
fn begun(scratch: &Scratch, line: &str, shown: &str) -> Child {
    let mut command = scratch.command(line.split_whitespace());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until(&mut child, || scratch.path(shown).exists());
    child
}

/// Waits for what a run does before it ends.
fn wait_until(child: &mut Child, done: impl Fn() -> bool) {
    let since = Instant::now();
    while !done() {
        assert!(child.try_wait().unwrap().is_none(), "it ended");
        assert!(since.elapsed() < Duration::from_secs(120), "it takes too long");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn sweeps_whose_numbers_may_meet_exclude_each_other() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("d")).unwrap();
    symlink("d", scratch.path("e")).unwrap();
    let first = begun(
        &scratch,
        &format!("sweep {TINY} {LONG} -o d/z_#.npy -manifest m.jsonl -geometry_out d/z.expt"),
        "m.jsonl",
    );
    let refused = |more: &str| {
        let run = scratch.run(&format!("sweep {TINY} -osc 1 -images 2 {more}"));
        let expected = format!("another run is writing it: process {}, begun 2", first.id());
        assert!(run.error(1).contains(&expected) && run.err.contains(" UTC ("), "{more}: {}", run.err);
    };
    for name in ["d/z_#.npy", "d/z_##.npy", "d/z.npy", "d/z_1#.npy", "e/z_###.npy"] {
        refused(&format!("-o {name} -manifest other.jsonl"));
        refused(&format!("-o {name} -manifest other.jsonl -restart"));
    }
    refused("-o other.npy -manifest m.jsonl -restart");
    refused("-o other.npy -geometry_out e/z.expt");
    assert!(!scratch.path("other.jsonl").exists() && !scratch.path("manifest.jsonl").exists());
    // What cannot meet goes side by side.
    for name in ["d/z_#.cbf", "d/y_#.npy", "z_#.npy", "d/z#.npy"] {
        scratch
            .run(&format!("sweep {TINY} -osc 1 -images 2 -o {name} -manifest other.jsonl -restart"))
            .good();
    }
    end(first);
}

#[test]
fn numbered_runs_of_a_cluster_go_side_by_side() {
    let scratch = Scratch::new();
    let first = begun(&scratch, &format!("sweep {TINY} {LONG} -o run1####.npy -manifest 1.jsonl"), "1.jsonl");
    let line = |name: &str| format!("sweep {TINY} -osc 1 -images 2 -o {name} -manifest 2.jsonl -restart");
    for name in ["run2####.npy", "run20#.npy"] {
        scratch.run(&line(name)).good();
    }
    for name in ["run#.npy", "run12#.npy", "run1#.npy"] {
        let run = scratch.run(&line(name));
        assert!(run.error(1).starts_with(&format!("{name}: another run is writing it")), "{}", run.err);
    }
    end(first);
}

#[test]
fn refinements_exclude_what_writes_their_files() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -detpixels 64 -pixel 1 -o a.npy")).good();
    scratch.write("list.txt", "a.npy\n".repeat(5000));
    let refine = format!("refine {TINY} -detpixels 64 -pixel 1 -refine N -max_iterations 0");
    let first = begun(&scratch, &format!("{refine} -list list.txt -o f"), "f_00002.json");
    for line in [
        format!("{refine} -data a.npy -o f"),
        format!("{refine} -data a.npy -o ./f"),
        format!("{refine} -data a.npy -o f_00003"),
        format!("{refine} -list list.txt -o f"),
        format!("sweep {TINY} -osc 1 -images 2 -o b.npy -geometry_out f.expt"),
        format!("sweep {TINY} -osc 1 -images 2 -o f.h5"),
    ] {
        let run = scratch.run(&line);
        let expected = format!("another run is writing it: process {}, begun ", first.id());
        assert!(run.error(1).contains(&expected), "{line}: {}", run.err);
    }
    scratch.run(&format!("{refine} -data a.npy -o g_00003")).good();
    end(first);
    scratch.run(&format!("{refine} -data a.npy -o f_00003")).good();
}

#[test]
fn refinements_with_numbers_of_their_own_go_side_by_side() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -detpixels 64 -pixel 1 -o a.npy")).good();
    let refine = format!("refine {TINY} -detpixels 64 -pixel 1 -refine N -max_iterations 0 -data a.npy");
    let lines = (1..=4).map(|number| format!("{refine} -o f_{number:05}"));
    let running: Vec<Child> = lines
        .map(|line| {
            let mut command = scratch.command(line.split_whitespace());
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in running {
        crate::scratch::Run::from(child.wait_with_output().unwrap()).good();
    }
    assert!(scratch.names().iter().all(|name| !name.ends_with(".lock")), "{:?}", scratch.names());
}

/// A short sweep, and a manifest of it.
const SHORT: &str = "-osc 1 -images 3 -fluence 1e29";

fn lines(scratch: &Scratch) -> Vec<String> {
    let text = String::from_utf8(scratch.read("manifest.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_line_that_was_changed_is_said_and_its_image_rendered_again() {
    let scratch = Scratch::new();
    // Nothing else to be warned of.
    let tiny = TINY.replace("-oversample 1", "");
    let sweep = format!("sweep {tiny} {SHORT} -o a.npy -o a.nxs");
    scratch.run(&sweep).good();
    let whole = scratch.files();
    let lines = lines(&scratch);
    let changed = lines[2].replace("\"phi_start_deg\":1.0", "\"phi_start_deg\":1.5");
    assert_ne!(changed, lines[2]);
    let bare = format!("{}}}", lines[2].rsplit_once(",\"sha256\":\"").unwrap().0);
    let cut = lines[2].replace("\"kind\":\"image\",", "");
    for line in [&changed, &bare, &cut, "something else", ""] {
        let text = [&*lines[0], &lines[1], line, &lines[3], &lines[4], ""].join("\n");
        scratch.write("manifest.jsonl", &text);
        let error = scratch.refused(&format!("{sweep} -resume -strict"));
        let expected = "manifest.jsonl:3: this sweep did not write this line; its image is rendered again";
        assert_eq!(error, format!("{expected} (an error by -strict)"));
        let run = scratch.run(&format!("{sweep} -resume")).good();
        assert_eq!(run.warnings(), [expected]);
        assert!(run.out.contains("2 of 3 images are there already"), "{}", run.out);
        assert!(scratch.files() == whole, "{line}");
    }
    // A line of another sweep, whose digest is right there.
    let other = Scratch::new();
    other.run(&format!("sweep {tiny} {SHORT} -N 6 -o a.npy -o a.nxs")).good();
    let foreign = String::from_utf8(other.read("manifest.jsonl")).unwrap();
    let foreign = foreign.lines().nth(2).unwrap();
    scratch.write("manifest.jsonl", [&*lines[0], &lines[1], foreign, &lines[3], &lines[4], ""].join("\n"));
    let run = scratch.run(&format!("{sweep} -resume")).good();
    assert!(run.warnings()[0].starts_with("manifest.jsonl:3: "), "{}", run.err);
    assert!(scratch.files() == whole);
    // The first line says what all images were made of.
    scratch
        .write("manifest.jsonl", lines.join("\n").replacen("\"-seed\",\"1\"", "\"-seed\",\"2\"", 1) + "\n");
    let error = scratch.refused(&format!("{sweep} -seed 2 -resume"));
    assert!(error.starts_with("manifest.jsonl: its first line was changed; use -restart"), "{error}");
}

#[test]
fn digests_of_lines_are_those_that_the_page_says() {
    let scratch = Scratch::new();
    scratch.run(&format!("sweep {TINY} {SHORT} -o a.npy")).good();
    let page = include_str!("../../../../docs/SWEEP.md");
    let blocks = page.split("```python\n").skip(1).filter_map(|rest| rest.split("```").next());
    let script = blocks.into_iter().find(|block| block.contains("sha256")).unwrap();
    let script = format!("{script}print('as written')\n");
    let mut python = std::process::Command::new("python3");
    match python.current_dir(scratch.folder()).args(["-c", &script]).output() {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout), "as written\n", "{output:?}"),
        Err(error) => println!("SKIPPED the digests of lines: python3: {error}"),
    }
}

#[test]
fn files_of_somebody_else_are_not_replaced_by_a_sweep() {
    let scratch = Scratch::new();
    let sweep = |more: &str| format!("sweep {TINY} {SHORT} -geometry_out g.expt {more}");
    for (name, outputs) in [
        ("a_00003.npy", "-o a.npy"),
        ("b_2.cbf", "-o a.npy -o b_#.cbf"),
        ("c.nxs", "-o c.nxs"),
        ("g.expt", "-o a.npy"),
    ] {
        scratch.write(name, "precious");
        let expected = format!(
            "{name} exists, and no manifest says that it is of this sweep; use -restart to replace such files, or give another name"
        );
        for more in ["", " -resume"] {
            assert_eq!(scratch.refused(&sweep(&format!("{outputs}{more}"))), expected);
        }
        scratch.run(&sweep(&format!("{outputs} -restart"))).good();
        assert_ne!(scratch.read(name), b"precious");
        // What the manifest knows is made again without a word.
        fs::remove_file(scratch.path(name)).unwrap();
        scratch.run(&sweep(&format!("{outputs} -resume"))).good();
        for name in scratch.names() {
            fs::remove_file(scratch.path(&name)).unwrap();
        }
    }
}

#[test]
fn a_description_without_images_is_known_for_the_sweeps_own() {
    let scratch = Scratch::new();
    let sweep = format!("sweep {TINY} {SHORT} -o a.npy -geometry_out g.expt -geometry_out full.expt");
    symlink("/dev/full", scratch.path("full.expt")).unwrap();
    assert_eq!(scratch.run(&sweep).status, 1);
    assert!(scratch.path("g.expt").exists());
    fs::remove_file(scratch.path("full.expt")).unwrap();
    scratch.run(&format!("{sweep} -resume")).good();
    assert!(scratch.path("full.expt").exists() && scratch.path("a_00003.npy").exists());
}

#[test]
fn the_manifest_of_an_earlier_version_is_called_so() {
    let scratch = Scratch::new();
    let sweep = format!("sweep {} {SHORT} -o a.npy", TINY.replace("-oversample 1", ""));
    scratch.run(&sweep).good();
    let bare = lines(&scratch);
    let bare = bare.iter().map(|line| format!("{}}}\n", line.rsplit_once(",\"sha256\":\"").unwrap().0));
    scratch.write("manifest.jsonl", bare.collect::<String>());
    let expected = "manifest.jsonl: of an earlier version, without sha256; its images are rendered again";
    assert_eq!(scratch.run(&format!("{sweep} -resume")).good().warnings(), [expected]);
}

#[test]
fn what_a_failed_image_has_written_is_of_no_earlier_run() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -detpixels 64 -pixel 1 -o a.npy")).good();
    let tiny = TINY.replace("-oversample 1", "-oversample 10");
    scratch.write("list.txt", "a.npy\n");
    let refine =
        format!("refine {tiny} -detpixels 64 -pixel 1 -refine N -max_iterations 0 -o f -list list.txt");
    scratch.run(&refine).good();
    fs::remove_file(scratch.path("f_00001.html")).unwrap();
    symlink("/dev/full", scratch.path("f_00001.html")).unwrap();
    let run = scratch.run(&refine);
    assert_eq!(run.status, 1, "{}", run.err);
    assert!(run.warnings().iter().all(|warning| !warning.contains("of an earlier run")), "{}", run.err);
}

#[test]
fn no_manifest_is_an_image_and_no_image_a_manifest() {
    let scratch = Scratch::new();
    scratch.run(&format!("sweep {TINY} {SHORT} -o a.npy -manifest b_00002.npy")).good();
    for more in ["-o b.npy", "-o c.npy -geometry_out b_00002.npy"] {
        let run = scratch.run(&format!("sweep {TINY} {SHORT} {more} -manifest m.jsonl -restart"));
        assert_eq!(run.status, 2, "{more}: {}", run.err);
    }
    let error = scratch.refused(&format!("sweep {TINY} {SHORT} -o b.npy -manifest m.jsonl -restart"));
    assert_eq!(error, "b_00002.npy is the manifest of a sweep, which no other file replaces");
    for more in ["-restart", "-resume"] {
        let error = scratch.refused(&format!("sweep {TINY} {SHORT} -o d.npy -manifest a_00001.npy {more}"));
        assert_eq!(error, "a_00001.npy: not the manifest of a sweep");
    }
    scratch.write("empty.jsonl", "");
    scratch.run(&format!("sweep {TINY} {SHORT} -o d.npy -manifest empty.jsonl -restart")).good();
}

#[test]
fn what_an_earlier_longer_list_has_left_is_said() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -detpixels 64 -pixel 1 -o a.npy")).good();
    // Nothing else to be warned of.
    let tiny = TINY.replace("-oversample 1", "-oversample 10");
    let refine =
        format!("refine {tiny} -detpixels 64 -pixel 1 -refine N -max_iterations 0 -o f -list list.txt");
    scratch.write("list.txt", "a.npy\n".repeat(3));
    assert_eq!(scratch.run(&refine).good().warnings(), Vec::<&str>::new());
    assert_eq!(scratch.run(&refine).good().warnings(), Vec::<&str>::new());
    scratch
        .write("f_00009.txt", "not ours")
        .write("f_3.toml", "not ours")
        .write("f.toml", "of a single image");
    scratch.write("list.txt", "a.npy\nnone.npy\n");
    let (kept, left) = (scratch.read("f_00003.toml"), "of an earlier run, and not written by this one");
    let error = scratch.refused(&format!("{refine} -strict"));
    assert_eq!(error, format!("f.toml (and 9 more): {left} (an error by -strict)"));
    fs::remove_file(scratch.path("f.toml")).unwrap();
    let run = scratch.run(&refine);
    let warnings = run.warnings();
    assert_eq!(warnings[0], format!("f_00003.csv (and 8 more): {left}"));
    assert!(warnings[1].contains("none.npy"), "{warnings:?}");
    assert_eq!(warnings[2], format!("f_00002.toml (and 8 more): {left}"));
    assert_eq!((warnings.len(), run.status), (3, 1));
    assert_eq!(scratch.read("f_00003.toml"), kept);
    // What is left to do is said.
    scratch.write("list.txt", "a.npy\n".repeat(5));
    let run = scratch.run(&format!("{refine} -resume")).good();
    assert!(run.out.contains("2 of 5 images have no earlier run to continue"), "{}", run.out);
}

#[test]
fn a_resumed_sweep_estimates_what_is_left() {
    let scratch = Scratch::new();
    // So many terms that nobody waits for the rest.
    let sweep = format!("sweep {TINY} -osc 1 -images 9 -detpixels 500 -oversample 25 -o a.npy");
    let mut first = begun(&scratch, &sweep, "manifest.jsonl");
    wait_until(&mut first, || lines(&scratch).len() >= 2);
    end(first);
    let mut command = scratch.command(sweep.split_whitespace());
    let mut child = command.arg("-resume").stdout(Stdio::piped()).spawn().unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let kept = out.by_ref().map(Result::unwrap).find(|line| line.ends_with("are there already")).unwrap();
    let kept: usize = kept.split(' ').next().unwrap().parse().unwrap();
    let cost = out.next().unwrap().unwrap();
    end(child);
    assert!(kept >= 1 && cost.starts_with(&format!("{} images of ", 9 - kept)), "{kept}: {cost}");
}
