//! The arguments of `nanobragg sweep`: its own, and the flags of an image.

use std::ffi::OsString;
use std::path::PathBuf;

use nanobragg_config::classic::{FlagId, ParsedArgs};
use nanobragg_sweep::Start;

use super::super::own::{self, Words};
use crate::usage::UsageError;

/// The most images of a series.
const MOST_IMAGES: usize = 1_000_000;
const NO_OUTPUT: &str = "sweep: no output; give -o NAME, such as -o sweep.cbf";

/// What the images differ in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Consecutive wedges of a rotation.
    Rotation,
    /// Random orientations.
    Random,
    /// The orientations of a file.
    Listed(PathBuf),
}

/// The arguments.
#[derive(Debug)]
pub struct Arguments {
    pub images: Option<usize>,
    /// What the command line calls the files.
    pub outputs: Vec<PathBuf>,
    pub wanted: Wanted,
    pub manifest: Option<PathBuf>,
    pub start: Start,
    /// The experiment file that flags are added to.
    pub experiment: Option<PathBuf>,
    /// The flags of an image.
    pub image: Vec<OsString>,
}

impl Arguments {
    /// Reads the arguments; `None` when the help is wanted.
    pub fn parse(arguments: Vec<OsString>) -> Result<Option<Self>, UsageError> {
        let mut parsed = Arguments {
            images: None,
            outputs: Vec::new(),
            wanted: Wanted::Rotation,
            manifest: None,
            start: Start::New,
            experiment: None,
            image: Vec::new(),
        };
        if arguments.is_empty() {
            return Ok(None);
        }
        let mut rest = Words::new("sweep", arguments);
        parsed.experiment = rest.experiment();
        while let Some(argument) = rest.next() {
            let mut value = |what: &str| rest.value(&argument, what);
            match argument.name() {
                Some("h" | "help") => return Ok(None),
                Some("resume") => parsed.begin(Start::Resume)?,
                Some("restart") => parsed.begin(Start::Restart)?,
                Some("images") => parsed.images = Some(count(&value("a number of images")?)?),
                Some("o" | "output") => parsed.outputs.push(value("a file name")?.into()),
                Some("manifest") => parsed.manifest = Some(value("a file name")?.into()),
                Some("orientations") => {
                    let value = value("the word random or a file")?;
                    parsed.wanted =
                        if value == "random" { Wanted::Random } else { Wanted::Listed(value.into()) };
                }
                _ => parsed.image.push(argument.word),
            }
        }
        own::refuse_misspelled("sweep", &parsed.image)?;
        if parsed.outputs.is_empty() && parsed.experiment.is_none() {
            return Err(UsageError(NO_OUTPUT.to_owned()));
        }
        Ok(Some(parsed))
    }

    /// The names of its files: those of the command line, or else of the experiment file, of which `args` were made.
    ///
    /// # Errors
    /// There is none.
    pub fn names(&self, args: &ParsedArgs) -> Result<Vec<PathBuf>, UsageError> {
        let named = args.occurrences.iter().filter(|occurrence| occurrence.flag == FlagId::Output);
        let in_file = || named.map(|occurrence| occurrence.values.path(0).to_owned()).collect();
        let names: Vec<PathBuf> = if self.outputs.is_empty() { in_file() } else { self.outputs.clone() };
        if names.is_empty() { Err(UsageError(NO_OUTPUT.to_owned())) } else { Ok(names) }
    }

    fn begin(&mut self, start: Start) -> Result<(), UsageError> {
        if self.start != Start::New && self.start != start {
            return Err(UsageError("sweep: -resume and -restart exclude each other".to_owned()));
        }
        self.start = start;
        Ok(())
    }
}

fn count(value: &OsString) -> Result<usize, UsageError> {
    let count = value.to_str().and_then(|text| text.parse().ok());
    count.filter(|count| (1..=MOST_IMAGES).contains(count)).ok_or_else(|| {
        let given = value.to_string_lossy();
        UsageError(format!("sweep: -images must be a whole number from 1 to {MOST_IMAGES}, not {given:?}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Arguments>, UsageError> {
        Arguments::parse(line.split_whitespace().map(OsString::from).collect())
    }

    #[test]
    fn own_arguments_are_taken_out_and_flags_of_the_image_are_left() {
        let line =
            "-images 5 -cell 70 80 90 90 90 90 --o=a.cbf -resume -o b.nxs -orientations random -seed 3";
        let parsed = parse(line).unwrap().unwrap();
        assert_eq!(parsed.images, Some(5));
        assert_eq!(parsed.outputs, [PathBuf::from("a.cbf"), PathBuf::from("b.nxs")]);
        assert_eq!((parsed.wanted, parsed.start), (Wanted::Random, Start::Resume));
        let image: Vec<&str> = parsed.image.iter().map(|word| word.to_str().unwrap()).collect();
        assert_eq!(image.join(" "), "-cell 70 80 90 90 90 90 -seed 3");
    }

    #[test]
    fn a_bare_word_is_an_experiment_file_where_it_comes_first() {
        let parsed = parse("e.toml -o a.cbf -hkl b.hkl").unwrap().unwrap();
        assert_eq!((parsed.experiment, parsed.image.len()), (Some("e.toml".into()), 2));
        assert_eq!(parse("-o a.cbf -hkl b.hkl").unwrap().unwrap().experiment, None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |line: &str| parse(line).unwrap_err().to_string();
        assert!(wrong("-images 0 -o a.cbf").contains("from 1 to 1000000, not \"0\""));
        assert!(wrong("-images -o a.cbf").contains("not -o"));
        assert!(wrong("-o").contains("-o needs a file name"));
        assert!(wrong("-images 3").contains("no output"));
        assert!(wrong("-o a.cbf -resume -restart").contains("exclude"));
        assert!(parse("").unwrap().is_none() && parse("-images x -h").is_err());
        assert!(parse("-o a.cbf --help").unwrap().is_none());
    }
}
