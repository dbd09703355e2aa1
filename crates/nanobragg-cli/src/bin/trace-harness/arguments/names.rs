//! Names of options, as they are typed.

use std::ffi::OsString;

use nanobragg_config::nearest_word;

use super::HELP;
use crate::usage::UsageError;

/// Every option that the help lists, with its dashes.
fn known() -> impl Iterator<Item = &'static str> {
    let word = |word: &'static str| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    HELP.split_whitespace().map(word).filter(|word| word.len() > 2 && word.starts_with("--"))
}

/// The same arguments with the two dashes that options have: one is what nanobragg's flags begin with. What stands behind a
/// plain `--` are such flags.
pub fn with_two_dashes(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut own = true;
    let option = |argument: OsString| {
        own &= argument != "--";
        let text = argument.to_string_lossy();
        let name = text.split('=').next().unwrap_or_default();
        let short = own && known().any(|known| known.strip_prefix('-') == Some(name));
        if short { OsString::from(format!("-{text}")) } else { argument }
    };
    arguments.map(option).collect()
}

/// The error of an option that there is none of, with the one that comes nearest.
pub fn hinted(error: anyhow::Error) -> anyhow::Error {
    let Some(lexopt::Error::UnexpectedOption(given)) = error.downcast_ref() else { return error };
    let near = nearest_word(given, known());
    let hint = near.map_or_else(String::new, |known| format!("; did you mean {known}?"));
    UsageError(format!("unknown option {given}{hint}")).into()
}
