//! How an experiment is written down and read again, with the feature `serde`.
//!
//! What can only be made through checks is written by its parts and made of them by the same checks, so that nothing is
//! read that could not be built. Parts that are missing are those of the default; parts that nobody knows are refused.

mod beam;
mod crystal;
mod detector;
mod rendering;
mod structure_factors;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;

/// What a value is made of.
trait Parts: Sized {
    /// The value.
    type Whole;

    /// The parts of a value.
    fn of(whole: &Self::Whole) -> Self;

    /// The value of these parts, if they make one.
    fn whole(self) -> Result<Self::Whole, Error>;
}

/// Writes and reads values by their parts.
macro_rules! by_parts {
    ($($whole:ty: $parts:ty,)+) => {$(
        impl Serialize for $whole {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$parts>::of(self).serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $whole {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$parts>::deserialize(deserializer)?.whole().map_err(D::Error::custom)
            }
        }
    )+};
}

by_parts! {
    super::Beam: beam::BeamParts,
    super::Dose: beam::DoseParts,
    super::Steps: beam::StepsParts,
    super::Crystal: crystal::CrystalParts,
    super::UnitCell: crystal::CellParts,
    super::MosflmMatrix: crystal::Rows,
    super::Rotation: crystal::RotationParts,
    super::Frame: detector::FrameParts,
    super::Sensor: detector::SensorParts,
    super::Mask: rendering::MaskParts,
    super::Quirks: rendering::QuirkList,
    super::StructureFactors: structure_factors::FactorParts,
}
