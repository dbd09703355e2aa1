//! What a resolution depends on besides the command line.

use std::path::{Path, PathBuf};

use crate::Outputs;

/// What a resolution depends on besides the command line.
#[derive(Clone, Debug)]
pub struct Context {
    /// Folder that relative paths start from; empty for the working directory.
    pub directory: PathBuf,
    /// Seed of noise and random orientation where none is given. The C program takes the clock.
    pub seed: i64,
    /// What becomes of the experiment.
    pub purpose: Purpose,
    /// Whether a table of structure factors takes the place of those of flags.
    pub brings_table: bool,
}

/// What becomes of an experiment: some flags have an effect on one of these and none on another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// One image, whose files flags name.
    #[default]
    Image,
    /// Images of a series.
    Series {
        /// What their files are called.
        names: Vec<PathBuf>,
        /// Where the orientation of each comes from.
        orientations: Orientations,
    },
    /// Derivatives: no image is written.
    Derivatives,
}

/// Where the orientations of a series come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Orientations {
    /// Flags say the one of all images.
    #[default]
    OfFlags,
    /// That of each image is drawn.
    Drawn,
    /// A file lists them.
    Listed,
}

impl Default for Context {
    fn default() -> Self {
        Context { directory: PathBuf::new(), seed: 1, purpose: Purpose::default(), brings_table: false }
    }
}

impl Context {
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }
}

impl Purpose {
    /// The files that are written, of which `outputs` are those of flags. A name that stands for no format is refused elsewhere.
    pub(crate) fn outputs(&self, outputs: &Outputs) -> Outputs {
        match self {
            Purpose::Image => outputs.clone(),
            Purpose::Derivatives => outputs.without_images(),
            Purpose::Series { names, .. } => names.iter().fold(outputs.without_images(), |outputs, name| {
                outputs.clone().with_image(name.clone()).unwrap_or(outputs)
            }),
        }
    }
}
