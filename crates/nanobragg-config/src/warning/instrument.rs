//! Of files that describe the instrument: headers of images, and other programs' descriptions.

use std::fmt;
use std::path::{Path, PathBuf};

use nanobragg::codes;
use nanobragg_io::c_format::g;

use super::{Said, Subject, Unlikely};
use crate::origin::Origin;

/// What a file says of the instrument that is not taken as it stands, or what it does not say.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InstrumentWarning {
    /// A number in a header is zero, which only says that nothing is known.
    Zero {
        /// The image.
        file: PathBuf,
        /// The key.
        key: &'static str,
    },
    /// A number in a header is likely to be meant in another unit.
    Unlikely {
        /// The image.
        file: PathBuf,
        /// The key.
        key: &'static str,
        /// The number.
        number: Unlikely,
    },
    /// The header of a mask has its geometry in the keys of d*TREK, which is not taken.
    DTrek {
        /// The mask.
        file: PathBuf,
        /// The key that tells the kind of the header.
        key: String,
    },
    /// The swing of the detector in a header is not taken.
    Swing {
        /// The image.
        file: PathBuf,
        /// The swing in degrees.
        swing_deg: f64,
    },
    /// A number in a header says nothing, and is used as in the C program.
    Senseless {
        /// The image.
        file: PathBuf,
        /// The key.
        key: &'static str,
        /// The number.
        number: f64,
    },
    /// A number in a header is overruled by another one in it, which says the same quantity otherwise.
    Repeated {
        /// The image.
        file: PathBuf,
        /// The key.
        key: &'static str,
        /// The number.
        found: String,
        /// Key and number that count.
        counts: String,
    },
    /// The header of a mask says something else than that of the image.
    OtherMask {
        /// The mask.
        file: PathBuf,
        /// The key.
        key: &'static str,
        /// What the mask says.
        found: String,
        /// What the image says, which counts.
        counts: String,
        /// The image.
        image: PathBuf,
    },
    /// A header's two distances differ, of which the one to the detector's plane is taken; only of a tilted detector they may.
    Distances {
        /// The image.
        file: PathBuf,
        /// The distance along the beam, mm.
        along_mm: f64,
        /// The distance to the plane, mm.
        close_mm: f64,
    },
    /// A header's distance to the detector's plane counts, and not the distance of a flag, as in the C program.
    OverFlag {
        /// The image.
        file: PathBuf,
        /// The distance in the header, mm.
        close_mm: f64,
        /// The flag.
        said: Said,
    },
    /// The detector does not lie as the axes in an image's file say.
    Axes {
        /// The image.
        file: PathBuf,
        /// Degrees between its axes and those of the detector that is rendered.
        off_deg: f64,
        /// How the detector gets these axes, where there is a way.
        remedy: Option<AxesRemedy>,
    },
    /// The detector's first pixel is not where the axes in an image's file say.
    Corner {
        /// The image.
        file: PathBuf,
        /// Millimeters between its place and the one that is rendered.
        off_mm: f64,
    },
    /// The crystal does not turn about the axis that an image's file has.
    Spindle {
        /// The image.
        file: PathBuf,
        /// Degrees between that axis and the one that is rendered.
        off_deg: f64,
    },
    /// A description has no rotation axis: x is assumed for a rotation.
    NoSpindle {
        /// The description.
        file: PathBuf,
    },
    /// A description has no beam: -z is assumed.
    NoBeam {
        /// The description.
        file: PathBuf,
    },
    /// A description has no wavelength, and no flag gives one.
    NoWavelength {
        /// The description.
        file: PathBuf,
    },
    /// All panels of a description stand before the crystal, where the beam comes from.
    Upstream {
        /// The description.
        file: PathBuf,
    },
    /// A wavelength is none of X-rays.
    Wavelength {
        /// Where it comes from.
        origin: Origin,
        /// The wavelength in Å.
        angstrom: f64,
    },
}

/// How a detector gets the axes in an image's file. `Display` is what to do, in flags.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AxesRemedy {
    /// By rotations.
    Rotations {
        /// About x, y and z, degrees.
        angles: [f64; 3],
        /// Whether it has to turn about the spot of the beam, which is not its own pivot.
        is_about_beam: bool,
    },
    /// Without a flag that says otherwise.
    Without(Said),
    /// By the preset `exact`.
    Exact,
}

impl fmt::Display for AxesRemedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AxesRemedy::Rotations { angles, is_about_beam } => {
                let names = ["-detector_rotx", "-detector_roty", "-detector_rotz"];
                let turns = names.into_iter().zip(angles).filter(|(_, angle)| angle.abs() > SMALL_DEG);
                for (name, angle) in turns {
                    write!(f, "{name} {} ", g(*angle, DIGITS))?;
                }
                f.write_str(if *is_about_beam { "-pivot beam give those" } else { "give those" })
            }
            AxesRemedy::Without(said) => write!(f, "without {said} those count"),
            AxesRemedy::Exact => f.write_str("-quirks exact takes those"),
        }
    }
}

/// Angles below are none, degrees; and digits of those above.
const SMALL_DEG: f64 = 1e-6;
const DIGITS: usize = 9;

codes! { InstrumentWarning:
    Zero = "config.zero-in-header",
    Unlikely = "config.unlikely-in-header",
    DTrek = "config.d-trek-header",
    Swing = "config.swing-in-header",
    Senseless = "config.senseless-in-header",
    Repeated = "config.repeated-in-header",
    OtherMask = "config.mask-of-other-instrument",
    Distances = "config.contradicting-distances",
    OverFlag = "config.header-over-flag",
    Axes = "config.axes-in-header",
    Corner = "config.corner-in-header",
    Spindle = "config.spindle-in-header",
    NoSpindle = "config.no-spindle",
    NoBeam = "config.no-beam",
    NoWavelength = "config.no-wavelength",
    Upstream = "config.upstream-detector",
    Wavelength = "config.unlikely-wavelength",
}

/// Keys of distances.
const DISTANCE: &str = "DISTANCE";
const CLOSE_DISTANCE: &str = "CLOSE_DISTANCE";
/// What the axes of a detector and its corner are called.
const AXES: &str = "axes of the detector";
const CORNER: &str = "first pixel";
const SPINDLE: &str = "spindle";
const AS_C_DOES: &str = "used as in the C program";
const NOT_TAKEN: &str = "ignored";
const ALONG_X: &str = "x is assumed";
/// The key of a swing.
const SWING: &str = "2theta";
const AS_IF_ABSENT: &str = "ignored, as if it were absent";
const PIXELS_ALONE: &str = "the geometry of a d*TREK header is ignored; its pixels are used";
const NO_SWING: &str = "the swing of the detector is ignored";
const UPSTREAM: &str = "the detector stands before the crystal";
const ALONG_Z: &str = "-z is assumed";

impl InstrumentWarning {
    pub(super) fn subject(&self) -> Subject<'_> {
        match self {
            InstrumentWarning::Zero { file, key } => {
                Subject::of_file(file).at(key).found("0").assumed(AS_IF_ABSENT)
            }
            InstrumentWarning::Unlikely { file, key, number } => {
                Subject::of_file(file).at(key).found(number.written.as_str()).assumed(number.unit)
            }
            InstrumentWarning::DTrek { file, key } => Subject::of_file(file).at(key).assumed(PIXELS_ALONE),
            InstrumentWarning::Swing { file, swing_deg } => {
                Subject::of_file(file).at(SWING).found(g(*swing_deg, 6)).assumed(NO_SWING)
            }
            InstrumentWarning::Senseless { file, key, number } => {
                Subject::of_file(file).at(key).found(number.to_string()).assumed(AS_C_DOES)
            }
            InstrumentWarning::Repeated { file, key, found, counts } => {
                Subject::of_file(file).at(key).found(found.as_str()).assumed(counts.as_str())
            }
            InstrumentWarning::OtherMask { file, key, found, counts, .. } => {
                Subject::of_file(file).at(key).found(found.as_str()).assumed(counts.as_str())
            }
            InstrumentWarning::Distances { file, along_mm, close_mm } => {
                Subject::of_file(file).at(DISTANCE).found(g(*along_mm, 6)).assumed(g(*close_mm, 6))
            }
            InstrumentWarning::OverFlag { file, close_mm, said } => {
                let of_flag = Subject::of_flag(said);
                Subject { flag: of_flag.flag, ..Subject::of_file(file).at(CLOSE_DISTANCE) }
                    .found(said.values.as_str())
                    .assumed(g(*close_mm, 6))
            }
            InstrumentWarning::Axes { file, off_deg, .. } => {
                Subject::of_file(file).at(AXES).found(g(*off_deg, 4)).assumed(NOT_TAKEN)
            }
            InstrumentWarning::Corner { file, off_mm } => {
                Subject::of_file(file).at(CORNER).found(g(*off_mm, 4)).assumed(NOT_TAKEN)
            }
            InstrumentWarning::Spindle { file, off_deg } => {
                Subject::of_file(file).at(SPINDLE).found(g(*off_deg, 4)).assumed(NOT_TAKEN)
            }
            InstrumentWarning::NoSpindle { file } => Subject::of_file(file).assumed(ALONG_X),
            InstrumentWarning::NoBeam { file } => Subject::of_file(file).assumed(ALONG_Z),
            InstrumentWarning::NoWavelength { file } => Subject::of_file(file),
            InstrumentWarning::Upstream { file } => Subject::of_file(file).assumed(UPSTREAM),
            InstrumentWarning::Wavelength { origin, angstrom } => {
                let file = match origin {
                    Origin::Header(file) => Some(Path::new(file)),
                    _ => None,
                };
                Subject { file, ..Subject::default() }.found(g(*angstrom, 6))
            }
        }
    }
}

impl fmt::Display for InstrumentWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InstrumentWarning::Zero { file, key } => {
                write!(f, "{}: {key}: 0: {AS_IF_ABSENT}", file.display())
            }
            InstrumentWarning::Unlikely { file, key, number } => {
                write!(f, "{}: {key}: {number}", file.display())
            }
            InstrumentWarning::DTrek { file, key } => write!(f, "{}: {key}: {PIXELS_ALONE}", file.display()),
            InstrumentWarning::Swing { file, swing_deg } => {
                write!(f, "{}: {SWING}: {} deg: {NO_SWING}", file.display(), g(*swing_deg, 6))
            }
            InstrumentWarning::Senseless { file, key, number } => {
                write!(f, "{}: {key}: {number}: {AS_C_DOES}", file.display())
            }
            InstrumentWarning::Repeated { file, key, found, counts } => {
                write!(f, "{}: {key}: {found}: ignored; {counts} counts", file.display())
            }
            InstrumentWarning::OtherMask { file, key, found, counts, image } => {
                write!(
                    f,
                    "{}: {key}: {found}: ignored; {counts} in {} counts",
                    file.display(),
                    image.display()
                )
            }
            InstrumentWarning::Distances { file, along_mm, close_mm } => write!(
                f,
                "{}: {DISTANCE}: {}: ignored; {CLOSE_DISTANCE}={} counts, and without a tilt they are the same",
                file.display(),
                g(*along_mm, 6),
                g(*close_mm, 6)
            ),
            InstrumentWarning::OverFlag { file, close_mm, said } => write!(
                f,
                "{}: {CLOSE_DISTANCE}: {}: wins over {said}, as in the C program; -close_distance wins over both",
                file.display(),
                g(*close_mm, 6)
            ),
            InstrumentWarning::Axes { file, off_deg, remedy } => {
                let (file, off) = (file.display(), g(*off_deg, 4));
                write!(f, "{file}: {AXES}: {off} deg from those that are rendered")?;
                remedy.as_ref().map_or(Ok(()), |remedy| write!(f, "; {remedy}"))
            }
            InstrumentWarning::Corner { file, off_mm } => write!(
                f,
                "{}: {CORNER}: {} mm from where distance and beam center put it, which count",
                file.display(),
                g(*off_mm, 4)
            ),
            InstrumentWarning::Spindle { file, off_deg } => write!(
                f,
                "{}: {SPINDLE}: {} deg from the one that is rendered; -spindle_axis turns it",
                file.display(),
                g(*off_deg, 4)
            ),
            InstrumentWarning::NoSpindle { file } => {
                write!(f, "{}: no rotation axis in it: {ALONG_X}; give -spindle_axis", file.display())
            }
            InstrumentWarning::NoBeam { file } => {
                write!(f, "{}: no beam in it: {ALONG_Z}; give -beam_vector", file.display())
            }
            InstrumentWarning::NoWavelength { file } => {
                write!(f, "{}: no wavelength in it: give -lambda or -energy", file.display())
            }
            InstrumentWarning::Upstream { file } => {
                write!(
                    f,
                    "{}: {UPSTREAM}, where the beam comes from: a distance of the wrong sign?",
                    file.display()
                )
            }
            InstrumentWarning::Wavelength { origin, angstrom } => {
                let angstrom = g(*angstrom, 6);
                write!(f, "{origin}: a wavelength of {angstrom} Angstrom is far from that of X-rays")
            }
        }
    }
}
