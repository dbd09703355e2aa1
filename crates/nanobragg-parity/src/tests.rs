//! Bundles from end to end, with stand-ins for the programs: scripts that hand out recorded results.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod disk_full;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use nanobragg_io::float::{read_float, write_float};

use crate::folder::{CHECKSUMS, Folder};
use crate::metrics::Verdict;
use crate::options::{Options, Selection};
use crate::program::Programs;
use crate::subject::Subject;
use crate::verify;

/// Where a test puts its scripts and bundles.
struct Bench {
    scratch: tempfile::TempDir,
    programs: Programs,
    subject: Subject,
}

/// Copies `$float` to where `-o` says, says what the C program says; knows no GPU.
const NANOBRAGG: &str = r#"case "$*" in *"-device gpu"*) echo "error: no graphics adapter; render on the cpu" >&2; exit 3;; esac
while [ $# -gt 1 ]; do [ "$1" = -o ] && out=$2; shift; done
cat "$stdout"
cp "$float" "$out"
"#;

/// Copies `$log` to where `--out` says.
const HARNESS: &str = r#"while [ $# -gt 1 ]; do [ "$1" = --out ] && out=$2; shift; done
cp "$log" "$out"
"#;

/// Does what the C program does with its flags: images into the working directory, a trace among its output.
const C_PROGRAM: &str = r#"[ -f floatimage.bin ] || cp "$float" floatimage.bin
cat "$stdout" "$log"
"#;

/// A script with the recorded results of `subject` in its variables.
fn script(folder: &Path, name: &str, subject: &Subject, float: &Path, text: &str) -> PathBuf {
    let path = folder.join(name);
    let (stdout, log) = (subject.stdout.as_ref().unwrap(), &subject.traces[0].1);
    let variables = [("float", float), ("stdout", stdout), ("log", log)];
    let variables = variables.map(|(name, path)| format!("{name}='{}'\n", path.display())).concat();
    let draft = folder.join(format!("{name}.txt"));
    std::fs::write(&draft, format!("#!/bin/sh\n{variables}{text}")).unwrap();
    // Another process makes the executable: a child that a test beside this one starts could inherit the file open
    // for writing from here, and the system refuses to run such a file.
    let installed = Command::new("install").args(["-m", "755"]).args([&draft, &path]).status().unwrap();
    assert!(installed.success());
    path
}

impl Bench {
    /// Our side hands out `float`, made from the recorded image by `change`.
    fn new(change: impl Fn(&mut Vec<f32>)) -> Bench {
        let scratch = tempfile::tempdir().unwrap();
        let subject = Subject::case("triclinic").unwrap();
        let mut pixels = read_float(subject.float.as_ref().unwrap(), 64 * 64).unwrap();
        change(&mut pixels);
        let float = scratch.path().join("ours.bin");
        write_float(&float, &pixels).unwrap();
        let programs = Programs {
            nanobragg: script(scratch.path(), "nanobragg", &subject, &float, NANOBRAGG),
            trace_harness: script(scratch.path(), "trace-harness", &subject, &float, HARNESS),
        };
        Bench { scratch, programs, subject }
    }

    /// Options as a command line has them.
    fn options(&self, line: &str) -> Options {
        let mut options = Options::new(Selection::All);
        options.out = self.scratch.path().join("reports");
        let words: Vec<&str> = line.split_whitespace().collect();
        for pair in words.chunks(2) {
            let value = pair[1].to_owned();
            match pair[0] {
                "--case" => options.selection = Selection::Cases(vec![value]),
                "--label" => options.label = Some(value),
                "--c-bin" => options.c_program = Some(value.into()),
                "--against" => options.against = Some(value.into()),
                "--device" => options.devices.push(value),
                "--dtype" => options.dtypes.push(value),
                other => panic!("{other}"),
            }
        }
        for list in [&mut options.devices, &mut options.dtypes] {
            if list.len() > 1 {
                list.remove(0);
            }
        }
        options
    }

    /// The bundle of `line` at second `second` of 2026.
    fn make(&self, line: &str, second: u64) -> (Verdict, Folder) {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600 + second);
        let subjects = std::slice::from_ref(&self.subject);
        crate::make(&self.options(line), &self.programs, subjects, time, &[], &mut |_| ()).unwrap()
    }

    /// What verification finds wrong in a bundle.
    fn wrong(&self, folder: &Path) -> Vec<String> {
        verify::problems(folder, || Ok(self.programs.clone()), &mut |_| ()).unwrap()
    }
}

fn first_line(folder: &Folder) -> String {
    let text = std::fs::read_to_string(folder.path.join("README.md")).unwrap();
    text.lines().next().unwrap().to_owned()
}

const FILES: [&str; 12] = [
    "README.md",
    "commands.txt",
    "cpu_info.txt",
    "env.json",
    "metrics.json",
    "observations.txt",
    "report.html",
    "run_metadata.json",
    "summary.md",
    "trace_diff.md",
    CHECKSUMS,
    "triclinic/inputs/args.txt",
];

#[test]
fn a_bundle_is_complete_and_can_be_repeated() {
    let bench = Bench::new(|_| ());
    let (verdict, folder) = bench.make("--case triclinic --label good", 0);
    assert_eq!(verdict, Verdict::Agrees);
    assert!(folder.path.ends_with("20260101T000000Z_good"));
    let missing: Vec<_> = FILES.iter().filter(|name| !folder.path.join(name).is_file()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(first_line(&folder).starts_with("AGREES: triclinic on cpu f64 under reference: all 4096 pixels"));
    assert_eq!(bench.wrong(&folder.path), Vec::<String>::new());
    let commands = std::fs::read_to_string(folder.path.join("commands.txt")).unwrap();
    assert!(
        commands.contains("\n[triclinic/inputs] exit 0, ") && commands.contains("\n# commit "),
        "{commands}"
    );
    let page = std::fs::read_to_string(folder.path.join("report.html")).unwrap();
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    assert!(page.contains("<h1>Agrees</h1>") && !outside.contains("http"), "the report needs the network");
    let options = bench.options("--case triclinic --label good");
    let again = crate::make(&options, &bench.programs, &[], time(), &[], &mut |_| ()).unwrap_err();
    assert_eq!(again.code(), "parity.request");
    assert!(again.to_string().contains("never written twice"), "{again}");
}

fn time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

#[test]
fn metrics_that_were_touched_are_found() {
    let bench = Bench::new(|_| ());
    let (_, folder) = bench.make("--case triclinic", 0);
    let path = folder.path.join("metrics.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let changed = text.replacen("\"failing\": 0", "\"failing\": 1", 1);
    assert_ne!(text, changed);
    std::fs::write(&path, changed).unwrap();
    let wrong = bench.wrong(&folder.path);
    assert_eq!(wrong[0], "metrics.json is not what its checksum says");
    assert!(wrong[1].ends_with("gives other metrics: /image/failing: 1 before, 0 now"), "{wrong:?}");
}

/// Replaces text, or the value at a pointer into JSON, in files of a bundle and writes the checksums anew, as someone would who wants to be
/// believed.
fn tamper(folder: &Folder, changes: &[(&str, &str, &str)]) {
    for (name, from, to) in changes {
        let path = folder.path.join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = if name.ends_with(".json") {
            let mut value = verify::json(&path).unwrap();
            *value.pointer_mut(from).unwrap() = (*to).into();
            serde_json::to_string_pretty(&value).unwrap() + "\n"
        } else {
            text.replacen(from, to, 1)
        };
        assert_ne!(text, changed, "{name} has no {from}");
        std::fs::write(&path, changed).unwrap();
    }
    folder.seal().unwrap();
}

#[test]
fn a_verdict_that_does_not_follow_from_the_runs_is_found() {
    let bench = Bench::new(|pixels| pixels[3 * 64 + 9] += 10.0);

    // The verdict alone, then wherever it stands.
    let (_, folder) = bench.make("--case triclinic", 0);
    tamper(&folder, &[("metrics.json", "/verdict", "agrees")]);
    let wrong = bench.wrong(&folder.path);
    assert_eq!(wrong[0], "the verdict is agrees, that of the runs together is differs");
    let headline = first_line(&folder).replacen("DIFFERS", "AGREES", 1);
    tamper(
        &folder,
        &[
            ("metrics.json", "/headline", &headline),
            ("run_metadata.json", "/verdict", "agrees"),
            ("README.md", "DIFFERS: ", "AGREES: "),
            ("summary.md", "DIFFERS: ", "AGREES: "),
            ("report.html", "<h1>Differs</h1>", "<h1>Agrees</h1>"),
        ],
    );
    let wrong = bench.wrong(&folder.path);
    assert_eq!(wrong[0], "the verdict is agrees, that of the runs together is differs");
    assert!(wrong[1].starts_with("the headline is not what the runs come to: DIFFERS: "), "{wrong:?}");
}

#[test]
fn a_file_that_says_something_else_is_found() {
    let bench = Bench::new(|_| ());
    let cases = [
        ("run_metadata.json", "/verdict", "differs"),
        ("metrics.json", "/headline", "AGREES: perfectly."),
        ("README.md", "AGREES: ", "AGREES WELL: "),
        ("README.md", "| `report.html` |", "| report |"),
        ("summary.md", "AGREES: ", "AGREES WELL: "),
        ("summary.md", "| agrees |", "| differs |"),
        ("trace_diff.md", "B is ours", "B is theirs"),
        ("observations.txt", ": agrees", ": differs"),
        ("report.html", "<h1>Agrees</h1>", "<h1>Differs</h1>"),
        ("report.html", "all 4096 pixels agree", "all 5000 pixels agree"),
    ];
    for (second, (name, from, to)) in cases.into_iter().enumerate() {
        let (_, folder) = bench.make("--case triclinic", second as u64);
        tamper(&folder, &[(name, from, to)]);
        let wrong = bench.wrong(&folder.path);
        let about = if name == "metrics.json" { "headline" } else { name };
        assert!(wrong.first().is_some_and(|problem| problem.contains(about)), "{name}, {to}: {wrong:?}");
    }
}

#[test]
fn what_is_kept_of_a_run_is_what_the_run_makes() {
    let bench = Bench::new(|_| ());
    let cases: [(&str, Option<(&str, &str)>); 8] = [
        ("commands.txt", Some(("nanobragg ", "rm -rf "))),
        ("report.html", Some(("</main>", "<script></script></main>"))),
        ("triclinic/cpu-f64/float.bin", None),
        ("triclinic/cpu-f64/comparison.png", None),
        ("triclinic/cpu-f64/stdout.txt", None),
        ("triclinic/cpu-f64/trace_20_30.log", None),
        ("triclinic/cpu-f64/more.txt", Some(("", "more"))),
        ("triclinic/inputs/args.txt", Some(("-", "-npyfile escape.npy -"))),
    ];
    for (second, (name, change)) in cases.into_iter().enumerate() {
        let (_, folder) = bench.make("--case triclinic", second as u64);
        let name = match name {
            "triclinic/cpu-f64/trace_20_30.log" => crate::folder::contents(&folder.path)
                .unwrap()
                .into_iter()
                .find(|name| name.starts_with("triclinic/cpu-f64/trace_"))
                .unwrap(),
            name => name.to_owned(),
        };
        let path = folder.path.join(&name);
        match change {
            Some((from, to)) => {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
            }
            None => {
                let mut bytes = std::fs::read(&path).unwrap();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                std::fs::write(&path, bytes).unwrap();
                folder.seal().unwrap();
                let wrong = bench.wrong(&folder.path);
                assert!(wrong.iter().any(|problem| problem.contains(&name)), "{name}: {wrong:?}");
                std::fs::remove_file(&path).unwrap();
            }
        }
        folder.seal().unwrap();
        let wrong = bench.wrong(&folder.path);
        let about = if name.ends_with("args.txt") { "-npyfile, which writes escape.npy" } else { &name };
        assert!(wrong.iter().any(|problem| problem.contains(about)), "{name}: {wrong:?}");
    }
}

#[test]
fn a_bundle_is_not_blocked_because_it_says_so() {
    let bench = Bench::new(|pixels| pixels[0] += 1.0);
    let (_, folder) = bench.make("--case triclinic", 0);
    tamper(&folder, &[("metrics.json", "/verdict", "blocked")]);
    let wrong = bench.wrong(&folder.path);
    assert_eq!(wrong[0], "metrics.json says blocked, but the folder is called 20260101T000000Z");
    assert_eq!(wrong[1], "metrics.json says blocked, but no attempt.log says why");
    assert_eq!(wrong[2], "run_metadata.json has the verdict \"differs\"");

    let (_, folder) = bench.make("--case triclinic", 1);
    folder.write("attempt.log", "\nblocked: no time\n").unwrap();
    folder.seal().unwrap();
    assert_eq!(bench.wrong(&folder.path), ["there is an attempt.log, but metrics.json does not say blocked"]);
}

#[test]
fn a_run_that_is_said_to_be_skipped_is_repeated() {
    let bench = Bench::new(|pixels| pixels[0] += 1.0e4);
    let (_, folder) = bench.make("--case triclinic --dtype f32", 0);
    let skip = |reason: &str| {
        let path = folder.path.join("metrics.json");
        let mut metrics = verify::json(&path).unwrap();
        let run = &mut metrics["runs"][0];
        (run["verdict"], run["reason"], run["image"]) = ("skipped".into(), reason.into(), ().into());
        std::fs::write(path, serde_json::to_string_pretty(&metrics).unwrap()).unwrap();
        folder.seal().unwrap();
    };
    skip("skipped: no graphics adapter; render on the cpu");
    let wrong = bench.wrong(&folder.path);
    assert!(wrong.iter().any(|problem| problem.contains("cpu f32 gives other metrics: ")), "{wrong:?}");
}

#[test]
fn a_graphics_processor_that_was_missing_may_be_there_when_a_bundle_is_checked() {
    let without = Bench::new(|_| ());
    let (_, folder) = without.make("--case triclinic --device cpu --device gpu --dtype f32", 0);
    assert_eq!(without.wrong(&folder.path), Vec::<String>::new());
    let float = without.scratch.path().join("ours.bin");
    let gpu = NANOBRAGG.replace("-device gpu", "-device tpu");
    let mut with = Bench::new(|_| ());
    with.programs.nanobragg = script(with.scratch.path(), "with", &with.subject, &float, &gpu);
    assert_eq!(with.wrong(&folder.path), Vec::<String>::new());

    // One that gives something else than the other side is no reason to leave it out.
    let mut other = Bench::new(|pixels| pixels[0] += 1.0e4);
    let float = other.scratch.path().join("ours.bin");
    let text = format!(
        "case \"$*\" in *\"-device cpu\"*) float={};; esac\n{gpu}",
        without.scratch.path().join("ours.bin").display()
    );
    other.programs.nanobragg = script(other.scratch.path(), "other", &other.subject, &float, &text);
    let wrong = other.wrong(&folder.path);
    assert!(wrong.len() == 1 && wrong[0].contains("gpu f32 was skipped; here, 1 of 4096"), "{wrong:?}");
}

#[test]
fn one_wrong_pixel_is_caught_and_what_moved_is_said_first() {
    let bench = Bench::new(|pixels| pixels[3 * 64 + 9] += 10.0);
    let (verdict, earlier) = bench.make("--case triclinic", 0);
    assert_eq!(verdict, Verdict::Differs);
    let line = first_line(&earlier);
    assert!(line.starts_with("DIFFERS: ") && line.contains("1 of 4096 pixels differ"), "{line}");
    assert!(earlier.path.join("triclinic/cpu-f64/comparison.png").is_file());
    let page = std::fs::read_to_string(earlier.path.join("report.html")).unwrap();
    assert!(page.contains("<h1>Differs</h1>"));
    assert_eq!(bench.wrong(&earlier.path), Vec::<String>::new());

    let repaired = Bench::new(|_| ());
    let against = format!("--case triclinic --against {}", earlier.path.display());
    let (verdict, folder) = repaired.make(&against, 1);
    assert_eq!(verdict, Verdict::Agrees);
    assert!(
        first_line(&folder).contains("the verdict went from differs to agrees"),
        "{}",
        first_line(&folder)
    );
    assert_eq!(repaired.wrong(&folder.path), Vec::<String>::new());
}

#[test]
fn an_error_that_all_pixels_share_is_caught_in_single_precision() {
    let bench = Bench::new(|pixels| pixels.iter_mut().for_each(|pixel| *pixel *= 1.0 + 3e-5));
    let (verdict, folder) = bench.make("--case triclinic --dtype f32", 0);
    assert_eq!(verdict, Verdict::Differs);
    let line = first_line(&folder);
    assert!(line.contains("but the median relative error is 3.0e-5, allowed 1e-6"), "{line}");
    assert_eq!(Bench::new(|_| ()).make("--case triclinic --dtype f32", 0).0, Verdict::Agrees);
}

#[test]
fn a_failed_step_leaves_a_bundle_that_says_so() {
    let mut bench = Bench::new(|_| ());
    let float = bench.scratch.path().join("ours.bin");
    let failing = "case \"$*\" in *probe*) exit 0;; esac\necho 'error: cannot read P1.hkl' >&2\nexit 2\n";
    bench.programs.nanobragg = script(bench.scratch.path(), "nanobragg", &bench.subject, &float, failing);
    let (verdict, folder) = bench.make("--case triclinic --label x", 0);
    assert_eq!(verdict, Verdict::Blocked);
    assert!(folder.path.ends_with("20260101T000000Z_x_blocked"));
    assert!(first_line(&folder).starts_with("BLOCKED: triclinic on cpu f64: nanobragg ended with status 2"));
    let log = std::fs::read_to_string(folder.path.join("attempt.log")).unwrap();
    assert!(log.contains("error: cannot read P1.hkl") && log.contains("--- stdout"), "{log}");
    assert_eq!(bench.wrong(&folder.path), Vec::<String>::new());

    let reason = "nanobragg ended with status 2";
    tamper(&folder, &[("README.md", reason, "the weather"), ("report.html", reason, "the weather")]);
    let wrong = bench.wrong(&folder.path);
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    tamper(&folder, &[("attempt.log", "blocked: triclinic", "blocked: cubic")]);
    assert!(bench.wrong(&folder.path)[0].contains("is not what the runs come to: BLOCKED: cubic"));
}

#[test]
fn a_backend_that_is_not_there_is_named_with_its_reason() {
    let bench = Bench::new(|_| ());
    let (verdict, folder) = bench.make("--case triclinic --device cpu --device gpu", 0);
    assert_eq!(verdict, Verdict::Agrees);
    let line = first_line(&folder);
    assert!(line.starts_with("AGREES: 1 of 2 runs: triclinic on cpu f64 under reference: "), "{line}");
    assert!(line.contains("skipped: nanobragg ended with status 3: error: no graphics adapter;"), "{line}");
    let (verdict, folder) = bench.make("--case triclinic --device gpu", 1);
    assert_eq!(verdict, Verdict::Skipped);
    assert!(first_line(&folder).starts_with("NOTHING COMPARED."));
    let (_, folder) = bench.make("--case triclinic --device cpu --device gpu --dtype f64 --dtype f32", 2);
    assert!(first_line(&folder).starts_with("AGREES: 2 of 4 runs: every pixel"), "{}", first_line(&folder));
}

#[test]
fn a_backend_that_fails_blocks_the_bundle() {
    let mut bench = Bench::new(|_| ());
    let float = bench.scratch.path().join("ours.bin");
    let on_gpu = |what: &str| format!("case \"$*\" in *\"-device gpu\"*) {what};; esac\n{NANOBRAGG}");
    let selftest = "echo 'error: llvmpipe failed its self-test (off by 1); render on the cpu' >&2; exit 1";
    for (second, (what, said)) in
        [(selftest, "failed its self-test"), ("kill -9 $$", "by a signal")].into_iter().enumerate()
    {
        let (name, text) = (format!("nanobragg-{second}"), on_gpu(what));
        bench.programs.nanobragg = script(bench.scratch.path(), &name, &bench.subject, &float, &text);
        let (verdict, folder) = bench.make("--case triclinic --device cpu --device gpu", second as u64);
        assert_eq!(verdict, Verdict::Blocked);
        let line = first_line(&folder);
        assert!(line.starts_with("BLOCKED: gpu f64: nanobragg") && line.contains(said), "{line}");
    }
}

#[test]
fn a_c_program_is_run_and_its_trace_read() {
    let bench = Bench::new(|_| ());
    let float = bench.subject.float.clone().unwrap();
    let program = script(bench.scratch.path(), "nanoBragg", &bench.subject, &float, C_PROGRAM);
    let line = format!("--case triclinic --c-bin {}", program.display());
    let (verdict, folder) = bench.make(&line, 0);
    assert_eq!(verdict, Verdict::Agrees, "{}", first_line(&folder));
    let metrics = verify::json(&folder.path.join("metrics.json")).unwrap();
    let run = &metrics["runs"][0];
    assert_eq!((&run["other"], &run["figures"]["agree"]), (&"program".into(), &true.into()));
    assert_eq!(run["traces"][0]["slow"], 20);
    assert_eq!(bench.wrong(&folder.path), Vec::<String>::new());

    // An image that is not the C program's own is caught.
    let other = Bench::new(|pixels| pixels[0] += 1.0);
    assert_eq!(other.make(&line, 0).0, Verdict::Differs);
    let silent = script(bench.scratch.path(), "silent", &bench.subject, &float, "exit 0\n");
    let (verdict, folder) = bench.make(&format!("--case triclinic --c-bin {}", silent.display()), 2);
    assert_eq!(verdict, Verdict::Blocked);
    assert!(first_line(&folder).contains("without floatimage.bin"), "{}", first_line(&folder));
}
