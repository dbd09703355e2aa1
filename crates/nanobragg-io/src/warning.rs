//! What a reader did not take as the file has it.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::{OneLine, shown};

macro_rules! kinds {
    ($($(#[doc = $doc:expr])+ $kind:ident = $code:literal,)+) => {
        /// The kinds of [`Warning`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum WarningKind { $($(#[doc = $doc])+ $kind,)+ }

        impl WarningKind {
            /// The words of all kinds.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// A word that stays the same from version to version.
            pub const fn code(self) -> &'static str {
                match self { $(WarningKind::$kind => $code,)+ }
            }
        }
    };
}

kinds! {
    /// A wavelength is none that crystals are measured at.
    UnlikelyWavelength = "io.unlikely-wavelength",
    /// A beam has more than one wavelength, of which one is taken.
    Polychromatic = "io.polychromatic",
    /// A probe is none of X-rays, whose scattering is computed.
    OtherProbe = "io.other-probe",
    /// A shift of the detector stands in files that are not read.
    ShiftElsewhere = "io.shift-elsewhere",
    /// Bad regions of the detector are rendered.
    BadRegions = "io.bad-regions",
    /// Pixels without counts are left out by a mask in whose file nothing marks pixels.
    ZerosLeftOut = "io.zeros-left-out",
    /// Pixels without counts are kept by a mask in which few numbers below zero mark pixels, or of which all other counts are the same.
    ZerosKept = "io.zeros-kept",
    /// Gain, thickness and the like of the detector are not taken.
    DetectorProperties = "io.detector-properties",
    /// Of a polarization one half is given, and the other is assumed.
    HalfPolarization = "io.half-polarization",
    /// A cell without an orientation is not taken.
    NoOrientation = "io.no-orientation",
    /// A cell is not the one that the axes beside it make, which count.
    OtherCell = "io.cell-of-other-axes",
    /// A key stands there more than once with values that differ, of which one counts.
    RepeatedKey = "io.repeated-key",
    /// A key looks like one that is read, and is not read.
    UnknownKey = "io.unknown-key",
    /// The direction of the beam is not there, and is assumed.
    AssumedBeam = "io.assumed-beam",
    /// Numbers are not taken that turn the crystal, widen the beam or scale it.
    NotTaken = "io.not-taken",
    /// A length is far from what is usual, and may be meant in another unit.
    UnlikelyLength = "io.unlikely-length",
    /// Axes of the detector are far from a right angle.
    ObliqueAxes = "io.oblique-axes",
    /// Panels of the detector lie on one another.
    OverlappingPanels = "io.overlapping-panels",
    /// A scan has no rotation, or images that cannot be counted so.
    UnlikelyScan = "io.unlikely-scan",
    /// An axis of the detector is not there, and is assumed.
    AssumedAxis = "io.assumed-axis",
    /// The header of an image has no pixel size, wavelength, distance or half of the beam center, which is assumed.
    NotInHeader = "io.not-in-header",
    /// The header of an image says one thing in two ways that differ.
    ContradictingHeader = "io.contradicting-header",
    /// Name, number and operators of a space group, or a flag that says it, contradict one another.
    ContradictingSymmetry = "io.contradicting-symmetry",
    /// Amplitudes are those of a map or a model, for want of measured ones.
    NotMeasured = "io.not-measured",
    /// Of several sets of reflections one is taken.
    SeveralSets = "io.several-sets",
    /// Rows that repeat a reflection are averaged.
    Unmerged = "io.unmerged",
    /// Reflections stand in a list more than once with amplitudes that differ, of which the last counts.
    RepeatedReflections = "io.repeated-reflections",
    /// Amplitudes are below zero.
    NegativeAmplitudes = "io.negative-amplitudes",
    /// A table looks like one of another kind.
    UnlikelyTable = "io.unlikely-table",
    /// Sources are far from where the beam comes from.
    FarSource = "io.far-source",
}

/// What a warning says was assumed, where something else than the file may say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Assumption {
    /// How far the spindle turns during an image.
    Oscillation,
    /// Where the rotation begins.
    Start,
    /// The swing of the detector.
    Swing,
    /// The share of photons that are polarized along the normal.
    PolarizationFraction,
    /// The normal to the plane of polarization.
    PolarizationNormal,
    /// The edge of a pixel.
    PixelSize,
    /// The wavelength.
    Wavelength,
    /// How far apart the wavelengths are.
    WavelengthSpread,
    /// The distance of the detector.
    Distance,
    /// Where the beam meets the detector.
    BeamCenter,
    /// The first number of that place.
    BeamCenterX,
    /// The second number of that place.
    BeamCenterY,
    /// Thickness and absorption of the sensor.
    Sensor,
    /// Which pixels are left out.
    Pixels,
    /// The mosaic spread of the crystal.
    Mosaicity,
    /// The divergence of the beam.
    Divergence,
    /// How many photons there are.
    Dose,
    /// How wide the beam is.
    BeamSize,
    /// How the beam is polarized.
    Polarization,
    /// A turn of the crystal beside its rotation.
    Turn,
    /// The axis of the rotation.
    Spindle,
    /// Which experiment of a list is meant.
    Experiment,
    /// The crystal, of which the file says too little.
    Crystal,
}

/// Something in a file that was not taken as it stands, and what was done instead.
///
/// `Display` is one line: `FILE: PLACE: FOUND: ASSUMED`; [`Warning::kind`] is for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What kind of thing it is.
    pub kind: WarningKind,
    /// The file as the caller named it.
    pub file: PathBuf,
    /// The line, key or column.
    pub place: String,
    /// What stands there.
    pub found: String,
    /// What was assumed or left out.
    pub assumed: String,
    /// What that is, where another source may say it.
    pub assumption: Option<Assumption>,
}

impl Warning {
    /// Of `found` at `place` in `file`, for which something else was `assumed`.
    pub fn new(
        kind: WarningKind,
        file: &Path,
        place: impl Into<String>,
        found: impl AsRef<[u8]>,
        assumed: impl Into<String>,
    ) -> Self {
        Warning {
            kind,
            file: file.to_owned(),
            place: place.into(),
            found: shown(found.as_ref()),
            assumed: assumed.into(),
            assumption: None,
        }
    }

    /// The same of something that another source may say.
    pub(crate) fn of(self, assumption: Assumption) -> Self {
        Warning { assumption: Some(assumption), ..self }
    }

    /// A word that stays the same from version to version: that of its kind.
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Warning { file, place, found, assumed, .. } = self;
        write!(out, "{}: {place}: {found}: {assumed}", OneLine(file))
    }
}

/// What a reader took from a file, with its warnings.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<T> {
    /// What was read.
    pub data: T,
    /// What was not taken as it stands.
    pub warnings: Vec<Warning>,
}
