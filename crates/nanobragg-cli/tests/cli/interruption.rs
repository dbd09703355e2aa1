//! Signals, full disks, closed folders and pipes: nothing half-written under its final name, and the right
//! status.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nanobragg_testkit::SmallDisk;

use crate::scratch::{Run, Scratch, TINY};

/// An image that takes many seconds.
const LONG: &str = "-cell 70 80 90 75 85 95 -default_F 100 -lambda 1.5 -N 5 -distance 100 -pixel 0.1 \
    -detpixels 1000 -oversample 5 -phisteps 50 -osc 1 -seed 1 -threads 1";

/// Images that take a part of a second each.
const SERIES: &str = "-cell 70 80 90 75 85 95 -default_F 100 -lambda 1.5 -N 5 -distance 100 -pixel 0.5 \
    -detpixels 200 -oversample 3 -phisteps 10 -osc 1 -seed 1 -threads 1 -device reference";

fn start(scratch: &Scratch, line: &str) -> Child {
    let mut command = scratch.command(line.split_whitespace());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    // A shell has the command built in; as a program it is not everywhere.
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status().unwrap();
    assert!(sent.success());
}

/// Waits until the program has said a line that begins or ends with `start`.
fn wait_for(child: &mut Child, start: &str) -> Vec<String> {
    let mut said = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let found = line.starts_with(start) || line.ends_with(start);
        said.push(line);
        if found {
            return said;
        }
    }
    panic!("it never said {start:?}: {said:?}");
}

fn end(child: Child) -> Run {
    child.wait_with_output().unwrap().into()
}

#[test]
fn a_signal_stops_a_render_and_leaves_nothing() {
    for (name, status) in [("INT", 130), ("TERM", 143)] {
        let scratch = Scratch::new();
        let mut child = start(&scratch, &format!("{LONG} -nodump -o a.nxs -o b.cbf"));
        wait_for(&mut child, "% done");
        let begun = Instant::now();
        signal(&child, name);
        let run = end(child);
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        assert_eq!(run.error(status), format!("interrupted by SIG{name}"));
        assert!(scratch.names().is_empty(), "{:?}", scratch.names());
    }
}

/// All files under their final names, hidden ones and the manifest left out.
fn visible(scratch: &Scratch) -> Vec<String> {
    let mut names = scratch.names();
    names.retain(|name| !name.starts_with('.') && name != "manifest.jsonl");
    names
}

#[test]
fn an_interrupted_sweep_resumes_to_the_same_bytes() {
    let whole = Scratch::new();
    whole.run(&format!("sweep {SERIES} -images 8 -o a.cbf -o b.nxs")).good();
    let complete = whole.files();
    for (name, status) in [("INT", 130), ("TERM", 143), ("KILL", -1)] {
        let scratch = Scratch::new();
        let mut child = start(&scratch, &format!("sweep {SERIES} -images 8 -o a.cbf -o b.nxs"));
        let said = wait_for(&mut child, "image 2 of 8");
        signal(&child, name);
        let run = end(child);
        assert_eq!(run.status, status, "{}", run.err);
        if status > 0 {
            assert_eq!(run.error(status), format!("interrupted by SIG{name}"));
        }
        let left = visible(&scratch);
        assert!(left.len() < 9 && !left.contains(&"b.nxs".to_owned()), "{left:?}");
        // What is there is complete.
        for file in &left {
            assert_eq!(scratch.read(file), complete[file], "{file}");
        }
        let resumed = scratch.run(&format!("sweep {SERIES} -images 8 -o a.cbf -o b.nxs -resume")).good();
        let again = |line: &String| resumed.out.lines().any(|repeated| repeated == line);
        assert!(!said.iter().filter(|line| line.starts_with("image ")).any(again), "{}", resumed.out);
        let mut files = scratch.files();
        // A program that is killed cannot clean up; what it leaves is hidden.
        files.retain(|name, _| !name.starts_with(".nanobragg-"));
        assert_eq!(files, complete);
    }
}

#[test]
fn files_removed_under_way_are_made_again() {
    let whole = Scratch::new();
    whole.run(&format!("sweep {SERIES} -images 8 -o a.cbf -o b.nxs")).good();
    let scratch = Scratch::new();
    let mut child = start(&scratch, &format!("sweep {SERIES} -images 8 -o a.cbf -o b.nxs"));
    wait_for(&mut child, "image 2 of 8");
    fs::remove_dir_all(scratch.path(".b.nxs.parts")).unwrap();
    let run = end(child);
    assert!(run.error(1).contains(".b.nxs.parts"), "{}", run.err);
    assert!(!scratch.path("b.nxs").exists());
    scratch.run(&format!("sweep {SERIES} -images 8 -o a.cbf -o b.nxs -resume")).good();
    assert_eq!(scratch.files(), whole.files());
}

#[test]
fn a_full_disk_leaves_no_part_of_an_image() {
    let Some(disk) = SmallDisk::new(64) else { return };
    let scratch = Scratch::new();
    for name in ["a.bin", "a.img", "a.pgm", "a.cbf", "a.npy", "a.tif"] {
        let path = disk.path().join(name);
        let run = scratch.run(&format!("{TINY} -detpixels 300 -o {}", path.display()));
        let expected = format!("cannot write {}: No space left on device (os error 28)", path.display());
        assert_eq!(run.error(1), expected);
        assert!(disk.names().is_empty(), "{name}: {:?}", disk.names());
    }
    // Compressed formats fit sooner: noise does not compress.
    for name in ["a.nxs", "a.png"] {
        let path = disk.path().join(name);
        let line = format!("{TINY} -quirks spec -detpixels 600 -water 1 -fluence 1e26 -o {}", path.display());
        let run = scratch.run(&line);
        let expected = format!("cannot write {}: No space left on device (os error 28)", path.display());
        assert_eq!(run.error(1), expected);
        assert!(disk.names().is_empty(), "{name}: {:?}", disk.names());
    }
}

#[test]
fn a_sweep_goes_on_when_the_disk_has_room_again() {
    let Some(disk) = SmallDisk::new(300) else { return };
    let scratch = Scratch::new();
    let filler = disk.path().join("filler");
    fs::write(&filler, vec![7; 150_000]).unwrap();
    let name = disk.path().join("a.img");
    let sweep = |more: &str| {
        let flags = "-osc 1 -phisteps 2 -detpixels 150";
        scratch.run(&format!("sweep {TINY} {flags} -images 5 -o {} {more}", name.display()))
    };
    let run = sweep("");
    assert!(run.error(1).contains("No space left on device"), "{}", run.err);
    let line =
        run.out.lines().find(|line| line.contains(" of 5 images are finished; -resume renders the others"));
    let finished: usize =
        line.and_then(|line| line.split(' ').next()?.parse().ok()).unwrap_or_else(|| panic!("{}", run.out));
    let images: Vec<String> = disk.names().into_iter().filter(|name| name.ends_with(".img")).collect();
    assert!(!images.is_empty() && images.len() < 5, "{images:?}");
    for image in &images {
        assert_eq!(fs::metadata(disk.path().join(image)).unwrap().len(), 1024 + 2 * 150 * 150, "{image}");
    }
    fs::remove_file(&filler).unwrap();
    let run = sweep("-resume").good();
    // An image may have found room for which its line in the manifest had none: it is made again.
    assert!(finished <= images.len(), "{finished} {images:?}");
    assert!(run.out.contains(&format!("{finished} of 5 images are there already")), "{}", run.out);
    assert_eq!(disk.names().iter().filter(|name| name.ends_with(".img")).count(), 5);
}

/// Runs the program as somebody who may not write everywhere: the superuser steps down for it. `None`, with the
/// reason printed, where that cannot be done.
fn run_without_privileges(scratch: &Scratch, line: &str) -> Option<Run> {
    let plain = scratch.command(line.split_whitespace());
    let superuser = fs::write(scratch.path("closed/probe"), "").is_ok();
    if !superuser {
        return Some(scratch.run(line));
    }
    fs::remove_file(scratch.path("closed/probe")).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    command.arg(plain.get_program()).args(plain.get_args()).current_dir(scratch.folder());
    match command.stdin(Stdio::null()).output() {
        // 126, 127: it could not be started as that user.
        Ok(output) if !matches!(output.status.code(), Some(126 | 127)) => Some(output.into()),
        _ => {
            println!("skipped: the superuser may write everywhere and cannot step down here");
            None
        }
    }
}

#[test]
fn a_folder_without_write_permission_is_named() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("closed")).unwrap();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(scratch.folder(), 0o755);
    mode(&scratch.path("closed"), 0o555);
    for (line, named) in [
        (format!("sweep {TINY} -osc 1 -images 2 -o closed/a.cbf"), "closed/manifest.jsonl"),
        (format!("{TINY} -o closed/a.cbf"), "closed/a.cbf"),
        (format!("{TINY} -o closed/a.nxs"), "closed/a.nxs"),
    ] {
        let Some(run) = run_without_privileges(&scratch, &line) else { break };
        let expected = format!("cannot write {named}: Permission denied (os error 13)");
        assert_eq!(run.error(1), expected);
        assert_eq!(fs::read_dir(scratch.path("closed")).unwrap().count(), 0);
    }
    mode(&scratch.path("closed"), 0o755);
}

#[cfg(target_os = "linux")]
#[test]
fn devices_that_are_full_or_unfit_are_status_1() {
    let scratch = Scratch::new();
    for flag in ["-cbffile", "-npyfile", "-tiffile", "-pngfile"] {
        let run = scratch.run(&format!("{TINY} -nodump -o /dev/null {flag} /dev/full"));
        let refused = run.status == 2;
        let run = if refused { scratch.run(&format!("{TINY} -nopgm {flag} /dev/full")) } else { run };
        assert!(run.error(1).starts_with("cannot write /dev/full: No space left"), "{flag}: {}", run.err);
    }
    let run = scratch.run(&format!("{TINY} -nxsfile /dev/full"));
    let expected = "cannot write /dev/full: this format needs a regular file, not a pipe or device";
    assert_eq!(run.error(1), expected);
}

#[test]
fn a_closed_pipe_is_an_error_and_not_a_crash() {
    let scratch = Scratch::new();
    let made = Command::new("mkfifo").arg(scratch.path("pipe.cbf")).status().unwrap();
    assert!(made.success());
    let child = start(&scratch, &format!("{TINY} -detpixels 600 -o pipe.cbf"));
    // The reader takes a little and goes away.
    let mut reader = fs::File::open(scratch.path("pipe.cbf")).unwrap();
    reader.read_exact(&mut [0; 64]).unwrap();
    drop(reader);
    let run = end(child);
    assert!(run.error(1).starts_with("cannot write pipe.cbf: Broken pipe"), "{}", run.err);
}

#[test]
fn nobody_listening_is_no_reason_to_stop_a_sweep() {
    let scratch = Scratch::new();
    let mut child = start(&scratch, &format!("sweep {TINY} -osc 1 -phisteps 2 -images 3 -o a.img"));
    drop(child.stdout.take());
    drop(child.stderr.take());
    assert!(child.wait().unwrap().success());
    assert_eq!(visible(&scratch).len(), 3);
}
