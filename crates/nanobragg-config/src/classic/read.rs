//! From the arguments after a flag to its values.

use std::ffi::{OsStr, OsString};
use std::num::IntErrorKind;

use super::{Arity, Flag, FlagError, Values, find};
use crate::flag_error::alternatives;

/// Whether an argument is a flag by its looks: it starts with a dash and is not a number.
///
/// `-4stol` is why the table has to be asked, and `-5mm` why a malformed number is not called an unknown flag.
pub(super) fn is_flag(argument: &OsStr) -> bool {
    let text = argument.to_string_lossy();
    let Some(rest) = text.strip_prefix('-') else { return false };
    if rest.is_empty() || text.parse::<f64>().is_ok() {
        return false;
    }
    let digits = rest.strip_prefix('.').unwrap_or(rest);
    let name = text.split('=').next().unwrap_or(&text);
    !digits.starts_with(|c: char| c.is_ascii_digit()) || find(name).is_some()
}

/// What the values of one flag are read with.
pub(super) struct Reader<'a> {
    /// The row that says what is expected.
    pub flag: &'static Flag,
    /// The spelling that errors quote.
    pub given: &'a str,
}

impl Reader<'_> {
    /// The value of `--name=value`.
    pub(super) fn inline(&self, value: &str) -> Result<Values, FlagError> {
        if !self.flag.arity.is_single() {
            return Err(FlagError::UnexpectedValue { flag: self.given.to_owned(), needs: self.needs() });
        }
        let mut values = Values::default();
        self.push(&mut values, OsStr::new(value))?;
        Ok(values)
    }

    /// The values among the arguments that follow, and how many of these they are.
    pub(super) fn following(&self, rest: &[OsString]) -> Result<(Values, usize), FlagError> {
        let (least, most) = self.counts();
        let mut values = Values::default();
        for argument in rest.iter().take(most) {
            let other = matches!(self.flag.arity, Arity::OptionalNumber) && number(argument).is_none();
            if is_flag(argument) || other {
                break;
            }
            self.push(&mut values, argument)?;
            if values.is_word() {
                // A word stands for all the numbers, and words and paths come alone anyway.
                return Ok((values, 1));
            }
        }
        let taken = values.len();
        if taken < least {
            let found = rest.get(taken).map(|next| next.to_string_lossy().into_owned());
            return Err(FlagError::MissingValue { flag: self.given.to_owned(), needs: self.needs(), found });
        }
        Ok((values, taken))
    }

    /// The fewest and the most values.
    fn counts(&self) -> (usize, usize) {
        match self.flag.arity {
            Arity::Nothing => (0, 0),
            Arity::Numbers { least, most, .. } => (least, most),
            Arity::Integers { count, .. } => (count, count),
            Arity::Word(_) | Arity::Path | Arity::Text => (1, 1),
            Arity::OptionalNumber | Arity::OptionalWord(_) => (0, 1),
        }
    }

    /// The values that these words make, all of them, whatever they look like.
    pub(super) fn exactly(&self, words: &[OsString]) -> Result<Values, FlagError> {
        let (least, most) = self.counts();
        let mut values = Values::default();
        for (taken, word) in words.iter().enumerate() {
            if taken == most || values.is_word() {
                let (flag, found) = (self.given.to_owned(), words.len());
                return Err(FlagError::TooManyValues { flag, needs: self.needs(), found });
            }
            self.push(&mut values, word)?;
        }
        if values.len() < least && !values.is_word() {
            let (flag, needs) = (self.given.to_owned(), self.needs());
            return Err(match words.len() {
                0 => FlagError::MissingValue { flag, needs, found: None },
                found => FlagError::TooFewValues { flag, needs, found },
            });
        }
        Ok(values)
    }

    /// Checks one value and adds it.
    fn push(&self, values: &mut Values, argument: &OsStr) -> Result<(), FlagError> {
        match self.flag.arity {
            Arity::Path if argument.is_empty() => {
                let (flag, needs) = (self.given.to_owned(), self.needs());
                return Err(FlagError::MissingValue { flag, needs, found: None });
            }
            Arity::Path | Arity::Nothing => {}
            Arity::Text => {
                self.unicode(argument)?;
            }
            Arity::Word(choices) | Arity::OptionalWord(choices) => {
                let word = self.unicode(argument)?;
                if !choices.contains(&word) {
                    return Err(FlagError::UnknownWord {
                        flag: self.given.to_owned(),
                        value: word.to_owned(),
                        choices,
                    });
                }
            }
            Arity::Integers { least, most, word, .. } => {
                let text = self.unicode(argument)?;
                if values.is_empty() && word.is_some_and(|rule| rule.allows(text)) {
                    values.given.push(argument.to_owned());
                    return Ok(());
                }
                let integer = self.integer(text, least, most)?;
                values.integers.push(integer);
                values.numbers.push(integer as f64);
            }
            Arity::Numbers { limits, word, .. } => {
                let text = self.unicode(argument)?;
                let index = values.len();
                // `inf` reads as a number too, so the word is tried first.
                if index == 0 && word.is_some_and(|rule| rule.allows(text)) {
                    values.given.push(argument.to_owned());
                    return Ok(());
                }
                let value = number(argument).ok_or_else(|| self.not_a_number(text))?;
                if let Some(limits) = limits.get(index).or(limits.last())
                    && !limits.allows(value)
                {
                    let allowed = format!("{limits}{}", in_brackets(self.flag.unit.text()));
                    return Err(match self.name_of(index) {
                        Some(name) => FlagError::OutOfRange {
                            flag: format!("{}: {name}", self.given),
                            value: text.to_owned(),
                            allowed,
                        },
                        None => self.out_of_range(text, &allowed),
                    });
                }
                values.numbers.push(value);
            }
            Arity::OptionalNumber => values.numbers.extend(number(argument)),
        }
        values.given.push(argument.to_owned());
        Ok(())
    }

    /// A whole number within its limits; `5.0` is 5, `1e3` and `5.5` are refused because the reference would
    /// quietly take them for 1 and 5.
    fn integer(&self, text: &str, least: i64, most: i64) -> Result<i64, FlagError> {
        let not_whole = || FlagError::NotWhole { flag: self.given.to_owned(), value: text.to_owned() };
        let whole = match text.split_once('.') {
            Some((whole, zeros)) if zeros.chars().all(|c| c == '0') => whole,
            Some(_) => return Err(not_whole()),
            None => text,
        };
        let allowed = || self.out_of_range(text, &format!("from {least} to {most}"));
        match whole.parse::<i64>() {
            Ok(value) if (least..=most).contains(&value) => Ok(value),
            Ok(_) => Err(allowed()),
            Err(error) => match error.kind() {
                IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => Err(allowed()),
                _ => Err(not_whole()),
            },
        }
    }

    /// What help calls a value of several.
    fn name_of(&self, index: usize) -> Option<&'static str> {
        let mut names = self.flag.values.split_whitespace();
        if names.clone().count() > 1 { names.nth(index) } else { None }
    }

    fn unicode<'v>(&self, argument: &'v OsStr) -> Result<&'v str, FlagError> {
        argument.to_str().ok_or_else(|| FlagError::NotUnicode {
            flag: self.given.to_owned(),
            value: argument.to_string_lossy().into_owned(),
        })
    }

    fn not_a_number(&self, text: &str) -> FlagError {
        let number = format!("a number{}", in_brackets(self.flag.unit.text()));
        let expects = match self.flag.example_word() {
            Some(word) => format!("{number} or a word such as {word:?}"),
            None => number,
        };
        FlagError::NotANumber { flag: self.given.to_owned(), value: text.to_owned(), expects }
    }

    fn out_of_range(&self, text: &str, allowed: &str) -> FlagError {
        FlagError::OutOfRange {
            flag: self.given.to_owned(),
            value: text.to_owned(),
            allowed: allowed.to_owned(),
        }
    }

    /// What the flag needs, in words.
    fn needs(&self) -> String {
        let unit = self.flag.unit.text();
        let shown = |count: String| {
            let joint = if unit.is_empty() { "" } else { ", " };
            format!("{count} values ({}{joint}{unit})", self.flag.values)
        };
        match self.flag.arity {
            Arity::Nothing => "no value".to_owned(),
            Arity::Numbers { least: 1, most: 1, .. } | Arity::OptionalNumber => {
                format!("a value{}", in_brackets(unit))
            }
            Arity::Numbers { least, most, .. } if least == most => shown(most.to_string()),
            Arity::Numbers { least, most, .. } => shown(format!("{least} to {most}")),
            Arity::Integers { count: 1, .. } => match self.flag.example_word() {
                Some(word) => format!("a value (a whole number or {word:?})"),
                None => "a value (a whole number)".to_owned(),
            },
            Arity::Integers { count, .. } => shown(count.to_string()),
            Arity::Word(choices) | Arity::OptionalWord(choices) => {
                format!("a value ({})", alternatives(choices))
            }
            Arity::Path => "a value (a file)".to_owned(),
            Arity::Text => format!("a value ({})", self.flag.values),
        }
    }
}

/// A finite number.
fn number(argument: &OsStr) -> Option<f64> {
    argument.to_str()?.parse().ok().filter(|value: &f64| value.is_finite())
}

/// ` (mm)`, or nothing for a number without a unit.
fn in_brackets(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" ({unit})") }
}
