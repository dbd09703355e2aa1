//! The crystal: lattice, orientation, size, shape, mosaicity.

use nalgebra::Matrix3;

use super::UnitCell;
use crate::check::{positive, ranged};
use crate::error::{Error, PlanCause};
use crate::shapes::Shape;

/// Part of the box of its edges up to which a cell is as good as flat.
const FLAT: f64 = 1e-14;

/// A perfect-lattice crystal, as mosaic domains.
///
/// ```
/// use nanobragg::model::{Crystal, Misset, Mosaicity, Shape, Size, UnitCell};
///
/// let crystal = Crystal::from_cell(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?)
///     .with_cells(20, 20, 30)?
///     .with_shape(Shape::default())
///     .with_misset(Misset::Angles([0.1, 0.2, 0.3]))?
///     .with_mosaicity(Mosaicity::Domains { spread: 0.005, count: 50 })?;
/// assert_eq!(crystal.size(), [20.0, 20.0, 30.0].map(Size::Cells));
/// assert_eq!(crystal.with_cells(0, 1, 1).unwrap_err().kind().code(), "plan.out-of-range");
/// # Ok::<(), nanobragg::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crystal {
    lattice: Lattice,
    misset: Misset,
    size: [Size; 3],
    shape: Shape,
    fudge: f64,
    b_factor: f64,
    mosaicity: Mosaicity,
}

impl Crystal {
    /// One cell of a lattice.
    pub fn new(lattice: Lattice) -> Self {
        Crystal {
            lattice,
            misset: Misset::None,
            size: [Size::Cells(1.0); 3],
            shape: Shape::default(),
            fudge: 1.0,
            b_factor: 0.0,
            mosaicity: Mosaicity::None,
        }
    }

    /// One cell of `cell` in the default orientation: a* along x, b* in the xy plane.
    pub fn from_cell(cell: UnitCell) -> Self {
        Crystal::new(Lattice::Cell(cell))
    }

    /// One cell in the orientation of `matrix`.
    pub fn from_matrix(matrix: MosflmMatrix) -> Self {
        Crystal::new(Lattice::Matrix(matrix))
    }

    /// The same crystal of another lattice.
    #[must_use]
    pub fn with_lattice(self, lattice: Lattice) -> Self {
        Crystal { lattice, ..self }
    }

    /// The same crystal, turned from the orientation of its lattice.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for angles that are not finite.
    pub fn with_misset(self, misset: Misset) -> Result<Self, Error> {
        if let Misset::Angles(angles) = misset {
            for angle in angles {
                ranged("a misset angle (rad)", angle, "finite", true)?;
            }
        }
        Ok(Crystal { misset, ..self })
    }

    /// The same crystal with `na` × `nb` × `nc` cells.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for no cell, and for more than 10⁹ along an axis.
    pub fn with_cells(self, na: u32, nb: u32, nc: u32) -> Result<Self, Error> {
        self.with_size([na, nb, nc].map(|cells| Size::Cells(f64::from(cells))))
    }

    /// The same crystal of another size along a, b, c.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a number of cells that is not whole, below 1 or above 10⁹, and
    /// for a length that is not positive or is a meter or more.
    pub fn with_size(self, size: [Size; 3]) -> Result<Self, Error> {
        for size in size {
            match size {
                Size::Cells(cells) => ranged(
                    "the number of cells",
                    cells,
                    "a whole number from 1 to 10^9",
                    (1.0..=1e9).contains(&cells) && cells.fract() == 0.0,
                )?,
                Size::Length(length) => {
                    let allowed = length > 0.0 && length < 1.0;
                    ranged("the crystal size (m)", length, "above 0 and below 1 m", allowed)?;
                }
            }
        }
        Ok(Crystal { size, ..self })
    }

    /// The same crystal of another shape.
    #[must_use]
    pub fn with_shape(self, shape: Shape) -> Self {
        Crystal { shape, ..self }
    }

    /// The same crystal with another factor on the squared radius of its spots, of the shapes that have one.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a factor that is not finite.
    pub fn with_fudge(self, fudge: f64) -> Result<Self, Error> {
        ranged("fudge", fudge, "finite", true)?;
        Ok(Crystal { fudge, ..self })
    }

    /// The same crystal whose atoms are displaced: the intensities of its spots are multiplied by exp(-B q² / 2), q the length of
    /// the scattering vector, B isotropic and in m² (1 Å² is 10⁻²⁰ m²). Below zero it sharpens.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a B factor that is not finite.
    pub fn with_b_factor(self, b_factor: f64) -> Result<Self, Error> {
        ranged("the B factor (m^2)", b_factor, "finite", true)?;
        Ok(Crystal { b_factor, ..self })
    }

    /// The same crystal with another spread of its domains.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for domains without a spread or a number, and for a negative spread.
    pub fn with_mosaicity(self, mosaicity: Mosaicity) -> Result<Self, Error> {
        const SPREAD: &str = "the mosaic spread (rad)";
        match mosaicity {
            Mosaicity::None => {}
            Mosaicity::Domains { spread, count } => {
                positive(SPREAD, spread)?;
                positive("the number of mosaic domains", count as f64)?;
            }
            Mosaicity::Enough { spread, at_most } => {
                ranged(SPREAD, spread, "not negative", spread >= 0.0)?;
                positive("the most mosaic domains", at_most as f64)?;
            }
        }
        Ok(Crystal { mosaicity, ..self })
    }

    /// Cell and orientation.
    pub const fn lattice(&self) -> Lattice {
        self.lattice
    }

    /// Rotation from the orientation of the lattice.
    pub const fn misset(&self) -> Misset {
        self.misset
    }

    /// Size along a, b, c.
    pub const fn size(&self) -> [Size; 3] {
        self.size
    }

    /// Shape of the crystal, which shapes the spots.
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// Factor on the squared radius of the spots, of the shapes that have one.
    pub const fn fudge(&self) -> f64 {
        self.fudge
    }

    /// Isotropic B factor in m².
    pub const fn b_factor(&self) -> f64 {
        self.b_factor
    }

    /// Spread of the domains' orientations.
    pub const fn mosaicity(&self) -> Mosaicity {
        self.mosaicity
    }
}

/// Cell and orientation of a crystal.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Lattice {
    /// A cell in the default orientation: a* along x, b* in the xy plane.
    Cell(UnitCell),
    /// The cell and the orientation that a matrix means.
    Matrix(MosflmMatrix),
    /// The orientation that a matrix means, with edges and volume of a cell of its own.
    MatrixOfCell(MosflmMatrix, UnitCell),
}

impl Lattice {
    /// The lattice in the orientation of `matrix`: a cell of its own keeps its edges.
    #[must_use]
    pub fn oriented(self, matrix: MosflmMatrix) -> Self {
        match self {
            Lattice::Cell(cell) | Lattice::MatrixOfCell(_, cell) => Lattice::MatrixOfCell(matrix, cell),
            Lattice::Matrix(_) => Lattice::Matrix(matrix),
        }
    }

    /// The cell, where it does not come from a matrix alone.
    pub const fn cell(&self) -> Option<UnitCell> {
        match self {
            Lattice::Cell(cell) | Lattice::MatrixOfCell(_, cell) => Some(*cell),
            Lattice::Matrix(_) => None,
        }
    }
}

/// A MOSFLM orientation matrix that spans a volume: rows x, y, z; columns a*, b*, c*; in units of wavelength / Å.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MosflmMatrix {
    rows: [[f64; 3]; 3],
}

impl MosflmMatrix {
    /// A matrix of these rows.
    ///
    /// # Errors
    /// [`NoVolume`](crate::ErrorKind::NoVolume) where the columns lie in a plane.
    pub fn new(rows: [[f64; 3]; 3]) -> Result<Self, Error> {
        let matrix = Matrix3::from(rows).transpose();
        let box_of_edges: f64 = matrix.column_iter().map(|column| column.norm()).product();
        let filled = (matrix.determinant() / box_of_edges).abs();
        if filled.is_nan() || filled < FLAT {
            return Err(PlanCause::NoVolume("the orientation matrix".to_owned()).into());
        }
        Ok(MosflmMatrix { rows })
    }

    /// Its rows.
    pub const fn rows(&self) -> [[f64; 3]; 3] {
        self.rows
    }
}

/// A rotation of the crystal away from the orientation of its lattice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Misset {
    /// No rotation.
    #[default]
    None,
    /// About the laboratory's x, then y, then z, in radians.
    Angles([f64; 3]),
    /// Drawn from the misset seed.
    Random,
}

/// Size of a crystal along one of its axes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Size {
    /// So many unit cells.
    Cells(f64),
    /// As many whole cells as cover this length in meters.
    Length(f64),
}

/// Orientation spread of the mosaic domains. Orientations are drawn from a spherical cap, whose radius is the spread
/// in radians.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Mosaicity {
    /// One domain.
    #[default]
    None,
    /// So many domains.
    Domains {
        /// Radius of the cap.
        spread: f64,
        /// How many.
        count: usize,
    },
    /// As many domains as the plan finds enough.
    Enough {
        /// Radius of the cap.
        spread: f64,
        /// How many there may be.
        at_most: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn crystal() -> Crystal {
        Crystal::from_cell(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap())
    }

    #[test]
    fn what_no_crystal_has_is_refused() {
        let size = |size| crystal().with_size([size, Size::Cells(1.0), Size::Length(1e-6)]);
        let domains = |spread, count| crystal().with_mosaicity(Mosaicity::Domains { spread, count });
        let enough = |spread, at_most| crystal().with_mosaicity(Mosaicity::Enough { spread, at_most });
        let refused = [
            crystal().with_cells(5, 0, 5),
            size(Size::Cells(1.5)),
            size(Size::Cells(2e9)),
            size(Size::Cells(f64::NAN)),
            size(Size::Length(0.0)),
            size(Size::Length(1.0)),
            crystal().with_fudge(f64::NAN),
            crystal().with_b_factor(f64::INFINITY),
            crystal().with_misset(Misset::Angles([0.0, f64::INFINITY, 0.0])),
            domains(0.0, 5),
            domains(0.1, 0),
            domains(f64::NAN, 5),
            enough(-0.1, 5),
            enough(0.1, 0),
        ];
        for (number, refused) in refused.into_iter().enumerate() {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::OutOfRange, "{number}");
        }
        assert!(domains(0.1, 5).is_ok() && enough(0.0, 5).is_ok() && size(Size::Cells(7.0)).is_ok());
    }

    #[test]
    fn a_matrix_without_a_volume_is_refused() {
        for last in [0.0, f64::NAN, f64::INFINITY] {
            let rows = [[0.01, 0.0, 0.0], [0.0, 0.01, 0.0], [0.0, 0.0, last]];
            assert_eq!(MosflmMatrix::new(rows).unwrap_err().kind(), ErrorKind::NoVolume, "{last}");
        }
    }

    #[test]
    fn a_matrix_leaves_a_cell_its_edges() {
        let rows = [[0.01, 0.0, 0.0], [0.0, 0.01, 0.0], [0.0, 0.0, 0.01]];
        let matrix = MosflmMatrix::new(rows).unwrap();
        let cell = crystal().lattice().cell().unwrap();
        assert_eq!(Lattice::Cell(cell).oriented(matrix), Lattice::MatrixOfCell(matrix, cell));
        assert_eq!(Lattice::Matrix(matrix).oriented(matrix).cell(), None);
    }
}
