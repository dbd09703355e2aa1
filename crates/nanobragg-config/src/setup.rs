//! The experiment, and what is to be done with it.

use std::path::PathBuf;

use nanobragg::backend::Precision;
use nanobragg::model::Experiment;
use nanobragg_session::{Device, GpuChoice, Outputs, Panel};

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
