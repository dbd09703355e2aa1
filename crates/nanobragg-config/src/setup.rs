//! The experiment, and what is to be done with it.

use std::path::PathBuf;

use nanobragg::backend::Precision;
use nanobragg::model::{Detector, Experiment};
use nanobragg_io::preview::{Colors, Tone};

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
    /// Precision of the lattice factor; `None` for the device's own.
    pub precision: Option<Precision>,
    /// Which graphics processor, and how it is used.
    pub gpu: GpuChoice,
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
    /// A graphics processor.
    Gpu,
    /// A graphics processor where there is one in hardware, else all cores.
    Auto,
    /// The scalar definition on one core.
    Scalar,
}

/// Which graphics processor renders, and how it is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GpuChoice {
    /// Name, or number in the list of adapters; the best where it is not given.
    pub adapter: Option<String>,
    /// Whether it is tested anew before it is used.
    pub selftest: bool,
    /// Limits below those of the adapter, as the user wrote them.
    pub limits: Option<String>,
}

/// Files to write; `None` where a file is not wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outputs {
    /// Photons as floats.
    pub float: Option<PathBuf>,
    /// Scaled counts.
    pub int: Option<PathBuf>,
    /// Gray map.
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
    /// Scale of the gray map; chosen from the image when it is not positive.
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

    /// The images of panel `number`: `_number` stands before their extensions. The structure factors are written
    /// with those of panel 0.
    #[must_use]
    pub fn of_panel(&self, number: usize) -> Self {
        let mut numbered = self.clone();
        let Outputs { float, int, pgm, noise, cbf, nexus, npy, tiff, png, .. } = &mut numbered;
        for path in [float, int, pgm, noise, cbf, nexus, npy, tiff, png].into_iter().flatten() {
            let mut name = path.file_stem().unwrap_or_default().to_os_string();
            name.push(format!("_{number}"));
            if let Some(extension) = path.extension() {
                name.push(".");
                name.push(extension);
            }
            path.set_file_name(name);
        }
        if number > 0 {
            numbered.dump = DumpAction::None;
        }
        numbered
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
    /// From brightness to colors.
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
