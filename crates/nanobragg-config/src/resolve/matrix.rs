//! Orientation matrices: what can be seen to be wrong with one.

use std::ops::RangeInclusive;
use std::path::Path;

use nanobragg::nalgebra::Matrix3;
use nanobragg_io::WarningKind;
use nanobragg_io::matrix::Mosflm;
use nanobragg_io::text::{spaced, spaced_to};

use crate::{CrystalWarning, Warning};

/// Difference of two cells that rounding of a file's digits does not make.
const SAME: f64 = 5e-3;

/// What the user should know of a matrix that is read for `wavelength` in Å; `file` is where it stands.
pub(super) fn warnings(file: &Path, found: &Mosflm, wavelength: f64) -> Vec<Warning> {
    let [x, y, z] = found.matrix;
    let star = Matrix3::from_row_slice(&[x, y, z].concat()) / wavelength;
    let all = [left_handed(file, &star), other_cell(file, found.cell, &star, wavelength)];
    let unlikely = unlikely_cell(file, &star).map(Warning::from);
    let misset = found.misset_deg.map(|angles| {
        let assumed = "ignored: the matrix is used as it stands; -misset turns the crystal";
        let (kind, angles) = (WarningKind::NotTaken, spaced(&angles));
        nanobragg_io::Warning::new(kind, file, "misset angles", angles, assumed).into()
    });
    all.into_iter().flatten().map(Warning::from).chain(unlikely).chain(misset).collect()
}

/// Usual edges of a cell, Å.
const USUAL: RangeInclusive<f64> = 2.0..=5000.0;

/// Axes whose cell is none that crystals have: those of real space, or of another unit.
fn unlikely_cell(file: &Path, star: &Matrix3<f64>) -> Option<nanobragg_io::Warning> {
    let real = star.try_inverse()?;
    let edges = [0, 1, 2].map(|row| real.row(row).norm());
    if edges.iter().all(|edge| USUAL.contains(edge)) {
        return None;
    }
    let found = spaced_to(&edges, 5);
    let assumed = "Angstrom, of reciprocal axes times the wavelength; usual are 2 to 5000";
    Some(nanobragg_io::Warning::new(WarningKind::UnlikelyLength, file, "cell", found, assumed))
}

/// Reciprocal axes that make a left hand.
fn left_handed(file: &Path, star: &Matrix3<f64>) -> Option<CrystalWarning> {
    (star.determinant() < 0.0).then(|| CrystalWarning::LeftHanded { file: file.to_owned() })
}

/// A cell in the file that is not the one that the matrix means.
fn other_cell(
    file: &Path,
    cell: Option<[f64; 6]>,
    star: &Matrix3<f64>,
    wavelength: f64,
) -> Option<CrystalWarning> {
    let [a, b, c, ..] = cell?;
    let (edges, inverse) = ([a, b, c], star.try_inverse()?);
    let meant = [0, 1, 2].map(|row| inverse.row(row).norm());
    let ratios = [0, 1, 2].map(|at: usize| edges[at] / meant[at]);
    if ratios.iter().all(|ratio| (ratio - 1.0).abs() < SAME) {
        return None;
    }
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    let agreeing = ratios.iter().all(|ratio| (ratio / mean - 1.0).abs() < SAME).then_some(wavelength * mean);
    Some(CrystalWarning::OtherCell { file: file.to_owned(), edges, meant, wavelength, agreeing })
}

/// That the axes of `file` make another cell than `given`, edges in Å and angles in radians, which counts. `rows` are those of a matrix
/// for `wavelength` in Å.
pub(super) fn cell_over(
    file: &Path,
    given: [f64; 6],
    rows: &[[f64; 3]; 3],
    wavelength: f64,
) -> Option<CrystalWarning> {
    let star = Matrix3::from_row_slice(&rows.concat()) / wavelength;
    let real = star.try_inverse()?;
    let [a, b, c] = [0, 1, 2].map(|row| real.row(row).transpose());
    let own = [a.norm(), b.norm(), c.norm(), b.angle(&c), a.angle(&c), a.angle(&b)];
    let differs =
        |at: usize| if at < 3 { (given[at] / own[at] - 1.0).abs() } else { (given[at] - own[at]).abs() };
    let in_degrees =
        |cell: [f64; 6]| std::array::from_fn(|at| if at < 3 { cell[at] } else { cell[at].to_degrees() });
    (0..6).any(|at| differs(at) > SAME).then(|| CrystalWarning::CellOverFile {
        file: file.to_owned(),
        own: in_degrees(own),
        given: in_degrees(given),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_compared_with_its_own_cell() {
        let matrix = [[0.022, 0.0, 0.0], [0.0, 0.01925, 0.0], [0.0, 0.0, 0.0171111]];
        let found = Mosflm { matrix, cell: Some([70.0, 80.0, 90.0, 90.0, 90.0, 90.0]), misset_deg: None };
        let warnings = |found: &Mosflm, wavelength| -> Vec<String> {
            warnings(Path::new("A.mat"), found, wavelength).iter().map(ToString::to_string).collect()
        };
        assert!(warnings(&found, 1.54).is_empty());
        let said = warnings(&found, 1.0);
        let expected = "A.mat: its cell is 70 80 90 Angstrom, but at a wavelength of 1 its matrix means 45.455 51.948 58.442; \
            with a wavelength of 1.54 Angstrom they agree";
        assert_eq!(said, [expected]);
        let other = Mosflm { cell: Some([70.0, 80.0, 95.0, 90.0, 90.0, 90.0]), ..found };
        assert!(warnings(&other, 1.54)[0].ends_with("its matrix means 70 80 90"));
    }

    #[test]
    fn a_cell_beside_axes_that_make_another_one_is_told() {
        let rows = [[0.02, 0.0, 0.0], [0.0, 0.01, 0.0], [0.0, 0.0, 0.01]];
        let right = std::f64::consts::FRAC_PI_2;
        let said =
            |given| cell_over(Path::new("a.expt"), given, &rows, 1.0).map(|warning| warning.to_string());
        assert_eq!(said([50.1, 100.0, 100.0, right, right, right]), None);
        let expected = "a.expt: its axes make the cell 50 100 100 90 90 90, and -cell says 50 100 100 90 90 120: its orientation \
            is used with the edges of -cell";
        let given = [50.0, 100.0, 100.0, right, right, 120_f64.to_radians()];
        assert_eq!(said(given).as_deref(), Some(expected));
    }

    #[test]
    fn a_left_hand_is_told() {
        let matrix = [[-0.01, 0.0, 0.0], [0.0, 0.01, 0.0], [0.0, 0.0, 0.01]];
        let said = warnings(Path::new("A.mat"), &Mosflm { matrix, cell: None, misset_deg: None }, 1.0);
        assert_eq!(said, [CrystalWarning::LeftHanded { file: "A.mat".into() }.into()]);
    }
}
