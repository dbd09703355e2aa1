//! What a derivative can be taken by.

use super::cell_symmetry::free;
use crate::plan::Parameters;
use crate::plan::place::{CellParameters, PlacementParameters};
use crate::real::Real;
use crate::units::deg;

/// An axis of the laboratory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabAxis {
    /// Along the beam in the default convention.
    X,
    /// Across.
    Y,
    /// Across.
    Z,
}

/// An axis of the lattice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LatticeAxis {
    /// a.
    A,
    /// b.
    B,
    /// c.
    C,
}

/// A direction that a detector can be shifted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShiftAxis {
    /// The fast axis.
    Fast,
    /// The slow axis.
    Slow,
    /// The beam.
    Beam,
}

/// A number of the unit cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CellNumber {
    /// An edge, Å.
    Edge(LatticeAxis),
    /// The angle opposite an edge, degrees.
    Angle(LatticeAxis),
}

/// What a derivative can be taken by. Each has the [unit](Self::unit) that it has as a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Parameter {
    /// A misset angle.
    Misset(LabAxis),
    /// A further rotation of the crystal from where it is.
    Turn(LabAxis),
    /// A number of the unit cell.
    Cell(CellNumber),
    /// A number of the unit cell that the symmetry of the lattice leaves free, with those that follow it.
    FreeCell(CellNumber),
    /// The number of cells along an axis.
    Cells(LatticeAxis),
    /// The mosaic spread, with the domains as they were drawn.
    Mosaic,
    /// The spindle angle where the rotation starts.
    Phi,
    /// The angle from one phi step to the next.
    PhiStep,
    /// A rotation of the spindle.
    Spindle(LabAxis),
    /// The distance that places the detector: along the beam or to its plane.
    Distance,
    /// A shift of the detector.
    Shift(ShiftAxis),
    /// A rotation of the detector about its pivot.
    Tilt(LabAxis),
    /// The swing of the detector about the two-theta axis.
    Twotheta,
    /// A rotation of the detector around the crystal.
    DetectorTurn(LabAxis),
    /// A rotation of the beam, with its polarization.
    Beam(LabAxis),
    /// The central wavelength, and every one that is given relative to it.
    Wavelength,
    /// The weight of a source or a line of the spectrum, by its number in the plan.
    SourceWeight(usize),
    /// Photons per m².
    Fluence,
    /// A factor on all photons.
    Scale,
    /// A factor on the water background.
    Water,
    /// The isotropic B factor.
    BFactor,
    /// The structure factor of a node.
    Amplitude([i32; 3]),
}

/// The unit of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParameterUnit {
    /// Degrees.
    Degree,
    /// Ångström.
    Angstrom,
    /// Square Ångström.
    SquareAngstrom,
    /// Millimeters.
    Millimeter,
    /// Photons per m².
    PhotonsPerSquareMeter,
    /// Electrons.
    Electron,
    /// A plain number.
    One,
}

impl ParameterUnit {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            ParameterUnit::Degree => "deg",
            ParameterUnit::Angstrom => "A",
            ParameterUnit::SquareAngstrom => "A^2",
            ParameterUnit::Millimeter => "mm",
            ParameterUnit::PhotonsPerSquareMeter => "photons/m^2",
            ParameterUnit::Electron => "electrons",
            ParameterUnit::One => "1",
        }
    }
}

const LAB: [(LabAxis, &str); 3] = [(LabAxis::X, "x"), (LabAxis::Y, "y"), (LabAxis::Z, "z")];
/// The numbers of a cell in their order.
const CELL: [CellNumber; 6] = [
    CellNumber::Edge(LatticeAxis::A),
    CellNumber::Edge(LatticeAxis::B),
    CellNumber::Edge(LatticeAxis::C),
    CellNumber::Angle(LatticeAxis::A),
    CellNumber::Angle(LatticeAxis::B),
    CellNumber::Angle(LatticeAxis::C),
];
const AXES: [LatticeAxis; 3] = [LatticeAxis::A, LatticeAxis::B, LatticeAxis::C];

/// Names of parameters without further numbers.
fn named() -> Vec<(String, Parameter)> {
    let mut all = Vec::new();
    for (prefix, of) in [
        ("misset_", Parameter::Misset as fn(LabAxis) -> Parameter),
        ("turn_", Parameter::Turn),
        ("spindle_", Parameter::Spindle),
        ("detector_rot", Parameter::Tilt),
        ("detector_turn_", Parameter::DetectorTurn),
        ("beam_", Parameter::Beam),
    ] {
        all.extend(LAB.map(|(axis, name)| (format!("{prefix}{name}"), of(axis))));
    }
    let edges = AXES.map(CellNumber::Edge).into_iter().zip(["a", "b", "c"]);
    let angles = AXES.map(CellNumber::Angle).into_iter().zip(["alpha", "beta", "gamma"]);
    let cell: Vec<(CellNumber, &str)> = edges.chain(angles).collect();
    all.extend(cell.iter().map(|(number, name)| (format!("cell_{name}"), Parameter::Cell(*number))));
    all.extend(cell.iter().map(|(number, name)| (format!("cell_sym_{name}"), Parameter::FreeCell(*number))));
    all.extend(
        AXES.into_iter().zip(["Na", "Nb", "Nc"]).map(|(axis, name)| (name.into(), Parameter::Cells(axis))),
    );
    let shifts =
        [(ShiftAxis::Fast, "shift_fast"), (ShiftAxis::Slow, "shift_slow"), (ShiftAxis::Beam, "shift_beam")];
    all.extend(shifts.map(|(axis, name)| (name.into(), Parameter::Shift(axis))));
    let others = [
        ("mosaic", Parameter::Mosaic),
        ("phi", Parameter::Phi),
        ("phistep", Parameter::PhiStep),
        ("distance", Parameter::Distance),
        ("twotheta", Parameter::Twotheta),
        ("lambda", Parameter::Wavelength),
        ("fluence", Parameter::Fluence),
        ("scale", Parameter::Scale),
        ("water", Parameter::Water),
        ("B", Parameter::BFactor),
    ];
    all.extend(others.map(|(name, parameter)| (name.into(), parameter)));
    all
}

/// Groups of parameters by name, each with the beginnings of its members' names.
const GROUPS: [(&str, &[&str]); 10] = [
    ("misset", &["misset_"]),
    ("turn", &["turn_"]),
    ("cell", &["cell_a", "cell_b", "cell_c", "cell_g"]),
    ("cell_sym", &["cell_sym_"]),
    ("N", &["Na", "Nb", "Nc"]),
    ("spindle", &["spindle_"]),
    ("shift", &["shift_fast", "shift_slow"]),
    ("detector_rot", &["detector_rot"]),
    ("detector_turn", &["detector_turn_"]),
    ("beam", &["beam_"]),
];

impl Parameter {
    /// Name, as `-wrt` takes it.
    pub fn name(self) -> String {
        match self {
            Parameter::SourceWeight(number) => format!("weight_{number}"),
            Parameter::Amplitude([h, k, l]) => format!("F_{h}_{k}_{l}"),
            _ => named()
                .into_iter()
                .find(|(_, known)| *known == self)
                .map(|(name, _)| name)
                .unwrap_or_default(),
        }
    }

    /// The parameters that `name` stands for: one, or a group (`misset`, `turn`, `cell`, `cell_sym`, `N`, `spindle`, `shift`, `detector_rot`,
    /// `detector_turn`, `beam`); `None` for a name that is unknown.
    ///
    /// ```
    /// use nanobragg::gradient::Parameter;
    ///
    /// assert_eq!(Parameter::named("misset").unwrap().len(), 3);
    /// assert_eq!(Parameter::named("F_1_-2_3"), Some(vec![Parameter::Amplitude([1, -2, 3])]));
    /// assert_eq!(Parameter::named("missset"), None);
    /// ```
    pub fn named(name: &str) -> Option<Vec<Parameter>> {
        if let Some(number) = name.strip_prefix("weight_") {
            return Some(vec![Parameter::SourceWeight(number.parse().ok()?)]);
        }
        if let Some(node) = name.strip_prefix("F_") {
            let numbers: Option<Vec<i32>> = node.split('_').map(|number| number.parse().ok()).collect();
            return Some(vec![Parameter::Amplitude(numbers?.try_into().ok()?)]);
        }
        let starts: &[&str] = match GROUPS.iter().find(|(group, _)| *group == name) {
            Some((_, starts)) => starts,
            None => {
                return named().into_iter().find(|(known, _)| known == name).map(|(_, found)| vec![found]);
            }
        };
        let members =
            named().into_iter().filter(|(known, _)| starts.iter().any(|start| known.starts_with(start)));
        Some(members.map(|(_, parameter)| parameter).collect())
    }

    /// Every name that [`named`](Self::named) knows besides those with numbers: groups first.
    pub fn names() -> Vec<String> {
        let groups = GROUPS.iter().map(|(group, _)| (*group).to_owned());
        groups.chain(named().into_iter().map(|(name, _)| name)).collect()
    }

    /// The unit of values, steps and derivatives.
    pub fn unit(self) -> ParameterUnit {
        match self {
            Parameter::Misset(_)
            | Parameter::Turn(_)
            | Parameter::Cell(CellNumber::Angle(_))
            | Parameter::FreeCell(CellNumber::Angle(_))
            | Parameter::Mosaic
            | Parameter::Phi
            | Parameter::PhiStep
            | Parameter::Spindle(_)
            | Parameter::Tilt(_)
            | Parameter::Twotheta
            | Parameter::DetectorTurn(_)
            | Parameter::Beam(_) => ParameterUnit::Degree,
            Parameter::Cell(CellNumber::Edge(_))
            | Parameter::FreeCell(CellNumber::Edge(_))
            | Parameter::Wavelength => ParameterUnit::Angstrom,
            Parameter::BFactor => ParameterUnit::SquareAngstrom,
            Parameter::Distance | Parameter::Shift(_) => ParameterUnit::Millimeter,
            Parameter::Fluence => ParameterUnit::PhotonsPerSquareMeter,
            Parameter::Amplitude(_) => ParameterUnit::Electron,
            Parameter::Cells(_) | Parameter::SourceWeight(_) | Parameter::Scale | Parameter::Water => {
                ParameterUnit::One
            }
        }
    }

    /// One of its unit, as [`Parameters`] count.
    pub fn unit_in_parameters(self) -> f64 {
        match (self, self.unit()) {
            (Parameter::Wavelength, _) => 1e-10,
            (_, ParameterUnit::SquareAngstrom) => 1e-20,
            (_, ParameterUnit::Degree) => deg(1.0),
            (_, ParameterUnit::Millimeter) => 1e-3,
            _ => 1.0,
        }
    }

    /// A step, in its unit, that changes an image of a crystal visibly and not beyond recognition.
    pub fn natural_step(self) -> f64 {
        match self {
            Parameter::Misset(_) | Parameter::Turn(_) | Parameter::Phi | Parameter::Beam(_) => 0.02,
            Parameter::PhiStep | Parameter::Mosaic => 0.01,
            Parameter::Cell(_) | Parameter::FreeCell(_) => 0.05,
            Parameter::Spindle(_) => 0.05,
            Parameter::Cells(_) => 1.0,
            Parameter::Distance | Parameter::Shift(_) => 0.1,
            Parameter::Tilt(_) | Parameter::Twotheta | Parameter::DetectorTurn(_) => 0.05,
            Parameter::Wavelength => 1e-3,
            Parameter::BFactor => 1.0,
            Parameter::Fluence => 1e27,
            Parameter::SourceWeight(_) | Parameter::Scale | Parameter::Water => 0.1,
            Parameter::Amplitude(_) => 10.0,
        }
    }

    /// What moves with it, among `parameters`: itself, or of the numbers of a cell those that its symmetry ties to it, each with how much
    /// it moves in the units that parameters count in (Å and radians). Nothing where it is tied itself, or is not among them.
    pub fn moves(self, parameters: &Parameters) -> Vec<(Parameter, f64)> {
        let mut copy = *parameters;
        let Parameter::FreeCell(number) = self else {
            return self.of(&mut copy).map(|_| (self, 1.0)).into_iter().collect();
        };
        let Some(cell) = parameters.lattice.cell() else { return Vec::new() };
        let place = CELL.iter().position(|known| *known == number).unwrap_or_default();
        let Some(direction) = free(cell)[place] else { return Vec::new() };
        let tied = CELL.into_iter().zip(direction).filter(|(_, by)| *by != 0.0);
        tied.map(|(number, by)| (Parameter::Cell(number), by)).collect()
    }

    /// Its place among `parameters`; `None` where they do not have it, and for weights and amplitudes, which are not among them.
    pub fn of<R: Real>(self, parameters: &mut Parameters<R>) -> Option<&mut R> {
        let detector = &mut parameters.detector;
        Some(match self {
            Parameter::Misset(axis) => lab(&mut parameters.misset, axis),
            Parameter::Turn(axis) => lab(&mut parameters.turn, axis),
            Parameter::Cell(number) | Parameter::FreeCell(number) => {
                let CellParameters { edges, angles } = parameters.lattice.cell_mut()?;
                match number {
                    CellNumber::Edge(axis) => along(edges, axis),
                    CellNumber::Angle(axis) => along(angles, axis),
                }
            }
            Parameter::Cells(axis) => along(&mut parameters.cells, axis),
            Parameter::Mosaic => &mut parameters.spread,
            Parameter::Phi => &mut parameters.rotation.start,
            Parameter::PhiStep => &mut parameters.rotation.step,
            Parameter::Spindle(axis) => lab(&mut parameters.rotation.spindle, axis),
            Parameter::Distance => match &mut detector.placement {
                PlacementParameters::Beam { distance, .. } | PlacementParameters::Near { distance, .. } => {
                    distance
                }
                PlacementParameters::Origin(_) => return None,
            },
            Parameter::Shift(ShiftAxis::Fast) => &mut detector.shift[0],
            Parameter::Shift(ShiftAxis::Slow) => &mut detector.shift[1],
            Parameter::Shift(ShiftAxis::Beam) => &mut detector.shift[2],
            Parameter::Tilt(axis) => lab(&mut detector.tilt, axis),
            Parameter::Twotheta => &mut detector.twotheta,
            Parameter::DetectorTurn(axis) => lab(&mut detector.turn, axis),
            Parameter::Beam(axis) => lab(&mut parameters.beam, axis),
            Parameter::Wavelength => &mut parameters.wavelength,
            Parameter::Fluence => &mut parameters.fluence,
            Parameter::Scale => &mut parameters.scale,
            Parameter::Water => &mut parameters.water,
            Parameter::BFactor => &mut parameters.b_factor,
            Parameter::SourceWeight(_) | Parameter::Amplitude(_) => return None,
        })
    }

    /// Whether it moves the detector.
    pub fn moves_detector(self) -> bool {
        use Parameter::{DetectorTurn, Distance, Shift, Tilt, Twotheta};
        matches!(self, Distance | Shift(_) | Tilt(_) | Twotheta | DetectorTurn(_))
    }

    /// Whether it changes nothing but how strong terms are, wherever they are.
    pub(crate) fn is_linear(self) -> bool {
        use Parameter::{Amplitude, Fluence, Scale, SourceWeight, Water};
        matches!(self, Fluence | Scale | Water | SourceWeight(_) | Amplitude(_))
    }
}

fn lab<R>([x, y, z]: &mut [R; 3], axis: LabAxis) -> &mut R {
    match axis {
        LabAxis::X => x,
        LabAxis::Y => y,
        LabAxis::Z => z,
    }
}

fn along<R>([a, b, c]: &mut [R; 3], axis: LatticeAxis) -> &mut R {
    match axis {
        LatticeAxis::A => a,
        LatticeAxis::B => b,
        LatticeAxis::C => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_for_its_parameter() {
        for (name, parameter) in named() {
            assert_eq!(parameter.name(), name);
            assert_eq!(Parameter::named(&name), Some(vec![parameter]), "{name}");
        }
        for parameter in [Parameter::SourceWeight(3), Parameter::Amplitude([-1, 0, 12])] {
            assert_eq!(Parameter::named(&parameter.name()), Some(vec![parameter]));
        }
        for (group, members) in
            [("misset", 3), ("cell", 6), ("cell_sym", 6), ("N", 3), ("shift", 2), ("detector_rot", 3)]
        {
            assert_eq!(Parameter::named(group).map(|members| members.len()), Some(members), "{group}");
        }
        for wrong in ["", "F_1_2", "F_a_b_c", "weight_", "Cell"] {
            assert_eq!(Parameter::named(wrong), None, "{wrong}");
        }
    }
}
