//! The manual page.

use super::help::{canonical, description};
use super::status::STATUSES;
use super::{COMMANDS, EXAMPLE, Flag, Group, INTRODUCTION, PROGRAM, table};

/// Files that have names without being named.
const FILES: &[(&str, &str)] = &[
    ("Fdump.bin", "structure factors for later runs without -hkl, unless -nodump is given; see -dump"),
    ("manifest.jsonl", "the manifest of a sweep, beside its first output"),
];

/// What is read of the environment.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("OMP_NUM_THREADS", "number of threads, if -threads does not give it"),
    ("RUST_LOG", "developers' messages on standard error, such as debug or nanobragg_session=trace"),
];

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
        for flag in command.flags {
            let head = format!("\\fB{name} {}\\fR \\fI{}\\fR", escape(flag.name), escape(flag.values));
            page.push_str(&format!(".TP\n{head}\n{}\n", line(flag.help)));
        }
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
    for (title, entries) in [("FILES", FILES), ("ENVIRONMENT", ENVIRONMENT)] {
        page.push_str(&format!(".SH {title}\n"));
        for (name, meaning) in entries {
            page.push_str(&format!(".TP\n\\fB{}\\fR\n{}\n", escape(name), line(meaning)));
        }
    }
    page.push_str(&format!(".SH EXAMPLE\n.nf\n{}\n.fi\n", line(EXAMPLE)));
    page.push_str(".SH SEE ALSO\n");
    page.push_str(&line("trace-harness --help, nanobragg help COMMAND"));
    page.push('\n');
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
