//! The help text.

use super::status::STATUSES;
use super::wrap::wrap;
use super::{Arity, COMMANDS, EXAMPLE, Effect, Flag, Group, INTRODUCTION, PROGRAM, table};
use crate::flag_error::alternatives;

/// No line is longer, so that the help fits a common terminal.
const WIDTH: usize = 100;
/// Where the descriptions begin.
const COLUMN: usize = 32;

/// The help: what the program is for, how it is called, and every flag with its unit and default.
#[must_use]
pub fn help_text() -> String {
    let mut text = format!("Usage: {PROGRAM} FLAG...\n       {PROGRAM} COMMAND ...\n\n");
    for line in wrap(INTRODUCTION, WIDTH) {
        text.push_str(&line);
        text.push('\n');
    }
    text.push_str(&format!("\nExample:\n  {EXAMPLE}\n"));
    if !COMMANDS.is_empty() {
        text.push_str("\nCommands, each with its own -h:\n");
    }
    for command in COMMANDS {
        push_entry(&mut text, &format!("{} {}", command.name, command.usage), command.summary);
    }
    for group in Group::ALL {
        text.push_str(&format!("\n{}:\n", group.title()));
        for flag in table().iter().filter(|flag| flag.group == group) {
            push_flag(&mut text, flag);
        }
    }
    text.push_str("\nExit status:\n");
    for (status, meaning) in STATUSES {
        push_entry(&mut text, status, meaning);
    }
    text
}

fn push_flag(text: &mut String, flag: &Flag) {
    push_entry(text, &synopsis(flag), &description(flag));
}

fn push_entry(text: &mut String, synopsis: &str, description: &str) {
    let left = format!("  {synopsis}");
    let mut lines = wrap(description, WIDTH - COLUMN).into_iter();
    if left.len() < COLUMN {
        text.push_str(&format!("{left:COLUMN$}{}\n", lines.next().unwrap_or_default()));
    } else {
        text.push_str(&format!("{left}\n"));
    }
    for line in lines {
        text.push_str(&format!("{:COLUMN$}{line}\n", ""));
    }
}

/// `-name VALUES`.
pub(crate) fn synopsis(flag: &Flag) -> String {
    let name = canonical(flag);
    if flag.values.is_empty() { name.to_owned() } else { format!("{name} {}", flag.values) }
}

/// The first spelling.
pub(crate) fn canonical(flag: &Flag) -> &'static str {
    flag.names.first().copied().unwrap_or("")
}

/// The other spellings; a beginning that is enough is shown with dots, and stands for the names that begin so.
pub(super) fn synonyms(flag: &Flag) -> Vec<String> {
    let covered = |name: &str| flag.prefixes.iter().any(|prefix| name.starts_with(prefix));
    let exact = flag.names.iter().skip(1).filter(|name| !covered(name)).map(|name| (*name).to_owned());
    exact.chain(flag.prefixes.iter().map(|prefix| format!("{prefix}..."))).collect()
}

/// The meaning, with the choices where the placeholder does not list them.
pub(crate) fn meaning(flag: &Flag) -> String {
    match flag.arity {
        Arity::Word(choices) if !flag.values.contains('|') => {
            format!("{}: {}", flag.help, alternatives(choices))
        }
        _ => flag.help.to_owned(),
    }
}

/// What to know about a flag that does nothing.
pub(crate) fn remark(flag: &Flag) -> Option<String> {
    match flag.effect {
        Effect::Used | Effect::Elsewhere => None,
        Effect::Inert => Some("ignored".to_owned()),
        Effect::Unread { instead: Some(other) } => Some(format!("ignored: use {other}")),
        Effect::Unread { instead: None } => Some("ignored".to_owned()),
    }
}

/// Everything that the help says about a flag, on one line.
pub(super) fn description(flag: &Flag) -> String {
    let mut text = meaning(flag);
    let unit = Some(flag.unit.text().to_owned()).filter(|unit| !unit.is_empty());
    let default =
        Some(flag.default.text()).filter(|text| !text.is_empty()).map(|text| format!("default {text}"));
    let facts: Vec<String> = [unit, default, remark(flag)].into_iter().flatten().collect();
    if !facts.is_empty() {
        text.push_str(&format!(" ({})", facts.join("; ")));
    }
    let synonyms = synonyms(flag);
    if !synonyms.is_empty() {
        text.push_str(&format!("; also {}", synonyms.join(", ")));
    }
    text
}
