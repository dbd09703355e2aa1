//! From a cell or a matrix to the lattice, its orientation, and the size of the crystal.

use nalgebra::Vector3;

use super::choose::mosaic;
use super::place::{self, CellParameters, LatticeParameters, PlacedLattice};
use super::{Ran1, SampleAxis, Warning};
use crate::error::{Error, PlanCause};
use crate::model::{Crystal, Experiment, Lattice, Misset, MosflmMatrix, Quirk, Quirks, Size, UnitCell};
use crate::physics::lattice::{CrystalShape, RealLattice, ReciprocalLattice};
use crate::physics::rotation::{dot, magnitude};
use crate::real::Real;
use crate::shapes::Shape;
use crate::units::to_deg;

/// The crystal at phi = 0 in the aligned mosaic domain.
#[derive(Clone, Debug, PartialEq)]
pub struct CrystalPlan<T: Real> {
    /// Cell vectors in meters.
    pub lattice: RealLattice<T>,
    /// Shape, size, reciprocal vectors in 1/Å.
    pub shape: CrystalShape<T>,
    /// Cell vectors in Å, before the conversion to meters.
    pub vectors_angstrom: [Vector3<f64>; 3],
    /// Volume of the cell in Å³.
    pub volume_angstrom3: f64,
    /// Misset angles in radians, also those of a random orientation.
    pub misset: [f64; 3],
}

/// What `shape` is with the quirk.
pub(super) fn under(shape: Shape, quirk: Quirk) -> Shape {
    match quirk {
        Quirk::GaussUnits => shape.with_gauss_units(),
        Quirk::BallCancellation => shape.with_ball_cancellation(),
        _ => shape,
    }
}

impl CrystalPlan<f64> {
    pub(super) fn new(
        experiment: &Experiment,
        generator: &mut Ran1,
        warnings: &mut Vec<Warning>,
    ) -> Result<(Self, LatticeParameters), Error> {
        let crystal = &experiment.crystal;
        let quirks = experiment.quirks;
        // The matrix is in units of the wavelength.
        let scale = 1e-10 / experiment.beam.wavelength();
        let stars = |m: &MosflmMatrix| {
            let rows = m.rows();
            [0, 1, 2].map(|column| Vector3::from_fn(|row, _| scale * rows[row][column]))
        };
        let edges_and_angles =
            |cell: &UnitCell| CellParameters { edges: cell.edges(), angles: cell.angles() };
        let parameters = match &crystal.lattice() {
            Lattice::Cell(cell) => LatticeParameters::Cell(edges_and_angles(cell)),
            Lattice::Matrix(matrix) => LatticeParameters::Matrix(stars(matrix)),
            Lattice::MatrixOfCell(matrix, cell) => {
                LatticeParameters::MatrixOfCell(stars(matrix), edges_and_angles(cell))
            }
        };
        let misset = misset(crystal, quirks, experiment.seeds.misset, generator);
        let PlacedLattice { vectors, reciprocal, volume } =
            place::lattice(&parameters, [misset, [0.0; 3]], quirks.has(Quirk::CellCStarZ));
        let finite = vectors.iter().all(|v| v.iter().all(|x| x.is_finite()) && magnitude(v) > 0.0);
        if !volume.is_finite() || !finite {
            let by_cell = matches!(crystal.lattice(), Lattice::Cell(_));
            let what = if by_cell { "the unit cell" } else { "the orientation matrix" };
            return Err(PlanCause::NoVolume(what.to_owned()).into());
        }
        let lattice = RealLattice { vectors: vectors.map(|v| v * 1e-10) };
        let cells = cell_counts(experiment, &lattice, warnings);
        let shape = CrystalShape {
            shape: quirks.iter().fold(crystal.shape(), under),
            cells,
            fudge: crystal.fudge(),
            reciprocal: ReciprocalLattice { vectors: reciprocal },
        };
        let plan =
            CrystalPlan { lattice, shape, vectors_angstrom: vectors, volume_angstrom3: volume, misset };
        Ok((plan, parameters))
    }

    /// Edges in Å and angles in degrees, of the lattice as it is.
    pub fn unit_cell(&self) -> [f64; 6] {
        cell_of(&self.vectors_angstrom, self.volume_angstrom3, &self.shape.reciprocal.vectors)
    }

    /// Rows of the matrix whose columns are a*, b*, c* in 1/Å, in the frame of the laboratory, at a spindle angle of zero.
    pub fn a_matrix(&self) -> [[f64; 3]; 3] {
        let columns = &self.shape.reciprocal.vectors;
        [0, 1, 2].map(|row| [0, 1, 2].map(|column| columns[column][row]))
    }

    /// Edges in 1/Å and angles in degrees of the reciprocal lattice.
    pub fn reciprocal_cell(&self) -> [f64; 6] {
        cell_of(&self.shape.reciprocal.vectors, 1.0 / self.volume_angstrom3, &self.vectors_angstrom)
    }

    /// Size of the crystal along a, b, c in meters.
    pub fn size(&self) -> [f64; 3] {
        [0, 1, 2].map(|axis| magnitude(&self.lattice.vectors[axis]) * self.shape.cells[axis])
    }

    /// The longest of [`Self::size`].
    pub fn longest_edge(&self) -> f64 {
        self.size().into_iter().fold(0.0, f64::max)
    }

    /// Whether the lattice's angles are not those of `cell`.
    pub(super) fn angles_differ_from(&self, cell: &UnitCell) -> bool {
        let found = self.unit_cell();
        let differ = |found: f64, given: f64| (found - to_deg(given)).abs() > 1e-6;
        [3, 4, 5].iter().zip(cell.angles()).any(|(&at, given)| differ(found[at], given))
    }
}

fn misset(crystal: &Crystal, quirks: Quirks, seed: i64, generator: &mut Ran1) -> [f64; 3] {
    match crystal.misset() {
        Misset::None => [0.0; 3],
        Misset::Angles(angles) => angles,
        Misset::Random => {
            generator.reseed(seed);
            let rotation = if quirks.has(Quirk::MissetRandomCap) {
                mosaic::cap_rotation(90.0, generator)
            } else {
                mosaic::uniform_rotation(generator)
            };
            mosaic::misset_angles(&rotation)
        }
    }
}

/// Cell counts, of a length as many as cover it; the beam clips lengths along y and z.
fn cell_counts(experiment: &Experiment, lattice: &RealLattice<f64>, warnings: &mut Vec<Warning>) -> [f64; 3] {
    let mut size = experiment.crystal.size();
    if let Some(beam) = experiment.beam.dose().beam_size() {
        for (axis, direction) in [(1, SampleAxis::High), (2, SampleAxis::Wide)] {
            if let Size::Length(length) = size[axis]
                && beam < length
            {
                warnings.push(Warning::SampleClipped { axis: direction, size: length, beam });
                size[axis] = Size::Length(beam);
            }
        }
    }
    [0, 1, 2].map(|axis| match size[axis] {
        Size::Cells(cells) => cells,
        Size::Length(length) => (length / magnitude(&lattice.vectors[axis])).ceil().max(1.0),
    })
}

/// Cells along a, b, c before a length is made cells of: one where there is only a length.
pub(super) fn before_size(crystal: &Crystal) -> [f64; 3] {
    crystal.size().map(|size| match size {
        Size::Cells(cells) => cells,
        Size::Length(_) => 1.0,
    })
}

fn cell_of(vectors: &[Vector3<f64>; 3], volume: f64, reciprocal: &[Vector3<f64>; 3]) -> [f64; 6] {
    let [a, b, c] = [0, 1, 2].map(|axis| magnitude(&vectors[axis]));
    let angle = |first: usize, second: usize, third: usize, edges: f64| {
        let sin = (magnitude(&reciprocal[third]) * volume / edges).clamp(-1.0, 1.0);
        let cos = dot(&vectors[first], &vectors[second]) / edges;
        to_deg(sin.atan2(if cos * cos > 1.0 { 1.0 } else { cos }))
    };
    [a, b, c, angle(1, 2, 0, b * c), angle(0, 2, 1, a * c), angle(0, 1, 2, a * b)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Dose, Preset, StructureFactors};
    use proptest::prelude::*;

    fn plan(crystal: Crystal, preset: Preset) -> Result<CrystalPlan<f64>, Error> {
        let mut experiment = Experiment::new(crystal, StructureFactors::uniform(1.0));
        experiment.quirks = preset.into();
        CrystalPlan::new(&experiment, &mut Ran1::default(), &mut Vec::new()).map(|(plan, _)| plan)
    }

    fn triclinic() -> Crystal {
        Crystal::from_cell(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0).unwrap())
    }

    #[test]
    fn cell_c_star_z_in_both_states_of_its_quirk() {
        let exact = plan(triclinic(), Preset::Exact).unwrap().unit_cell();
        for (found, expected) in exact.iter().zip([70.0, 80.0, 90.0, 75.0, 85.0, 95.0]) {
            assert!((found - expected).abs() < 1e-10, "{exact:?}");
        }
        let reference = plan(triclinic(), Preset::Reference).unwrap().unit_cell();
        for (found, expected) in reference.iter().zip([70.0, 80.0, 90.0, 75.0391, 85.0136, 95.0081]) {
            assert!((found - expected).abs() < 1e-4, "{reference:?}");
        }
    }

    #[test]
    fn a_matrix_gives_its_own_cell() {
        let matrix = MosflmMatrix::new([[0.01, 0.0, 0.0], [0.0, 0.02, 0.0], [0.0, 0.0, 0.025]]).unwrap();
        let cell = plan(Crystal::from_matrix(matrix), Preset::Exact).unwrap().unit_cell();
        for (found, expected) in cell.iter().zip([100.0, 50.0, 40.0, 90.0, 90.0, 90.0]) {
            assert!((found - expected).abs() < 1e-10);
        }
    }

    #[test]
    fn the_beam_clips_the_size_across_it() {
        let mut experiment = Experiment::new(triclinic(), StructureFactors::uniform(1.0));
        experiment.crystal = experiment.crystal.with_size([Size::Length(50e-9); 3]).unwrap();
        experiment.beam = experiment.beam.with_dose(Dose::default().with_beam_size(30e-9).unwrap());
        let mut warnings = Vec::new();
        let (plan, _) = CrystalPlan::new(&experiment, &mut Ran1::default(), &mut warnings).unwrap();
        assert_eq!(plan.shape.cells, [8.0, 4.0, 4.0]);
        assert_eq!(warnings.len(), 2);
    }

    #[test]
    fn misset_random_cap_in_both_states_of_its_quirk() {
        let random = triclinic().with_misset(Misset::Random).unwrap();
        let reference = plan(random, Preset::Reference).unwrap();
        let exact = plan(random, Preset::Exact).unwrap();
        assert_ne!(reference.misset, exact.misset);
    }

    proptest! {
        #[test]
        fn reciprocal_of_reciprocal_is_the_lattice(a in 3.0..300.0f64, b in 3.0..300.0f64, c in 3.0..300.0f64,
            alpha in 60.0..120.0f64, beta in 60.0..120.0f64, gamma in 60.0..118.0f64, x in -3.0..3.0f64) {
            let Ok(cell) = UnitCell::new(a, b, c, alpha, beta, gamma) else { return Ok(()); };
            let crystal = Crystal::from_cell(cell).with_misset(Misset::Angles([x, 2.0 * x, -x])).unwrap();
            let plan = plan(crystal, Preset::Exact).unwrap();
            // 1/A vectors as a lattice in "meters": its reciprocal is the direct one over 1e10, in the same units.
            let star = RealLattice { vectors: plan.lattice.reciprocal().vectors };
            let back = star.reciprocal();
            for axis in 0..3 {
                let (found, expected) = (back.vectors[axis] * 1e10, plan.vectors_angstrom[axis]);
                prop_assert!((found - expected).norm() < 1e-9 * expected.norm(), "{found} {expected}");
            }
        }
    }
}
