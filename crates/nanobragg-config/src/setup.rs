//! The experiment, and what is to be done with it.

use std::path::PathBuf;

use nanobragg::model::Experiment;
use nanobragg::render::Precision;
use nanobragg_io::preview::{Colors, Tone};

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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outputs {
    /// Photons as floats.
    pub float: Option<PathBuf>,
    /// Scaled counts.
    pub int: Option<PathBuf>,
    /// Grey map.
    pub pgm: Option<PathBuf>,
    /// Photon counts with noise.
    pub noise: Option<PathBuf>,
    /// 32-bit counts as miniCBF.
    pub cbf: Option<PathBuf>,
    /// 32-bit counts as NXmx.
    pub nexus: Option<PathBuf>,
    /// Photons as a NumPy array.
    pub npy: Option<PathBuf>,
    /// Photons as TIFF.
    pub tiff: Option<PathBuf>,
    /// Picture.
    pub png: Option<PathBuf>,
    /// What the 32-bit counts are.
    pub counting: Counting,
    /// How the picture is made.
    pub picture: Picture,
    /// Scale of the counts; chosen from the brightest pixel when it is not positive.
    pub scale: f64,
    /// Offset of the counts.
    pub adc_offset: f64,
    /// Scale of the grey map; chosen from the image when it is not positive.
    pub pgm_scale: f64,
    /// Structure factors for the next run.
    pub dump: DumpAction,
}

impl Outputs {
    /// The images to write.
    pub fn images(&self) -> impl Iterator<Item = &PathBuf> {
        let Outputs { float, int, pgm, noise, cbf, nexus, npy, tiff, png, .. } = self;
        [float, int, pgm, noise, cbf, nexus, npy, tiff, png].into_iter().flatten()
    }

    /// The same choices with no image to write.
    #[must_use]
    pub fn without_images(&self) -> Self {
        Outputs {
            scale: self.scale,
            adc_offset: self.adc_offset,
            pgm_scale: self.pgm_scale,
            counting: self.counting,
            picture: self.picture.clone(),
            dump: self.dump.clone(),
            ..Outputs::default()
        }
    }
}

/// What the 32-bit counts of miniCBF and NXmx are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counting {
    /// Poisson deviates of the photons.
    #[default]
    Poisson,
    /// Photons, scaled and rounded.
    Rounded,
}

/// How the picture is made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// From photons to brightness.
    pub tone: Tone,
    /// From brightness to colours.
    pub colors: Colors,
    /// Resolution rings.
    pub rings: Rings,
    /// Whether the spot of the direct beam is marked.
    pub beam: bool,
}

/// Resolution rings.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Rings {
    /// None.
    #[default]
    None,
    /// At round spacings.
    Auto,
    /// At these spacings, Å.
    At(Vec<f64>),
}

/// What happens to the file of structure factors that the next run can read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DumpAction {
    /// Nothing.
    #[default]
    None,
    /// It is written.
    Write(PathBuf),
}
