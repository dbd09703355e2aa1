//! What targets do with an input.

use std::path::{Path, PathBuf};

use nanobragg::model::{Experiment, Mosaicity, SensorLayers, Spectrum};

/// A file that holds the input.
pub(super) fn written(folder: &Path, input: &[u8]) -> Result<PathBuf, String> {
    let path = folder.join("file");
    std::fs::write(&path, input).map_err(|error| error.to_string())?;
    Ok(path)
}

/// What a reader says of a file that holds the input.
pub(super) fn with<E: ToString>(
    folder: &Path,
    input: &[u8],
    read: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), String> {
    read(&written(folder, input)?).map_err(|error| error.to_string())
}

/// Whether making a plan would take long: many samples, or a search for the first unsafe neighborhood.
pub(super) fn heavy(experiment: &Experiment) -> bool {
    let layers = match experiment.detector.sensor.layers() {
        SensorLayers::Count(count) | SensorLayers::Spaced { count, .. } => count.get(),
        SensorLayers::Auto => 1,
    };
    let divergence = experiment.beam.divergence().copied().unwrap_or_default();
    let wavelengths = match experiment.beam.spectrum() {
        Some(Spectrum::Band(steps)) => steps.count(),
        _ => 1,
    };
    let steps = [divergence.horizontal.count(), divergence.vertical.count(), wavelengths, layers];
    let pixels = experiment.detector.pixels;
    matches!(experiment.crystal.mosaicity(), Mosaicity::Domains { count: 101.., .. })
        || steps.into_iter().any(|count| count > 100)
        || experiment.rotation.steps() > 100
        || pixels.fast().saturating_mul(pixels.slow()) > 1 << 14
}
