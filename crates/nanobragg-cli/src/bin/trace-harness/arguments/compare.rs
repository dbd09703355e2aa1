//! The options of `trace-harness compare`.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

use super::Command;
use super::values::number;
use crate::usage::UsageError;

/// What a comparison is asked for.
#[derive(Clone, Debug)]
pub struct CompareOptions {
    pub a: PathBuf,
    pub b: PathBuf,
    pub tolerance: f64,
    pub out: Option<Reports>,
    pub diff: bool,
}

/// Where reports go.
#[derive(Clone, Debug)]
pub enum Reports {
    /// All of them, into a folder.
    Folder(PathBuf),
    /// The one for reading, as this file.
    Summary(PathBuf),
}

impl Reports {
    /// A path that ends in `.md` is a file, any other a folder.
    fn at(path: PathBuf) -> Self {
        match path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case("md") => Reports::Summary(path),
            _ => Reports::Folder(path),
        }
    }
}

/// Reads them.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> anyhow::Result<Command> {
    let (mut files, mut c, mut py) = (Vec::new(), None, None);
    let (mut tolerance, mut out, mut diff) = (nanobragg_trace::DEFAULT_TOLERANCE, None, false);
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(Command::Help),
            Long("c") => c = Some(PathBuf::from(parser.value()?)),
            Long("py") => py = Some(PathBuf::from(parser.value()?)),
            Long("tolerance") => tolerance = number(&mut parser, "--tolerance", "a number")?,
            Long("out") => out = Some(Reports::at(parser.value()?.into())),
            Long("diff") => diff = true,
            Value(file) => files.push(PathBuf::from(file)),
            other => return Err(other.unexpected().into()),
        }
    }
    if !(tolerance >= 0.0 && tolerance.is_finite()) {
        let text = format!("--tolerance {tolerance}: expected a number that is not negative");
        return Err(UsageError(text).into());
    }
    // The C program's trace is A, the port's B; a trace without a name of its own is the one that is left.
    let (named, count) =
        (c.is_some() || py.is_some(), files.len() + usize::from(c.is_some()) + usize::from(py.is_some()));
    let mut files = files.into_iter();
    let pair = c.or_else(|| files.next()).zip(py.or_else(|| files.next()));
    let (a, b) = pair.filter(|_| count == 2).ok_or_else(|| {
        let ways = if named { "one with --c and one with --py" } else { "A and B" };
        UsageError(format!("compare takes two traces, {ways}, not {count}"))
    })?;
    Ok(Command::Compare(CompareOptions { a, b, tolerance, out, diff }))
}
