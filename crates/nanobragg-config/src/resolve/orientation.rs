//! The orientation of the crystal in an image's file beside the one that is rendered.

use std::path::Path;

use nanobragg::model::{Beam, Misset, Mosaicity};
use nanobragg::nalgebra::Matrix3;
use nanobragg::physics::rotation::about_axis;
use nanobragg_io::c_format::g;
use nanobragg_io::cell::{cell_of_rows, is_other_cell};
use nanobragg_io::instrument_image::ImageCrystal;
use nanobragg_io::text::spaced_to;
use nanobragg_io::{Warning, WarningKind};

use super::Context;
use super::detector::probe;
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
    let mut probe = probe(draft)?;
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
    let off_deg = least_turn(rendered, &(said * scale)).to_degrees();
    let assumed = format!(
        "its orientation is ignored: the one that is rendered is {} deg off; -mat, -misset and the convention decide it",
        g(off_deg, 4)
    );
    let found = spaced_to(&crystal.cell, 6);
    (off_deg > SAME_DEG).then(|| Warning::new(WarningKind::NotTaken, file, "crystal", found, assumed))
}

/// How far the squares of a turn's rows may be from those of a rotation: cells agree as far as [`is_other_cell`] wants it.
const SAME_METRIC: f64 = 0.03;

/// The angle by which reciprocal axes, in columns, are turned from others; the least one where rotations bring the lattice upon itself,
/// which are matrices of whole numbers from -1 to 1.
fn least_turn(one: &Matrix3<f64>, other: &Matrix3<f64>) -> f64 {
    const ENTRIES: usize = 19_683; // 3 to the 9th.
    let Some(inverse) = other.try_inverse() else { return f64::INFINITY };
    let angle = |number: usize| {
        let mut rest = number;
        let operator = Matrix3::from_fn(|_, _| {
            let digit = rest % 3;
            rest /= 3;
            digit as f64 - 1.0
        });
        // A rotation's determinant is 1, and so is that of its whole numbers.
        if (operator.determinant() - 1.0).abs() > 0.5 {
            return f64::INFINITY;
        }
        let turn = one * operator * inverse;
        let is_rotation = (turn * turn.transpose() - Matrix3::identity()).abs().max() < SAME_METRIC;
        if is_rotation { (0.5 * (turn.trace() - 1.0)).clamp(-1.0, 1.0).acos() } else { f64::INFINITY }
    };
    (0..ENTRIES).map(angle).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::nalgebra::{Rotation3, Vector3};

    #[test]
    fn turns_are_found_but_for_those_of_the_lattice() {
        let triclinic = Matrix3::new(0.02, 0.003, 0.002, 0.0, 0.017, 0.001, 0.0, 0.0, 0.014);
        let cubic = Matrix3::identity() * 0.02;
        let turn = |degrees: f64| {
            Rotation3::from_scaled_axis(Vector3::new(0.6, 0.0, 0.8) * degrees.to_radians()).into_inner()
        };
        for degrees in [0.0, 3.0, 40.0, 180.0] {
            let found = least_turn(&(turn(degrees) * triclinic), &triclinic).to_degrees();
            assert!((found - degrees).abs() < 1e-5, "{degrees}: {found}");
        }
        let half = Matrix3::from_diagonal(&Vector3::new(-1.0, -1.0, 1.0));
        assert!((least_turn(&(half * triclinic), &triclinic).to_degrees() - 180.0).abs() < 1e-5);
        let threefold = Matrix3::new(0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0);
        for same in [half, threefold] {
            assert!(least_turn(&(same * cubic), &cubic) < 1e-6);
            let off = least_turn(&(turn(3.0) * same * cubic), &cubic).to_degrees();
            assert!((off - 3.0).abs() < 1e-5, "{off}");
        }
    }
}
