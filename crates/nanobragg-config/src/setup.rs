//! The experiment, and what is to be done with it.

use std::path::PathBuf;

use nanobragg::model::{Detector, Experiment};
use nanobragg::render::Precision;

use crate::Origins;

/// The experiment that a command line describes, and what is to be done with it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The experiment.
    pub experiment: Experiment,
    /// Panels of a detector that has more than one, in the order of the file; empty for a single one. The first is
    /// that of `experiment`.
    pub panels: Vec<Panel>,
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

/// A panel of a detector with several.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Name; may be empty.
    pub name: String,
    /// The panel as a detector of its own.
    pub detector: Detector,
}

impl Setup {
    /// One experiment for every image to render: one for each panel, which differ in their detectors and in the
    /// seeds of their noise.
    pub fn experiments(&self) -> Vec<Experiment> {
        if self.panels.is_empty() {
            return vec![self.experiment.clone()];
        }
        let of = |(number, panel): (usize, &Panel)| {
            let mut experiment = self.experiment.clone();
            experiment.detector = panel.detector.clone();
            experiment.seeds.noise = experiment.seeds.noise.wrapping_add(number as i64);
            experiment
        };
        self.panels.iter().enumerate().map(of).collect()
    }
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

impl Outputs {
    /// The images to write.
    pub fn images(&self) -> impl Iterator<Item = &PathBuf> {
        let Outputs { float, int, pgm, noise, .. } = self;
        [float, int, pgm, noise].into_iter().flatten()
    }

    /// The images of panel `number`: `_number` stands before their extensions. The structure factors are written
    /// with those of panel 0.
    #[must_use]
    pub fn of_panel(&self, number: usize) -> Outputs {
        let mut outputs = self.clone();
        let Outputs { float, int, pgm, noise, .. } = &mut outputs;
        for path in [float, int, pgm, noise].into_iter().flatten() {
            let mut name = path.file_stem().unwrap_or_default().to_os_string();
            name.push(format!("_{number}"));
            if let Some(extension) = path.extension() {
                name.push(".");
                name.push(extension);
            }
            *path = path.with_file_name(name);
        }
        if number > 0 {
            outputs.dump = DumpAction::None;
        }
        outputs
    }
}

/// What happens to the file of structure factors that the next run can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DumpAction {
    /// Nothing.
    None,
    /// It is written.
    Write(PathBuf),
}
