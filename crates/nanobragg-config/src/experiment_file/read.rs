//! From an experiment file to flags.

use std::ffi::OsString;
use std::path::Path;

use nanobragg_io::text::read_text;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, de::DeArray};

use super::keys::{find, flags, group, key, opposite, section};
use crate::classic::{Arity, Flag, FlagError, Group, ParsedArgs, Role, plain};
use crate::near::nearest_word;
use crate::{ConfigError, Error};

/// Longest experiment file.
const LIMIT: u64 = 1 << 20;
/// Most values of one key that are looked at.
const MOST_VALUES: usize = 100;

/// Reads an experiment file. Input files that it names are looked for in its own folder.
///
/// # Errors
/// A file that cannot be read, and those of [`parse`].
pub fn read(path: &Path) -> Result<ParsedArgs, Error> {
    parse(path, &read_text(path, LIMIT)?)
}

/// The flags of an experiment file whose text is `text`, in the order of the file; `path` is where it is.
///
/// # Errors
/// [`ErrorKind::ExperimentFile`](crate::ErrorKind::ExperimentFile), with line and column, for what is no TOML, a table or key that is not known
/// (with those that are), a value that the flag does not take.
pub fn parse(path: &Path, text: &str) -> Result<ParsedArgs, Error> {
    Ok(occurrences(path, text)?)
}

fn occurrences(path: &Path, text: &str) -> Result<ParsedArgs, ConfigError> {
    let document = Document { path, text };
    let root = DeTable::parse(text)
        .map_err(|error| document.error(error.span().map_or(0, |span| span.start), error.message()))?;
    let mut entries = Vec::new();
    for (name, table) in root.get_ref() {
        let place = name.span().start;
        let section = name.get_ref().as_ref();
        let Some(group) = group(section) else {
            return Err(document.error(place, &unknown_section(section)));
        };
        let DeValue::Table(table) = table.get_ref() else {
            return Err(document.error(place, &format!("{section} has to be a table: [{section}]")));
        };
        entries.extend(table.iter().map(|(name, value)| (group, name, value)));
    }
    // Tables are maps: the order of the file is that of the places.
    entries.sort_by_key(|(_, name, _)| name.span().start);
    let mut args = ParsedArgs { files: vec![path.to_owned()], ..ParsedArgs::default() };
    for (group, name, value) in entries {
        let given = name.get_ref().as_ref();
        let flag = find(group, given)
            .ok_or_else(|| document.error(name.span().start, &unknown_key(group, given)))?;
        document.push(&mut args, flag, given, value)?;
    }
    Ok(args)
}

/// A document, for messages.
struct Document<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Document<'_> {
    fn error(&self, place: usize, message: &str) -> ConfigError {
        let before = self.text.get(..place).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        ConfigError::ExperimentFile {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(0, |line| line.chars().count()) + 1,
            message: plain(message),
        }
    }

    /// File and line.
    fn place(&self, at: usize) -> String {
        let before = self.text.get(..at).unwrap_or(self.text);
        format!("{}:{}", plain(&self.path.display().to_string()), before.matches('\n').count() + 1)
    }

    /// Adds the flag of one key.
    fn push(
        &self,
        args: &mut ParsedArgs,
        flag: &'static Flag,
        given: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), ConfigError> {
        let wrong = |message: &str| self.error(value.span().start, message);
        let place = self.place(value.span().start);
        let (flag, words) = match (flag.arity, value.get_ref()) {
            (Arity::Nothing, DeValue::Boolean(true)) => (flag, Vec::new()),
            (Arity::Nothing, DeValue::Boolean(false)) => match opposite(flag) {
                Some(off) => (off, Vec::new()),
                None => return Ok(()),
            },
            (Arity::Nothing, _) => return Err(wrong(&format!("{given} has to be true or false"))),
            (_, DeValue::Array(values)) => (flag, self.words(flag, given, values)?),
            (_, single) => {
                (flag, vec![word(flag, single).ok_or_else(|| wrong(&expects(flag, given, single)))?])
            }
        };
        let words = if flag.is(Role::InputFile) {
            let folder = self.path.parent().unwrap_or(Path::new(""));
            words.into_iter().map(|word| folder.join(word).into_os_string()).collect()
        } else {
            words
        };
        let wrong = |error: FlagError| wrong(&error.to_string());
        if flag.is(Role::Several) {
            return words.chunks(1).try_for_each(|word| args.push(flag, given, &place, word).map_err(wrong));
        }
        args.push(flag, given, &place, &words).map_err(wrong)
    }

    fn words(&self, flag: &Flag, given: &str, values: &DeArray<'_>) -> Result<Vec<OsString>, ConfigError> {
        let word = |value: &Spanned<DeValue<'_>>| {
            let single = value.get_ref();
            word(flag, single).ok_or_else(|| self.error(value.span().start, &expects(flag, given, single)))
        };
        values.iter().take(MOST_VALUES).map(word).collect()
    }
}

/// A value as the word of a command line: numbers for flags that take numbers, text for the others.
fn word(flag: &Flag, value: &DeValue<'_>) -> Option<OsString> {
    let takes_numbers = matches!(flag.arity, Arity::Numbers { .. } | Arity::Integers { .. });
    match value {
        DeValue::String(text) => {
            let allowed = match flag.arity {
                Arity::Numbers { word: Some(rule), .. } | Arity::Integers { word: Some(rule), .. } => {
                    rule.allows(text)
                }
                Arity::Numbers { .. } | Arity::Integers { .. } => false,
                _ => true,
            };
            allowed.then(|| OsString::from(text.as_ref()))
        }
        DeValue::Integer(number) if takes_numbers => {
            let number = i64::from_str_radix(number.as_str(), number.radix()).ok()?;
            Some(number.to_string().into())
        }
        // The shortest text that reads as the same number.
        DeValue::Float(number) if takes_numbers => {
            let number: f64 = number.as_str().parse().ok()?;
            Some(if number == f64::INFINITY { "inf".into() } else { format!("{number:?}").into() })
        }
        _ => None,
    }
}

/// What a key expects, for a value of another kind.
fn expects(flag: &Flag, given: &str, value: &DeValue<'_>) -> String {
    let unit = flag.unit.text();
    let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
    let expected = match flag.arity {
        Arity::Numbers { .. } => match flag.example_word() {
            Some(word) => format!("numbers{unit} or a word such as {word:?}"),
            None => format!("numbers{unit}"),
        },
        Arity::Integers { .. } => match flag.example_word() {
            Some(word) => format!("a whole number or {word:?}"),
            None => "whole numbers".to_owned(),
        },
        Arity::Path => "the name of a file in quotation marks".to_owned(),
        _ => "text in quotation marks".to_owned(),
    };
    let found = match value {
        DeValue::String(text) => format!("{:?}", text.chars().take(40).collect::<String>()),
        other => format!("of the type {}", other.type_str()),
    };
    format!("{given} expects {expected}, and the value is {found}")
}

fn unknown_section(given: &str) -> String {
    let elsewhere = Group::ALL.into_iter().find(|group| find(*group, given).is_some());
    if let Some(group) = elsewhere {
        return format!("{given} belongs into the table [{}]", section(group));
    }
    let known: Vec<String> = Group::ALL.into_iter().map(section).collect();
    format!("unknown table {given}{}", suggestion(given, &known))
}

fn unknown_key(group: Group, given: &str) -> String {
    let elsewhere = Group::ALL.into_iter().find(|group| find(*group, given).is_some());
    if let Some(elsewhere) = elsewhere {
        return format!("{given} belongs into the table [{}], not [{}]", section(elsewhere), section(group));
    }
    let known: Vec<String> = flags(group).map(key).collect();
    format!("unknown key {given} in [{}]{}", section(group), suggestion(given, &known))
}

/// `; did you mean X?` where something is near, or where a unit is all that is missing; else all that there is.
fn suggestion(given: &str, known: &[String]) -> String {
    let given: String = given.chars().take(40).collect();
    let without_unit =
        known.iter().find(|key| key.strip_prefix(&given).is_some_and(|rest| rest.starts_with('_')));
    let near = nearest_word(&given, known.iter().map(String::as_str));
    let meant = near.or(without_unit.map(String::as_str));
    meant.map_or_else(|| format!("; known are {}", known.join(", ")), |key| format!("; did you mean {key}?"))
}
