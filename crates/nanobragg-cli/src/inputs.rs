//! Files that are read, which nothing that is written may replace.

use std::collections::HashSet;
use std::path::PathBuf;

use nanobragg_config::Setup;
use nanobragg_config::classic::ParsedArgs;
use nanobragg_io::atomic::destination;

use crate::usage::UsageError;

/// What is read, by its real names.
#[derive(Debug)]
pub struct Inputs(HashSet<PathBuf>);

impl Inputs {
    /// What an experiment was made from: the inputs of its setup, and experiment files.
    pub fn of(setup: &Setup, args: &ParsedArgs) -> Self {
        Inputs(HashSet::new()).with(setup.inputs.iter().chain(&args.files))
    }

    /// With other files that are read.
    pub fn with<'a>(mut self, paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        self.0.extend(paths.into_iter().filter_map(|path| destination(path)));
        self
    }

    /// Whether what `flag` makes replaces none of these, and no two of `outputs` are one file.
    ///
    /// # Errors
    /// The first output that does.
    pub fn spared_by(
        &self,
        flag: &str,
        outputs: impl IntoIterator<Item = PathBuf>,
    ) -> Result<(), UsageError> {
        let mut places = HashSet::new();
        for path in outputs {
            // A device can take two files.
            let Some(place) = destination(&path) else { continue };
            let path = path.display();
            if self.0.contains(&place) {
                return Err(UsageError(format!(
                    "{flag}: {path} is an input and an output; give another name"
                )));
            }
            if !places.insert(place) {
                return Err(UsageError(format!(
                    "{flag}: {path} is the name of two outputs; give another name"
                )));
            }
        }
        Ok(())
    }
}
