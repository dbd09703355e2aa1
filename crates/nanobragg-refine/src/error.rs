//! What can go wrong with a refinement.

use crate::saturated::Saturated;

/// Why a refinement has no result. The text is one line.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Cause);

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The library refused or failed.
    Library(nanobragg::ErrorKind),
    /// A name stands for no parameter.
    UnknownParameter,
    /// There is no derivative by a parameter.
    NotDifferentiable,
    /// The image has another size than the detector.
    Size,
    /// The lattice is left-handed.
    LeftHanded,
    /// There are no spots to refine against.
    NoSpots,
    /// Pixels do not determine the parameters.
    Rank,
    /// The shape of the crystal has one size, and several are free.
    OneSize,
    /// A parameter changes no pixel.
    NoEffect,
    /// The model is not where the photons are.
    WrongIndexing,
    /// Images cannot share a number.
    NotShared,
    /// Images have other structure factors, or none that can be refined.
    Amplitudes,
    /// What is not free cannot be restrained.
    NotFree,
    /// Numbers of several units cannot be restrained by one standard deviation.
    Units,
    /// An earlier run was of other numbers.
    Resumed,
    /// The panels of a detector do not move alike with a parameter.
    OfOnePanel,
}

impl ErrorKind {
    /// A name that stays.
    pub fn code(self) -> &'static str {
        match self {
            ErrorKind::Library(kind) => kind.code(),
            ErrorKind::UnknownParameter => "refine.unknown-parameter",
            ErrorKind::NotDifferentiable => "refine.not-differentiable",
            ErrorKind::Size => "refine.size",
            ErrorKind::LeftHanded => "refine.left-handed",
            ErrorKind::NoSpots => "refine.no-spots",
            ErrorKind::Rank => "refine.rank",
            ErrorKind::OneSize => "refine.one-size",
            ErrorKind::NoEffect => "refine.no-effect",
            ErrorKind::WrongIndexing => "refine.wrong-indexing",
            ErrorKind::NotShared => "refine.not-shared",
            ErrorKind::Amplitudes => "refine.amplitudes",
            ErrorKind::NotFree => "refine.not-free",
            ErrorKind::Units => "refine.units",
            ErrorKind::Resumed => "refine.resumed",
            ErrorKind::OfOnePanel => "refine.of-one-panel",
        }
    }
}

impl Error {
    /// Whether the caller has stopped the work.
    pub(crate) fn is_canceled(&self) -> bool {
        self.kind() == ErrorKind::Library(nanobragg::ErrorKind::Canceled)
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        match &self.0 {
            Cause::Library(error) => ErrorKind::Library(error.kind()),
            Cause::Unknown { .. } => ErrorKind::UnknownParameter,
            Cause::Refused(_) | Cause::Interpolated => ErrorKind::NotDifferentiable,
            Cause::Size { .. } | Cause::Panels { .. } => ErrorKind::Size,
            Cause::LeftHanded => ErrorKind::LeftHanded,
            Cause::NoSpots(..) => ErrorKind::NoSpots,
            Cause::Rank { .. } | Cause::Pixels { .. } | Cause::NoMean(_) => ErrorKind::Rank,
            Cause::OneSize(_) => ErrorKind::OneSize,
            Cause::NoEffect(_) => ErrorKind::NoEffect,
            Cause::Overlap { .. } => ErrorKind::WrongIndexing,
            Cause::Own(_) | Cause::Start { .. } | Cause::OtherShared(_) => ErrorKind::NotShared,
            Cause::NoAmplitudes | Cause::OtherTable(_) => ErrorKind::Amplitudes,
            Cause::NotFree(_) => ErrorKind::NotFree,
            Cause::Units(_) => ErrorKind::Units,
            Cause::Resumed { .. } => ErrorKind::Resumed,
            Cause::OfOnePanel(_) => ErrorKind::OfOnePanel,
        }
    }
}

/// What lies behind an [`Error`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Cause {
    #[error(transparent)]
    Library(nanobragg::Error),
    #[error("unknown parameter {name}; known are {known}")]
    Unknown { name: String, known: String },
    #[error(transparent)]
    Refused(nanobragg::gradient::Refusal),
    #[error("the data have {} x {} pixels (fast, slow), the detector has {} x {}", data[0], data[1], detector[0], detector[1])]
    Size { data: [usize; 2], detector: [usize; 2] },
    #[error("the data are of {data} panels, the start of {start}, or of other sizes")]
    Panels { data: usize, start: usize },
    #[error("the lattice is left-handed")]
    LeftHanded,
    #[error("no spots: {0}{1}")]
    NoSpots(&'static str, Saturated),
    #[error("{pixels} pixels are too few for {parameters} parameters")]
    Pixels { pixels: usize, parameters: usize },
    #[error("the pixels determine only {rank} of {parameters} parameters; the worst is {worst}")]
    Rank { rank: usize, parameters: usize, worst: String },
    #[error("the images do not determine a common value of {0}")]
    NoMean(String),
    #[error(
        "spots of the shape {0} depend only on the product Na Nb Nc: refine N, which keeps the ratios, or one of Na, Nb, Nc"
    )]
    OneSize(&'static str),
    #[error(
        "no pixel changes with {0}: it has no effect, or no reflection in the shoeboxes has a structure factor"
    )]
    NoEffect(String),
    #[error(
        "the model does not match the photons: the overlap is {overlap:.2}, and at least {least} is needed; the indexing is probably wrong"
    )]
    Overlap { overlap: f64, least: f64 },
    #[error("{0} is free in each image and shared by all: it can be only one of them")]
    Own(String),
    #[error(
        "image {number} starts at {name} = {own:.6} {unit}, the first one at {first:.6} {unit}; shared parameters need the same start value"
    )]
    Start { number: usize, name: String, unit: &'static str, own: f64, first: f64 },
    #[error("image {0} shares other parameters than the first one")]
    OtherShared(usize),
    #[error("no shoebox has a reflection whose structure factor is not zero")]
    NoAmplitudes,
    #[error(
        "F: interpolated structure factors belong to many nodes, by which there are no derivatives; turn the interpolation off"
    )]
    Interpolated,
    #[error("image {0} has other structure factors than the first one")]
    OtherTable(usize),
    #[error("{0} is not free")]
    NotFree(String),
    #[error("{0} has parameters with different units; name each")]
    Units(String),
    #[error(
        "{0} moves panels each in another direction; of the detector, shift_beam moves all of them alike"
    )]
    OfOnePanel(String),
    #[error("{name} {what}; an earlier run can only be continued with the same parameters")]
    Resumed { name: String, what: &'static str },
}

impl From<nanobragg::Error> for Error {
    fn from(error: nanobragg::Error) -> Self {
        Cause::Library(error).into()
    }
}

impl From<nanobragg::gradient::Refusal> for Error {
    fn from(refusal: nanobragg::gradient::Refusal) -> Self {
        Cause::Refused(refusal).into()
    }
}
