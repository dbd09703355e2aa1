//! What evaluates: devices and number types, and whether this build and this machine have them.

use nanobragg::backend::Unsupported;
use serde::{Deserialize, Serialize};

use super::program::{Programs, Record};
use crate::error::{Result, fail};

/// Whether a program's complaint is that a graphics processor refuses what depends on the order of terms.
pub fn refuses_order(complaint: &str) -> bool {
    complaint.contains(&Unsupported::RunningSumFactors.to_string())
}

/// The devices there are. `auto` is none of them: a bundle says what rendered.
pub const DEVICES: [&str; 3] = ["reference", "cpu", "gpu"];

/// Whether a program that was asked for a graphics processor says that there is none that it could use. Any other
/// complaint, such as that of a processor which fails its self-test, is a failure.
pub fn is_absence(complaint: &str) -> bool {
    // The first is not "no graphics adapter 'NAME'", which is about a name.
    ["no graphics adapter;", "no graphics adapter but software ones;", "has no double precision:"]
        .into_iter()
        .chain([
            "this program was built without its feature gpu;",
            "this program was built without graphics processors;",
        ])
        .any(|absence| complaint.contains(absence))
}

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
            complaint if self.device == "gpu" && ran.status.is_some() && is_absence(&complaint) => {
                Ok(Err(complaint))
            }
            complaint => fail!(Program, "{complaint}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg_wgpu::GpuError;

    #[test]
    fn only_what_is_not_there_counts_as_absent() {
        let adapter = || "llvmpipe".to_owned();
        for error in [
            GpuError::NoAdapter { software: false },
            GpuError::NoAdapter { software: true },
            GpuError::NoDoublePrecision { adapter: adapter() },
        ] {
            assert!(is_absence(&error.to_string()), "{error}");
        }
        for error in [
            GpuError::NoSuchAdapter { asked: "x".to_owned(), present: vec![adapter()] },
            GpuError::SelfTest { adapter: adapter(), reason: "off by 1".to_owned() },
            GpuError::DeviceLost { reason: "reset".to_owned() },
            GpuError::Unsupported(Unsupported::OutOfMemory),
        ] {
            assert!(!is_absence(&error.to_string()), "{error}");
        }
        assert!(is_absence("this program was built without graphics processors; render on the cpu"));
        assert!(!is_absence("nanobragg ended by a signal"));
    }
}
