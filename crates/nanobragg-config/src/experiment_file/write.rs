//! From flags to an experiment file.

use super::keys::{has_key, key, section};
use crate::classic::{Arity, Flag, Group, Occurrence, ParsedArgs, Role, flag};
use crate::{ConfigError, Error};

const HEAD: &str = "# An experiment of nanobragg: run it by \"nanobragg run\" and the name of this file.\n\
    # Input files are looked for in the folder of this file, output files go into the working directory.\n";

/// An experiment file that says what `args` says. Of a flag that was given more than once the last counts, as on the
/// command line.
///
/// # Errors
/// [`ErrorKind::ExperimentFile`](crate::ErrorKind::ExperimentFile) for a path that is not UTF-8.
pub fn write(args: &ParsedArgs) -> Result<String, Error> {
    let mut text = HEAD.to_owned();
    for group in order(args) {
        let mut lines = String::new();
        for (at, occurrence) in args.occurrences.iter().enumerate() {
            let rest = args.occurrences.get(at + 1..).unwrap_or_default();
            let repeated = rest.iter().any(|later| later.flag == occurrence.flag);
            let Some(row) = flag(occurrence.flag).filter(|row| row.group == group && has_key(row)) else {
                continue;
            };
            if !repeated {
                lines.push_str(&format!("{} = {}\n", key(row), values(row, occurrence, args)?));
            }
        }
        if !lines.is_empty() {
            text.push_str(&format!("\n[{}]\n{lines}", section(group)));
        }
    }
    Ok(text)
}

/// The order of the tables. A named convention and a vector in another table undo each other, so the detector's
/// table stands where the one that was given last stays the last.
fn order(args: &ParsedArgs) -> Vec<Group> {
    let mut rows = args.occurrences.iter().rev().filter_map(|occurrence| flag(occurrence.flag));
    let last = rows.find(|row| row.is(Role::Convention) || row.is(Role::Vector));
    let named = last.is_some_and(|row| row.is(Role::Convention));
    let mut groups: Vec<Group> = Group::ALL.into_iter().filter(|group| *group != Group::Detector).collect();
    let place = if named { groups.len() } else { 0 };
    groups.insert(place, Group::Detector);
    groups
}

/// The values of all occurrences that count.
fn values(row: &Flag, last: &Occurrence, args: &ParsedArgs) -> Result<String, ConfigError> {
    let all: Vec<&Occurrence> = args.occurrences.iter().filter(|other| other.flag == last.flag).collect();
    if all.len() == 1 || !row.is(Role::Several) {
        return value(row, last);
    }
    let items = all.into_iter().map(|occurrence| value(row, occurrence)).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("[{}]", items.join(", ")))
}

fn value(row: &Flag, occurrence: &Occurrence) -> Result<String, ConfigError> {
    let values = &occurrence.values;
    let list = |items: Vec<String>| match items.as_slice() {
        [single] if row.arity.is_single() => single.clone(),
        items => format!("[{}]", items.join(", ")),
    };
    Ok(match row.arity {
        Arity::Nothing => "true".to_owned(),
        Arity::Integers { .. } if !values.is_word() => {
            list(values.integers().iter().map(i64::to_string).collect())
        }
        // Debug gives the shortest text that reads as the same number, with a point or an exponent.
        Arity::Numbers { .. } if !values.is_word() => {
            list(values.numbers().iter().map(|number| format!("{number:?}")).collect())
        }
        _ => {
            let text = values.path(0).to_str();
            quoted(text.ok_or_else(|| ConfigError::NotText { flag: occurrence.given.clone() })?)
        }
    })
}

/// A string in TOML's double quotation marks.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
