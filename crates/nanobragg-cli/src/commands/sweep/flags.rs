//! The flags that images depend on, for finding out whether a manifest belongs to a sweep.

use nanobragg_config::classic::ParsedArgs;

use crate::called;

/// The flags that images depend on, as they were given, word by word.
pub fn relevant(args: &ParsedArgs) -> Vec<String> {
    called::relevant(args).into_iter().flatten().collect()
}
