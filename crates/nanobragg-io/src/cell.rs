//! Unit cells: edges in Å, angles in degrees.

use nalgebra::{Matrix3, Vector3};

/// What rounding of digits makes of a cell: of an edge, relative, and of an angle, degrees.
const SAME: (f64, f64) = (5e-3, 0.5);

/// How a file names a space group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// By its Hermann-Mauguin symbol, or its number in International Tables.
    HermannMauguin,
    /// By its Hall symbol.
    Hall,
}

/// A space group as a file names it. It is not looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceGroup {
    /// Symbol or number.
    pub text: String,
    /// What it is.
    pub notation: Notation,
}

impl SpaceGroup {
    /// Longer names are none.
    const LONGEST: usize = 80;

    /// The one of this name, if that is one.
    pub(crate) fn of(text: &str, notation: Notation) -> Option<Self> {
        let text = text.trim();
        let is_name = !text.is_empty() && text.len() < Self::LONGEST && !text.chars().any(char::is_control);
        is_name.then(|| SpaceGroup { text: text.to_owned(), notation })
    }
}

/// A cell with the space group that the file names beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct CellOfFile {
    /// Edges and angles.
    pub cell: [f64; 6],
    /// The space group.
    pub space_group: Option<SpaceGroup>,
}

/// Whether two cells are not the same: an edge differs by more than 0.5 %, or an angle by more than half a degree.
#[must_use]
pub fn is_other_cell(one: &[f64; 6], counts: &[f64; 6]) -> bool {
    let mut both = one.iter().zip(counts).enumerate();
    both.any(|(at, (a, b))| if at < 3 { (a - b).abs() > SAME.0 * b.abs() } else { (a - b).abs() > SAME.1 })
}

/// Lengths of the cell vectors in the rows of a matrix, and the angles between them.
#[must_use]
pub fn cell_of_rows(real: &Matrix3<f64>) -> [f64; 6] {
    let [a, b, c] = [0, 1, 2].map(|row| real.row(row).transpose());
    let angle = |v: &Vector3<f64>, w: &Vector3<f64>| v.cross(w).norm().atan2(v.dot(w)).to_degrees();
    [a.norm(), b.norm(), c.norm(), angle(&b, &c), angle(&a, &c), angle(&a, &b)]
}

/// The vectors of a cell as columns: a along x, b in the plane of x and y.
#[must_use]
pub fn vectors_of([a, b, c, alpha, beta, gamma]: &[f64; 6]) -> Matrix3<f64> {
    let [cos_alpha, cos_beta] = [alpha, beta].map(|angle| angle.to_radians().cos());
    let (sin_gamma, cos_gamma) = gamma.to_radians().sin_cos();
    let along_y = (cos_alpha - cos_beta * cos_gamma) / sin_gamma;
    let along_z = (1.0 - cos_beta.powi(2) - along_y * along_y).max(0.0).sqrt();
    Matrix3::from_columns(&[
        Vector3::x() * *a,
        Vector3::new(cos_gamma, sin_gamma, 0.0) * *b,
        Vector3::new(cos_beta, along_y, along_z) * *c,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_make_no_other_cell() {
        let cell = [50.0, 60.0, 70.0, 90.0, 100.0, 90.0];
        let changed = |at: usize, by: f64| {
            let mut other = cell;
            other[at] += by;
            is_other_cell(&other, &cell)
        };
        assert!(!changed(0, 0.2) && changed(0, 0.3) && changed(1, -0.4) && !changed(2, 0.3));
        assert!(!changed(4, 0.4) && changed(4, 0.6) && changed(5, -0.6));
    }

    #[test]
    fn vectors_have_the_edges_and_angles_of_their_cell() {
        let cell = [50.0, 60.0, 70.0, 80.0, 100.0, 95.0];
        let vectors = vectors_of(&cell);
        let found = cell_of_rows(&vectors.transpose());
        assert!(found.iter().zip(cell).all(|(found, cell)| (found - cell).abs() < 1e-10), "{found:?}");
        assert!((vectors[(1, 0)], vectors[(2, 0)], vectors[(2, 1)]) == (0.0, 0.0, 0.0));
    }
}
