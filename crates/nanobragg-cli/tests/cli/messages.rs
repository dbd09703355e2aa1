//! What the program says while it runs, and to whom.

use std::process::Stdio;

use crate::scratch::{Run, Scratch, TINY};

#[test]
fn a_run_ends_with_the_figures_that_scripts_look_for() {
    let run = Scratch::new().run(TINY).good();
    let max = run.line("max_I = ");
    let words: Vec<&str> = max.split_whitespace().collect();
    assert_eq!((words.len(), words[3]), (6, "at"), "{max}");
    assert!([2, 4, 5].iter().all(|&at| words[at].parse::<f64>().is_ok()), "{max}");
    // The pixel that traces: -trace_pixel takes slow before fast.
    let pixel = run.line("brightest pixel: ");
    let at = [4, 5].map(|at| (words[at].parse::<f64>().unwrap() / 0.004) as usize);
    let [fast, slow] = at;
    assert_eq!(pixel, format!("brightest pixel: fast {fast}, slow {slow} (-trace_pixel {slow} {fast})"));
    let mean = run.line("mean= ");
    let words: Vec<&str> = mean.split_whitespace().collect();
    assert_eq!([words[0], words[2], words[4]], ["mean=", "rms=", "rmsd="], "{mean}");
    let speed = run.line("rendered ");
    assert!(speed.contains("256 pixels") && speed.contains("terms/s"), "{speed}");
}

#[test]
fn quiet_says_nothing_on_success_and_errors_all_the_same() {
    let scratch = Scratch::new();
    for flag in ["-q", "-quiet", "-q -progress -stol x -coherent"] {
        let run = scratch.run(&format!("{TINY} {flag}")).good();
        assert_eq!((&*run.out, &*run.err), ("", ""), "{flag}");
    }
    assert!(scratch.run(&format!("{TINY} -q -pixel 0")).error(2).starts_with("-pixel"));
}

#[test]
fn strict_takes_no_warning() {
    let scratch = Scratch::new();
    scratch.write("s.txt", "12.4 1\n");
    // Pixels that resolve the fringes.
    let tiny = format!("{TINY} -pixel 0.1");
    scratch.run(&format!("{tiny} -strict")).good();
    let line = format!("{tiny} -spectrum s.txt -o x.bin");
    scratch.run(&line).good();
    assert!(scratch.path("x.bin").exists());
    std::fs::remove_file(scratch.path("x.bin")).unwrap();
    let run = scratch.run(&format!("{line} -strict"));
    let error = run.error(2);
    assert!(error.starts_with("s.txt: line 1: 12.4: read as") && error.ends_with("by -strict)"), "{error}");
    assert!(!scratch.path("x.bin").exists());
}

#[test]
fn verbose_tells_what_each_stage_took() {
    let scratch = Scratch::new();
    assert!(!scratch.run(TINY).good().err.contains("plan: "));
    for flag in ["-v", "-verbose", "-vv"] {
        let run = scratch.run(&format!("{TINY} -detpixels 16 {flag} -o x.npy")).good();
        let said = |start: &str| run.err.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!([said("plan: "), said("render: "), said("write: ")], [1; 3], "{}", run.err);
        let plan = "plan: 256 pixels of 16 x 16, 1 x 1 sub-pixels, 1 layer, 1 source, 1 phi step, 1 mosaic domain: 256 terms";
        assert!(run.err.contains(plan) && run.err.contains("write: x.npy, 1152 bytes in "), "{}", run.err);
        assert_eq!(run.err.contains("time.busy"), flag == "-vv", "{}", run.err);
    }
    assert!(scratch.run(&format!("{TINY} -v -q")).good().err.is_empty());
}

#[test]
fn developers_are_told_what_each_stage_took() {
    let scratch = Scratch::new();
    let logged = scratch.command(TINY.split_whitespace()).env("RUST_LOG", "info").output().unwrap();
    for run in [scratch.run(&format!("{TINY} -vv")).good(), Run::from(logged).good()] {
        assert!(!run.err.contains('\u{1b}'), "colors without a terminal: {}", run.err);
        for stage in ["plan", "render", "write"] {
            let mut lines = run.err.lines().filter(|line| line.contains(stage));
            assert!(lines.any(|line| line.contains("time.busy")), "{stage}: {}", run.err);
        }
    }
}

#[test]
fn progress_is_a_line_each_ten_seconds_without_a_terminal() {
    let scratch = Scratch::new();
    let percents = |more: &str| {
        let run = scratch.run(&format!("{TINY} {more}")).good();
        let parse = |line: &str| line.strip_suffix("% done").map(|percent| percent.parse().unwrap());
        run.out.lines().filter_map(parse).collect::<Vec<u32>>()
    };
    assert_eq!(percents("-threads 1"), [0; 0], "the run ends before the first one is due");
    // Some times the two seconds after which the first one is due, on any machine.
    let long = "-device scalar -oversample 60 -phisteps 120 -osc 1 -threads 1";
    let said = percents(&format!("-noprogress -progress {long}"));
    assert!(said.first().is_some_and(|percent| percent % 5 == 0 && *percent > 0), "{said:?}");
    assert!(percents(&format!("-progress -noprogress {long}")).is_empty());
}

#[test]
fn flags_without_effect_are_warned_of_once() {
    let scratch = Scratch::new();
    for (more, parts) in [
        ("-stol x", vec!["-stol"]),
        ("-4stol x", vec!["-4stol"]),
        ("-Q x", vec!["-Q"]),
        ("-stolout x", vec!["-stolout"]),
        ("-coherent", vec!["-coherent"]),
        ("-density 1 -MW 2", vec!["-density", "-MW"]),
        ("-hdiv 0.3", vec!["-hdiv is", "-hdivrange"]),
        ("-vdiv", vec!["-vdiv is", "-vdivrange"]),
        ("-dispstep 3", vec!["-dispstep is", "-dispsteps"]),
        ("-source_distance 3", vec!["-source_distance"]),
        ("stray 7", vec!["\"stray\"", "\"7\""]),
    ] {
        let run = scratch.run(&format!("{TINY} {more} -quirks reference -oversample 9")).good();
        for part in parts {
            let warnings = run.warnings();
            let hits = warnings.iter().filter(|warning| warning.contains(part)).count();
            assert_eq!(hits, 1, "{more}: {}", run.err);
        }
    }
}

#[test]
fn a_reader_that_goes_away_does_not_stop_the_run() {
    for closed in ["out", "err", "both"] {
        let scratch = Scratch::new();
        let words = TINY.split_whitespace().chain(["-v", "-coherent"]);
        let mut child = scratch.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if closed != "err" {
            drop(child.stdout.take());
        }
        if closed != "out" {
            drop(child.stderr.take());
        }
        let run: Run = child.wait_with_output().unwrap().into();
        assert_eq!(run.status, 0, "{closed}: {}", run.err);
        assert!(!run.err.contains("panicked"), "{}", run.err);
        assert!(scratch.names().contains(&"noiseimage.img".to_owned()), "{closed}");
    }
}

#[test]
fn standard_input_is_not_read() {
    let scratch = Scratch::new();
    let mut child = scratch
        .command(TINY.split_whitespace())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The pipe stays open and empty: whoever read it would wait for ever.
    let input = child.stdin.take();
    assert!(child.wait().unwrap().success());
    drop(input);
}
