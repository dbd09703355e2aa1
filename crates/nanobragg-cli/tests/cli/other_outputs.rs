//! Flags of files and devices where a command writes other files than a render.

use std::process::Command;

use crate::scratch::{Run, Scratch, TINY};

fn trace(scratch: &Scratch, own: &str, flags: &str) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trace-harness"));
    let line = format!("--pixel 8 8 --out t.log {own} -- {TINY} {flags}");
    command.current_dir(scratch.folder()).args(line.split_whitespace()).output().unwrap().into()
}

#[test]
fn a_gradient_describes_its_experiment_for_other_programs() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o a.npy -geometry_out render.expt")).good();
    let line = format!("gradient {TINY} -wrt scale -o g.npy -geometry_out XDS.INP -geometry_out g.expt");
    let run = scratch.run(&line).good();
    assert!(run.out.contains("wrote XDS.INP: ") && run.out.contains("wrote g.expt: "), "{}", run.out);
    let [render, gradient] = ["render.expt", "g.expt"].map(|name| {
        let json: serde_json::Value = serde_json::from_slice(&scratch.read(name)).unwrap();
        (json["detector"].clone(), json["beam"].clone(), json["crystal"].clone())
    });
    assert_eq!(render, gradient);
    let run =
        scratch.run(&format!("gradient {TINY} -nopolar -wrt scale -o h.npy -geometry_out h.expt")).good();
    assert!(run.warnings().iter().any(|said| said.starts_with("h.expt")), "{}", run.err);
    for name in ["y.npy", "g.json"] {
        std::fs::copy(scratch.path("a.npy"), scratch.path(name)).unwrap();
    }
    let before = scratch.files();
    for (flags, why) in [
        ("-cotangent a.npy -geometry_out a.npy", "-geometry_out a.npy: unknown kind of file"),
        ("-o x.npy -geometry_out nodir/x.expt", "nodir/x.expt"),
        ("-cotangent g.expt -geometry_out g.expt", "gradient: g.expt is an input and an output"),
    ] {
        let run = scratch.run(&format!("gradient {TINY} -wrt scale {flags}"));
        assert!(run.status != 0 && run.err.contains(why), "{flags}: {run:?}");
        assert_eq!(scratch.files(), before, "{flags}");
    }
}

#[test]
fn a_refinement_says_where_its_experiment_is() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o a.cbf -nonoise")).good();
    let error = scratch.refused(&format!("refine {TINY} -data a.cbf -o f -geometry_out x.expt"));
    assert_eq!(error, "refine: -geometry_out is a flag of a render; NAME.expt has the refined experiment");
}

#[test]
fn the_files_of_a_render_are_no_part_of_what_a_refinement_writes() {
    let scratch = Scratch::new();
    let crystal = "-cell 60 60 40 90 90 90 -default_F 100 -lambda 1 -distance 100 -pixel 0.8 -detpixels 48 -gauss_xtal \
        -seed 1 -fluence 3e25 -N 9 -misset 10 20 30 -oversample 1";
    let text = scratch.run(&format!("{crystal} -geometry_out r.expt -o shot.npy -show toml")).good().out;
    scratch.write("shot.toml", &text);
    scratch.run("run shot.toml").good();
    let image = scratch.read("shot.npy");
    scratch.run("refine shot.toml -data shot.npy -refine scale -max_iterations 0 -o f").good();
    let found = String::from_utf8(scratch.read("f.toml")).unwrap();
    assert!(text.contains("shot.npy") && !found.contains("shot.npy") && !found.contains("r.expt"), "{found}");
    assert_eq!(scratch.read("shot.npy"), image);
}

#[test]
fn the_files_that_an_experiment_file_names_are_those_of_its_sweep() {
    let scratch = Scratch::new();
    let text = scratch.run(&format!("{TINY} -osc 1 -o s.npy -o s.cbf -nonoise -show toml")).good().out;
    scratch.write("s.toml", &text);
    scratch.run("sweep s.toml -images 2 -manifest s.jsonl").good();
    let names = ["s.jsonl", "s.toml", "s_00001.cbf", "s_00001.npy", "s_00002.cbf", "s_00002.npy"];
    assert_eq!(scratch.names(), names);
    scratch.run("sweep s.toml -images 2 -o other.npy -manifest o.jsonl").good();
    let again = scratch.names();
    let others: Vec<&String> = again.iter().filter(|name| !names.contains(&name.as_str())).collect();
    assert_eq!(others, ["o.jsonl", "other_00001.npy", "other_00002.npy"]);
    assert_eq!(scratch.read("other_00002.npy"), scratch.read("s_00002.npy"));
}

#[test]
fn a_trace_refuses_the_files_of_a_render_and_flags_that_choose_a_device() {
    let scratch = Scratch::new();
    for flags in [
        "-o img.npy",
        "-o npy:-",
        "-show",
        "-trace_pixel 8 8",
        "-geometry_out x.expt",
        "-floatfile f.bin",
        "-dump d.bin",
        "-h",
    ] {
        let run = trace(&scratch, "", flags);
        let name = flags.split(' ').next().unwrap();
        let why = format!("{name} is a flag of a render; --out names the files of a trace");
        assert!(run.error(2).starts_with(&why), "{run:?}");
        assert!(scratch.names().is_empty());
    }
    for flags in ["-device gpu", "-device cpu", "-adapter 1"] {
        let run = trace(&scratch, "", flags);
        assert!(run.error(2).contains("give --device and --adapter before --"), "{run:?}");
    }
    // Experiment files of flags say no more than the command line may.
    scratch.write("args.txt", format!("{TINY} -floatfile f.bin"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_trace-harness"));
    command.current_dir(scratch.folder()).args("--args args.txt --pixel 8 8 --out t.log".split(' '));
    let run = Run::from(command.output().unwrap());
    assert!(run.error(2).starts_with("args.txt: -floatfile is a flag of a render"), "{run:?}");
    scratch.write("args.txt", format!("{TINY} -bogus 3"));
    let run = Run::from(command.output().unwrap());
    assert!(run.error(2).starts_with("args.txt: unknown flag -bogus"), "{run:?}");
    scratch.write("args.txt", TINY);
    Run::from(command.output().unwrap()).good();
}

#[test]
fn options_of_a_trace_that_win_over_its_flags_say_so() {
    let scratch = Scratch::new();
    let traced = |own: &str, flags: &str| {
        let run = trace(&scratch, own, flags);
        assert_eq!(run.status, 0, "{run:?}");
        let warnings: Vec<String> = run.warnings().into_iter().map(str::to_owned).collect();
        let overruled = warnings.into_iter().filter(|warning| warning.contains("wins over"));
        (overruled.collect::<Vec<_>>(), scratch.read("t.log"))
    };
    let (said, exact) = traced("--quirks exact", "-quirks reference");
    assert_eq!(said, ["--quirks exact wins over -quirks reference"]);
    assert_eq!(traced("--quirks exact", "-quirks exact"), (Vec::new(), exact.clone()));
    let (said, reference) = traced("", "-quirks reference");
    assert!(said.is_empty() && reference != exact);
    let (said, double) = traced("--dtype float64", "-dtype f32");
    assert_eq!(said, ["--dtype float64 wins over -dtype f32"]);
    assert_eq!(traced("", ""), (Vec::new(), double.clone()));
    // Without an option the flag is what counts.
    let (said, single) = traced("", "-dtype f32");
    assert!(said.is_empty() && single != double);
    assert_eq!(traced("--dtype float32", "-dtype f32"), (Vec::new(), single));
    let (said, _) = traced("--phi-mode spec", "-phi_carryover_mode c-parity");
    assert_eq!(said, ["--phi-mode spec wins over -phi_carryover_mode c-parity"]);
    let run = trace(&scratch, "--quirks exact", "-quirks reference -strict");
    assert!(run.error(2).contains("wins over"), "{run:?}");
}
