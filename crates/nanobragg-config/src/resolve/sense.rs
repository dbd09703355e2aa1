//! Whether the values of flags say something.

use nanobragg::model::Preset;
use nanobragg_session::Panel;

use crate::classic::{self, FlagError, FlagId, ParsedArgs, flag};
use crate::draft::Draft;
use crate::{ConfigError, FlagWarning, Warning};

/// Refuses numbers that the C program takes for "not given"; under the presets that follow it (`reference` and
/// `spec`) it says that they are so taken.
///
/// # Errors
/// A number that says nothing.
pub(super) fn check(args: &ParsedArgs) -> Result<Vec<Warning>, ConfigError> {
    let as_c_does = matches!(classic::preset(args), Preset::Reference | Preset::Spec);
    let mut warnings = Vec::new();
    for occurrence in &args.occurrences {
        let Some(row) = flag(occurrence.flag) else { continue };
        let values = &occurrence.values;
        let Some(at) = values.numbers().iter().position(|value| !row.sense.allows(*value)) else { continue };
        let unit = Some(row.unit.text()).filter(|unit| !unit.is_empty());
        let value = values.text(at).to_owned();
        let allowed = format!("{}{}", row.sense, unit.map_or_else(String::new, |unit| format!(" ({unit})")));
        if !as_c_does {
            return Err(FlagError::OutOfRange { flag: occurrence.named(), value, allowed }.into());
        }
        warnings.push(FlagWarning::Senseless { said: occurrence.said(), value, allowed }.into());
    }
    Ok(warnings)
}

/// # Errors
/// A region that holds no pixel of any panel: an image of zeros would look like a result.
pub(super) fn region(draft: &Draft, args: &ParsedArgs) -> Result<(), ConfigError> {
    let Some(occurrence) = args.last(FlagId::Roi) else { return Ok(()) };
    let ends = |at: usize, size: usize| {
        // An end of -1 is not given. The C program takes all below 0 so.
        let [from, to] = [at, at + 1].map(|at| usize::try_from(occurrence.values.integer(at)).ok());
        if occurrence.values.integer(at + 1) < -1 && classic::preset(args) != Preset::Reference {
            return false;
        }
        from.unwrap_or(0) <= to.unwrap_or(usize::MAX) && from.unwrap_or(0) < size
    };
    let alone = [Panel { name: String::new(), detector: draft.setup.experiment.detector.clone() }];
    let panels = if draft.setup.panels.is_empty() { &alone[..] } else { &draft.setup.panels };
    let size = |panel: &Panel| (panel.detector.pixels.fast(), panel.detector.pixels.slow());
    if panels.iter().map(size).any(|(fast, slow)| ends(0, fast) && ends(2, slow)) {
        return Ok(());
    }
    let (fast, slow) = panels.first().map(size).unwrap_or_default();
    let values: Vec<&str> = (0..4).map(|at| occurrence.values.text(at)).collect();
    Err(ConfigError::EmptyRegion { flag: occurrence.given.clone(), values: values.join(" "), fast, slow })
}
