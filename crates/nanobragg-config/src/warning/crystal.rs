//! Of files that describe the crystal: orientation matrices and structure factors.

use std::fmt;
use std::path::{Path, PathBuf};

use nanobragg::codes;
use nanobragg::model::symmetry::Disagreement;
use nanobragg::nalgebra::Matrix3;
use nanobragg_io::c_format::g;
use nanobragg_io::cell::is_other_cell;
use nanobragg_io::text::spaced_to;

use super::Subject;

/// What a file says of the crystal that contradicts itself, or something else.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CrystalWarning {
    /// The reciprocal axes of a matrix make a left hand.
    LeftHanded {
        /// The file of the matrix.
        file: PathBuf,
    },
    /// A matrix does not mean the cell in its own file.
    OtherCell {
        /// The file of the matrix.
        file: PathBuf,
        /// Edges in Å and angles in degrees of the cell in the file.
        cell: [f64; 6],
        /// Those of the cell that the matrix means.
        meant: [f64; 6],
        /// The wavelength at which it means them, Å.
        wavelength: f64,
        /// The wavelength at which both agree, Å, if there is one.
        agreeing: Option<f64>,
    },
    /// A cell that a flag gives counts, along the axes of a file that makes another one of them.
    CellOverFile {
        /// The file of the axes.
        file: PathBuf,
        /// Edges in Å and angles in degrees of the cell that its axes make.
        own: [f64; 6],
        /// Those of the flag.
        given: [f64; 6],
    },
    /// Intensities below zero are treated as zero.
    NegativeIntensities {
        /// The file of the intensities.
        file: PathBuf,
        /// How many there are.
        count: u64,
    },
    /// The cell cannot have the symmetry: equivalent reflections would lie at different angles.
    ForeignSymmetry {
        /// The file of the structure factors.
        file: PathBuf,
        /// Edges in Å, angles in degrees.
        cell: [f64; 6],
        /// The space group.
        group: String,
    },
    /// Equivalent reflections have amplitudes that differ by more than 0.1 %: their means are used.
    Disagreeing {
        /// The file of the structure factors.
        file: PathBuf,
        /// How many unique reflections have such equivalents.
        count: u64,
        /// Those that differ most.
        worst: Disagreement,
    },
    /// Reflections are there that the space group forbids.
    Forbidden {
        /// The file of the structure factors.
        file: PathBuf,
        /// How many.
        count: u64,
    },
    /// Structure factors that an earlier run left are taken, for want of others.
    EarlierRun {
        /// The file that it left.
        file: PathBuf,
    },
}

codes! { CrystalWarning:
    LeftHanded = "config.left-handed-matrix",
    OtherCell = "config.matrix-of-other-cell",
    CellOverFile = "config.cell-over-file",
    NegativeIntensities = "config.negative-intensities",
    ForeignSymmetry = "config.foreign-symmetry",
    Disagreeing = "config.disagreeing-equivalents",
    Forbidden = "config.forbidden-reflections",
    EarlierRun = "config.earlier-run",
}

const MIRRORED: &str = "h, k, l mean the mirror image";
const FOR_ZERO: &str = "treated as zero";
const MEANS: &str = "their means are used";

impl CrystalWarning {
    /// That reciprocal axes, in the columns of `star`, make a left hand.
    pub fn left_handed(file: &Path, star: &Matrix3<f64>) -> Option<Self> {
        (star.determinant() < 0.0).then(|| CrystalWarning::LeftHanded { file: file.to_owned() })
    }

    /// That the axes of `file` make the cell `own` and not `given`, which counts. Edges in Å and angles in degrees.
    pub fn cell_over(file: &Path, own: [f64; 6], given: [f64; 6]) -> Option<Self> {
        let file = file.to_owned();
        is_other_cell(&given, &own).then_some(CrystalWarning::CellOverFile { file, own, given })
    }

    pub(super) fn subject(&self) -> Subject<'_> {
        match self {
            CrystalWarning::LeftHanded { file } => Subject::of_file(file).assumed(MIRRORED),
            CrystalWarning::OtherCell { file, cell, meant, .. } => {
                Subject::of_file(file).found(spaced_to(cell, 5)).assumed(spaced_to(meant, 5))
            }
            CrystalWarning::CellOverFile { file, own, given } => {
                Subject::of_file(file).found(spaced_to(own, 5)).assumed(spaced_to(given, 5))
            }
            CrystalWarning::NegativeIntensities { file, count } => {
                Subject::of_file(file).found(count.to_string()).assumed(FOR_ZERO)
            }
            CrystalWarning::ForeignSymmetry { file, cell, .. } => {
                Subject::of_file(file).found(spaced_to(cell, 6))
            }
            CrystalWarning::Disagreeing { file, count, .. } => {
                Subject::of_file(file).found(count.to_string()).assumed(MEANS)
            }
            CrystalWarning::Forbidden { file, count } => Subject::of_file(file).found(count.to_string()),
            CrystalWarning::EarlierRun { file } => Subject::of_file(file),
        }
    }
}

impl fmt::Display for CrystalWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CrystalWarning::LeftHanded { file } => {
                write!(f, "{}: its axes are left-handed (determinant below zero): {MIRRORED}", file.display())
            }
            CrystalWarning::OtherCell { file, cell, meant, wavelength, agreeing } => {
                write!(
                    f,
                    "{}: its cell is {}, but at a wavelength of {} its matrix means {}",
                    file.display(),
                    spaced_to(cell, 5),
                    g(*wavelength, 6),
                    spaced_to(meant, 5)
                )?;
                agreeing.map_or(Ok(()), |agreeing| {
                    write!(f, "; with a wavelength of {} Angstrom they agree", g(agreeing, 5))
                })
            }
            CrystalWarning::CellOverFile { file, own, given } => write!(
                f,
                "{}: its axes make the cell {}, and -cell says {}: its orientation is used with the edges of -cell",
                file.display(),
                spaced_to(own, 5),
                spaced_to(given, 5)
            ),
            CrystalWarning::NegativeIntensities { file, count } => {
                write!(f, "{}: {count} intensities below zero, {FOR_ZERO}", last_part(file).display())
            }
            CrystalWarning::ForeignSymmetry { file, cell, group } => write!(
                f,
                "{}: the cell {} cannot have the symmetry of the space group {group}: one of them is wrong",
                file.display(),
                spaced_to(cell, 6)
            ),
            CrystalWarning::Disagreeing { file, count, worst } => {
                let [h, k, l] = worst.hkl;
                let (low, high, percent) =
                    (g(worst.low, 6), g(worst.high, 6), g(100.0 * worst.relative(), 3));
                write!(
                    f,
                    "{}: {count} reflections have equivalents with amplitudes that differ by more than 0.1 %, at most by {percent} % \
                     ({h} {k} {l}: {low} to {high}): {MEANS}",
                    file.display()
                )
            }
            CrystalWarning::Forbidden { file, count } => {
                write!(f, "{}: {count} reflections that the space group forbids", file.display())
            }
            CrystalWarning::EarlierRun { file } => write!(
                f,
                "{}: structure factors of an earlier run are used, as there is no -hkl and no -default_F",
                file.display()
            ),
        }
    }
}

/// The name of a file in its folder.
fn last_part(path: &Path) -> &Path {
    path.file_name().map_or(path, Path::new)
}
