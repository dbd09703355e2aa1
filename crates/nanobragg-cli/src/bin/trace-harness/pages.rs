//! The manual page and the completions of the harness, made from its help.

use std::fmt::Write as _;

use nanobragg_config::classic::Shell;

use crate::arguments::HELP;

/// Options whose values are words.
const WORDS: [(&str, &str); 6] = [
    ("--config", "supervisor"),
    ("--quirks", "reference spec exact port"),
    ("--phi-mode", "spec c-parity"),
    ("--device", "cpu gpu cuda"),
    ("--dtype", "float64 float32"),
    ("--completions", "bash zsh fish"),
];

/// Statuses with their meanings.
const STATUSES: [(&str, &str); 5] = [
    ("0", "done, or all quantities are within the tolerance"),
    ("1", "something differs, a requested kind of line is missing, or a file could not be written"),
    ("2", "an argument, a flag or a file is wrong"),
    ("3", "the requested device is not there"),
    ("4", "the device cannot evaluate this experiment"),
];

/// Files that have names without being named.
const FILES: [(&str, &str); 4] = [
    ("PATH", "the main log, as --out names it"),
    ("NAME_per_phi.log, NAME_per_phi.json", "the phi steps, beside a main log NAME.log"),
    ("config_snapshot.json", "the experiment of a trace, beside its main log"),
    ("env.json", "program, compiler, machine and command line of a trace, beside its main log"),
];

/// What is read of the environment.
const ENVIRONMENT: &str = "No variable is read, but by the drivers of graphics processors.";

/// An option of the help.
struct Row {
    section: String,
    names: Vec<String>,
    head: String,
    text: String,
}

/// The options, in the order of the help: lines that begin with two blanks and a dash, and those that go on.
fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut section = String::new();
    let mut open = false;
    for line in HELP.lines() {
        if let Some(title) = line.strip_suffix(':').filter(|_| !line.starts_with(' ')) {
            title.clone_into(&mut section);
            open = false;
        } else if let Some(option) = line.strip_prefix("  ").filter(|rest| rest.starts_with("--")) {
            let (head, text) = option.split_once("  ").unwrap_or((option, ""));
            let names = head.split_whitespace().filter(|word| word.len() > 2 && word.starts_with("--"));
            rows.push(Row {
                section: section.clone(),
                names: names.map(str::to_owned).collect(),
                head: head.to_owned(),
                text: text.trim().to_owned(),
            });
            open = true;
        } else if open && line.starts_with("    ") {
            if let Some(row) = rows.last_mut() {
                row.text.push(' ');
                row.text.push_str(line.trim());
            }
        } else {
            open = false;
        }
    }
    rows
}

/// Each option once, with its words or what stands for its value.
fn options() -> Vec<(String, Option<String>, String)> {
    let mut options: Vec<(String, Option<String>, String)> = Vec::new();
    for row in rows() {
        for name in &row.names {
            if options.iter().any(|(known, ..)| known == name) {
                continue;
            }
            let value = row.head.split_once(name.as_str()).map(|(_, rest)| rest.trim().to_owned());
            let value = value.filter(|value| !value.is_empty() && !value.starts_with("--"));
            options.push((name.clone(), value, row.text.clone()));
        }
    }
    options
}

fn words(name: &str) -> Option<&'static str> {
    WORDS.iter().find(|(known, _)| *known == name).map(|(_, words)| *words)
}

/// The completion script for a shell.
pub fn completions(shell: Shell) -> String {
    match shell {
        Shell::Zsh => zsh(),
        Shell::Fish => fish(),
        _ => bash(),
    }
}

fn bash() -> String {
    let options = options();
    let names: Vec<&str> = options.iter().map(|(name, ..)| name.as_str()).collect();
    let mut cases = String::new();
    for (name, words) in WORDS {
        let _ = writeln!(
            cases,
            "        {name})\n            COMPREPLY=($(compgen -W '{words}' -- \"$cur\"))\n            return\n            ;;"
        );
    }
    format!(
        "# bash completion for trace-harness\n_trace_harness() {{\n    local cur=${{COMP_WORDS[COMP_CWORD]}}\n    \
         local prev=${{COMP_WORDS[COMP_CWORD-1]}}\n    COMPREPLY=()\n    case \"$prev\" in\n{cases}    esac\n    \
         case \"$cur\" in\n        -*)\n            COMPREPLY=($(compgen -W '{}' -- \"$cur\"))\n            ;;\n    \
         esac\n    if [[ $COMP_CWORD -eq 1 && $cur != -* ]]; then\n        \
         COMPREPLY=($(compgen -W 'compare' -- \"$cur\"))\n    fi\n}}\n\
         complete -o default -F _trace_harness trace-harness\n",
        names.join(" ")
    )
}

fn zsh() -> String {
    let escape = |text: &str| {
        text.chars().fold(String::new(), |mut escaped, c| {
            match c {
                '\'' => escaped.push_str("'\\''"),
                '[' | ']' | ':' | '\\' => escaped.extend(['\\', c]),
                _ => escaped.push(c),
            }
            escaped
        })
    };
    let mut script = "#compdef trace-harness\n\n_arguments \\\n".to_owned();
    for (name, value, text) in options() {
        let value = match (words(&name), value) {
            (Some(words), _) => format!(":word:({words})"),
            (None, Some(value)) => format!(":{}:_files", escape(&value)),
            (None, None) => String::new(),
        };
        let _ = writeln!(script, "  '*{name}[{}]{value}' \\", escape(&text));
    }
    script.push_str("  '1:command:(compare)' \\\n  '*:file:_files'\n");
    script
}

fn fish() -> String {
    let mut script = "# fish completion for trace-harness\n\
        complete -c trace-harness -n __fish_use_subcommand -a compare -d 'where two traces first differ'\n"
        .to_owned();
    for (name, value, text) in options() {
        let value = match (words(&name), value) {
            (Some(words), _) => format!(" -x -a '{words}'"),
            (None, Some(_)) => " -r -F".to_owned(),
            (None, None) => String::new(),
        };
        let text = text.replace('\\', "\\\\").replace('\'', "\\'");
        let name = name.trim_start_matches('-');
        let _ = writeln!(script, "complete -c trace-harness -l {name}{value} -d '{text}'");
    }
    script
}

/// The manual page in the language of `man`. It carries no date: the same version gives the same page.
pub fn man_page(version: &str) -> String {
    let mut page = format!(
        ".TH TRACE\\-HARNESS 1 \"\" \"{}\" \"User Commands\"\n.SH NAME\ntrace\\-harness \\- every intermediate value \
         of single pixels, and where two traces first differ\n.SH SYNOPSIS\n.nf\n",
        escape(version)
    );
    for line in HELP.lines().skip_while(|line| *line != "usage:").skip(1).take_while(|line| !line.is_empty())
    {
        page.push_str(&escape(line.trim_start_matches("  ")));
        page.push('\n');
    }
    page.push_str(".fi\n");
    let mut section = String::new();
    for row in rows() {
        if row.section != section {
            let _ = writeln!(page, ".SH {}", escape(&row.section.to_uppercase()));
            section.clone_from(&row.section);
        }
        let _ = writeln!(page, ".TP\n\\fB{}\\fR\n{}", escape(&row.head), line(&row.text));
    }
    for (title, entries) in [("EXIT STATUS", &STATUSES[..]), ("FILES", &FILES)] {
        let _ = writeln!(page, ".SH {title}");
        for (name, meaning) in entries {
            let _ = writeln!(page, ".TP\n\\fB{}\\fR\n{}", escape(name), line(meaning));
        }
    }
    let _ = writeln!(page, ".SH ENVIRONMENT\n{}", line(ENVIRONMENT));
    page.push_str(".SH SEE ALSO\n.BR nanobragg (1)");
    page
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_of_the_help_is_offered_and_described() {
        let options = options();
        assert!(options.len() > 20, "{}", options.len());
        assert!(options.iter().all(|(_, _, text)| !text.is_empty()));
        let value = |wanted: &str| {
            options.iter().find(|(name, ..)| name == wanted).and_then(|(_, value, _)| value.clone())
        };
        assert_eq!(value("--pixel").as_deref(), Some("SLOW FAST"));
        assert_eq!((value("--diff"), value("--c")), (None, Some("A --py B".to_owned())));
        assert!(WORDS.iter().all(|(name, _)| options.iter().any(|(known, ..)| known == name)));
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = completions(shell);
            assert!(options.iter().all(|(name, ..)| script.contains(name.trim_start_matches('-'))));
        }
        let page = man_page("1.0");
        for part in [".SH EXIT STATUS", ".SH FILES", ".SH ENVIRONMENT", "\\-\\-emit\\-rot\\-stars"] {
            assert!(page.contains(part), "{part}");
        }
    }
}
