//! Orientation matrices: what can be seen to be wrong with one.

use nanobragg::nalgebra::Matrix3;
use nanobragg_io::c_format::g;
use nanobragg_io::matrix::Mosflm;

/// Difference of two cells that rounding of a file's digits does not make.
const SAME: f64 = 5e-3;

/// What the user should know of a matrix that is read for `wavelength` in Å; `file` is where it stands.
pub(super) fn warnings(file: &str, found: &Mosflm, wavelength: f64) -> Vec<String> {
    let [x, y, z] = found.matrix;
    let star = Matrix3::from_row_slice(&[x, y, z].concat()) / wavelength;
    left_handed(file, &star).into_iter().chain(other_cell(file, found.cell, &star, wavelength)).collect()
}

/// Reciprocal axes that make a left hand.
pub(super) fn left_handed(file: &str, star: &Matrix3<f64>) -> Option<String> {
    (star.determinant() < 0.0).then(|| {
        format!("{file}: its axes are left-handed (determinant below zero): h, k, l mean the mirror image")
    })
}

/// A cell in the file that is not the one that the matrix means.
fn other_cell(file: &str, cell: Option<[f64; 6]>, star: &Matrix3<f64>, wavelength: f64) -> Option<String> {
    let cell = cell?;
    let edges = star.try_inverse()?.row_iter().map(|edge| edge.norm()).collect::<Vec<_>>();
    let ratios: Vec<f64> = cell.iter().zip(&edges).map(|(own, edge)| own / edge).collect();
    if ratios.iter().all(|ratio| (ratio - 1.0).abs() < SAME) {
        return None;
    }
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    let list = |edges: &[f64]| edges.iter().map(|edge| g(*edge, 5)).collect::<Vec<_>>().join(" ");
    let (own, meant) = (list(cell.get(..3)?), list(&edges));
    let remedy = if ratios.iter().all(|ratio| (ratio / mean - 1.0).abs() < SAME) {
        format!("; with a wavelength of {} Angstrom they agree", g(wavelength * mean, 5))
    } else {
        String::new()
    };
    Some(format!(
        "{file}: its cell is {own} Angstrom, but at a wavelength of {} its matrix means {meant}{remedy}",
        g(wavelength, 6)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_compared_with_its_own_cell() {
        let matrix = [[0.022, 0.0, 0.0], [0.0, 0.01925, 0.0], [0.0, 0.0, 0.0171111]];
        let found = Mosflm { matrix, cell: Some([70.0, 80.0, 90.0, 90.0, 90.0, 90.0]) };
        assert!(warnings("A.mat", &found, 1.54).is_empty());
        let said = warnings("A.mat", &found, 1.0);
        let expected = "A.mat: its cell is 70 80 90 Angstrom, but at a wavelength of 1 its matrix means 45.455 51.948 58.442; \
            with a wavelength of 1.54 Angstrom they agree";
        assert_eq!(said, [expected]);
        let other = Mosflm { cell: Some([70.0, 80.0, 95.0, 90.0, 90.0, 90.0]), ..found };
        assert!(warnings("A.mat", &other, 1.54)[0].ends_with("its matrix means 70 80 90"));
    }

    #[test]
    fn a_left_hand_is_told() {
        let matrix = [[-0.01, 0.0, 0.0], [0.0, 0.01, 0.0], [0.0, 0.0, 0.01]];
        assert!(
            warnings("A.mat", &Mosflm { matrix, cell: None }, 1.0)[0]
                .contains("A.mat: its axes are left-handed")
        );
    }
}
