//! The page about the flags.

use super::help::{canonical, meaning, remark, synonyms};
use super::status::STATUSES;
use super::wrap::wrap;
use super::{COMMANDS, EXAMPLE, Flag, Group, INTRODUCTION, table};

/// The page as markdown: an introduction and one table a group.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("# Command line\n\n");
    for line in wrap(INTRODUCTION, 100) {
        text.push_str(&line);
        text.push('\n');
    }
    text.push_str(&format!("\n```sh\n{EXAMPLE}\n```\n\n"));
    text.push_str(
        "This page is generated from the table that the parser reads. `-name...` stands for every \
         flag that begins with `-name`.\nAn argument that starts with a dash is a value if it is a \
         number, and a flag otherwise.\n",
    );
    if !COMMANDS.is_empty() {
        text.push_str("\n## Commands\n\n| command | arguments | what it does |\n| --- | --- | --- |\n");
    }
    for command in COMMANDS {
        let cells = [code(command.name), code(command.usage), escape(command.summary)];
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    for group in Group::ALL {
        text.push_str(&format!("\n## {}\n\n", group.title()));
        text.push_str("| flag | values | unit | default | meaning |\n| --- | --- | --- | --- | --- |\n");
        for flag in table().iter().filter(|flag| flag.group == group) {
            text.push_str(&row(flag));
        }
    }
    text.push_str("\n## Exit status\n\n| status | meaning |\n| ---: | --- |\n");
    for (status, meaning) in STATUSES {
        text.push_str(&format!("| {status} | {meaning} |\n"));
    }
    text
}

fn row(flag: &Flag) -> String {
    let mut spellings = vec![code(canonical(flag))];
    spellings.extend(synonyms(flag).iter().map(|name| code(name)));
    let mut help = meaning(flag);
    if let Some(remark) = remark(flag) {
        help.push_str(&format!(" ({remark})"));
    }
    let cells = [
        spellings.join(", "),
        code(flag.values),
        escape(flag.unit.text()),
        escape(flag.default.text()),
        escape(&help),
    ];
    format!("| {} |\n", cells.join(" | "))
}

/// Code, or nothing where there is nothing to show.
pub(crate) fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{}`", text.replace('|', "\\|")) }
}

/// Text in which nothing ends the cell or starts a markup.
pub(crate) fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, c| {
        if matches!(c, '|' | '*' | '_' | '<' | '[' | '`' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
        escaped
    })
}
