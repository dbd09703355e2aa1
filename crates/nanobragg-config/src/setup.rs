//! The experiment, and what is to be done with it.

use std::path::PathBuf;

use nanobragg::model::Experiment;
use nanobragg::render::Precision;

use crate::Origins;

/// The experiment that a command line describes, and what is to be done with it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The experiment.
    pub experiment: Experiment,
    /// Files to write.
    pub outputs: Outputs,
    /// What renders.
    pub device: Device,
    /// Precision of the lattice factor on the CPU.
    pub precision: Precision,
    /// Threads; 0 for one on every core.
    pub threads: usize,
    /// Whether progress is shown.
    pub progress: bool,
    /// Where quantities come from.
    pub origins: Origins,
    /// What the user should know about inputs and flags, one line each.
    pub warnings: Vec<String>,
    /// What was read, one line each.
    pub notes: Vec<String>,
    /// Input files.
    pub inputs: Vec<PathBuf>,
}

/// What renders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// All cores.
    #[default]
    Cpu,
    /// The scalar definition on one core.
    Reference,
}

/// Files to write; `None` where a file is not wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Outputs {
    /// Photons as floats.
    pub float: Option<PathBuf>,
    /// Scaled counts.
    pub int: Option<PathBuf>,
    /// Grey map.
    pub pgm: Option<PathBuf>,
    /// Photon counts with noise.
    pub noise: Option<PathBuf>,
    /// Scale of the counts; chosen from the brightest pixel when it is not positive.
    pub scale: f64,
    /// Offset of the counts.
    pub adc_offset: f64,
    /// Scale of the grey map; chosen from the image when it is not positive.
    pub pgm_scale: f64,
    /// Structure factors for the next run.
    pub dump: DumpAction,
}

/// What happens to the file of structure factors that the next run can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DumpAction {
    /// Nothing.
    None,
    /// It is written.
    Write(PathBuf),
}
