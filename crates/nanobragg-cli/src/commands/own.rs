//! Arguments of a subcommand among the flags of an image.

use std::ffi::{OsStr, OsString};
use std::iter::Peekable;
use std::path::PathBuf;

use nanobragg_config::classic::{self, COMMANDS};
use nanobragg_config::nearest_word;
use nanobragg_io::text::one_line;

use crate::usage::UsageError;

/// First and last image of a stack, counted from 0: `A-B`, or one.
///
/// # Errors
/// Other words, and a last one before the first; the text begins with `flag`.
pub fn images(flag: &str, value: &OsStr) -> Result<[usize; 2], UsageError> {
    let number = |text: &str| text.trim().parse::<usize>().ok();
    let text = value.to_str().unwrap_or_default();
    let found = match text.split_once('-') {
        Some((first, last)) => number(first).zip(number(last)),
        None => number(text).zip(number(text)),
    };
    let wrong = || UsageError(format!("{flag} expects FIRST-LAST, counted from 0, not {value:?}"));
    found.filter(|(first, last)| first <= last).map(|(first, last)| [first, last]).ok_or_else(wrong)
}

/// The words of a command line, one after the other.
pub struct Words {
    command: &'static str,
    rest: Peekable<std::vec::IntoIter<OsString>>,
}

/// A word that may be a flag.
#[derive(Clone, Debug)]
pub struct Word {
    /// As it was given.
    pub word: OsString,
    name: Option<String>,
    attached: Option<String>,
}

impl Word {
    /// The name of a flag without its dashes.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl Words {
    /// The words after `command`.
    pub fn new(command: &'static str, words: Vec<OsString>) -> Self {
        Words { command, rest: words.into_iter().peekable() }
    }

    /// The experiment file that the command line begins with. Elsewhere a bare word may be the value of a flag.
    pub fn experiment(&mut self) -> Option<PathBuf> {
        self.rest.next_if(|first| !first.to_string_lossy().starts_with('-')).map(PathBuf::from)
    }

    /// The next word.
    pub fn next(&mut self) -> Option<Word> {
        let word = self.rest.next()?;
        let flag = word.to_str().and_then(|text| text.strip_prefix('-'));
        let flag = flag.map(|name| name.strip_prefix('-').unwrap_or(name));
        let (name, attached) = match flag.map(|flag| flag.split_once('=').ok_or(flag)) {
            Some(Ok((name, value))) => (Some(name.to_owned()), Some(value.to_owned())),
            Some(Err(name)) => (Some(name.to_owned()), None),
            None => (None, None),
        };
        Some(Word { word, name, attached })
    }

    /// The value of a flag: what follows its equals sign, or the next word, which is no flag itself. A file whose name begins like one
    /// is `./-name`.
    ///
    /// # Errors
    /// There is none; the text says that it should be `what`.
    pub fn value(&mut self, flag: &Word, what: &str) -> Result<OsString, UsageError> {
        let next = || self.rest.next_if(|word| !is_flag(word));
        let value = flag.attached.clone().map(OsString::from).or_else(next);
        value.filter(|value| !value.is_empty()).ok_or_else(|| {
            let found = self.rest.peek().filter(|_| flag.attached.is_none());
            let found = found.map(|word| format!(", not {}", word.to_string_lossy())).unwrap_or_default();
            UsageError(format!("{}: {} needs {what}{found}", self.command, flag.word.to_string_lossy()))
        })
    }
}

/// The names of a command's own flags, without dashes.
pub fn names(command: &str) -> impl Iterator<Item = &'static str> {
    let own = COMMANDS.iter().filter(move |known| known.name == command);
    own.flat_map(|known| known.flags).map(|flag| flag.name.trim_start_matches('-'))
}

/// Refuses a word among the flags of an image that is none, where it is nearly one of the command's own.
///
/// # Errors
/// Such a word, with what was probably meant.
pub fn refuse_misspelled(command: &str, words: &[OsString]) -> Result<(), UsageError> {
    let flags = words.iter().filter(|word| is_flag(word)).filter_map(|word| word.to_str());
    for word in flags.filter(|word| classic::find(word).is_none()) {
        let name = word.trim_start_matches('-').split('=').next().unwrap_or_default();
        if let Some(meant) = nearest_word(name, names(command)) {
            return Err(UsageError(format!("unknown flag {}; did you mean -{meant}?", one_line(word))));
        }
    }
    Ok(())
}

/// Whether a word is a flag and no number or file: -o, not -1 nor ./-o.
fn is_flag(word: &OsStr) -> bool {
    let text = word.to_string_lossy();
    let name = text.strip_prefix('-').map(|name| name.strip_prefix('-').unwrap_or(name));
    name.and_then(|name| name.chars().next()).is_some_and(char::is_alphabetic)
}
