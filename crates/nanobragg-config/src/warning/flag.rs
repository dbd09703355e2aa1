//! Of one flag, or of an argument that is none.

use std::fmt;

use nanobragg::codes;

use super::{Said, Subject, Unlikely};
use crate::flag_error::FlagError;
use crate::flag_id::FlagId;

/// What a flag says, or does not say, by itself.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FlagWarning {
    /// An argument belongs to no flag.
    Stray {
        /// The argument.
        argument: String,
    },
    /// A longer word is taken for the flag whose name is in it.
    ReadAs {
        /// The word, and what it was taken for.
        said: Said,
        /// The name of the flag.
        known: &'static str,
    },
    /// The C program reads the flag and makes no use of it.
    NoEffect {
        /// The flag.
        said: Said,
    },
    /// The C program documents the flag and does not read it.
    Unused {
        /// The flag.
        said: Said,
        /// The flag that does what this one promises.
        instead: Option<&'static str>,
    },
    /// A value says nothing, and is used as in the C program.
    Senseless {
        /// The flag.
        said: Said,
        /// The value.
        value: String,
        /// Which values say something.
        allowed: String,
    },
    /// A number is likely to be meant in another unit.
    Unlikely {
        /// The flag.
        said: Said,
        /// The number.
        number: Unlikely,
    },
    /// A cell has neither one, three nor six numbers.
    PartialCell {
        /// The flag.
        said: Said,
        /// How many numbers there are.
        count: usize,
    },
    /// All structure factors are zero.
    ZeroAmplitudes,
    /// A rotation below zero is taken for none, as in the C program.
    NegativeRotation,
}

codes! { FlagWarning:
    Stray = "config.stray-argument",
    ReadAs = "config.read-as",
    NoEffect = "config.no-effect",
    Unused = "config.unused-flag",
    Senseless = "config.senseless-value",
    Unlikely = "config.unlikely-value",
    PartialCell = "config.partial-cell",
    ZeroAmplitudes = "config.zero-amplitudes",
    NegativeRotation = "config.negative-rotation",
}

/// What the numbers of a cell are.
const OF_CELL: [&str; 6] = ["a", "b", "c", "alpha", "beta", "gamma"];

impl FlagWarning {
    pub(super) fn subject(&self) -> Subject<'_> {
        match self {
            FlagWarning::Stray { argument } => Subject::default().found(argument.as_str()).assumed("ignored"),
            FlagWarning::ReadAs { said, known } => {
                Subject::of_flag(said).found(said.name.as_str()).assumed(*known)
            }
            FlagWarning::NoEffect { said }
            | FlagWarning::Unused { said, .. }
            | FlagWarning::PartialCell { said, .. } => Subject::of_flag(said),
            FlagWarning::Senseless { said, value, .. } => Subject::of_flag(said).found(value.as_str()),
            FlagWarning::Unlikely { said, number } => {
                Subject::of_flag(said).found(number.written.as_str()).assumed(number.unit)
            }
            FlagWarning::ZeroAmplitudes => {
                Subject { flag: Some(FlagId::DefaultF), ..Subject::default() }.found("0")
            }
            FlagWarning::NegativeRotation => Subject::default().assumed("no rotation"),
        }
    }
}

impl fmt::Display for FlagWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FlagWarning::Stray { argument } => write!(f, "ignored argument {argument:?}"),
            FlagWarning::ReadAs { said, known } => {
                write!(f, "{} is read as {known}, as in the C program", said.name)
            }
            FlagWarning::NoEffect { said } => {
                write!(f, "{} is read but has no effect, as in the C program", said.name)
            }
            FlagWarning::Unused { said, instead } => {
                write!(f, "{} is used neither by the C program nor by this one", said.name)?;
                instead.map_or(Ok(()), |other| write!(f, "; use {other}"))
            }
            FlagWarning::Senseless { said, value, allowed } => {
                let (flag, value, allowed) = (said.name.clone(), value.clone(), allowed.clone());
                let error = FlagError::OutOfRange { flag, value, allowed };
                write!(f, "{error}; it is used as in the C program")
            }
            FlagWarning::Unlikely { said, number } => write!(f, "{} {number}", said.name),
            FlagWarning::PartialCell { said, count } => {
                let missing = OF_CELL.get(*count..).unwrap_or_default();
                let are = if missing.len() == 1 { "is" } else { "are" };
                write!(f, "{said} has {count} numbers: {} {are} left out", missing.join(" "))
            }
            FlagWarning::ZeroAmplitudes => {
                f.write_str("-default_F 0: all structure factors are zero, and spots have no photons")
            }
            FlagWarning::NegativeRotation => {
                f.write_str("a negative rotation is treated as none, as in the C program")
            }
        }
    }
}
