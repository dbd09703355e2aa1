//! Frames of a stack that is not complete yet.
//!
//! Each finished image lies compressed in a file of its own, in a hidden folder beside the stack, so that
//! nothing of a finished image is lost however the program ends. When all are there the stack is put together
//! from them as they are, without compressing again.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use nanobragg::readout::Readout;
use nanobragg_io::atomic::{is_temporary, write_atomic};
use nanobragg_io::nexus::{Setting, StackWriter};
use nanobragg_session::{Content, Output, Watch};

use crate::Error;
use crate::error::Cause;
use crate::manifest::FrameRecord;

/// Digits of the name of a part, at least.
const DIGITS: usize = 7;

/// The hidden folder of a stack.
#[derive(Debug)]
pub(crate) struct Parts {
    stack: PathBuf,
    readout: Readout,
    folder: PathBuf,
}

impl Parts {
    /// The parts of a stack.
    ///
    /// # Errors
    /// It is not to hold counts.
    pub fn of(output: &Output) -> Result<Self, Error> {
        let Output { path, content: Content::Counts(readout), .. } = output else {
            return Err(Cause::NoCounts(output.path.clone()).into());
        };
        let mut name = OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(".parts");
        let folder = path.with_file_name(name);
        Ok(Parts { stack: path.clone(), readout: readout.clone(), folder })
    }

    /// The stack.
    pub fn stack(&self) -> &Path {
        &self.stack
    }

    /// What its frames hold.
    pub fn readout(&self) -> &Readout {
        &self.readout
    }

    /// Makes the folder; `keep` says whether parts that are there are kept. What is no part stays in any case. A link in its place is
    /// none of a sweep.
    pub fn open(&self, keep: bool) -> Result<(), nanobragg_io::Error> {
        if !keep || self.folder.is_symlink() {
            self.remove();
        }
        fs::create_dir_all(&self.folder).map_err(|cause| nanobragg_io::Error::write(&self.folder, cause))
    }

    /// Whether the frame of image `image` is there as it was written.
    pub fn holds(&self, image: usize, frame: &FrameRecord) -> bool {
        let path = self.file(image);
        // Not what is larger than any frame, a pipe or a device.
        let found = fs::metadata(&path).is_ok_and(|found| found.is_file() && found.len() == frame.bytes);
        found && fs::read(&path).is_ok_and(|bytes| FrameRecord::of(&bytes) == *frame)
    }

    /// Keeps the frame of image `image`, as [`Bands::compress`](nanobragg_io::nexus::Bands::compress) made it. It may reach
    /// the disk later: one that did not is told by its digest.
    pub fn write(&self, image: usize, bytes: &[u8]) -> Result<(), nanobragg_io::Error> {
        write_atomic(&self.file(image), |out| out.write_all(bytes))
    }

    /// Puts the stack together.
    pub fn assemble(&self, setting: &Setting, images: usize, watch: &Watch<'_>) -> Result<(), Error> {
        let mut stack = StackWriter::create(&self.stack, setting, images)?;
        for image in 1..=images {
            watch.check()?;
            let path = self.file(image);
            let bytes = fs::read(&path).map_err(|cause| nanobragg_io::Error::read(&path, cause))?;
            stack.write_compressed(image - 1, &bytes)?;
        }
        stack.finish()?;
        Ok(())
    }

    /// Removes the parts, those that were cut off included, and the folder if nothing else is in it. A part that stays
    /// is in nobody's way.
    pub fn remove(&self) {
        if self.folder.is_symlink() {
            return drop(fs::remove_file(&self.folder));
        }
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let part = name.len() >= DIGITS && name.bytes().all(|byte| byte.is_ascii_digit());
            if part || is_temporary(&name) {
                drop(fs::remove_file(entry.path()));
            }
        }
        drop(fs::remove_dir(&self.folder));
    }

    fn file(&self, image: usize) -> PathBuf {
        self.folder.join(format!("{image:0DIGITS$}"))
    }
}
