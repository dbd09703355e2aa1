//! Traces in files.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::Trace;
use super::build::Builder;
use crate::error::{Error, Problem};

/// The longest line that is read: no trace has longer ones, and a file without line ends must not fill the
/// memory.
const LONGEST_LINE: u64 = 1 << 16;
/// Most bytes of a file that are read: far more than any trace has.
const MOST_BYTES: u64 = 512 << 20;

impl Trace {
    /// Reads the trace in the file at `path`.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read) when it cannot be read, [`ErrorKind::NoTrace`](crate::ErrorKind::NoTrace) when none of its lines is one of a
    /// trace.
    pub fn read(path: impl AsRef<Path>) -> Result<Trace, Error> {
        let path = path.as_ref();
        let mut builder = Builder::default();
        feed(path, &mut builder)?;
        builder.finish(&path.display().to_string())
    }

    /// As [`Self::read`], together with the phi steps that a main log leaves to a file beside it
    /// (`trace_per_phi.log` beside `trace.log`; `trace_per_phi.txt` or `.log` beside `trace.txt`), where there is
    /// one.
    ///
    /// # Errors
    /// Those of [`Self::read`]; a file beside it that exists has to be readable.
    pub fn read_with_steps(path: impl AsRef<Path>) -> Result<Trace, Error> {
        let path = path.as_ref();
        let alone = Trace::read(path)?;
        let beside = per_phi_paths(path).into_iter().find(|beside| beside.is_file());
        let Some(beside) = beside.filter(|_| alone.counts().steps == 0) else { return Ok(alone) };
        let mut builder = Builder::default();
        feed(path, &mut builder)?;
        feed(&beside, &mut builder)?;
        builder.finish(&path.display().to_string())
    }
}

/// Where the phi steps of a main log may be: with the log's own extension, as other programs name them, or with
/// `.log`, as this one does.
fn per_phi_paths(path: &Path) -> [PathBuf; 2] {
    let stem = path.file_stem().unwrap_or_default();
    [path.extension(), Some(OsStr::new("log"))].map(|extension| {
        let mut name = stem.to_owned();
        name.push("_per_phi");
        if let Some(extension) = extension {
            name.push(".");
            name.push(extension);
        }
        path.with_file_name(name)
    })
}

fn feed(path: &Path, builder: &mut Builder) -> Result<(), Error> {
    let failed = |cause| Problem::Read { path: path.to_owned(), cause };
    let mut reader = BufReader::new(File::open(path).map_err(failed)?.take(MOST_BYTES + 1));
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(failed)?;
        if length == 0 {
            return match reader.get_ref().limit() {
                0 => {
                    Err(failed(std::io::Error::other(format!("it has more than {MOST_BYTES} bytes"))).into())
                }
                _ => Ok(()),
            };
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            builder.line(&line);
        } else if (length as u64) < LONGEST_LINE {
            builder.line(&line);
        } else {
            builder.overlong();
            skip_line(&mut reader).map_err(failed)?;
        }
    }
}

/// Reads on to the end of the line without keeping it.
fn skip_line(reader: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let length = end.map_or(buffer.len(), |end| end + 1);
        if length == 0 {
            return Ok(());
        }
        reader.consume(length);
        if end.is_some() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_file_is_named_after_the_log() {
        for (log, steps) in [
            ("a/trace.log", ["a/trace_per_phi.log", "a/trace_per_phi.log"]),
            ("trace.txt", ["trace_per_phi.txt", "trace_per_phi.log"]),
            ("trace", ["trace_per_phi", "trace_per_phi.log"]),
        ] {
            assert_eq!(per_phi_paths(Path::new(log)), steps.map(PathBuf::from));
        }
    }
}
