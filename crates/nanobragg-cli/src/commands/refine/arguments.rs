//! The arguments of `nanobragg refine`: its own, and the flags of the start.

use std::ffi::OsString;
use std::path::PathBuf;

use nanobragg_refine::Counting;

use super::super::own::Words;
use crate::usage::UsageError;

/// What `nanobragg refine -h` prints.
pub const HELP: &str = "\
Usage: nanobragg refine FLAG... -data IMAGE -refine NAMES -o NAME
       nanobragg refine START.toml [FLAG...] -data IMAGE -refine NAMES -o NAME
       nanobragg refine [START.toml] [FLAG...] -list FILE [-share NAMES] -o NAME

Finds the crystal that explains a measured image, pixel by pixel, from a start that FLAGs or an experiment file describe.
docs/REFINE.md says how, and how good it is.

  -data IMAGE         counts: SMV, CBF, NXmx, TIFF, NumPy (.npy), PGM, raw floats of the detector's size
  -refine NAMES       what is free, with commas: misset, cell (as far as the lattice's symmetry lets it), N, scale, mosaic,
                      distance; or single ones, such as Na or cell_a (default misset,cell,N,scale,mosaic)
  -o NAME             begins the names of outputs: NAME.toml renders what was found, NAME.json has values, standard deviations,
                      correlations and the course, NAME.csv a row a shoebox, NAME.html a report; NAME.expt and NAME.refl are
                      for DIALS; NAME_model.npy and NAME_residual.npy hold the shoeboxes' pixels
  -gain X             counts per photon (default 1)
  -saturation X       counts from this one on are left out (default none)
  -readout_noise X    standard deviation of the electronics, photons (default 0)
  -box_scale X        standard deviation of the logarithm of a shoebox's scale; twice the relative error of structure
                      factors (default 0.5)
  -max_iterations N   trials with all parameters free (default 60); 0 describes the start
  -oversample N       sub-pixels, where the data were simulated with as many; by default pixels are integrated
  -list FILE          many images instead of -data: a line is an image and the flags in which its start differs, behind an
                      experiment file of its own, if it has one. Files of an image begin with NAME_00001 and so on; NAME.csv has
                      a row an image, NAME.expt and NAME.refl have them all
  -share NAMES        what all images of a list have in common, refined in all together at the end: distance, shift
  -resume             go on from NAME.json, which an earlier run of the same arguments has left

Ctrl-C leaves the best so far. The pedestal is what -adc says, else 0. Exit status: 0 converged; 1 not, or the model is not where the photons are;
2 wrong arguments or inputs.";

/// Names that an experiment file can say again.
const WRITABLE: [&str; 19] = [
    "misset",
    "cell",
    "N",
    "scale",
    "mosaic",
    "distance",
    "shift",
    "shift_fast",
    "shift_slow",
    "shift_beam",
    "cell_a",
    "cell_b",
    "cell_c",
    "cell_alpha",
    "cell_beta",
    "cell_gamma",
    "Na",
    "Nb",
    "Nc",
];

/// The arguments.
pub struct Arguments {
    pub data: PathBuf,
    /// A list of images, in the place of one.
    pub list: Option<PathBuf>,
    /// What images of a list have in common.
    pub shared: Vec<String>,
    pub free: Vec<String>,
    pub output: PathBuf,
    pub counting: Counting,
    pub box_scale: f64,
    pub most_trials: usize,
    /// Whether an earlier run goes on.
    pub resume: bool,
    /// The experiment file that flags are added to.
    pub experiment: Option<PathBuf>,
    /// The flags of the start.
    pub start: Vec<OsString>,
}

impl Arguments {
    /// Reads the arguments; `None` when the help is wanted.
    pub fn parse(arguments: Vec<OsString>) -> Result<Option<Self>, UsageError> {
        let (mut data, mut output, mut start) = (None, None, Vec::new());
        let mut free: Vec<String> = ["misset", "cell", "N", "scale", "mosaic"].map(str::to_owned).to_vec();
        let (mut resume, mut list, mut shared) = (false, None, Vec::new());
        let (mut counting, mut box_scale, mut most_trials) = (Counting::default(), 0.5, 60);
        if arguments.is_empty() {
            return Ok(None);
        }
        let mut rest = Words::new("refine", arguments);
        let experiment = rest.experiment();
        while let Some(argument) = rest.next() {
            let mut value = || rest.value(&argument, "a value");
            match argument.name() {
                Some("h" | "help") => return Ok(None),
                Some("list") => list = Some(PathBuf::from(value()?)),
                Some("share") => shared = names("-share", &value()?)?,
                Some("resume") => resume = true,
                Some("data") => data = Some(PathBuf::from(value()?)),
                Some("o") => output = Some(PathBuf::from(value()?)),
                Some("refine") => free = names("-refine", &value()?)?,
                Some("gain") => counting.gain = positive("-gain", &value()?)?,
                Some("saturation") => counting.saturation = Some(positive("-saturation", &value()?)?),
                Some("readout_noise") => counting.readout_noise = not_negative("-readout_noise", &value()?)?,
                Some("box_scale") => box_scale = positive("-box_scale", &value()?)?,
                Some("max_iterations") => {
                    let given = value()?;
                    let text = || {
                        UsageError(format!("refine: -max_iterations expects a whole number, not {given:?}"))
                    };
                    most_trials = given.to_str().and_then(|text| text.parse().ok()).ok_or_else(text)?;
                }
                _ => start.push(argument.word),
            }
        }
        let missing = |what: &str| UsageError(format!("refine: {what}; nanobragg refine -h shows the usage"));
        let data = match (data, &list) {
            (Some(_), Some(_)) => return Err(missing("-data and -list: one of them")),
            (Some(data), None) => data,
            (None, Some(_)) => PathBuf::new(),
            (None, None) => return Err(missing("no image; give -data IMAGE")),
        };
        if list.is_none() && !shared.is_empty() {
            return Err(missing("-share is for the images of a -list"));
        }
        let output = output.ok_or_else(|| missing("no output; give -o NAME"))?;
        Ok(Some(Arguments {
            data,
            list,
            shared,
            free,
            output,
            counting,
            box_scale,
            most_trials,
            resume,
            experiment,
            start,
        }))
    }
}

fn names(flag: &str, value: &OsString) -> Result<Vec<String>, UsageError> {
    let text = value.to_string_lossy();
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    match names.iter().find(|name| !WRITABLE.contains(&name.as_str())) {
        Some(unknown) => {
            let known = WRITABLE.join(", ");
            Err(UsageError(format!("refine: {flag}: nothing is called {unknown:?}; known are {known}")))
        }
        None => Ok(names),
    }
}

fn number(flag: &str, value: &OsString, fits: fn(f64) -> bool, expected: &str) -> Result<f64, UsageError> {
    let number = value.to_str().and_then(|text| text.parse().ok()).filter(|&number: &f64| number.is_finite());
    let text = || UsageError(format!("refine: {flag} expects {expected}, not {value:?}"));
    number.filter(|&number| fits(number)).ok_or_else(text)
}

fn positive(flag: &str, value: &OsString) -> Result<f64, UsageError> {
    number(flag, value, |number| number > 0.0, "a number above 0")
}

fn not_negative(flag: &str, value: &OsString) -> Result<f64, UsageError> {
    number(flag, value, |number| number >= 0.0, "a number that is not negative")
}
