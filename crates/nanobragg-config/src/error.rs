//! What can be wrong with a description.

use std::path::PathBuf;

use nanobragg::model::symmetry::SymmetryError;
use nanobragg::{PlanError, TableError};
use nanobragg_io::IoError;

use crate::classic::FlagError;

/// Why a description does not make an experiment. Each is one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A flag is wrong.
    #[error(transparent)]
    Flag(#[from] FlagError),
    /// A place of an experiment file is wrong.
    #[error("{}:{line}:{column}: {message}", path.display())]
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
    #[error("{flag}: the path is not UTF-8, an experiment file cannot hold it")]
    NotText {
        /// The flag as typed.
        flag: String,
    },
    /// A file is wrong.
    #[error(transparent)]
    File(#[from] IoError),
    /// The structure factors of a file do not make a table.
    #[error("{}: {source}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: TableError,
    },
    /// A file has no reflections.
    #[error("{}: no reflections in it", .0.display())]
    NoReflections(PathBuf),
    /// A file has more reflections than can be expanded.
    #[error("{}: more than {} reflections", .0.display(), nanobragg_io::reflections::MOST_REFLECTIONS)]
    TooManyReflections(PathBuf),
    /// A file gave other reflections when it was read again.
    #[error("{}: not the same when read a second time; a pipe has to be saved to a file first", .0.display())]
    ReadOnce(PathBuf),
    /// There is nothing to take structure factors from.
    #[error("no structure factors: give -hkl FILE or -default_F F (and there is no {} to read)", .0.display())]
    NoStructureFactors(PathBuf),
    /// The symmetry operators of a file are wrong.
    #[error("{}: {source}", path.display())]
    Symmetry {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: SymmetryError,
    },
    /// A file of unique reflections says nothing of their symmetry.
    #[error("{}: no symmetry in it; give -spacegroup NAME", .0.display())]
    NoSymmetry(PathBuf),
    /// No space group has that name.
    #[error("{given}: no space group is called {name:?}")]
    UnknownSpaceGroup {
        /// The flag or file that names it.
        given: String,
        /// The name.
        name: String,
    },
    /// Two flags that say the same thing.
    #[error("{flag} cannot be given with {with}, which decides the same")]
    Conflict {
        /// One of them as typed.
        flag: String,
        /// The other.
        with: String,
    },
    /// The detector has no such panel.
    #[error("{given} {panel}: the detector has {panels} panels, counted from 0")]
    NoPanel {
        /// The flag as typed.
        given: String,
        /// The panel asked for.
        panel: usize,
        /// How many there are.
        panels: usize,
    },
    /// A mask for more than one panel.
    #[error("-mask needs a single panel: the detector has {0}; choose one by -panel")]
    MaskOfPanels(usize),
    /// A flag that needs another one.
    #[error("{flag} needs {needs}")]
    Needs {
        /// The flag as typed.
        flag: String,
        /// What it needs.
        needs: &'static str,
    },
    /// There is no lattice.
    #[error("no crystal: give -cell a b c alpha beta gamma, -mat FILE, or a file that has a cell")]
    NoCrystal,
    /// The format of an output file is not known.
    #[error("-o {}: unknown kind of file; known are {}", path.display(), known)]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// Known extensions.
        known: &'static str,
    },
    /// An output would replace an input.
    #[error("{} is an input and an output", .0.display())]
    OverwritesInput(PathBuf),
    /// Two outputs have one name.
    #[error("{} is the name of two outputs", .0.display())]
    SameOutput(PathBuf),
    /// The experiment cannot be planned.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// Errors of a source of reflections while a table is filled.
pub(crate) enum FillError {
    File(IoError),
    Table(TableError),
}

impl From<TableError> for FillError {
    fn from(error: TableError) -> Self {
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
