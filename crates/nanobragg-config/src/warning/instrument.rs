//! Of files that describe the instrument: headers of images, and other programs' descriptions.

use std::fmt;
use std::path::{Path, PathBuf};

use nanobragg::codes;
use nanobragg_io::c_format::g;

use super::{Subject, Unlikely};
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
    /// A wavelength is none of X-rays.
    Wavelength {
        /// Where it comes from.
        origin: Origin,
        /// The wavelength in Å.
        angstrom: f64,
    },
}

codes! { InstrumentWarning:
    Zero = "config.zero-in-header",
    Unlikely = "config.unlikely-in-header",
    DTrek = "config.d-trek-header",
    Swing = "config.swing-in-header",
    NoBeam = "config.no-beam",
    NoWavelength = "config.no-wavelength",
    Wavelength = "config.unlikely-wavelength",
}

/// The key of a swing.
const SWING: &str = "2theta";
const AS_IF_ABSENT: &str = "not taken, as if it were not there";
const PIXELS_ALONE: &str = "the geometry of a d*TREK header is not taken, its pixels are";
const NO_SWING: &str = "the swing of the detector is not taken";
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
            InstrumentWarning::NoBeam { file } => Subject::of_file(file).assumed(ALONG_Z),
            InstrumentWarning::NoWavelength { file } => Subject::of_file(file),
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
            InstrumentWarning::NoBeam { file } => {
                write!(f, "{}: no beam in it: {ALONG_Z}; give -beam_vector", file.display())
            }
            InstrumentWarning::NoWavelength { file } => {
                write!(f, "{}: no wavelength in it: give -lambda or -energy", file.display())
            }
            InstrumentWarning::Wavelength { origin, angstrom } => {
                let angstrom = g(*angstrom, 6);
                write!(f, "{origin}: a wavelength of {angstrom} Angstrom is far from that of X-rays")
            }
        }
    }
}
