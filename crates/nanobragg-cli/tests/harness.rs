//! The `trace-harness` program.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in test functions, not in what they call

use std::path::Path;
use std::process::{Command, Output};

use nanobragg_testkit::{fixtures, upstream};
use nanobragg_trace::Trace;

fn harness(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trace-harness")).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const FLAGS: &[&str] = &[
    "--",
    "-cell",
    "70",
    "80",
    "90",
    "75",
    "85",
    "95",
    "-default_F",
    "100",
    "-lambda",
    "1.5",
    "-N",
    "5",
    "-misset",
    "10",
    "20",
    "30",
    "-oversample",
    "1",
    "-distance",
    "100",
    "-pixel",
    "1.0",
    "-detpixels",
    "64",
    "-phi",
    "0",
    "-osc",
    "1",
    "-phisteps",
    "3",
];

fn trace(own: &[&str]) -> Output {
    harness(&[own, FLAGS].concat())
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

fn lines(path: &str) -> usize {
    std::fs::read_to_string(path).unwrap().lines().count()
}

#[test]
fn a_pixel_has_its_logs_and_their_surroundings() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "t/trace.log");
    let output = trace(&["--pixel", "20", "45", "--emit-rot-stars", "--json-lines", "--out", &out]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(lines(&out), 45 + 3);
    assert_eq!(lines(&path(folder.path(), "t/trace_per_phi.log")), 3);
    for name in ["trace_per_phi.json", "config_snapshot.json", "env.json"] {
        let text = std::fs::read_to_string(folder.path().join("t").join(name)).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(value.is_object(), "{name}");
    }
    let environment: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("t/env.json")).unwrap()).unwrap();
    for key in ["program", "rustc", "target", "device", "dtype", "time", "command"] {
        assert!(!environment[key].is_null(), "{key}");
    }
    let log = Trace::read(&out).unwrap();
    let json = Trace::read(path(folder.path(), "t/trace.jsonl")).unwrap();
    let photons = log.scalar("I_pixel_final").unwrap();
    assert!((json.scalar("I_pixel_final").unwrap() / photons - 1.0).abs() < 1e-14);
    assert!(stdout(&output).contains("48 lines (45 facts, 0 tricubic, 3 rotstar), 3 phi lines"));
}

#[test]
fn digits_and_single_precision_change_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let final_value = |name: &str, extra: &[&str]| {
        let out = path(folder.path(), name);
        assert!(trace(&[&["--pixel", "20", "45", "--out", &out], extra].concat()).status.success());
        Trace::read(&out).unwrap().scalar("I_pixel_final").unwrap()
    };
    let double = final_value("a.log", &["--digits", "17"]);
    let fifteen = final_value("b.log", &[]);
    let single = final_value("c.log", &["--dtype", "float32"]);
    assert!((double / fifteen - 1.0).abs() < 1e-14);
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_ne!(text("a.log"), text("b.log"));
    let error = (single / double - 1.0).abs();
    assert!(error > 1e-9 && error < 1e-2, "{error}");
}

#[test]
fn a_rectangle_writes_one_log_a_pixel_and_a_combined_one() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "all.log");
    assert!(trace(&["--roi", "20", "21", "44", "46", "--out", &out]).status.success());
    for slow in 20..=21 {
        for fast in 44..=46 {
            assert_eq!(lines(&path(folder.path(), &format!("all_{slow}_{fast}.log"))), 45);
        }
    }
    assert_eq!(lines(&out), 6 * (1 + 45 + 3));
}

#[test]
fn flags_come_from_a_file_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let case = fixtures().join("cases/hkl_matrix/args.txt");
    let out = path(folder.path(), "trace.log");
    let arguments =
        ["--args", case.to_str().unwrap(), "--pixel", "25", "40", "--quirks", "reference", "--out", &out];
    let output = harness(&arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    let recorded = fixtures().join("traces/hkl_matrix/trace_c_25_40.log");
    let compared = harness(&["compare", recorded.to_str().unwrap(), &out, "--tolerance", "1e-10", "--diff"]);
    assert_eq!(compared.status.code(), Some(0), "{}", stdout(&compared));
}

#[test]
fn flags_of_the_command_line_follow_those_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let case = fixtures().join("cases/phi_zero/args.txt");
    let base = ["--args", case.to_str().unwrap(), "--pixel", "20", "45"];
    let wavelength = |name: &str, more: &[&str]| {
        let out = path(folder.path(), name);
        let output = harness(&[&base[..], &["--out", &out], more].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        Trace::read(&out).unwrap().scalar("lambda_angstroms").unwrap()
    };
    assert_eq!((wavelength("a.log", &[]), wavelength("b.log", &["--", "-lambda", "1.25"])), (1.5, 1.25));
}

#[test]
fn phi_steps_are_found_beside_a_log_of_any_extension() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.log", "b.txt", "c"] {
        let out = path(folder.path(), name);
        assert!(trace(&["--pixel", "20", "45", "--out", &out]).status.success());
        assert_eq!(Trace::read_with_steps(&out).unwrap().tics(), [0, 1, 2], "{name}");
    }
}

#[test]
fn comparing_says_where_traces_part_and_by_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, carried) = (path(folder.path(), "spec.log"), path(folder.path(), "carried.log"));
    assert!(trace(&["--pixel", "20", "45", "--phi-mode", "spec", "--out", &spec]).status.success());
    assert!(trace(&["--pixel", "20", "45", "--phi-mode", "c-parity", "--out", &carried]).status.success());
    assert_eq!(harness(&["compare", &spec, &spec]).status.code(), Some(0));
    let reports = path(folder.path(), "reports");
    let differs = harness(&["compare", &spec, &carried, "--out", &reports]);
    assert_eq!(differs.status.code(), Some(1));
    assert!(stdout(&differs).contains("phi_zero_carryover"), "{}", stdout(&differs));
    for name in ["metrics.json", "summary.md", "run_metadata.json"] {
        assert!(folder.path().join("reports").join(name).is_file(), "{name}");
    }
    assert_eq!(harness(&["compare", &spec, "/nonexistent.log"]).status.code(), Some(2));

    let summary = path(folder.path(), "summary.md");
    let named = harness(&["compare", "--py", &carried, "--c", &spec, "--out", &summary]);
    assert_eq!(
        (named.status.code(), stdout(&named).lines().next()),
        (Some(1), stdout(&differs).lines().next())
    );
    let written = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(written("summary.md"), written("reports/summary.md"));
    for arguments in
        [&["compare", &spec][..], &["compare", "--c", &spec], &["compare", "--c", &spec, &spec, &spec]]
    {
        let output = harness(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("compare takes two traces"), "{}", stderr(&output));
    }
}

#[test]
fn options_may_have_one_dash_and_unknown_ones_are_answered_with_the_nearest() {
    for (option, said) in [
        ("--pixels", "unknown option --pixels; did you mean --pixel?"),
        ("--tolerence=1", "unknown option --tolerence; did you mean --tolerance?"),
        ("--whatever-else", "unknown option --whatever-else; trace-harness --help"),
    ] {
        let output = harness(&[option, "1", "2"]);
        assert_eq!(output.status.code(), Some(2), "{option}");
        assert!(stderr(&output).contains(said), "{option}: {}", stderr(&output));
    }
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one.log", "two.log"].map(|name| path(folder.path(), name));
    let output = harness(&[&["-pixel", "3", "5", "-digits=9", "-out", &one], FLAGS].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(harness(&[&["--pixel", "3", "5", "--digits=9", "--out", &two], FLAGS].concat()).status.success());
    assert_eq!(std::fs::read(one).unwrap(), std::fs::read(two).unwrap());
}

#[test]
fn a_pixel_that_no_source_reaches_is_a_failure_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "trace.log");
    let output = harness(&[&["--pixel", "0", "0", "--out", &out], FLAGS, &["-dmin", "20"]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no TRACE_PY_PHI line"), "{}", stderr(&output));
}

#[test]
fn help_and_version_are_printed() {
    for (option, part) in [
        ("--help", "trace-harness compare A B"),
        ("-h", "--emit-rot-stars"),
        ("--version", env!("CARGO_PKG_VERSION")),
        ("-version", env!("CARGO_PKG_VERSION")),
        ("-help", "--emit-rot-stars"),
    ] {
        let output = harness(&[option]);
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{option}");
        assert!(stdout(&output).contains(part), "{option}: {}", stdout(&output));
    }
}

#[test]
fn cuda_is_another_name_of_gpu() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "trace.log");
    // An adapter that no machine has: both ask for it, and say the same.
    let run = |device| {
        let arguments =
            ["--pixel", "1", "1", "--device", device, "--adapter", "no such adapter", "--out", &out];
        let output = trace(&arguments);
        (output.status.code(), stderr(&output).lines().last().map(str::to_owned))
    };
    let (status, said) = run("cuda");
    assert_eq!((status, said.clone()), run("gpu"));
    assert_ne!(status, Some(0));
    assert!(said.is_some_and(|said| !said.contains("cuda")));
}

#[test]
fn misuse_is_one_line_and_status_two() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "trace.log");
    let cases: &[(&[&str], &str)] = &[
        (&["--pixel", "64", "0", "--out", &out], "64 x 64"),
        (&["--pixel", "1", "1", "--device", "tpu", "--out", &out], "expected cpu or gpu or cuda"),
        (&["--pixel", "1", "1"], "--out"),
        (&["--pixel", "1", "1", "--out", ""], "--out PATH is missing"),
        (&["--pixel", "1", "1", "--out", "/dev/null"], "--out /dev/null is no regular file"),
        (&["--pixel", "1", "1", "--wrt", "N,", "--out", &out], "--wrt \"N,\": a name is missing"),
        (&["--pixel", "1", "1", "--adapter", "9", "--out", &out], "--adapter 9 needs --device gpu"),
        (&["--pixel", "1", "1", "--data", "nodir", "--out", &out], "--data nodir: there is no such folder"),
        (&["--out", &out], "--pixel"),
        (&["--roi", "5", "4", "1", "1", "--out", &out], "--roi"),
        (&["--pixel", "1", "1", "--digits", "18", "--out", &out], "--digits"),
        (&["--pixel", "x", "1", "--out", &out], "--pixel expects whole numbers SLOW FAST, not \"x\";"),
        (&["--args", "a", "--config", "supervisor", "--pixel", "1", "1", "--out", &out], "not together"),
    ];
    for (arguments, expected) in cases {
        let output = trace(arguments);
        let said = stderr(&output);
        let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!((output.status.code(), errors.len()), (Some(2), 1), "{arguments:?}: {said}");
        assert!(errors[0].contains(expected), "{arguments:?}: {said}");
    }
    let missing = Command::new(env!("CARGO_BIN_EXE_trace-harness"))
        .args(["--config", "supervisor", "--pixel", "1", "1", "--out", &out])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("A.mat and scaled.hkl"), "{}", stderr(&missing));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn without_an_experiment_the_built_in_one_is_taken_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let unsaid = Command::new(env!("CARGO_BIN_EXE_trace-harness"))
        .args(["--pixel", "1", "1", "--out", &path(folder.path(), "trace.log")])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(unsaid.status.code(), Some(2));
    assert!(stdout(&unsaid).contains("using --config supervisor"), "{}", stdout(&unsaid));
    assert!(stderr(&unsaid).contains("A.mat and scaled.hkl"), "{}", stderr(&unsaid));
}

#[test]
fn the_supervisor_pixel_as_the_port_logged_it() {
    let Some(data) = upstream() else {
        println!("SKIPPED the supervisor pixel: the port's data files are not there");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let data_path = data.to_str().unwrap();
    let run = |mode: &str, quirks: &str, pixel: [&str; 2], extra: &[&str]| {
        let out = path(folder.path(), &format!("{quirks}_{mode}_{}.log", pixel[0]));
        let base =
            ["--config", "supervisor", "--data", data_path, "--pixel", pixel[0], pixel[1], "--out", &out];
        let options = ["--quirks", quirks, "--phi-mode", mode];
        let output = harness(&[&base[..], &options[..], extra].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        out
    };
    let agrees = |a: &Path, b: &str| {
        let output = harness(&["compare", a.to_str().unwrap(), b, "--tolerance", "1e-10"]);
        assert_eq!(output.status.code(), Some(0), "{}: {}", a.display(), stdout(&output));
    };
    let stars = run("spec", "port", ["685", "1039"], &["--emit-rot-stars"]);
    assert_eq!(lines(&stars), 124);
    agrees(&data.join("logs/port_spec_685_1039.log"), &stars);
    assert_eq!(lines(&run("spec", "port", ["685", "1039"], &[])), 114);
    agrees(
        &data.join("logs/port_c_parity_685_1039.log"),
        &run("c-parity", "port", ["685", "1039"], &["--emit-rot-stars"]),
    );
    agrees(
        &data.join("logs/port_c_parity_1039_685.log"),
        &run("c-parity", "port", ["1039", "685"], &["--emit-rot-stars"]),
    );
    let reference = run("c-parity", "reference", ["685", "1039"], &[]);
    agrees(&fixtures().join("traces/supervisor/trace_c_685_1039.log"), &reference);
    let photons = Trace::read(&reference).unwrap().scalar("I_pixel_final").unwrap();
    assert!((photons / 2.88139542684698e-07 - 1.0).abs() < 1e-10);
}

/// Lines of traces in a document's ```` ```text ```` blocks that are not in `logs`.
fn untrue<'a>(document: &'a str, logs: &[String]) -> (usize, Vec<&'a str>) {
    let blocks = document.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let shown = blocks.flat_map(str::lines).filter(|line| line.contains("TRACE_PY"));
    let shown: Vec<&str> = shown.collect();
    let known = |line: &str| match line.strip_suffix(" ...") {
        Some(start) => logs.iter().any(|log| log.lines().any(|l| l.starts_with(start))),
        None => logs.iter().any(|log| log.lines().any(|l| l == line)),
    };
    (shown.len(), shown.into_iter().filter(|line| !known(line)).collect())
}

#[test]
fn the_lines_that_the_documents_show_are_those_of_the_traces() {
    let folder = tempfile::tempdir().unwrap();
    let mut logs = Vec::new();
    for (case, slow, fast, quirks) in [
        ("phi_zero", "20", "45", "reference"),
        ("phi_zero", "20", "45", "spec"),
        ("hkl_interpolate", "24", "24", "spec"),
    ] {
        let flags = fixtures().join("cases").join(case).join("args.txt");
        let name = format!("{case}_{quirks}");
        let out = path(folder.path(), &format!("{name}.log"));
        let base =
            ["--args", flags.to_str().unwrap(), "--pixel", slow, fast, "--quirks", quirks, "--out", &out];
        let output = harness(&[&base[..], &["--emit-rot-stars", "--json-lines"]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        for suffix in [".log", "_per_phi.log", ".jsonl"] {
            logs.push(std::fs::read_to_string(path(folder.path(), &format!("{name}{suffix}"))).unwrap());
        }
    }
    for (document, least) in [("README.md", 5), ("docs/TRACE.md", 9)] {
        let text = std::fs::read_to_string(fixtures().join("..").join(document)).unwrap();
        let (shown, untrue) = untrue(&text, &logs);
        assert!(shown >= least && untrue.is_empty(), "{document}: {shown} lines, {untrue:?}");
    }
    let (_, changed) = untrue("```text\nTRACE_PY: steps 6\n```\n", &logs);
    assert_eq!(changed, ["TRACE_PY: steps 6"]);
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_takes_no_lines_is_an_error_and_no_panic() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_trace-harness"));
    assert_eq!(program.arg("--help").stdout(full).status().unwrap().code(), Some(1));
}

#[cfg(feature = "gpu")]
#[test]
fn a_graphics_processor_writes_the_same_trace() {
    if nanobragg_wgpu::adapters().is_empty() {
        eprintln!("SKIPPED: no graphics adapter; software ones come with mesa-vulkan-drivers");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (device, dtype, out) in
        [("cpu", "float64", "cpu.log"), ("gpu", "float64", "gpu.log"), ("gpu", "float32", "single.log")]
    {
        let output = trace(&[
            "--pixel",
            "20",
            "45",
            "--device",
            device,
            "--dtype",
            dtype,
            "--emit-rot-stars",
            "--out",
            &path(out),
        ]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let compare = |a: &str, b: &str, tolerance: &str| {
        harness(&["compare", &path(a), &path(b), "--tolerance", tolerance]).status.code()
    };
    assert_eq!(compare("cpu.log", "gpu.log", "1e-10"), Some(0));
    assert_eq!(compare("cpu.log", "single.log", "1e-10"), Some(1));
    assert_eq!(compare("cpu.log", "single.log", "1e-4"), Some(0));
    let lines = |name: &str| std::fs::read_to_string(path(name)).unwrap().lines().count();
    assert_eq!(lines("cpu.log"), lines("gpu.log"));
    let text = std::fs::read_to_string(path("env.json")).unwrap();
    let environment: serde_json::Value = serde_json::from_str(&text).unwrap();
    for key in ["name", "backend", "driver", "driver_version"] {
        assert!(environment["adapter"][key].is_string(), "{key}: {text}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn files_that_do_not_end_are_given_up() {
    for (arguments, limit) in [
        (&["--args", "/dev/zero", "--pixel", "1", "1", "--out", "unused"][..], "1048576"),
        (&["compare", "/dev/zero", "/dev/zero"], "536870912"),
    ] {
        let output = harness(arguments);
        assert!(!output.status.success());
        let expected = format!("cannot read /dev/zero: it has more than {limit} bytes");
        assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
    }
}

#[test]
fn derivatives_stand_at_the_end_of_the_log_and_are_compared() {
    let directory = tempfile::tempdir().unwrap();
    let (one, other) = (directory.path().join("one.log"), directory.path().join("other.log"));
    let own = |path: &Path, wrt: &'static str| {
        trace(&["--pixel", "20", "45", "--out", path.to_str().unwrap(), "--json-lines", "--wrt", wrt])
    };
    let output = own(&one, "misset,B,energy");
    assert!(output.status.success(), "{}", stderr(&output));
    let log = std::fs::read_to_string(&one).unwrap();
    let slopes: Vec<&str> = log.lines().filter(|line| line.starts_with("TRACE_GRAD: ")).collect();
    assert!(log.trim_end().ends_with(&slopes.join("\n")));
    let names: Vec<&str> = slopes.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(names, ["dI_dmisset_x", "dI_dmisset_y", "dI_dmisset_z", "dI_dB", "dI_denergy"]);
    let read = Trace::read(&one).unwrap();
    let values: Vec<f64> = names.iter().map(|name| read.get(name).unwrap()[0]).collect();
    // Of the photons I only exp(-B q² / 2) depends on B.
    let q_sqr: f64 = read.get("scattering_vec_A_inv").unwrap().iter().map(|x| x * x).sum();
    let photons = read.get("I_pixel_final").unwrap()[0];
    assert!((values[3] / (-0.5e-20 * q_sqr * photons) - 1.0).abs() < 1e-12, "{values:?}");
    let lines = std::fs::read_to_string(directory.path().join("one.jsonl")).unwrap();
    assert!(lines.contains(r#""target":"TRACE_GRAD""#) && lines.contains(r#""per":"A^2""#), "{lines}");

    let changed = log.replace("TRACE_GRAD: dI_dB -", "TRACE_GRAD: dI_dB -1");
    assert_ne!(changed, log);
    std::fs::write(&other, changed).unwrap();
    let compared = harness(&["compare", one.to_str().unwrap(), other.to_str().unwrap()]);
    assert_eq!(compared.status.code(), Some(1));
    assert!(stdout(&compared).contains("dI_dB"), "{}", stdout(&compared));

    let unknown = own(&one, "nonsense");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("-wrt nonsense is not a parameter"), "{}", stderr(&unknown));
}

#[test]
fn manual_and_completions_are_made_of_the_help() {
    let page = stdout(&harness(&["--man"]));
    for part in
        [".TH TRACE\\-HARNESS 1", ".SH EXIT STATUS", ".SH FILES", ".SH ENVIRONMENT", "\\fB\\-\\-digits N\\fR"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    for (shell, part) in [
        ("bash", "complete -o default -F _trace_harness trace-harness"),
        ("zsh", "#compdef trace-harness"),
        ("fish", "complete -c trace-harness -l json-lines"),
    ] {
        let output = harness(&["--completions", shell]);
        assert!(output.status.success());
        assert!(stdout(&output).contains(part), "{shell}");
    }
    let output = harness(&["--completions", "cmd"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("bash or zsh or fish"), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn a_log_beyond_the_limit_of_its_size_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_trace-harness");
    let line =
        format!("ulimit -f 1; exec {program} --roi 10 30 10 30 --out trace.log -- {}", FLAGS[1..].join(" "));
    let output = Command::new("sh").args(["-c", &line]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("File too large"), "{}", stderr(&output));
}
