//! The flags that images depend on, for finding out whether a manifest belongs to a sweep, and those that a series gives an effect.

use nanobragg_config::Setup;
use nanobragg_config::classic::{FlagId, ParsedArgs};

use super::arguments::Wanted;
use crate::called;

/// The flags that images depend on, as they were given, word by word.
pub fn relevant(args: &ParsedArgs) -> Vec<String> {
    called::relevant(args).into_iter().flatten().collect()
}

/// Drops warnings that a flag has no effect where the series gives it one: orientations are drawn with `-misset_seed`, although no
/// single image has a random one.
pub fn drop_untrue(wanted: &Wanted, setup: &mut Setup) {
    if matches!(wanted, Wanted::Random) {
        setup.drop_flag_alone(FlagId::MissetSeed);
    }
}
