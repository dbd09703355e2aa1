//! Two runs that would write the same files: nothing is replaced that is not one's own, and nothing is lost.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Child, Stdio};

use crate::scratch::{Scratch, TINY};

/// A sweep that takes long enough.
const LONG: &str = "-osc 1 -images 2000 -detpixels 300";

/// A long run that writes `shown` early, which is there when it comes back.
fn begun(scratch: &Scratch, line: &str, shown: &str) -> Child {
    let mut command = scratch.command(line.split_whitespace());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !scratch.path(shown).exists() {
        assert!(child.try_wait().unwrap().is_none(), "{line} ended");
    }
    child
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
