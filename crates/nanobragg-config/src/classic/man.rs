//! The manual page.

use super::help::{canonical, description};
use super::status::STATUSES;
use super::{COMMANDS, EXAMPLE, Flag, Group, INTRODUCTION, PROGRAM, table};

/// The manual page in the language of `man`. It carries no date, so that the same version always gives the
/// same page.
#[must_use]
pub fn man_page(version: &str) -> String {
    let upper = PROGRAM.to_uppercase();
    let version = escape(&version.replace(|c: char| c.is_control() || c == '"', " "));
    let mut page = format!(".TH {upper} 1 \"\" \"{PROGRAM} {version}\" \"User Commands\"\n");
    page.push_str(&format!(".SH NAME\n{PROGRAM} \\- diffraction images from nanocrystals\n"));
    page.push_str(&format!(".SH SYNOPSIS\n.B {PROGRAM}\n.I FLAG\n\\&...\n"));
    page.push_str(&format!(".SH DESCRIPTION\n{}\n", line(INTRODUCTION)));
    if !COMMANDS.is_empty() {
        page.push_str(".SH COMMANDS\n");
    }
    for command in COMMANDS {
        let (name, usage) = (escape(command.name), escape(command.usage));
        page.push_str(&format!(".TP\n\\fB{name}\\fR \\fI{usage}\\fR\n{}\n", line(command.summary)));
    }
    for group in Group::ALL {
        page.push_str(&format!(".SH {}\n", group.title().to_uppercase()));
        for flag in table().iter().filter(|flag| flag.group == group) {
            page.push_str(&entry(flag));
        }
    }
    page.push_str(".SH EXIT STATUS\n");
    for (status, meaning) in STATUSES {
        page.push_str(&format!(".TP\n\\fB{status}\\fR\n{}\n", line(meaning)));
    }
    page.push_str(&format!(".SH EXAMPLE\n.nf\n{}\n.fi\n", line(EXAMPLE)));
    page
}

fn entry(flag: &Flag) -> String {
    let mut head = format!("\\fB{}\\fR", escape(canonical(flag)));
    if !flag.values.is_empty() {
        head.push_str(&format!(" \\fI{}\\fR", escape(flag.values)));
    }
    format!(".TP\n{head}\n{}\n", line(&description(flag)))
}

/// A dash that is copied from the page must be a dash, and a backslash is a backslash.
fn escape(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}

/// A whole line: a dot or an apostrophe at its start would be a request.
fn line(text: &str) -> String {
    let escaped = escape(text);
    if escaped.starts_with(['.', '\'']) { format!("\\&{escaped}") } else { escaped }
}
