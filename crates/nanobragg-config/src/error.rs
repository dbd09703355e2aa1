//! What can be wrong with a description.

use std::path::{Path, PathBuf};

use nanobragg_io::WarningKind;
use nanobragg_io::geometry::GeometryFormat;

use crate::flag_error::{FlagError, plain};
use crate::origin::Origin;
use crate::warning::{Said, Warning};

/// Why a description does not make an experiment. The text is one line, and names flag or file, place and value.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ConfigError>);

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No flag, or no command, is spelled so.
    UnknownFlag,
    /// A flag has fewer values than it needs.
    MissingValue,
    /// A flag has more values than it takes.
    ExcessValue,
    /// A value is not a number, not a whole one, or not text.
    Malformed,
    /// A value is none of those that a flag or a file may have.
    OutOfRange,
    /// Flags contradict each other, or one needs another.
    Combination,
    /// An experiment file is wrong.
    ExperimentFile,
    /// A file cannot be read, or is wrong.
    File(nanobragg_io::ErrorKind),
    /// There are no structure factors, or none that make a table.
    StructureFactors,
    /// A symmetry is missing, unknown or wrong.
    Symmetry,
    /// There is no crystal, or one without a volume.
    Crystal,
    /// An instrument's description does not say enough, or says too much.
    Instrument,
    /// An output's name does not do.
    Output,
    /// A warning, where none is taken.
    Denied,
    /// The experiment cannot be planned.
    Plan(nanobragg::ErrorKind),
}

impl ErrorKind {
    /// A name that stays.
    pub fn code(self) -> &'static str {
        match self {
            ErrorKind::UnknownFlag => "flag.unknown",
            ErrorKind::MissingValue => "flag.missing-value",
            ErrorKind::ExcessValue => "flag.excess-value",
            ErrorKind::Malformed => "flag.malformed",
            ErrorKind::OutOfRange => "flag.out-of-range",
            ErrorKind::Combination => "flag.combination",
            ErrorKind::ExperimentFile => "config.experiment-file",
            ErrorKind::File(kind) => kind.code(),
            ErrorKind::StructureFactors => "config.structure-factors",
            ErrorKind::Symmetry => "config.symmetry",
            ErrorKind::Crystal => "config.crystal",
            ErrorKind::Instrument => "config.instrument",
            ErrorKind::Output => "config.output",
            ErrorKind::Denied => "config.denied-warning",
            ErrorKind::Plan(kind) => kind.code(),
        }
    }
}

impl Error {
    /// The warning that was not taken, where that is the error.
    pub fn denied(&self) -> Option<&Warning> {
        match &*self.0 {
            ConfigError::Denied(warning) => Some(warning.as_ref()),
            _ => None,
        }
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        match &*self.0 {
            ConfigError::Flag(flag) => match flag {
                FlagError::UnknownFlag { .. }
                | FlagError::OneDashValue { .. }
                | FlagError::UnknownCommand { .. } => ErrorKind::UnknownFlag,
                FlagError::MissingValue { .. } | FlagError::TooFewValues { .. } => ErrorKind::MissingValue,
                FlagError::TooManyValues { .. } | FlagError::UnexpectedValue { .. } => ErrorKind::ExcessValue,
                FlagError::NotANumber { .. } | FlagError::NotWhole { .. } | FlagError::NotUnicode { .. } => {
                    ErrorKind::Malformed
                }
                FlagError::OutOfRange { .. } | FlagError::UnknownWord { .. } => ErrorKind::OutOfRange,
            },
            ConfigError::ExperimentFile { .. } | ConfigError::NotText { .. } => ErrorKind::ExperimentFile,
            ConfigError::File(error) => ErrorKind::File(error.kind()),
            ConfigError::Table { .. }
            | ConfigError::NoReflections(_)
            | ConfigError::TooManyReflections(_)
            | ConfigError::ReadOnce(_)
            | ConfigError::NoStructureFactors(_) => ErrorKind::StructureFactors,
            ConfigError::Symmetry { .. }
            | ConfigError::NoSymmetry(_)
            | ConfigError::UnknownSpaceGroup { .. } => ErrorKind::Symmetry,
            ConfigError::Conflict { .. }
            | ConfigError::Needs { .. }
            | ConfigError::MaskOfPanels(_)
            | ConfigError::AgainstRange { .. } => ErrorKind::Combination,
            ConfigError::NoDistance { .. }
            | ConfigError::NoWeight(_)
            | ConfigError::DTrek { .. }
            | ConfigError::TooManyPixels { .. }
            | ConfigError::SeveralPanels { .. }
            | ConfigError::NoPanel { .. } => ErrorKind::Instrument,
            ConfigError::Denied(_) => ErrorKind::Denied,
            ConfigError::EmptyRegion { .. } => ErrorKind::OutOfRange,
            ConfigError::FlatCell { .. } | ConfigError::NoCrystal(_) => ErrorKind::Crystal,
            ConfigError::UnknownFormat { .. }
            | ConfigError::UnnamedFormat
            | ConfigError::NexusToPipe(_)
            | ConfigError::SeriesToPipe(_)
            | ConfigError::SeriesOfDoubles(_)
            | ConfigError::DoublesOfGpu(_)
            | ConfigError::PanelsToPipe { .. }
            | ConfigError::UnknownGeometry(_)
            | ConfigError::OverwritesInput(_)
            | ConfigError::OutsideOutput { .. }
            | ConfigError::LinkedOutside(_)
            | ConfigError::SameOutput(_) => ErrorKind::Output,
            ConfigError::MaskSize { .. } => ErrorKind::Plan(nanobragg::ErrorKind::MaskSize),
            ConfigError::Matrix { source, .. } | ConfigError::Plan(source) => ErrorKind::Plan(source.kind()),
        }
    }
}

impl From<ConfigError> for Error {
    fn from(cause: ConfigError) -> Self {
        Error(Box::new(cause))
    }
}

impl From<FlagError> for Error {
    fn from(error: FlagError) -> Self {
        ConfigError::from(error).into()
    }
}

impl From<nanobragg_io::Error> for Error {
    fn from(error: nanobragg_io::Error) -> Self {
        ConfigError::from(error).into()
    }
}

impl From<nanobragg::Error> for Error {
    fn from(error: nanobragg::Error) -> Self {
        ConfigError::from(error).into()
    }
}

/// What lies behind an [`Error`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// A flag is wrong.
    #[error(transparent)]
    Flag(#[from] FlagError),
    /// A place of an experiment file is wrong.
    #[error("{}:{line}:{column}: {message}", shown(path))]
    ExperimentFile {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The character in it, counted from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// A value cannot be written into an experiment file.
    #[error("{}: the path is not UTF-8, an experiment file cannot hold it", plain(flag))]
    NotText {
        /// The flag as typed.
        flag: String,
    },
    /// A file is wrong.
    #[error(transparent)]
    File(#[from] nanobragg_io::Error),
    /// The structure factors of a file do not make a table.
    #[error("{}: {source}", shown(path))]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: nanobragg::Error,
    },
    /// A file has no reflections.
    #[error("{}: no reflections in it", shown(.0))]
    NoReflections(PathBuf),
    /// A file has more reflections than can be expanded.
    #[error("{}: more than {} reflections", shown(.0), nanobragg_io::reflections::MOST_REFLECTIONS)]
    TooManyReflections(PathBuf),
    /// A file gave other reflections when it was read again.
    #[error("{}: not the same when read a second time; a pipe has to be saved to a file first", shown(.0))]
    ReadOnce(PathBuf),
    /// There is nothing to take structure factors from.
    #[error("no structure factors: give -hkl FILE or -default_F F (and there is no {} to read)", shown(.0))]
    NoStructureFactors(PathBuf),
    /// The symmetry operators of a file are wrong.
    #[error("{}: {source}", shown(path))]
    Symmetry {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: nanobragg::Error,
    },
    /// A file of unique reflections says nothing of their symmetry.
    #[error("{}: no symmetry in it; give -spacegroup NAME", shown(.0))]
    NoSymmetry(PathBuf),
    /// No space group has that name.
    #[error("{}: no space group is called {name:?}", plain(given))]
    UnknownSpaceGroup {
        /// The flag or file that names it.
        given: String,
        /// The name.
        name: String,
    },
    /// Two flags that say the same thing.
    #[error("{} cannot be given with {}, which sets the same quantity", plain(flag), plain(with))]
    Conflict {
        /// One of them as typed.
        flag: String,
        /// The other.
        with: String,
    },
    /// All sources of a table have the weight 0.
    #[error("{}: no source has a weight above 0", shown(.0))]
    NoWeight(PathBuf),
    /// The distance is in other files than the one that describes the instrument.
    #[error(
        "{}: its distance is in the data files ({}), which are not read; give -distance",
        shown(path),
        plain(place)
    )]
    NoDistance {
        /// The file.
        path: PathBuf,
        /// Where the data files have it.
        place: String,
    },
    /// The header of an image has its geometry in the keys of d*TREK.
    #[error(
        "{}: {}: the geometry of a d*TREK header is not read; give it by flags, or by -geometry with an experiment list of DIALS",
        shown(path),
        plain(key)
    )]
    DTrek {
        /// The image.
        path: PathBuf,
        /// The key that tells the kind of the header.
        key: String,
    },
    /// A warning, where none is taken.
    #[error("{0}")]
    Denied(Box<Warning>),
    /// More pixels than can be held.
    #[error("{}: {pixels} pixels in all panels, the limit is {limit}; choose one with -panel", shown(path))]
    TooManyPixels {
        /// The file.
        path: PathBuf,
        /// How many there are.
        pixels: u64,
        /// How many there may be.
        limit: u64,
    },
    /// The detector has no such panel.
    #[error("{} {panel}: {} has {panels} panel{}, counted from 0", plain(given), plain(detector), if *panels == 1 { "" } else { "s" })]
    NoPanel {
        /// What the detector is called.
        detector: String,
        /// The flag as typed.
        given: String,
        /// The panel asked for.
        panel: usize,
        /// How many there are.
        panels: usize,
    },
    /// An image's file has several panels, and none is chosen.
    #[error(
        "{}: {} panels ({}); choose one with -panel N, counted from 0",
        shown(path),
        names.len(),
        plain(&listed(names))
    )]
    SeveralPanels {
        /// The file.
        path: PathBuf,
        /// What the file calls them.
        names: Vec<String>,
    },
    /// A mask of another size than the detector, fast axis first.
    #[error("{}: the mask has {} x {} pixels, the detector {} x {}", shown(path), mask[0], mask[1], detector[0], detector[1])]
    MaskSize {
        /// The file.
        path: PathBuf,
        /// Pixels of the mask.
        mask: [usize; 2],
        /// Pixels of the detector.
        detector: [usize; 2],
    },
    /// A matrix that is none.
    #[error("{}: {source}", shown(path))]
    Matrix {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: nanobragg::Error,
    },
    /// A mask for more than one panel.
    #[error("-mask needs a single panel: the detector has {0}; choose one with -panel")]
    MaskOfPanels(usize),
    /// A flag that needs another one.
    #[error("{} needs {needs}", plain(flag))]
    Needs {
        /// The flag as typed.
        flag: String,
        /// What it needs.
        needs: String,
    },
    /// A region of interest without pixels.
    #[error(
        "{} {}: no pixel of the detector lies there, {fast} x {slow} (fast, slow)",
        plain(flag),
        plain(values)
    )]
    EmptyRegion {
        /// The flag as typed.
        flag: String,
        /// Its values as typed.
        values: String,
        /// Pixels along the fast axis.
        fast: usize,
        /// Pixels along the slow axis.
        slow: usize,
    },
    /// A cell without a volume.
    #[error("the unit cell with angles {angles} spans no volume ({origin})")]
    FlatCell {
        /// Its angles in degrees.
        angles: String,
        /// Where it comes from.
        origin: Origin,
    },
    /// Angle from step to step and range of a rotation that turn against each other.
    #[error("{}: the steps turn against the range of the rotation", plain(flag))]
    AgainstRange {
        /// The flag as typed.
        flag: String,
    },
    /// There is no lattice.
    #[error("no crystal: give -cell a b c alpha beta gamma, -mat FILE, or a file that has a cell{}", also(.0))]
    NoCrystal(Option<Box<nanobragg_io::Warning>>),
    /// Standard output without a format.
    #[error("-o - needs a format: -o npy:-, cbf:-, tif:-, img:-, png:-, pgm:- or bin:-")]
    UnnamedFormat,
    /// NXmx on standard output.
    #[error("-o {0}: NXmx cannot be written to a pipe; use another format or a file")]
    NexusToPipe(String),
    /// Images of a series on standard output.
    #[error("{}: images of a series are files", shown(.0))]
    SeriesToPipe(PathBuf),
    /// Arrays of 64-bit floats of a series.
    #[error("{}: arrays of a series have 32-bit floats; leave -npy_dtype f64 out", shown(.0))]
    SeriesOfDoubles(PathBuf),
    /// Arrays of 64-bit floats by a graphics processor.
    #[error(
        "{0}: graphics processors give images of 32-bit floats; -device cpu, and auto, compute these on the cores"
    )]
    DoublesOfGpu(Said),
    /// Images of several panels on standard output, or in a pipe or a device.
    #[error("{}: the detector has {panels} panels, an image each; -panel N chooses one", shown(path))]
    PanelsToPipe {
        /// The output.
        path: PathBuf,
        /// Panels.
        panels: usize,
    },
    /// The kind of a description of the instrument is not known.
    #[error("-geometry_out {}: unknown kind of file; known are {}", shown(.0), GeometryFormat::KNOWN)]
    UnknownGeometry(PathBuf),
    /// The format of an output file is not known.
    #[error("-o {}: unknown kind of file; known are {}", shown(path), known)]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// Known extensions.
        known: &'static str,
    },
    /// An output would replace an input.
    #[error("{} is an input and an output", shown(.0))]
    OverwritesInput(PathBuf),
    /// An experiment file would write elsewhere than below the working directory.
    #[error(
        "{} is not below the working directory, and an experiment file names it ({}); -trust_paths allows that",
        shown(path),
        plain(key)
    )]
    OutsideOutput {
        /// The file.
        path: PathBuf,
        /// The key that names it.
        key: String,
    },
    /// A link leads an output out of the working directory, and an experiment file may be somebody else's.
    #[error("{} leads out of the working directory through a link; -trust_paths allows that", shown(.0))]
    LinkedOutside(PathBuf),
    /// Two outputs have one name.
    #[error("{} is the name of two outputs", shown(.0))]
    SameOutput(PathBuf),
    /// The experiment cannot be planned.
    #[error(transparent)]
    Plan(#[from] nanobragg::Error),
}

/// What a file lacks, in brackets.
fn also(lacking: &Option<Box<nanobragg_io::Warning>>) -> String {
    let text = |lacking: &nanobragg_io::Warning| {
        // Of a key that is nearly another one, which is meant.
        let asks = Some(&lacking.assumed).filter(|_| lacking.kind == WarningKind::UnknownKey);
        let asks = asks.map_or_else(String::new, |asks| format!(": {}", plain(asks)));
        format!(" ({}: {}: {}{asks})", shown(&lacking.file), plain(&lacking.place), plain(&lacking.found))
    };
    lacking.as_deref().map(text).unwrap_or_default()
}

/// Names as part of a message: of many the first and the last.
fn listed(names: &[String]) -> String {
    match names {
        [first, _, _, .., last] => format!("{first} to {last}"),
        _ => names.join(", "),
    }
}

/// A path as part of a message: names may hold line breaks, messages may not.
fn shown(path: &Path) -> String {
    plain(&path.display().to_string())
}

/// Errors of a source of reflections while a table is filled.
pub(crate) enum FillError {
    File(nanobragg_io::Error),
    Table(nanobragg::Error),
}

impl From<nanobragg::Error> for FillError {
    fn from(error: nanobragg::Error) -> Self {
        FillError::Table(error)
    }
}

impl FillError {
    pub(crate) fn at(self, path: PathBuf) -> ConfigError {
        match self {
            FillError::File(error) => ConfigError::File(error),
            FillError::Table(source) => ConfigError::Table { path, source },
        }
    }
}
