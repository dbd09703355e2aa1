//! Orientation matrices: what can be seen to be wrong with one.

use std::ops::RangeInclusive;
use std::path::Path;

use nanobragg::nalgebra::Matrix3;
use nanobragg_io::WarningKind;
use nanobragg_io::cell::{cell_of_rows, is_other_cell};
use nanobragg_io::matrix::Mosflm;
use nanobragg_io::text::{spaced, spaced_to};

use crate::{CrystalWarning, Warning};

/// What rounding of a file's digits makes of a reciprocal axis, relative to its length.
const SAME_AXIS: f64 = 1e-2;

/// What the user should know of a matrix that is read for `wavelength` in Å; `file` is where it stands.
pub(super) fn warnings(file: &Path, found: &Mosflm, wavelength: f64) -> Vec<Warning> {
    let [x, y, z] = found.matrix;
    let star = Matrix3::from_row_slice(&[x, y, z].concat()) / wavelength;
    let all = [CrystalWarning::left_handed(file, &star), other_cell(file, found.cell, &star, wavelength)];
    let unlikely = unlikely_cell(file, &star).map(Warning::from);
    let misset = found.misset_deg.map(|angles| {
        let assumed = "ignored: the matrix is used as it stands; -misset turns the crystal";
        let (kind, angles) = (WarningKind::NotTaken, spaced(&angles));
        nanobragg_io::Warning::new(kind, file, "misset angles", angles, assumed).into()
    });
    let behind = found.warnings.iter().cloned().map(|warning| {
        let warning = nanobragg_io::Warning { file: file.to_owned(), ..warning };
        Warning::from(warning)
    });
    all.into_iter().flatten().map(Warning::from).chain(unlikely).chain(misset).chain(behind).collect()
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

/// A cell in the file that is not the one that the matrix means.
fn other_cell(
    file: &Path,
    cell: Option<[f64; 6]>,
    star: &Matrix3<f64>,
    wavelength: f64,
) -> Option<CrystalWarning> {
    let (cell, meant) = (cell?, cell_of_rows(&star.try_inverse()?));
    if !is_other_cell(&cell, &meant) {
        return None;
    }
    let ratios = [0, 1, 2].map(|at: usize| cell[at] / meant[at]);
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    let scaled = std::array::from_fn(|at| if at < 3 { meant[at] * mean } else { meant[at] });
    let agreeing = (!is_other_cell(&cell, &scaled)).then_some(wavelength * mean);
    Some(CrystalWarning::OtherCell { file: file.to_owned(), cell, meant, wavelength, agreeing })
}

/// The cell of a matrix for `wavelength` in Å; none of one that spans no volume.
pub(super) fn cell(rows: &[[f64; 3]; 3], wavelength: f64) -> Option<[f64; 6]> {
    let star = Matrix3::from_row_slice(&rows.concat()) / wavelength;
    Some(cell_of_rows(&star.try_inverse()?))
}

/// That the crystal of the description of an instrument, reciprocal vectors of 1/Å in columns, is not the one of a matrix for `wavelength` in
/// Å that counts. `by` says what gives that.
pub(super) fn replaced(
    file: &Path,
    star: &Matrix3<f64>,
    rows: &[[f64; 3]; 3],
    wavelength: f64,
    by: &str,
) -> Option<nanobragg_io::Warning> {
    let counts = Matrix3::from_row_slice(&rows.concat()) / wavelength;
    let [own, given] = [cell_of_rows(&star.try_inverse()?), cell_of_rows(&counts.try_inverse()?)];
    let said = spaced_to(&own, 6);
    if is_other_cell(&own, &given) {
        let assumed = format!("ignored; {by} counts, {}", spaced_to(&given, 6));
        return Some(nanobragg_io::Warning::new(WarningKind::OtherCell, file, "crystal", said, assumed));
    }
    let is_off =
        |at: usize| (star.column(at) - counts.column(at)).norm() > SAME_AXIS * counts.column(at).norm();
    let assumed = format!("its orientation is ignored; that of {by} counts");
    let warning = nanobragg_io::Warning::new(WarningKind::NotTaken, file, "crystal", said, assumed);
    (0..3).any(is_off).then_some(warning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_compared_with_its_own_cell() {
        let matrix = [[0.022, 0.0, 0.0], [0.0, 0.01925, 0.0], [0.0, 0.0, 0.0171111]];
        let found = Mosflm {
            matrix,
            cell: Some([70.0, 80.0, 90.0, 90.0, 90.0, 90.0]),
            misset_deg: None,
            space_group: None,
            warnings: Vec::new(),
        };
        let warnings = |found: &Mosflm, wavelength| -> Vec<String> {
            warnings(Path::new("A.mat"), found, wavelength).iter().map(ToString::to_string).collect()
        };
        assert!(warnings(&found, 1.54).is_empty());
        let said = warnings(&found, 1.0);
        let expected = "A.mat: its cell is 70 80 90 90 90 90, but at a wavelength of 1 its matrix means 45.455 51.948 58.442 90 90 90; \
            with a wavelength of 1.54 Angstrom they agree";
        assert_eq!(said, [expected]);
        let other = Mosflm { cell: Some([70.0, 80.0, 95.0, 90.0, 90.0, 90.0]), ..found.clone() };
        assert!(warnings(&other, 1.54)[0].ends_with("its matrix means 70 80 90 90 90 90"));
        let other = Mosflm { cell: Some([70.0, 80.0, 90.0, 90.0, 100.0, 90.0]), ..found };
        assert!(warnings(&other, 1.54)[0].contains("its cell is 70 80 90 90 100 90"));
    }

    #[test]
    fn a_cell_beside_axes_that_make_another_one_is_told() {
        let own = cell(&[[0.02, 0.0, 0.0], [0.0, 0.01, 0.0], [0.0, 0.0, 0.01]], 1.0).unwrap();
        let said = |given| {
            CrystalWarning::cell_over(Path::new("a.expt"), own, given).map(|warning| warning.to_string())
        };
        assert_eq!(said([50.1, 100.0, 100.0, 90.0, 90.0, 90.0]), None);
        let expected = "a.expt: its axes make the cell 50 100 100 90 90 90, and -cell says 50 100 100 90 90 120: its orientation \
            is used with the edges of -cell";
        assert_eq!(said([50.0, 100.0, 100.0, 90.0, 90.0, 120.0]).as_deref(), Some(expected));
    }

    #[test]
    fn a_crystal_that_a_matrix_takes_the_place_of_is_told() {
        let rows = [[0.02, 0.0, 0.0], [0.0, 0.01, 0.0], [0.0, 0.0, 0.01]];
        let said = |star: [f64; 9]| {
            let star = Matrix3::from_row_slice(&star);
            let warning = replaced(Path::new("a.expt"), &star, &rows, 1.0, "-mat A.mat");
            warning.map(|warning| warning.to_string())
        };
        assert_eq!(said([0.02, 0.0, 0.0, 0.0, 0.01, 0.0, 0.0, 0.0, 0.01]), None);
        let expected = "a.expt: crystal: 50 100 80 90 90 90: ignored; -mat A.mat counts, 50 100 100 90 90 90";
        assert_eq!(said([0.02, 0.0, 0.0, 0.0, 0.01, 0.0, 0.0, 0.0, 0.0125]).as_deref(), Some(expected));
        let expected =
            "a.expt: crystal: 50 100 100 90 90 90: its orientation is ignored; that of -mat A.mat counts";
        assert_eq!(said([0.02, 0.0, 0.0, 0.0, -0.01, 0.0, 0.0, 0.0, -0.01]).as_deref(), Some(expected));
    }

    #[test]
    fn a_left_hand_is_told() {
        let matrix = [[-0.01, 0.0, 0.0], [0.0, 0.01, 0.0], [0.0, 0.0, 0.01]];
        let said = warnings(
            Path::new("A.mat"),
            &Mosflm { matrix, cell: None, misset_deg: None, space_group: None, warnings: Vec::new() },
            1.0,
        );
        assert_eq!(said, [CrystalWarning::LeftHanded { file: "A.mat".into() }.into()]);
    }
}
