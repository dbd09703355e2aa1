//! What evaluates: devices and number types, and whether this build and this machine have them.

use serde::{Deserialize, Serialize};

use super::program::{Programs, Record};
use crate::error::{Result, fail};

/// The devices there are. `auto` is none of them: a bundle says what rendered.
pub const DEVICES: [&str; 3] = ["reference", "cpu", "gpu"];

/// What evaluates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backend {
    pub device: String,
    pub dtype: String,
}

impl Backend {
    pub fn new(device: &str, dtype: &str) -> Backend {
        Backend { device: device.to_owned(), dtype: dtype.to_owned() }
    }

    /// `cpu-f64`, a folder's name.
    pub fn folder(&self) -> String {
        format!("{}-{}", self.device, self.dtype)
    }

    /// `cpu f64`, for reading.
    pub fn name(&self) -> String {
        format!("{} {}", self.device, self.dtype)
    }

    pub fn is_single(&self) -> bool {
        self.dtype == "f32"
    }

    /// The flags that choose it.
    pub fn flags(&self) -> Vec<String> {
        ["-device", &self.device, "-dtype", &self.dtype].map(str::to_owned).to_vec()
    }

    /// Whether an image of a few pixels can be rendered with it; the reason where this build or machine lacks it.
    ///
    /// # Errors
    /// The program failed for any other reason.
    pub fn probe(&self, programs: &Programs) -> Result<Result<(), String>> {
        const TINY: &str = "-cell 70 80 90 90 90 90 -default_F 1 -N 2 -lambda 1 -distance 100 -pixel 1 \
            -detpixels 8 -oversample 1 -o probe.bin -noprogress -q";
        if self.device == "reference" && self.is_single() {
            return Ok(Err("the definition has double precision only".to_owned()));
        }
        let scratch = tempfile::tempdir()?;
        let mut arguments: Vec<String> = TINY.split_whitespace().map(str::to_owned).collect();
        arguments.extend(self.flags());
        let ran = Record::default().run(&programs.nanobragg, &arguments, scratch.path(), ".")?;
        match ran.complaint() {
            _ if ran.succeeded() => Ok(Ok(())),
            complaint if self.device == "gpu" && ran.lacks_device() => Ok(Err(complaint)),
            complaint => fail!(Program, "{complaint}"),
        }
    }
}
