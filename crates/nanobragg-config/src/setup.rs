//! The experiment, and what is to be done with it.

use std::path::PathBuf;

use nanobragg::backend::Precision;
use nanobragg::model::Experiment;
use nanobragg::model::symmetry::SymmetryOperator;
use nanobragg_session::{Compute, Device, GpuChoice, ImageModel, Job, Panel, Provenance};

use crate::{Origins, Outputs, Warning};

/// The experiment that a command line describes, and what is to be done with it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The experiment.
    pub experiment: Experiment,
    /// Panels of a detector that has more than one, in the order of the file; empty for a single one. The first is
    /// that of `experiment`.
    pub panels: Vec<Panel>,
    /// What differs from image to image of a scan whose description varies, in order; empty where nothing does.
    pub images: Vec<ImageModel>,
    /// Start and range, in radians, of the first of these images.
    pub described: Option<[f64; 2]>,
    /// Operators by which unique reflections were expanded; none where every reflection was given.
    pub symmetry: Vec<SymmetryOperator>,
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
    /// Whether images may hold photons that are not finite, or negative.
    pub allow_nonfinite: bool,
    /// Whether progress is shown.
    pub progress: bool,
    /// Where quantities come from.
    pub origins: Origins,
    /// What the user should know about inputs and flags.
    pub warnings: Vec<Warning>,
    /// What was read, one line each.
    pub notes: Vec<String>,
    /// Input files.
    pub inputs: Vec<PathBuf>,
    /// What headers say that images are made of.
    pub provenance: Provenance,
}

impl Setup {
    /// What is to be done, without where it comes from.
    pub fn into_job(self) -> Job {
        let Setup {
            experiment,
            panels,
            outputs,
            device,
            precision,
            gpu,
            threads,
            allow_nonfinite,
            provenance,
            ..
        } = self;
        let outputs = outputs.list();
        let compute = Compute { device, precision, gpu, threads, allow_nonfinite };
        Job { experiment, panels, outputs, compute, provenance: Some(provenance) }
    }
}
