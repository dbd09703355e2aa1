//! The flags that images depend on, for finding out whether a manifest belongs to a sweep, and those that a series overrules.

use nanobragg_config::classic::{FlagId, ParsedArgs};
use nanobragg_config::{CombinationWarning, Said, Warning};

use super::arguments::Wanted;
use crate::called;

/// The flags that images depend on, as they were given, word by word.
pub fn relevant(args: &ParsedArgs) -> Vec<String> {
    called::relevant(args).into_iter().flatten().collect()
}

/// That orientations of the images win over one that a flag gives.
pub fn overruled(wanted: &Wanted, args: &ParsedArgs) -> Option<Warning> {
    let values = match wanted {
        Wanted::Rotation => return None,
        Wanted::Random => "random".to_owned(),
        Wanted::Listed(path) => path.display().to_string(),
    };
    let misset = args.last(FlagId::Misset).filter(|misset| !misset.from_file)?;
    let winner = Said { flag: misset.flag, name: "-orientations".to_owned(), values };
    Some(CombinationWarning::Overruled { winner, loser: misset.said(), is_later: false }.into())
}
