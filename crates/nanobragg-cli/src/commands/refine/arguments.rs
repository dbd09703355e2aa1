//! The arguments of `nanobragg refine`: its own, and the flags of the start.

use std::ffi::OsString;
use std::path::PathBuf;

use nanobragg_refine::Counting;

use super::super::own::{self, Words};
use super::values::{names, not_negative, output, positive, priors};
use crate::refinement::{Asked, Request, is_of_refinement};
use crate::usage::UsageError;

/// What `nanobragg refine -h` prints.
pub const HELP: &str = include_str!("help.txt");

/// Reads the arguments; `None` when the help is wanted.
pub fn parse(arguments: Vec<OsString>) -> Result<Option<Request>, UsageError> {
    let (mut data, mut name, mut start) = (None, None, Vec::new());
    let mut asked = None;
    let (mut resume, mut list, mut images, mut shared) = (false, None, None, Vec::new());
    let (mut counting, mut box_scale, mut most_trials) = (Counting::default(), 0.5, 60);
    let (mut restraints, mut anomalous, mut reflections) = (Vec::new(), false, Asked::default());
    if arguments.is_empty() {
        return Ok(None);
    }
    let mut rest = Words::new("refine", arguments);
    let experiment = rest.experiment();
    // The flag of this command whose value is complete.
    let mut complete: Option<String> = None;
    while let Some(argument) = rest.next() {
        if argument.name().is_none()
            && let Some(flag) = &complete
        {
            return Err(stray(flag, &argument.word));
        }
        complete = argument.name().filter(|name| is_of_refinement(name)).map(str::to_owned);
        let mut value = || rest.value(&argument, "a value");
        match argument.name() {
            Some("h" | "help") => return Ok(None),
            Some("images") => images = Some(own::images("refine: -images", &value()?)?),
            Some("list") => list = Some(PathBuf::from(value()?)),
            Some("share") => shared = names("-share", &value()?)?,
            Some("resume") => resume = true,
            Some("anomalous") => anomalous = true,
            Some("data") if data.is_some() => {
                let text = "refine: -data is given twice; -list FILE refines many images";
                return Err(UsageError(text.to_owned()));
            }
            Some("data") => data = Some(PathBuf::from(value()?)),
            Some("o") => name = Some(output(value()?)?),
            Some("refine") => asked = Some(names("-refine", &value()?)?),
            Some("gain") => counting.gain = positive("-gain", &value()?)?,
            Some("saturation") => counting.saturation = Some(positive("-saturation", &value()?)?),
            Some("readout_noise") => counting.readout_noise = not_negative("-readout_noise", &value()?)?,
            Some("prior") => restraints.extend(priors(&value()?)?),
            Some("reflections") => reflections = Asked::new(PathBuf::from(value()?)),
            Some("box_scale") => box_scale = positive("-box_scale", &value()?)?,
            Some("max_iterations") => {
                let given = value()?;
                let text =
                    || UsageError(format!("refine: -max_iterations expects a whole number, not {given:?}"));
                most_trials = given.to_str().and_then(|text| text.parse().ok()).ok_or_else(text)?;
            }
            _ => start.push(argument.word),
        }
    }
    own::refuse_misspelled("refine", &start)?;
    let missing = |what: &str| UsageError(format!("refine: {what}; nanobragg refine -h shows the usage"));
    let data = match (data, &list) {
        (Some(_), Some(_)) => return Err(missing("give -data or -list, not both")),
        (Some(data), None) => data,
        (None, Some(_)) => PathBuf::new(),
        (None, None) => return Err(missing("no image; give -data IMAGE")),
    };
    if list.is_some() && images.is_some() {
        return Err(missing("give -images for a stack or -list for files, not both"));
    }
    let several = list.is_some() || images.is_some();
    if !several && !shared.is_empty() {
        return Err(missing("-share needs many images: give -list or -images"));
    }
    let is_default = asked.is_none();
    let mut free = asked.unwrap_or_else(|| Request::DEFAULT.map(str::to_owned).to_vec());
    let all = free.len() + shared.len();
    [&mut free, &mut shared].into_iter().for_each(|names| names.retain(|name| name != "F"));
    let amplitudes = free.len() + shared.len() < all;
    if amplitudes && (!several || free.is_empty()) {
        return Err(missing(match several {
            true => "-refine F needs other free parameters, such as -refine misset,cell,N,scale,mosaic,F",
            false => "-refine F needs many images: give -list or -images",
        }));
    }
    if anomalous && !amplitudes {
        return Err(missing("-anomalous needs -refine F"));
    }
    let output = name.ok_or_else(|| missing("no output; give -o NAME"))?;
    Ok(Some(Request {
        data,
        list,
        images,
        shared,
        free,
        is_default,
        output,
        counting,
        reflections,
        box_scale,
        restraints,
        amplitudes,
        anomalous,
        most_trials,
        resume,
        experiment,
        start,
    }))
}

/// What is wrong with a word after `flag` and its value.
fn stray(flag: &str, word: &OsString) -> UsageError {
    let shown = word.to_string_lossy();
    UsageError(match flag {
        _ if shown.ends_with(".toml") => {
            format!("refine: {shown}: the experiment file comes first: nanobragg refine {shown} FLAG...")
        }
        "refine" | "share" | "prior" => {
            format!("refine: -{flag}: {shown:?} stands alone; separate names by commas, as in misset,cell")
        }
        _ => format!("refine: {shown:?} after -{flag} and its value is no flag"),
    })
}
