//! What a user should know, typed: of flags, of files, of the plan, of a job.

mod combination;
mod crystal;
mod detector;
mod flag;
mod instrument;
mod said;
mod subject;
mod unlikely;

use std::fmt;

pub use combination::CombinationWarning;
pub use crystal::CrystalWarning;
pub use detector::DetectorWarning;
pub use flag::FlagWarning;
pub use instrument::{AxesRemedy, InstrumentWarning};
pub use said::Said;
pub use subject::Subject;
pub use unlikely::Unlikely;

use crate::remedy;

/// What was assumed, changed or left out of what the user said, by topic. `Display` is one line, with the flag that mends
/// it where there is one; [`Warning::code`] and [`Warning::subject`] are for programs. docs/WARNINGS.md lists the codes.
///
/// ```
/// use nanobragg_config::classic::{FlagId, parse};
/// use nanobragg_config::{FlagWarning, Warning};
///
/// let parsed = parse(["-stol", "x.stol"].map(Into::into))?;
/// let [warning] = &parsed.warnings[..] else { panic!() };
/// assert!(matches!(warning, Warning::Flag(FlagWarning::NoEffect { .. })));
/// assert_eq!(warning.code(), "config.no-effect");
/// assert_eq!(warning.subject().flag, Some(FlagId::Stol));
/// # Ok::<(), nanobragg_config::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// Of one flag, or of an argument that is none.
    Flag(FlagWarning),
    /// Of flags together.
    Combination(CombinationWarning),
    /// Of what lies beside the detector, or beside what it can count.
    Detector(DetectorWarning),
    /// Of a file that describes the instrument.
    Instrument(InstrumentWarning),
    /// Of a file that describes the crystal.
    Crystal(CrystalWarning),
    /// Of any file, by its reader.
    File(nanobragg_io::Warning),
    /// Of the plan.
    Plan(nanobragg::plan::Warning),
    /// Of a job and its files.
    Job(nanobragg_session::Warning),
}

impl Warning {
    /// A stable word for programs to go by.
    pub fn code(&self) -> &'static str {
        match self {
            Warning::Flag(warning) => warning.code(),
            Warning::Combination(warning) => warning.code(),
            Warning::Detector(warning) => warning.code(),
            Warning::Instrument(warning) => warning.code(),
            Warning::Crystal(warning) => warning.code(),
            Warning::File(warning) => warning.code(),
            Warning::Plan(warning) => warning.code(),
            Warning::Job(warning) => warning.code(),
        }
    }

    /// The codes of all warnings that there are.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        [
            FlagWarning::CODES,
            CombinationWarning::CODES,
            DetectorWarning::CODES,
            InstrumentWarning::CODES,
            CrystalWarning::CODES,
            nanobragg_io::WarningKind::CODES,
            nanobragg::plan::Warning::CODES,
            nanobragg_session::Warning::CODES,
        ]
        .into_iter()
        .flatten()
        .copied()
    }

    /// Which flag or file, which place in it, what stands there and what was assumed. Of a plan and of a job nothing is
    /// known but what their own fields say.
    pub fn subject(&self) -> Subject<'_> {
        match self {
            Warning::Flag(warning) => warning.subject(),
            Warning::Combination(warning) => warning.subject(),
            Warning::Detector(warning) => warning.subject(),
            Warning::Instrument(warning) => warning.subject(),
            Warning::Crystal(warning) => warning.subject(),
            Warning::File(nanobragg_io::Warning { file, place, found, assumed, .. }) => {
                Subject::of_file(file).at(place).found(found.as_str()).assumed(assumed.as_str())
            }
            Warning::Plan(_) | Warning::Job(_) => Subject::default(),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Flag(warning) => warning.fmt(f),
            Warning::Combination(warning) => warning.fmt(f),
            Warning::Detector(warning) => warning.fmt(f),
            Warning::Instrument(warning) => warning.fmt(f),
            Warning::Crystal(warning) => warning.fmt(f),
            Warning::File(warning) => warning.fmt(f),
            Warning::Plan(warning) => match remedy::of(warning) {
                Some(remedy) => write!(f, "{warning}; {remedy}"),
                None => warning.fmt(f),
            },
            Warning::Job(warning @ nanobragg_session::Warning::DeviceFailed(_)) => {
                write!(f, "-device auto: {warning}")
            }
            Warning::Job(warning) => match remedy::of_job(warning) {
                Some(remedy) => write!(f, "{warning}; {remedy}"),
                None => warning.fmt(f),
            },
        }
    }
}

macro_rules! wraps {
    ($($topic:ident: $type:ty,)+) => {
        $(impl From<$type> for Warning {
            fn from(warning: $type) -> Self {
                Warning::$topic(warning)
            }
        })+
    };
}

wraps! {
    Flag: FlagWarning,
    Combination: CombinationWarning,
    Detector: DetectorWarning,
    Instrument: InstrumentWarning,
    Crystal: CrystalWarning,
    File: nanobragg_io::Warning,
    Plan: nanobragg::plan::Warning,
    Job: nanobragg_session::Warning,
}
