//! The texts that are made from the table.

use std::process::{Command, Stdio};

use nanobragg_config::classic::{
    COMMANDS, FlagId, Group, Shell, completions, flag, help_text, man_page, markdown, parse, table,
};

#[test]
fn the_help_has_every_flag_and_fits_the_terminal() {
    let help = help_text();
    for flag in table() {
        let name = flag.names[0];
        let shown = |line: &str| line.strip_prefix("  ").is_some_and(|l| l.split(' ').next() == Some(name));
        assert_eq!(help.lines().filter(|line| shown(line)).count(), 1, "{name}");
        for synonym in flag.names {
            let covered = |p: &&str| synonym.starts_with(*p) && help.contains(&format!("{p}..."));
            assert!(help.contains(synonym) || flag.prefixes.iter().any(covered), "{synonym}");
        }
    }
    for group in Group::ALL {
        assert!(help.contains(&format!("\n{}:\n", group.title())));
    }
    for line in help.lines() {
        assert!(line.len() <= 100, "{line}");
        assert_eq!(line.trim_end(), line);
    }
    assert!(help.is_ascii() && help.ends_with('\n') && help.starts_with("Usage: "));
}

#[test]
fn units_and_defaults_are_shown() {
    let help = help_text();
    for text in
        ["(mm; default 100)", "default 1.25932015286227e+29", "default 12345678", "ignored: use -hdivrange"]
    {
        assert!(help.split_whitespace().collect::<Vec<_>>().join(" ").contains(text), "{text}");
    }
}

#[test]
fn the_example_is_a_command_line() {
    let help = help_text();
    let example = help.lines().find_map(|line| line.strip_prefix("  nanobragg ")).unwrap();
    let parsed = parse(example.split(' ').map(Into::into)).unwrap();
    assert!(parsed.warnings.is_empty() && parsed.has(FlagId::Cell));
}

#[test]
fn defaults_are_values_that_the_flags_accept() {
    for flag in table() {
        let words: Vec<&str> = flag.default.text().split(' ').collect();
        if words.iter().all(|word| word.parse::<f64>().is_ok() || word.contains('.')) {
            let line = std::iter::once(flag.names[0]).chain(words);
            parse(line.map(Into::into)).unwrap_or_else(|error| panic!("{:?}: {error}", flag.id));
        }
    }
}

#[test]
fn the_page_has_every_flag_in_tables_of_five_columns_and_every_command_in_one_of_three() {
    let page = markdown();
    for flag in table() {
        assert_eq!(page.matches(&format!("\n| `{}`", flag.names[0])).count(), 1, "{:?}", flag.id);
    }
    for command in COMMANDS {
        assert_eq!(page.matches(&format!("\n| `{}` |", command.name)).count(), 1, "{}", command.name);
    }
    for section in page.split("\n## ") {
        let columns = match section.lines().next() {
            Some("Commands") => 3,
            Some("Exit status") => 2,
            _ => 5,
        };
        for line in section.lines().filter(|line| line.starts_with('|')) {
            assert_eq!(line.replace("\\|", "").matches('|').count(), columns + 1, "{line}");
        }
    }
}

#[test]
fn the_manual_page_has_every_flag() {
    let page = man_page("1.2.3 \"x\"\n.so evil");
    for flag in table() {
        let name = format!("\n\\fB{}\\fR", flag.names[0].replace('-', "\\-"));
        assert_eq!(page.matches(&name).count(), 1, "{name}");
    }
    for title in ["COMMANDS", "EXIT STATUS", "FILES", "ENVIRONMENT", "EXAMPLE", "SEE ALSO"] {
        assert_eq!(page.matches(&format!("\n.SH {title}\n")).count(), 1, "{title}");
    }
    assert!(COMMANDS.iter().all(|command| {
        command
            .flags
            .iter()
            .all(|flag| page.contains(&format!("{} {}\\fR", command.name, flag.name.replace('-', "\\-"))))
    }));
    assert!(page.starts_with(".TH ") && page.contains("1.2.3") && !page.contains("\n.so"));
    let requests = page.lines().filter(|line| line.starts_with(['.', '\'']));
    for request in requests {
        let name = request.split(' ').next().unwrap();
        assert!([".TH", ".SH", ".TP", ".B", ".I", ".nf", ".fi"].contains(&name), "{request}");
    }
}

#[test]
fn completions_have_every_flag() {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let script = completions(shell);
        for flag in table() {
            for name in flag.names {
                assert!(script.contains(name.trim_start_matches('-')), "{shell:?} {name}");
            }
        }
        for choice in
            ["'sample beam'", "(sample beam)"].iter().filter(|c| c.starts_with('(') == (shell == Shell::Zsh))
        {
            assert!(script.contains(choice), "{shell:?}");
        }
        for line in script.lines() {
            let quotes = line.replace("\\'", "").matches('\'').count();
            assert_eq!(quotes % 2, 0, "{shell:?}: {line}");
        }
    }
}

/// Runs a script with bash, where there is one.
fn bash(arguments: &[&str]) -> Option<String> {
    let output = Command::new("bash").args(arguments).stdin(Stdio::null()).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn bash_accepts_its_completions_and_they_complete() {
    let script = completions(Shell::Bash);
    if bash(&["-n", "-c", &script]).is_none() {
        println!("there is no bash to ask");
        return;
    }
    let complete = |words: &str| {
        let ask = format!(
            "{script}\nCOMP_WORDS=({words})\nCOMP_CWORD=$((${{#COMP_WORDS[@]}}-1))\n_nanobragg\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        bash(&["--norc", "-c", &ask]).unwrap_or_default()
    };
    assert_eq!(complete("nanobragg -dista"), "-distance\n");
    assert_eq!(complete("nanobragg -pivot s"), "sample\n");
    assert_eq!(complete("nanobragg -xds -phistep").lines().count(), 2);
    assert_eq!(complete("nanobragg -hkl ''").trim(), "");
    assert_eq!(complete("nanobragg sw"), "sweep\n");
    assert_eq!(complete("nanobragg sweep -ima"), "-images\n");
    assert_eq!(complete("nanobragg sweep -dista"), "-distance\n");
    assert_eq!(complete("nanobragg sweep -orientations r"), "random\n");
    assert_eq!(complete("nanobragg compare --peak-q"), "--peak-quantile\n");
    assert_eq!(complete("nanobragg compare -dista").trim(), "");
    assert_eq!(complete("nanobragg help dev"), "devices\n");
}

#[test]
fn choices_are_listed_in_the_help() {
    let help = help_text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains(": reference, spec, exact or port (default exact; reference if"));
    assert!(help.contains("-pivot sample|beam "));
    assert_eq!(flag(FlagId::Misset).and_then(|flag| flag.example_word()), Some("random"));
    assert_eq!(flag(FlagId::DetectorAbs).and_then(|flag| flag.example_word()), Some("inf"));
    assert_eq!(flag(FlagId::Cell).and_then(|flag| flag.example_word()), None);
}
