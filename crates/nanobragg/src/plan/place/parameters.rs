//! The numbers of a plan that a derivative can be taken by.

use nalgebra::Vector3;

use crate::real::{Real, real, to_f64, vector};

/// The numbers that say where things are, in the number type `R`: what [`Plan::place`](crate::plan::Plan::place) needs
/// besides the samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters<R: Real = f64> {
    /// Central wavelength in meters. Lines of a measured spectrum and sources that name their own do not follow it,
    /// nor does the lattice of an orientation matrix.
    pub wavelength: R,
    /// The lattice before it is turned.
    pub lattice: LatticeParameters<R>,
    /// Rotation of the crystal about the laboratory's x, then y, then z, in radians.
    pub misset: [R; 3],
    /// Where the detector is.
    pub detector: DetectorParameters<R>,
}

/// The lattice before it is turned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LatticeParameters<R: Real = f64> {
    /// A unit cell, a* along x and b* in the xy plane.
    Cell(CellParameters<R>),
    /// a*, b*, c* in 1/Å.
    Matrix([Vector3<R>; 3]),
    /// Directions from a*, b*, c*, lengths from a cell.
    MatrixOfCell([Vector3<R>; 3], CellParameters<R>),
}

/// A unit cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellParameters<R: Real = f64> {
    /// Edges a, b, c in Å.
    pub edges: [R; 3],
    /// Angles α, β, γ in radians.
    pub angles: [R; 3],
}

/// Where the detector is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectorParameters<R: Real = f64> {
    /// The point that places it.
    pub placement: PlacementParameters<R>,
    /// Rotations about the laboratory's x, then y, then z, in radians.
    pub tilt: [R; 3],
    /// Rotation about the two-theta axis in radians, after the others.
    pub twotheta: R,
}

/// The point that places a detector. Lengths in meters; `point` is counted along the fast and slow axes from the outer
/// edge of the first pixel, and is what stays in place when the detector is rotated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlacementParameters<R: Real = f64> {
    /// Vector from the crystal to the outer corner of the first pixel, after all rotations.
    Origin(Vector3<R>),
    /// A point, and the distance along the beam.
    Beam {
        /// The point.
        point: [R; 2],
        /// The distance.
        distance: R,
    },
    /// A point, and the distance to the nearest point of the detector's plane.
    Near {
        /// The point.
        point: [R; 2],
        /// The distance.
        distance: R,
    },
}

impl<R: Real> Parameters<R> {
    /// The same values in the number type `S`; what a dual number carries besides its value is dropped.
    pub fn cast<S: Real>(&self) -> Parameters<S> {
        let number = |x: R| real::<S>(to_f64(x));
        let numbers = |x: [R; 3]| x.map(number);
        let cell = |cell: &CellParameters<R>| CellParameters {
            edges: numbers(cell.edges),
            angles: numbers(cell.angles),
        };
        let stars = |stars: &[Vector3<R>; 3]| [0, 1, 2].map(|axis| vector::<S, R>(&stars[axis]));
        let point = |point: [R; 2]| point.map(number);
        Parameters {
            wavelength: number(self.wavelength),
            lattice: match &self.lattice {
                LatticeParameters::Cell(given) => LatticeParameters::Cell(cell(given)),
                LatticeParameters::Matrix(given) => LatticeParameters::Matrix(stars(given)),
                LatticeParameters::MatrixOfCell(matrix, given) => {
                    LatticeParameters::MatrixOfCell(stars(matrix), cell(given))
                }
            },
            misset: numbers(self.misset),
            detector: DetectorParameters {
                placement: match self.detector.placement {
                    PlacementParameters::Origin(origin) => PlacementParameters::Origin(vector(&origin)),
                    PlacementParameters::Beam { point: at, distance } => {
                        PlacementParameters::Beam { point: point(at), distance: number(distance) }
                    }
                    PlacementParameters::Near { point: at, distance } => {
                        PlacementParameters::Near { point: point(at), distance: number(distance) }
                    }
                },
                tilt: numbers(self.detector.tilt),
                twotheta: number(self.detector.twotheta),
            },
        }
    }
}
