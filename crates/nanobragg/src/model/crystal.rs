//! The crystal: cell or matrix, orientation, size, shape, mosaicity.

use crate::shapes::Shape;

/// A perfect-lattice crystal, as mosaic domains.
#[derive(Clone, Debug, PartialEq)]
pub struct Crystal {
    /// Edges and angles; with a matrix as well, the real-space vectors get these lengths.
    pub cell: Option<UnitCell>,
    /// Orientation matrix.
    pub matrix: Option<MosflmMatrix>,
    /// Rotation of the crystal from that orientation.
    pub misset: Misset,
    /// Number of unit cells along a, b, c.
    pub cells: [f64; 3],
    /// Size along a, b, c in meters; a positive one overrides the number of cells.
    pub size: [f64; 3],
    /// Shape of the crystal, which shapes the spots.
    pub shape: Shape,
    /// Factor on the squared radius of the spots, of the shapes that have one.
    pub fudge: f64,
    /// Spread of the domains' orientations.
    pub mosaicity: Mosaicity,
}

impl Crystal {
    /// One cell of `cell` in the default orientation: a* along x, b* in the xy plane.
    pub fn from_cell(cell: UnitCell) -> Self {
        Crystal { cell: Some(cell), matrix: None, ..Crystal::blank() }
    }

    /// One cell in the orientation of `matrix`.
    pub fn from_matrix(matrix: MosflmMatrix) -> Self {
        Crystal { cell: None, matrix: Some(matrix), ..Crystal::blank() }
    }

    /// A crystal without a lattice, to fill in; planning it is an error.
    pub fn blank() -> Self {
        Crystal {
            cell: None,
            matrix: None,
            misset: Misset::None,
            cells: [1.0; 3],
            size: [0.0; 3],
            shape: Shape::default(),
            fudge: 1.0,
            mosaicity: Mosaicity::default(),
        }
    }

    /// The same crystal with `na` × `nb` × `nc` cells.
    pub fn with_cells(mut self, na: u32, nb: u32, nc: u32) -> Self {
        self.cells = [na, nb, nc].map(f64::from);
        self
    }
}

/// Edges in Ångström and angles in radians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitCell {
    /// Edge a.
    pub a: f64,
    /// Edge b.
    pub b: f64,
    /// Edge c.
    pub c: f64,
    /// Angle between b and c.
    pub alpha: f64,
    /// Angle between a and c.
    pub beta: f64,
    /// Angle between a and b.
    pub gamma: f64,
}

impl UnitCell {
    /// A cell from its edges in Ångström and its angles in degrees.
    pub fn new(a: f64, b: f64, c: f64, alpha_deg: f64, beta_deg: f64, gamma_deg: f64) -> Self {
        use crate::units::deg;
        UnitCell { a, b, c, alpha: deg(alpha_deg), beta: deg(beta_deg), gamma: deg(gamma_deg) }
    }
}

/// A MOSFLM orientation matrix: rows x, y, z; columns a*, b*, c*; in units of wavelength / Å.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MosflmMatrix(pub [[f64; 3]; 3]);

/// A rotation of the crystal away from the orientation of its cell or matrix.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Misset {
    /// None.
    #[default]
    None,
    /// About the laboratory's x, then y, then z, in radians.
    Angles([f64; 3]),
    /// Drawn from the misset seed.
    Random,
}

/// Orientation spread of the mosaic domains.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mosaicity {
    /// Radius of the spherical cap that orientations are drawn from, in radians.
    pub spread: Option<f64>,
    /// Number of domains.
    pub domains: Option<i64>,
    /// Where the plan is to choose a number of domains that is enough: the most that there may be.
    pub enough: Option<usize>,
}
