//! What is to be done.

use nanobragg::backend::Precision;
use nanobragg::model::{Convention, Detector, Experiment, MosflmMatrix, Quirk};
use nanobragg::nalgebra::Vector3;

use crate::{Device, Format, GpuChoice, Output, Panel, Provenance};

/// An experiment, what renders it, and the files that are made of it.
#[derive(Clone, Debug)]
pub struct Job {
    /// The experiment.
    pub experiment: Experiment,
    /// Panels of a detector that has more than one, in order; empty for a single one. The first is that of
    /// `experiment`.
    pub panels: Vec<Panel>,
    /// Files to write, in this order.
    pub outputs: Vec<Output>,
    /// What renders.
    pub compute: Compute,
    /// What headers say that the images were made of.
    pub provenance: Option<Provenance>,
}

/// What an image of a scan has of its own; `None` where flags decide.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageModel {
    /// Wavelength in meters.
    pub wavelength: Option<f64>,
    /// Direction of the beam.
    pub beam: Option<Vector3<f64>>,
    /// Axis of the rotation.
    pub spindle_axis: Option<Vector3<f64>>,
    /// Orientation and cell.
    pub matrix: Option<MosflmMatrix>,
}

impl ImageModel {
    /// The experiment with what the image has of its own in the place of what all have.
    ///
    /// # Errors
    /// A wavelength that is not positive.
    pub fn apply(&self, experiment: &Experiment) -> Result<Experiment, nanobragg::Error> {
        let mut experiment = experiment.clone();
        if let Some(wavelength) = self.wavelength {
            experiment.beam = experiment.beam.with_any_wavelength(wavelength)?;
        }
        if let Convention::Custom(frame) = &mut experiment.detector.convention {
            frame.beam = self.beam.unwrap_or(frame.beam);
            frame.spindle_axis = self.spindle_axis.unwrap_or(frame.spindle_axis);
        }
        if let Some(matrix) = self.matrix {
            let lattice = experiment.crystal.lattice().oriented(matrix);
            experiment.crystal = experiment.crystal.with_lattice(lattice);
        }
        Ok(experiment)
    }
}

/// What renders, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compute {
    /// The device.
    pub device: Device,
    /// Precision of the lattice factor; `None` for the device's own.
    pub precision: Option<Precision>,
    /// Which graphics processor, and how it is used.
    pub gpu: GpuChoice,
    /// Threads; 0 for one on every core.
    pub threads: usize,
    /// Whether images may hold photons that are not finite, or negative.
    pub allow_nonfinite: bool,
}

impl Job {
    /// The experiment of each image to render: one for each panel, which differ in their detectors and, under the
    /// quirk `poisson_single_precision`, in the seeds of their noise.
    pub fn experiments(&self) -> impl Iterator<Item = Experiment> {
        (0..self.panels.len().max(1)).map(|number| self.experiment(number))
    }

    /// The experiment of the image of panel `number`.
    pub(crate) fn experiment(&self, number: usize) -> Experiment {
        let mut experiment = self.experiment.clone();
        if let Some(panel) = self.panels.get(number) {
            experiment.detector = panel.detector.clone();
            if experiment.quirks.has(Quirk::PoissonSinglePrecision) {
                // One stream an image: panels differ by their seeds.
                experiment.seeds.noise = experiment.seeds.noise.wrapping_add(number as i64);
            }
        }
        experiment
    }

    /// Pixels of the images along fast and slow.
    pub(crate) fn sizes(&self) -> Vec<(usize, usize)> {
        let size = |detector: &Detector| (detector.pixels.fast(), detector.pixels.slow());
        if self.panels.is_empty() {
            vec![size(&self.experiment.detector)]
        } else {
            self.panels.iter().map(|panel| size(&panel.detector)).collect()
        }
    }

    /// Whether `output` is one image of all panels of a detector of several.
    pub(crate) fn has_all_panels(&self, output: &Output) -> bool {
        !self.panels.is_empty() && output.format == Format::Nexus
    }

    /// The files of the image of panel `number`.
    pub(crate) fn outputs(&self, number: usize) -> Vec<Output> {
        let numbered = |output: &Output| output.of_panel(number);
        if self.panels.is_empty() {
            self.outputs.clone()
        } else {
            self.outputs.iter().filter_map(numbered).collect()
        }
    }
}
