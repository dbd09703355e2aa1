//! Programs that are run, and the record of it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use nanobragg_config::classic::status;

use crate::error::{Context as _, Result};

/// Our programs.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The program `nanobragg`.
    pub nanobragg: PathBuf,
    /// The program `trace-harness`.
    pub trace_harness: PathBuf,
}

/// A command that was run.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The program by name, then its arguments.
    pub line: Vec<String>,
    /// Where, from the bundle's folder.
    pub place: String,
    /// None where a signal ended it.
    pub status: Option<i32>,
    pub seconds: f64,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn succeeded(&self) -> bool {
        self.status == Some(0)
    }

    /// Whether one of our programs was asked for a device that this machine or its build lacks. Any other failure, such as
    /// that of a processor which fails its self-test, is a failure.
    pub fn lacks_device(&self) -> bool {
        self.status == Some(i32::from(status::ABSENT))
    }

    /// Whether the device of one of our programs does not render the experiment, such as one in which the order of
    /// terms counts.
    pub fn is_refused(&self) -> bool {
        self.status == Some(i32::from(status::REFUSED))
    }

    /// Why it failed: the last line that it said on standard error, warnings left out.
    pub fn complaint(&self) -> String {
        let mut lines = self.stderr.lines().rev().filter(|line| !line.starts_with("warning: "));
        let status = self.status.map_or("by a signal".to_owned(), |status| format!("with status {status}"));
        let program = self.line.first().map_or("the program", String::as_str);
        match lines.find(|line| !line.trim().is_empty()) {
            Some(line) => format!("{program} ended {status}: {line}"),
            None => format!("{program} ended {status}"),
        }
    }

    /// What it warned of.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        self.stderr.lines().filter_map(|line| line.strip_prefix("warning: "))
    }
}

/// All commands of a bundle, in order.
#[derive(Debug, Default)]
pub struct Record(pub Vec<Ran>);

impl Record {
    /// Runs a program in `folder`, which the record calls `place`.
    pub fn run(&mut self, program: &Path, arguments: &[String], folder: &Path, place: &str) -> Result<Ran> {
        let started = Instant::now();
        let output = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .env("OMP_NUM_THREADS", "1")
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let name = program.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let ran = Ran {
            line: std::iter::once(name).chain(arguments.iter().cloned()).collect(),
            place: place.to_owned(),
            status: output.status.code(),
            seconds: started.elapsed().as_secs_f64(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        self.0.push(ran.clone());
        Ok(ran)
    }

    /// The contents of `commands.txt`.
    pub fn text(&self, invocation: &[String], commit: &str, clean: bool) -> String {
        let state = if clean { "clean" } else { "dirty: files differ from the commit" };
        let mut text = format!("# cargo xtask parity {}\n# commit {commit}, {state}\n", quoted(invocation));
        text += "# each command runs in the folder in brackets, seen from this one; OMP_NUM_THREADS=1\n";
        for ran in &self.0 {
            let status = ran.status.map_or("signal".to_owned(), |status| status.to_string());
            // Writing to a string cannot fail.
            let _ = writeln!(text, "\n[{}] exit {status}, {:.3} s", ran.place, ran.seconds);
            text += &quoted(&ran.line);
            text.push('\n');
        }
        text
    }

    /// Everything that was said, for a bundle that could not be finished.
    pub fn transcript(&self) -> String {
        let mut text = String::new();
        for ran in &self.0 {
            let status = ran.status.map_or("signal".to_owned(), |status| status.to_string());
            let line = quoted(&ran.line);
            let _ = writeln!(text, "$ {line}\n(in {}, exit {status})", ran.place);
            let _ = writeln!(text, "--- stdout\n{}--- stderr\n{}", ended(&ran.stdout), ended(&ran.stderr));
        }
        text
    }
}

/// Text that ends in a line feed or is empty.
fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// Words as a shell takes them.
pub fn quoted(words: &[String]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=+,:@%".contains(c);
    let word = |word: &String| match !word.is_empty() && word.chars().all(plain) {
        true => word.clone(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        let words = ["-cell", "a b", "it's", ""].map(str::to_owned);
        assert_eq!(quoted(&words), "-cell 'a b' 'it'\\''s' ''");
    }

    #[test]
    fn a_complaint_is_the_last_line_that_is_no_warning() {
        let ran = Ran {
            line: vec!["nanobragg".to_owned()],
            place: ".".to_owned(),
            status: Some(2),
            seconds: 0.0,
            stdout: String::new(),
            stderr: "error: no file\nwarning: odd\n".to_owned(),
        };
        assert_eq!(ran.complaint(), "nanobragg ended with status 2: error: no file");
        assert_eq!(ran.warnings().collect::<Vec<_>>(), ["odd"]);
        assert_eq!(Ran { status: None, ..ran }.complaint(), "nanobragg ended by a signal: error: no file");
    }
}
