//! One entry a flag: what it changes in the set-up. A flag with more than one form has more entries.

mod beam;
mod crystal;
mod detector;
mod output;

use nanobragg_config::Setup;
use nanobragg_config::classic::FlagId;

/// What a flag does.
pub struct Effect {
    pub flag: FlagId,
    /// Flags that stand before it, without which there is nothing to see.
    pub before: &'static str,
    /// Its values.
    pub values: &'static str,
    /// What it changes in the set-up of the flags before it; `None` when nothing, by design.
    pub change: Option<fn(&mut Setup)>,
}

/// All entries.
pub fn effects() -> Vec<Effect> {
    [crystal::effects(), beam::effects(), detector::effects(), output::effects()]
        .into_iter()
        .flatten()
        .collect()
}

fn sets(flag: FlagId, values: &'static str, change: fn(&mut Setup)) -> Effect {
    Effect { flag, before: "", values, change: Some(change) }
}

fn after(before: &'static str, flag: FlagId, values: &'static str, change: fn(&mut Setup)) -> Effect {
    Effect { flag, before, values, change: Some(change) }
}

/// Read for the sake of old command lines, or acted on before there is a set-up.
fn nothing(flag: FlagId, values: &'static str) -> Effect {
    Effect { flag, before: "", values, change: None }
}

fn degrees(x: f64) -> f64 {
    x / (180.0 * std::f64::consts::FRAC_1_PI)
}
