//! Scratch folders to run the program in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The smallest experiment that shows something: 16 x 16 pixels, no input files, a fixed seed.
pub const TINY: &str = "-cell 70 80 90 75 85 95 -default_F 100 -lambda 1.5 -N 5 -distance 100 -pixel 4 \
    -detpixels 16 -oversample 1 -seed 1";

/// The same without structure factors.
pub const NO_F: &str =
    "-cell 70 80 90 75 85 95 -lambda 1.5 -N 5 -distance 100 -pixel 4 -detpixels 16 -oversample 1 -seed 1";

/// Files of the reference program that a plain run writes.
pub const IMAGES: [&str; 4] = ["floatimage.bin", "image.pgm", "intimage.img", "noiseimage.img"];

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// The run, which has to have succeeded.
    pub fn good(self) -> Self {
        assert_eq!(self.status, 0, "{}{}", self.out, self.err);
        self
    }

    /// The one line of a run that has to have failed with `status`.
    pub fn error(&self, status: i32) -> &str {
        assert_eq!(self.status, status, "{}{}", self.out, self.err);
        let errors: Vec<&str> = self.err.lines().filter(|line| !line.starts_with("warning: ")).collect();
        assert_eq!(errors.len(), 1, "not one line: {}", self.err);
        assert!(!errors[0].contains(|c: char| c.is_control()), "{:?}", errors[0]);
        errors[0].strip_prefix("error: ").unwrap_or_else(|| panic!("no error: {}", self.err))
    }

    /// Warnings without their prefix.
    pub fn warnings(&self) -> Vec<&str> {
        self.err.lines().filter_map(|line| line.strip_prefix("warning: ")).collect()
    }

    /// The only line of the standard output that begins with `start`.
    pub fn line(&self, start: &str) -> &str {
        let mut lines = self.out.lines().filter(|line| line.starts_with(start));
        let line = lines.next().unwrap_or_else(|| panic!("no {start:?} in {}", self.out));
        assert_eq!(lines.next(), None, "{start:?} twice");
        line
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Run {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A folder that vanishes with the test.
pub struct Scratch(TempDir);

impl Scratch {
    pub fn new() -> Self {
        Scratch(tempfile::tempdir().unwrap())
    }

    /// A folder with copies of `files` of `folder`.
    pub fn with_copies(folder: &Path, files: impl IntoIterator<Item = String>) -> Self {
        let scratch = Scratch::new();
        for file in files {
            std::fs::copy(folder.join(&file), scratch.path(&file)).unwrap();
        }
        scratch
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.path(name), bytes).unwrap();
        self
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The program in this folder, not yet started, reading from nothing.
    pub fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nanobragg"));
        command.current_dir(self.folder()).args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs the program with the words of `line`.
    pub fn run(&self, line: &str) -> Run {
        self.command(line.split_whitespace()).output().unwrap().into()
    }

    /// Names and contents of everything in the folder; folders have no contents.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(self.folder()).unwrap().map(Result::unwrap);
        let read = |entry: std::fs::DirEntry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap_or_default())
        };
        entries.map(read).collect()
    }

    pub fn names(&self) -> Vec<String> {
        self.files().into_keys().collect()
    }

    /// Runs `line`, which has to fail for its input: status 2, one line that is returned, no file changed.
    pub fn refused(&self, line: &str) -> String {
        let before = self.files();
        let run = self.run(line);
        let error = run.error(2).to_owned();
        assert_eq!(self.files(), before, "{line} wrote something");
        error
    }
}
