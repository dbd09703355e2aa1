//! Of what lies beside the detector, or beside what it can count.

use std::fmt;

use nanobragg::codes;
use nanobragg_io::c_format::g;

use super::{Said, Subject};

/// What lies beside the detector, or beside what it can count.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DetectorWarning {
    /// The beam passes beside the detector.
    FarBeam {
        /// The flag.
        said: Said,
        /// Its value in mm.
        value_mm: f64,
        /// The longer edge of the detector in mm.
        edge_mm: f64,
        /// Whether the beam would hit the detector if the value were in pixels.
        may_be_pixels: bool,
    },
    /// The beam hits the detector's first pixel, and its middle if the value were in meters.
    CornerBeam {
        /// The flag.
        said: Said,
        /// Its value in mm.
        value_mm: f64,
        /// The edge of the detector in mm.
        edge_mm: f64,
    },
    /// The foot of the detector's normal lies far beside it.
    FarOrigin {
        /// The flag.
        said: Said,
        /// Its value in pixels.
        value: f64,
        /// The longer edge of the detector in pixels.
        edge: f64,
    },
    /// Of two coordinates of a point one is given, and the other is assumed.
    HalfPoint {
        /// The flag.
        said: Said,
        /// The flag of the other one.
        other: &'static str,
    },
    /// A point that the convention makes no use of, as in the C program.
    DroppedPoint {
        /// The flag.
        said: Said,
    },
    /// A vector chooses a custom geometry, in which the beam hits the detector elsewhere.
    CustomCenter {
        /// The vector.
        said: Said,
        /// Whether a beam center is given, which has another meaning then.
        is_given: bool,
        /// The name of the convention in the place of which the vector is.
        convention: &'static str,
        /// By how many pixels the beam is elsewhere, along fast and slow.
        off_px: [f64; 2],
    },
    /// The region of interest reaches beyond the image, where it ends.
    RegionBeyond {
        /// The flag.
        said: Said,
        /// Pixels of the image along the fast axis.
        fast: usize,
        /// Pixels of the image along the slow axis.
        slow: usize,
    },
    /// An offset below zero cuts counts off.
    NegativeOffset {
        /// The flag.
        said: Said,
        /// The offset in counts.
        offset: f64,
    },
}

codes! { DetectorWarning:
    FarBeam = "config.far-beam",
    CornerBeam = "config.corner-beam",
    FarOrigin = "config.far-origin",
    HalfPoint = "config.half-point",
    DroppedPoint = "config.dropped-point",
    CustomCenter = "config.custom-center",
    RegionBeyond = "config.region-beyond",
    NegativeOffset = "config.negative-offset",
}

const MIDDLE: &str = "the middle of the detector";

impl DetectorWarning {
    pub(super) fn subject(&self) -> Subject<'_> {
        match self {
            DetectorWarning::FarBeam { said, .. }
            | DetectorWarning::CornerBeam { said, .. }
            | DetectorWarning::FarOrigin { said, .. }
            | DetectorWarning::DroppedPoint { said }
            | DetectorWarning::RegionBeyond { said, .. }
            | DetectorWarning::NegativeOffset { said, .. } => Subject::of_flag(said),
            DetectorWarning::HalfPoint { said, .. }
            | DetectorWarning::CustomCenter { said, is_given: false, .. } => {
                Subject::of_flag(said).assumed(MIDDLE)
            }
            DetectorWarning::CustomCenter { said, .. } => Subject::of_flag(said),
        }
    }
}

impl fmt::Display for DetectorWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DetectorWarning::FarBeam { said, value_mm, edge_mm, may_be_pixels } => {
                let (name, edge) = (&said.name, g(*edge_mm, 4));
                let value = g(*value_mm, 10);
                write!(f, "{name} {value} mm misses the detector, which is {edge} mm wide")?;
                if *may_be_pixels { write!(f, ": {value} pixels?") } else { Ok(()) }
            }
            DetectorWarning::CornerBeam { said, value_mm, edge_mm } => {
                let (name, value, edge) = (&said.name, g(*value_mm, 10), g(*edge_mm, 4));
                write!(f, "{name} {value} mm is in the first pixel of a detector {edge} mm wide: {value} m?")
            }
            DetectorWarning::FarOrigin { said, value, edge } => {
                let value = g(*value, 10);
                write!(f, "{} {value} is far outside the detector of {edge:.0} pixels", said.name)
            }
            DetectorWarning::HalfPoint { said, other } => {
                write!(f, "{said} without {other}, for which {MIDDLE} is taken")
            }
            DetectorWarning::DroppedPoint { said } => write!(
                f,
                "{said}: the convention takes no point from it, as in the C program; -quirks exact takes it, -ORGX and \
                 -ORGY say it"
            ),
            DetectorWarning::CustomCenter { said, is_given, convention, off_px: [fast, slow] } => {
                let center = if *is_given {
                    "-Xbeam is along fast and -Ybeam along slow"
                } else {
                    "the beam hits the middle"
                };
                let (fast, slow) = (g(*fast, 4), g(*slow, 4));
                write!(
                    f,
                    "{said} chooses a custom geometry, in which {center}: off where -{convention} has the beam by {fast} and {slow} \
                     pixels along fast and slow"
                )?;
                f.write_str(if *is_given {
                    "; -ORGX and -ORGY are along fast and slow in either"
                } else {
                    "; -Xbeam and -Ybeam give another place"
                })
            }
            DetectorWarning::RegionBeyond { said, fast, slow } => {
                write!(f, "{said} reaches beyond the image of {fast} x {slow} pixels and is cut at its edge")
            }
            DetectorWarning::NegativeOffset { said, offset } => {
                write!(f, "{} {offset} counts: counts below 0 are cut off", said.name)
            }
        }
    }
}
