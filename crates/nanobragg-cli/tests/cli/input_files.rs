//! Files that are read: none is replaced, and none is taken for what it is not.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::scratch::{Run, Scratch, TINY};

/// A table of structure factors.
const HKL: &str = "0 0 1 50\n0 1 0 60\n1 0 0 70\n";

#[test]
fn a_gradient_replaces_no_input_and_no_output_of_its_own() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o y.npy -o y.img -geometry_out y.expt")).good();
    std::fs::copy(scratch.path("y.expt"), scratch.path("g.json")).unwrap();
    std::fs::copy(scratch.path("y.npy"), scratch.path("g_scale.png")).unwrap();
    scratch.write("table.json", HKL).write("table.npy", HKL);
    std::fs::copy(scratch.path("y.img"), scratch.path("mask.json")).unwrap();
    for (flags, file) in [
        ("-cotangent y.npy -o y.npy", "y.npy"),
        ("-cotangent ./y.npy -o y.npy", "y.npy"),
        ("-hkl table.npy -o table.npy", "table.npy"),
        ("-hkl table.json -o table.npy", "table.json"),
        ("-mask mask.json -o mask.npy", "mask.json"),
        ("-cotangent g_scale.png -o g.png", "g_scale.png"),
        ("-cotangent y.npy -o new.h5 -o y.npy", "y.npy"),
    ] {
        let error = scratch.refused(&format!("gradient {TINY} -wrt scale {flags}"));
        assert_eq!(
            error,
            format!("gradient: {file} is an input and an output; give another name"),
            "{flags}"
        );
    }
    for (flags, file) in
        [("-o a.npy -o ./a.npy", "./a.npy"), ("-cotangent y.npy -o a.npy -o a.json", "a.json")]
    {
        let error = scratch.refused(&format!("gradient {TINY} -wrt scale {flags}"));
        assert_eq!(error, format!("gradient: {file} is the name of two outputs; give another name"));
    }
}

#[test]
fn all_files_of_a_gradient_are_written() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o y.npy")).good();
    let line = format!("gradient {TINY} -wrt scale -cotangent y.npy -o a.npy -o b.h5 -o c.png -o d.json");
    let run = scratch.run(&line).good();
    let written: Vec<&str> = run.out.lines().filter_map(|line| line.strip_prefix("wrote ")).collect();
    assert_eq!(written, ["d.json", "a.npy", "a.json", "b.h5", "c_scale.png"]);
    assert!(written.iter().all(|name| scratch.path(name).is_file()));
    // A folder in the place of one of them is found before there is anything to write.
    std::fs::create_dir(scratch.path("e.json")).unwrap();
    let before = scratch.files();
    let run = scratch.run(&format!("gradient {TINY} -wrt scale -o e.npy"));
    assert!(run.status != 0 && run.err.contains("e.json"), "{run:?}");
    assert_eq!(scratch.files(), before);
}

#[test]
fn a_cotangent_has_the_shape_of_the_image() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -detpixels_f 32 -detpixels_s 8 -o y.npy -floatfile y.bin")).good();
    let error = scratch.refused(&format!("gradient {TINY} -wrt scale -cotangent y.npy"));
    assert_eq!(error, "gradient: -cotangent: y.npy has 32 x 8 pixels (fast, slow), the image 16 x 16");
    assert!(scratch.refused(&format!("gradient {TINY} -wrt scale -cotangent none.npy")).contains("none.npy"));
    // What says no size has that of the image.
    let same = format!("gradient {TINY} -detpixels_f 32 -detpixels_s 8 -wrt scale -cotangent");
    let [array, floats] = ["y.npy", "y.bin"].map(|name| scratch.run(&format!("{same} {name}")).good().out);
    assert_eq!(array, floats);
}

#[test]
fn a_cotangent_of_panels_has_them_one_below_the_other() {
    let scratch = Scratch::new();
    let geometry = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/geometry/two_panels.geom");
    std::fs::copy(geometry, scratch.path("two_panels.geom")).unwrap();
    let line = "gradient -geometry two_panels.geom -cell 70 80 90 75 85 95 -default_F 100 -N 3 -oversample 1 -wrt scale";
    let error = scratch.refused(&format!("{line} -cotangent none.npy"));
    assert!(error.starts_with("gradient: -cotangent: "), "{error}");
    let image = |fast: usize, slow: usize| {
        scratch.run(&format!("{TINY} -detpixels_f {fast} -detpixels_s {slow} -o y.npy")).good();
    };
    image(40, 60);
    scratch.run(&format!("{line} -cotangent y.npy")).good();
    image(80, 30);
    let error = scratch.refused(&format!("{line} -cotangent y.npy"));
    let sizes = "80 x 30 pixels (fast, slow), the image of 2 panels, one below the other, 40 x 60";
    assert_eq!(error, format!("gradient: -cotangent: y.npy has {sizes}"));
}

fn trace(scratch: &Scratch, line: &str) -> Run {
    let program = env!("CARGO_BIN_EXE_trace-harness");
    let mut command = Command::new(program);
    command.current_dir(scratch.folder()).args(line.split_whitespace());
    command.output().unwrap().into()
}

#[test]
fn a_trace_replaces_no_input_and_no_file_of_its_own() {
    let scratch = Scratch::new();
    for name in ["args.log", "env.json", "config_snapshot.json", "b_per_phi.log"] {
        scratch.write(name, TINY);
    }
    scratch.write("a.log", HKL).write("a_per_phi.json", HKL);
    let before = scratch.files();
    let refused = |line: &str, file: &str, why: &str| {
        let run = trace(&scratch, line);
        let error = run.error(2);
        assert!(error.starts_with(&format!("--out: {file} is {why}; give another name")), "{line}: {error}");
        assert_eq!(scratch.files(), before, "{line}");
    };
    let input = "an input and an output";
    let flags = format!("-- {TINY}");
    for name in ["env.json", "config_snapshot.json"] {
        refused(&format!("--args {name} --pixel 8 8 --out a.txt"), name, input);
        std::fs::remove_file(scratch.path(name)).unwrap();
        let run = trace(&scratch, &format!("--pixel 8 8 --out {name} {flags}"));
        assert!(run.error(2).contains(&format!("{name} is the name of two outputs")), "{run:?}");
        assert!(!scratch.path(name).exists());
        scratch.write(name, TINY);
    }
    refused("--args args.log --pixel 8 8 --out args.log", "args.log", input);
    refused("--args b_per_phi.log --pixel 8 8 --out b.log", "b_per_phi.log", input);
    refused(&format!("--pixel 8 8 --out a.log {flags} -hkl a.log"), "a.log", input);
    refused(&format!("--pixel 8 8 --pixel 8 9 --out a.log {flags} -hkl a.log"), "a.log", input);
    refused(&format!("--pixel 8 8 --out a.txt {flags} -hkl a_per_phi.json"), "a_per_phi.json", input);
    let line = format!("--pixel 8 8 --out c.jsonl --json-lines {flags}");
    refused(&line, "c.jsonl", "the name of two outputs");
    // A pixel may be named twice.
    let run = trace(&scratch, &format!("--pixel 8 8 --pixel 8 8 --out new/c.log {flags}"));
    assert_eq!(run.status, 0, "{run:?}");
}

#[test]
fn a_sweep_replaces_neither_its_experiment_file_nor_what_it_writes_beside() {
    let scratch = Scratch::new();
    let text = scratch.run(&format!("{TINY} -osc 1 -show toml")).good().out;
    scratch.write("e.toml", &text).write("s_00002.npy", &text).write("e.nxs", &text);
    let input = "is an input and an output";
    let two = "is the name of two outputs";
    for start in ["", "-restart", "-resume"] {
        for (line, file, why) in [
            ("e.toml -o s.npy -manifest e.toml", "e.toml", input),
            ("s_00002.npy -o s.npy", "s_00002.npy", input),
            ("e.nxs -o e.nxs", "e.nxs", input),
            ("e.toml -o s.npy -geometry_out x.expt -manifest x.expt", "x.expt", two),
        ] {
            let error = scratch.refused(&format!("sweep {line} -images 2 {start}"));
            assert_eq!(error, format!("{file} {why}"), "{line} {start}");
        }
    }
    // Its text is no part of the sweep, only what it says.
    scratch.run("sweep e.toml -images 2 -o t.npy").good();
    scratch.write("e.toml", format!("# the same\n{text}"));
    scratch.run("sweep e.toml -images 2 -o t.npy -resume").good();
}

#[test]
fn images_of_every_format_are_read_compressed() {
    let scratch = Scratch::new();
    scratch
        .run(&format!("{TINY} -fluence 1e28 -o a.npy -o a.cbf -o a.img -o a.tif -o a.nxs -o a.bin -o a.pgm"))
        .good();
    let pack = |from: &str, to: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&scratch.read(from)).unwrap();
        scratch.write(to, encoder.finish().unwrap());
    };
    for format in ["npy", "cbf", "img", "tif", "bin", "pgm"] {
        // The name does not count.
        for to in [format!("a.{format}.gz"), format!("b.{format}")] {
            pack(&format!("a.{format}"), &to);
            let run = scratch.run(&format!("compare a.{format} {to} --size 16 16"));
            assert!(run.good().out.contains("identical        256 pixels"), "{to}");
            for flag in ["-img", "-mask"] {
                if ["bin", "pgm"].contains(&format) {
                    continue;
                }
                let image = |name: &str, out: &str| {
                    scratch.run(&format!("{TINY} -fluence 1e28 {flag} {name} -o {out}")).good();
                };
                image(&format!("a.{format}"), "plain.bin");
                image(&to, "packed.bin");
                assert_eq!(scratch.read("plain.bin"), scratch.read("packed.bin"), "{flag} {to}");
            }
        }
    }
    // A stack is read from within the file, wherever its images are in it.
    pack("a.nxs", "b.nxs");
    let expected =
        "b.nxs: file: expected HDF5, which is not read from within gzip: gunzip it, found \"gzip\"";
    for line in
        [format!("{TINY} -img b.nxs"), format!("{TINY} -mask b.nxs"), "compare a.nxs b.nxs".to_owned()]
    {
        assert!(scratch.run(&line).error(2).contains(expected), "{line}");
    }
    // What was made to unfold without end is not unfolded.
    scratch.write("zeros", vec![0; 70 << 20]);
    pack("zeros", "c.npy");
    let error = scratch.run("compare a.npy c.npy --size 16 16").error(2).to_owned();
    assert!(error.contains("bytes of it are read, and it goes on"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_text_is_read_from_a_pipe_and_what_is_looked_at_twice_is_refused() {
    let scratch = Scratch::new();
    let line = crate::scratch::NO_F;
    let piped = |flags: &str, bytes: &[u8]| -> Run {
        let line = format!("{line} -nodump {flags}");
        let mut command = scratch.command(line.split_whitespace());
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that refuses the pipe does not read it.
        drop(child.stdin.take().unwrap().write_all(bytes));
        child.wait_with_output().unwrap().into()
    };
    scratch.write("a.hkl", HKL);
    scratch.run(&format!("{line} -nodump -hkl a.hkl -o a.bin")).good();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(HKL.as_bytes()).unwrap();
    for bytes in [HKL.as_bytes(), &encoder.finish().unwrap()] {
        piped("-hkl /dev/stdin -o b.bin", bytes).good();
        assert_eq!(scratch.read("a.bin"), scratch.read("b.bin"));
    }
    let folder = nanobragg_testkit::fixtures().join("fuzz");
    let file = |name: &str| std::fs::read(folder.join(name)).unwrap();
    for (flags, bytes) in [
        ("-hkl /dev/stdin", file("hkl/c2.mtz")),
        ("-hkl /dev/stdin", file("hkl/c2.cif")),
        ("-default_F 1 -img /dev/stdin", file("smv/image.img")),
        ("-default_F 1 -mask /dev/stdin", file("npy/single.npy")),
    ] {
        let run = piped(flags, &bytes);
        let error = run.error(2);
        assert!(error.starts_with("cannot read /dev/stdin: not a regular file"), "{flags}: {error}");
    }
}
