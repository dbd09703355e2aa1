//! From arguments to flags with their values.

use std::ffi::OsString;
use std::path::PathBuf;

use super::lookup::read_as;
use super::read::{Reader, is_flag};
use super::{COMMANDS, Conflicts, Effect, Flag, FlagError, FlagId, Role, Values, find, nearest};
use crate::flag_error::plain;
use crate::near::nearest_word;
use crate::{Error, FlagWarning, Said, Warning};

/// A flag that was found on the command line.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// Which one.
    pub flag: FlagId,
    /// Its spelling as it was typed, without `=value`.
    pub given: String,
    /// What followed it.
    pub values: Values,
    /// Its place among the arguments; the program's own name is not counted.
    pub position: usize,
    /// Whether an experiment file says it, and not the command line.
    pub from_file: bool,
    /// File and line that say it, where one does.
    pub place: Option<String>,
}

impl Occurrence {
    /// Its spelling, behind the file and line that have it.
    #[must_use]
    pub fn named(&self) -> String {
        let given = plain(&self.given);
        self.place.as_ref().map_or(given.clone(), |place| format!("{place}: {given}"))
    }

    /// The flag as a warning has it.
    #[must_use]
    pub fn said(&self) -> Said {
        Said { flag: self.flag, name: self.named(), values: self.values.written() }
    }
}

/// What a command line says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParsedArgs {
    /// The flags in the order in which they were given.
    pub occurrences: Vec<Occurrence>,
    /// What the user ought to know.
    pub warnings: Vec<Warning>,
    /// The experiment files that flags come from.
    pub files: Vec<PathBuf>,
}

impl ParsedArgs {
    /// The last occurrence of a flag: the one that counts.
    #[must_use]
    pub fn last(&self, flag: FlagId) -> Option<&Occurrence> {
        self.occurrences.iter().rev().find(|occurrence| occurrence.flag == flag)
    }

    /// Whether the flag was given.
    #[must_use]
    pub fn has(&self, flag: FlagId) -> bool {
        self.last(flag).is_some()
    }

    /// The first number of a flag's last occurrence, if it has one.
    #[must_use]
    pub fn number(&self, flag: FlagId) -> Option<f64> {
        self.last(flag).and_then(|occurrence| occurrence.values.numbers().first().copied())
    }

    /// The first whole number of a flag's last occurrence, if it has one.
    #[must_use]
    pub fn integer(&self, flag: FlagId) -> Option<i64> {
        self.last(flag).and_then(|occurrence| occurrence.values.integers().first().copied())
    }
}

/// Reads the arguments, without the program's own name.
///
/// An argument that belongs to no flag is skipped with a warning, as the reference skips it in silence. The
/// first one must be a flag.
///
/// # Errors
///
/// The first thing that is wrong: an unknown flag, or a value that is missing, malformed or out of range.
pub fn parse<I: IntoIterator<Item = OsString>>(args: I) -> Result<ParsedArgs, Error> {
    let args: Vec<OsString> = args.into_iter().collect();
    Ok(parsed(&args)?)
}

/// Checks that `words` are what `flag` takes, none of them too much; errors call it `given`.
///
/// On a command line what is too much is a stray argument; here each word is meant as a value.
///
/// # Errors
///
/// The first thing that is wrong: too few or too many values, or one that is malformed or out of range.
pub fn check_values(flag: &'static Flag, given: &str, words: &[OsString]) -> Result<(), Error> {
    Reader { flag, given }.exactly(words)?;
    Ok(())
}

fn parsed(args: &[OsString]) -> Result<ParsedArgs, FlagError> {
    let mut parsed = ParsedArgs::default();
    let mut position = 0;
    while let Some(argument) = args.get(position) {
        let text = argument.to_string_lossy();
        if !is_flag(argument) {
            if position == 0 {
                return Err(FlagError::UnknownCommand {
                    meant: command_near(&text),
                    given: text.into_owned(),
                });
            }
            parsed.warnings.push(FlagWarning::Stray { argument: text.into_owned() }.into());
            position += 1;
            continue;
        }
        let (name, inline) = match text.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value)),
            _ => (text.as_ref(), None),
        };
        let flag = find(name).ok_or_else(|| unknown(name))?;
        let rest = args.get(position + 1..).unwrap_or(&[]);
        let reader = Reader { flag, given: name };
        let (values, taken) = match inline {
            // The text above is lossy, and a path with replacement characters would be another path.
            Some(value) if argument.to_str().is_none() => {
                return Err(FlagError::NotUnicode { flag: name.to_owned(), value: value.to_owned() });
            }
            Some(value) => (reader.inline(value)?, 0),
            None => reader.following(rest)?,
        };
        let said = Said { flag: flag.id, name: plain(name), values: values.written() };
        if let Some(known) = read_as(name) {
            parsed.warnings.push(FlagWarning::ReadAs { said: said.clone(), known }.into());
        }
        parsed.warnings.extend(warning(flag, said));
        parsed.occurrences.push(Occurrence {
            flag: flag.id,
            given: name.to_owned(),
            values,
            position,
            from_file: false,
            place: None,
        });
        position += 1 + taken;
    }
    Ok(parsed)
}

/// What is wrong with a name that no flag has.
fn unknown(given: &str) -> FlagError {
    match given.split_once('=') {
        Some((name, value)) if find(name).is_some() => {
            FlagError::OneDashValue { name: name.to_owned(), value: value.to_owned() }
        }
        _ => FlagError::UnknownFlag { given: given.to_owned(), suggestion: nearest(given) },
    }
}

impl ParsedArgs {
    /// Adds a flag whose values are known one by one, as if it had been given last.
    pub(crate) fn push(
        &mut self,
        flag: &'static Flag,
        given: &str,
        place: &str,
        words: &[OsString],
    ) -> Result<(), FlagError> {
        let values = Reader { flag, given }.exactly(words)?;
        let said = Said { flag: flag.id, name: plain(given), values: values.written() };
        self.warnings.extend(warning(flag, said));
        let position = self.occurrences.len();
        self.occurrences.push(Occurrence {
            flag: flag.id,
            given: given.to_owned(),
            values,
            position,
            from_file: true,
            place: Some(place.to_owned()),
        });
        Ok(())
    }

    /// Adds the flags of `later`, which win: they replace even those of which every occurrence counts, and those of an experiment file that
    /// cannot stand beside them.
    pub fn extend(&mut self, later: ParsedArgs) {
        let replaced = |occurrence: &Occurrence| {
            let is_again = later.has(occurrence.flag)
                && super::flag(occurrence.flag).is_some_and(|row| row.is(Role::Several));
            is_again
                || occurrence.from_file
                    && later.occurrences.iter().any(|new| excludes(new.flag, occurrence.flag))
        };
        self.occurrences.retain(|occurrence| !replaced(occurrence));
        self.occurrences.extend(later.occurrences);
        self.warnings.extend(later.warnings);
        self.files.extend(later.files);
    }
}

/// Whether a flag takes the place of another one, beside which it cannot stand. A number of steps does not.
fn excludes(flag: FlagId, other: FlagId) -> bool {
    let names = |one: FlagId, other: FlagId| {
        let row = super::flag(one);
        row.is_some_and(|row| matches!(row.conflicts, Conflicts::With(flags) if flags.contains(&other)))
    };
    flag != FlagId::Dispsteps && (names(flag, other) || names(other, flag))
}

/// What to say about a flag that does nothing.
fn warning(flag: &Flag, said: Said) -> Option<Warning> {
    match flag.effect {
        Effect::Used | Effect::Elsewhere => None,
        Effect::Inert => Some(FlagWarning::NoEffect { said }.into()),
        Effect::Unread { instead } => Some(FlagWarning::Unused { said, instead }.into()),
    }
}

/// What was meant by a command that is none: one that is spelled nearly so, or a file of an experiment.
fn command_near(given: &str) -> Option<String> {
    if given.to_ascii_lowercase().ends_with(".toml") {
        return Some(format!("nanobragg run {}", plain(given)));
    }
    nearest_word(given, COMMANDS.iter().map(|command| command.name)).map(str::to_owned)
}
