//! The orientation of the crystal in an image's file beside the one that is rendered.

use std::path::Path;

use nanobragg::model::{Beam, Experiment, Misset, Mosaicity, UnitCell};
use nanobragg::nalgebra::{Matrix3, Rotation3};
use nanobragg::physics::rotation::about_axis;
use nanobragg_io::c_format::g;
use nanobragg_io::cell::{cell_of_rows, is_other_cell};
use nanobragg_io::instrument_image::ImageCrystal;
use nanobragg_io::text::spaced_to;
use nanobragg_io::{Warning, WarningKind};

use super::Context;
use crate::ConfigError;
use crate::context::{Orientations, Purpose};
use crate::draft::Draft;

/// What the digits of files and a refined setting leave of an orientation, degrees.
const SAME_DEG: f64 = 0.5;

/// Says so where the crystal in the file of an image is oriented otherwise than the one that is rendered, which counts. Orientations that
/// are drawn or listed are none of a file's.
///
/// # Errors
/// None that an image could cause.
pub(super) fn of_image(draft: &mut Draft, context: &Context) -> Result<(), ConfigError> {
    let said = draft.crystal_of_image.take().zip(draft.reciprocal_of_image.take());
    let has_others = matches!(
        context.purpose,
        Purpose::Series { orientations: Orientations::Drawn | Orientations::Listed, .. }
    );
    let experiment = &draft.setup.experiment;
    let Some(((file, crystal), said)) =
        said.filter(|_| !has_others && experiment.crystal.misset() != Misset::Random)
    else {
        return Ok(());
    };
    let Some(rendered) = rendered(draft, crystal.turns)? else { return Ok(()) };
    draft.setup.warnings.extend(other(&file, &crystal, &said, &rendered).map(crate::Warning::from));
    Ok(())
}

/// Reciprocal axes of the crystal as columns in the laboratory's frame: at a spindle angle of zero, or as the spindle has turned them.
fn rendered(draft: &Draft, turns: bool) -> Result<Option<Matrix3<f64>>, ConfigError> {
    let experiment = &draft.setup.experiment;
    let mut probe = Experiment::uniform(UnitCell::new(50.0, 50.0, 50.0, 90.0, 90.0, 90.0)?, 0.0);
    probe.quirks = experiment.quirks;
    probe.detector = experiment.detector.clone();
    probe.beam = Beam::new(draft.beam.wavelength)?;
    probe.crystal = experiment.crystal.with_mosaicity(Mosaicity::None)?;
    // What cannot be planned is refused where it is planned.
    let Ok(plan) = probe.plan() else { return Ok(None) };
    let start = if turns { 0.0 } else { draft.rotation.start };
    let spindle = plan.detector.spindle_axis[1].try_normalize(0.0);
    let axes = plan.crystal.shape.reciprocal.vectors;
    Ok(spindle.map(|spindle| Matrix3::from_columns(&axes.map(|axis| about_axis(&axis, &spindle, start)))))
}

/// That a crystal with the same cell is oriented otherwise.
fn other(
    file: &Path,
    crystal: &ImageCrystal,
    said: &Matrix3<f64>,
    rendered: &Matrix3<f64>,
) -> Option<Warning> {
    let cell = cell_of_rows(&rendered.try_inverse()?);
    if is_other_cell(&crystal.cell, &cell) {
        return None;
    }
    let scale = (rendered.determinant() / said.determinant()).cbrt();
    let turn = Rotation3::from_matrix(&(rendered * (said * scale).try_inverse()?));
    let off_deg = turn.angle().to_degrees();
    let assumed = format!(
        "its orientation is ignored: the one that is rendered is {} deg off; -mat, -misset and the convention decide it",
        g(off_deg, 4)
    );
    let found = spaced_to(&crystal.cell, 6);
    (off_deg > SAME_DEG).then(|| Warning::new(WarningKind::NotTaken, file, "crystal", found, assumed))
}
