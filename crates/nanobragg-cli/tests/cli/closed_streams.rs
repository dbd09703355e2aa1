//! Streams that are closed when a program begins (`>&-`): what cannot be said is an error, and no file takes their place.

use std::process::Command;

use crate::scratch::{Run, Scratch, TINY};

/// Runs a program with `closed`, redirections of a shell.
fn run(scratch: &Scratch, program: &str, line: &str, closed: &str) -> Run {
    let script = format!("exec \"$0\" \"$@\" {closed}");
    let mut command = Command::new("sh");
    command.current_dir(scratch.folder()).args(["-c", &script, program]).args(line.split_whitespace());
    command.output().unwrap().into()
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_nanobragg");
const HARNESS: &str = env!("CARGO_BIN_EXE_trace-harness");
const CLOSED: &str = "cannot write standard output: Bad file descriptor (os error 9)";

#[test]
fn what_is_said_to_nobody_is_status_1_in_every_command() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o a.npy")).good();
    scratch.run(&format!("{TINY} -show toml")).good();
    scratch.write("e.toml", scratch.run(&format!("{TINY} -show toml")).good().out);
    for line in [
        "-help",
        "-man",
        "-completions bash",
        "help",
        "run -h",
        "sweep -h",
        "gradient -h",
        "refine -h",
        "compare -h",
        "compare a.npy a.npy",
        "compare a.npy a.npy --json",
        "run e.toml -o b.npy",
        &format!("{TINY} -show toml"),
        &format!("{TINY} -printout -o c.npy"),
        &format!("gradient {TINY} -gauss_xtal -wrt misset -o d.npy"),
        &format!("sweep {TINY} -osc 1 -images 2 -o s.npy"),
    ] {
        assert_eq!(run(&scratch, PROGRAM, line, ">&-").error(1), CLOSED, "{line}");
    }
    let trace = format!("--pixel 3 4 --out trace.log -- {TINY}");
    run(&scratch, HARNESS, &trace, "").good();
    for line in ["--help", "--version", "--man", "compare trace.log trace.log"] {
        assert_eq!(run(&scratch, HARNESS, line, ">&-").error(1), CLOSED, "{line}");
    }
    // What has nothing to say has nothing to lose.
    run(&scratch, PROGRAM, &format!("{TINY} -q -o q.npy"), ">&-").good();
    assert_eq!(scratch.read("q.npy"), scratch.read("a.npy"));
}

#[test]
fn an_image_for_a_closed_stream_is_not_begun() {
    let scratch = Scratch::new();
    for more in ["", "-q"] {
        let line = format!("{TINY} {more} -o npy:- -o b.cbf");
        assert_eq!(run(&scratch, PROGRAM, &line, ">&-").error(1), CLOSED);
        assert_eq!(scratch.names(), [""; 0]);
    }
}

#[test]
fn no_file_takes_the_place_of_a_closed_stream() {
    let outputs = "-o a.npy -o b.cbf -o c.nxs -o d.img -o e.png -o f.bin";
    let whole = Scratch::new();
    whole.run(&format!("{TINY} {outputs}")).good();
    let sweep = format!("sweep {TINY} -osc 1 -images 2 -o s_####.cbf -o t.nxs");
    whole.run(&sweep).good();
    for closed in [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"] {
        let scratch = Scratch::new();
        for line in [&format!("{TINY} {outputs}"), &sweep] {
            let run = run(&scratch, PROGRAM, line, closed);
            assert_eq!(
                run.status,
                i32::from(closed.contains(" >&-") || closed.starts_with(">&-")),
                "{closed}"
            );
        }
        assert!(scratch.files() == whole.files(), "{closed}: {:?}", scratch.names());
    }
}

#[test]
fn a_stream_to_nowhere_is_none_that_is_closed() {
    // Programs that start others open it for reading and writing, as the runtime does for a closed stream.
    let scratch = Scratch::new();
    for nowhere in [">/dev/null", "<>/dev/null >&0"] {
        run(&scratch, PROGRAM, "-help", nowhere).good();
        run(&scratch, PROGRAM, &format!("{TINY} -o npy:-"), nowhere).good();
    }
}
