//! A rotation that turns backwards.

use nanobragg::model::Preset;

use crate::classic::{self, FlagId, ParsedArgs};
use crate::draft::Draft;
use crate::{ConfigError, FlagWarning};

/// Makes a range or a step below zero a rotation the other way. The C program takes such numbers for "not given", and
/// so does its preset.
///
/// # Errors
/// Steps that turn against the range; a step beside a number of steps that the plan is to choose.
pub(super) fn finish(draft: &mut Draft, args: &ParsedArgs) -> Result<(), ConfigError> {
    let step = args.last(FlagId::PhiStep).filter(|_| draft.rotation.enough);
    if let (Some(step), Some(steps)) = (step, args.last(FlagId::PhiSteps)) {
        let steps = format!("{} {}", steps.given, steps.values.text(0));
        return Err(ConfigError::Conflict { flag: step.given.clone(), with: steps });
    }
    let phi = &mut draft.rotation;
    let signs =
        [phi.range, phi.step].map(|angle| angle.filter(|angle| *angle != 0.0).map(f64::is_sign_negative));
    let backwards = signs.contains(&Some(true));
    if classic::preset(args) == Preset::Reference {
        if backwards {
            draft.setup.warnings.push(FlagWarning::NegativeRotation.into());
        }
        return Ok(());
    }
    if backwards && signs.contains(&Some(false)) {
        let given = args.last(FlagId::PhiStep).map_or("-phistep", |occurrence| &occurrence.given);
        return Err(ConfigError::AgainstRange { flag: given.to_owned() });
    }
    if backwards {
        (phi.range, phi.step) = (phi.range.map(f64::abs), phi.step.map(f64::abs));
        phi.backwards = true;
    }
    Ok(())
}
