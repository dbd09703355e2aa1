//! Parts of the crystal and of its rotation.

use serde::{Deserialize, Serialize};

use super::Parts;
use crate::error::Error;
use crate::model::{
    Crystal, Lattice, Misset, Mosaicity, MosflmMatrix, Rotation, Shape, Size, StepPoint, UnitCell,
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CrystalParts {
    lattice: Lattice,
    #[serde(default)]
    misset: Misset,
    size: [Size; 3],
    #[serde(default)]
    shape: Shape,
    #[serde(default = "one")]
    fudge: f64,
    #[serde(default)]
    b_factor: f64,
    #[serde(default)]
    mosaicity: Mosaicity,
}

fn one() -> f64 {
    1.0
}

impl Parts for CrystalParts {
    type Whole = Crystal;

    fn of(crystal: &Crystal) -> Self {
        CrystalParts {
            lattice: crystal.lattice(),
            misset: crystal.misset(),
            size: crystal.size(),
            shape: crystal.shape(),
            fudge: crystal.fudge(),
            b_factor: crystal.b_factor(),
            mosaicity: crystal.mosaicity(),
        }
    }

    fn whole(self) -> Result<Crystal, Error> {
        Crystal::new(self.lattice)
            .with_shape(self.shape)
            .with_misset(self.misset)?
            .with_size(self.size)?
            .with_fudge(self.fudge)?
            .with_b_factor(self.b_factor)?
            .with_mosaicity(self.mosaicity)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CellParts {
    edges_angstrom: [f64; 3],
    angles: [f64; 3],
}

impl Parts for CellParts {
    type Whole = UnitCell;

    fn of(cell: &UnitCell) -> Self {
        CellParts { edges_angstrom: cell.edges(), angles: cell.angles() }
    }

    fn whole(self) -> Result<UnitCell, Error> {
        UnitCell::from_radians(self.edges_angstrom, self.angles)
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Rows([[f64; 3]; 3]);

impl Parts for Rows {
    type Whole = MosflmMatrix;

    fn of(matrix: &MosflmMatrix) -> Self {
        Rows(matrix.rows())
    }

    fn whole(self) -> Result<MosflmMatrix, Error> {
        MosflmMatrix::new(self.0)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RotationParts {
    start: f64,
    range: f64,
    steps: PhiSteps,
    #[serde(default)]
    at: Option<StepPoint>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum PhiSteps {
    Given { count: usize, step: f64 },
    Enough { at_most: usize },
}

impl Parts for RotationParts {
    type Whole = Rotation;

    fn of(rotation: &Rotation) -> Self {
        let given = PhiSteps::Given { count: rotation.steps(), step: rotation.step() };
        let steps = rotation.most_steps().map_or(given, |at_most| PhiSteps::Enough { at_most });
        RotationParts { start: rotation.start(), range: rotation.range(), steps, at: rotation.at() }
    }

    fn whole(self) -> Result<Rotation, Error> {
        let RotationParts { start, range, steps, at } = self;
        let rotation = match steps {
            PhiSteps::Given { count, step } => Rotation::sampled(start, range, step, count)?,
            PhiSteps::Enough { at_most } => Rotation::in_enough_steps(start, range, at_most)?,
        };
        Ok(at.map_or(rotation, |point| rotation.sampled_at(point)))
    }
}
