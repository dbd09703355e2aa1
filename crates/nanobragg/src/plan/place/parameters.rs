//! The numbers of a plan that a derivative can be taken by.

use nalgebra::{Matrix3, Vector3};

use crate::model::Rotation;
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
    /// A further rotation of the crystal at rest about the same axes, in radians; zero in a plan that was made of an experiment.
    pub turn: [R; 3],
    /// Cells along a, b, c. Between whole numbers a spot is that of N δ, so that spots stay at the nodes.
    pub cells: [R; 3],
    /// Mosaic spread in radians, the domains as they were drawn.
    pub spread: R,
    /// Rotation about the spindle.
    pub rotation: RotationParameters<R>,
    /// Where the detector is.
    pub detector: DetectorParameters<R>,
    /// Rotation of the beam, its sources and its polarization, about the laboratory's x, then y, then z, in radians; the detector
    /// stays. Zero in a plan that was made of an experiment.
    pub beam: [R; 3],
    /// Photons per m².
    pub fluence: R,
    /// Factor on all photons; 1 in a plan that was made of an experiment.
    pub scale: R,
    /// Factor on the water background; 1 in a plan that was made of an experiment.
    pub water: R,
    /// Isotropic B factor in m².
    pub b_factor: R,
}

/// The rotation about the spindle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RotationParameters<R: Real = f64> {
    /// Spindle angle in radians where the first step starts.
    pub start: R,
    /// Radians from one step to the next.
    pub step: R,
    /// Rotation of the spindle about the laboratory's x, then y, then z, in radians; zero in a plan that was made of an experiment.
    pub spindle: [R; 3],
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
    /// A unit cell in the orientation of [`Cell`](Self::Cell), rotated by a matrix.
    Oriented(Matrix3<R>, CellParameters<R>),
}

impl<R: Real> LatticeParameters<R> {
    /// The unit cell, where there is one.
    pub fn cell(&self) -> Option<&CellParameters<R>> {
        match self {
            LatticeParameters::Matrix(_) => None,
            LatticeParameters::Cell(cell)
            | LatticeParameters::MatrixOfCell(_, cell)
            | LatticeParameters::Oriented(_, cell) => Some(cell),
        }
    }

    /// The same, to be changed.
    pub fn cell_mut(&mut self) -> Option<&mut CellParameters<R>> {
        match self {
            LatticeParameters::Matrix(_) => None,
            LatticeParameters::Cell(cell)
            | LatticeParameters::MatrixOfCell(_, cell)
            | LatticeParameters::Oriented(_, cell) => Some(cell),
        }
    }
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
    /// Shift in meters along the placed fast and slow axes and the beam; zero in a plan that was made of an experiment.
    pub shift: [R; 3],
    /// Rotation of the placed detector around the crystal, about the laboratory's x, then y, then z, in radians; zero in a plan
    /// that was made of an experiment.
    pub turn: [R; 3],
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

impl From<Rotation> for RotationParameters {
    fn from(rotation: Rotation) -> Self {
        RotationParameters { start: rotation.start(), step: rotation.step(), spindle: [0.0; 3] }
    }
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
                LatticeParameters::Oriented(u, given) => {
                    LatticeParameters::Oriented(u.map(number), cell(given))
                }
            },
            misset: numbers(self.misset),
            turn: numbers(self.turn),
            cells: numbers(self.cells),
            spread: number(self.spread),
            rotation: RotationParameters {
                start: number(self.rotation.start),
                step: number(self.rotation.step),
                spindle: numbers(self.rotation.spindle),
            },
            beam: numbers(self.beam),
            fluence: number(self.fluence),
            scale: number(self.scale),
            water: number(self.water),
            b_factor: number(self.b_factor),
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
                shift: numbers(self.detector.shift),
                turn: numbers(self.detector.turn),
            },
        }
    }
}
