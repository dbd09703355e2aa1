//! Completion scripts for shells.

use super::{Arity, COMMANDS, Command, CommandFlag, Flag, PROGRAM, Shell, table};

/// The completion script for a shell.
#[must_use]
pub fn completions(shell: Shell) -> String {
    match shell {
        Shell::Bash => bash(),
        Shell::Zsh => zsh(),
        Shell::Fish => fish(),
    }
}

/// Words come from the table; for a path nothing is offered, which makes `-o default` offer files with all
/// of readline's care for blanks and directories.
fn bash() -> String {
    let names: Vec<&str> = table().iter().flat_map(|flag| flag.names).copied().collect();
    let mut cases = String::new();
    for flag in table() {
        let pattern = flag.names.join("|");
        match flag.arity {
            Arity::Word(choices) | Arity::OptionalWord(choices) => cases.push_str(&format!(
                "        {pattern})\n            COMPREPLY=($(compgen -W '{}' -- \"$cur\"))\n            \
                 return\n            ;;\n",
                choices.join(" ")
            )),
            Arity::Path => {
                cases.push_str(&format!("        {pattern})\n            return\n            ;;\n"))
            }
            _ => {}
        }
    }
    let commands = command_names();
    let mut own = String::new();
    for command in COMMANDS {
        let flags: Vec<&str> = command.flags.iter().map(|flag| flag.name).collect();
        let more = if command.takes_all { " $flags" } else { "" };
        own.push_str(&format!(
            "        {})\n            flags=\"{}{more}\"\n            ;;\n",
            command.name,
            flags.join(" ")
        ));
    }
    format!(
        "# bash completion for {PROGRAM}\n\
         _{PROGRAM}() {{\n    \
             local cur=${{COMP_WORDS[COMP_CWORD]}}\n    \
             local prev=${{COMP_WORDS[COMP_CWORD-1]}}\n    \
             COMPREPLY=()\n    \
             local flags='{}'\n    \
             case \"${{COMP_WORDS[1]}}\" in\n{own}    esac\n    \
             if [[ $COMP_CWORD -eq 1 && $cur != -* || $COMP_CWORD -eq 2 && $prev == help ]]; then\n        \
                 COMPREPLY=($(compgen -W '{commands}' -- \"$cur\"))\n        \
                 return\n    \
             fi\n    \
             case \"$prev\" in\n{cases}        -orientations)\n            \
             COMPREPLY=($(compgen -W 'random' -- \"$cur\"))\n            \
             return\n            ;;\n    esac\n    \
             case \"$cur\" in\n        \
                 -*)\n            COMPREPLY=($(compgen -W \"$flags\" -- \"$cur\"))\n            ;;\n    \
             esac\n\
         }}\n\
         complete -o default -F _{PROGRAM} {PROGRAM}\n",
        names.join(" ")
    )
}

fn zsh() -> String {
    let mut script = format!("#compdef {PROGRAM}\n\nlocal -a own\ncase $words[2] in\n");
    for command in COMMANDS.iter().filter(|command| !command.takes_all || !command.flags.is_empty()) {
        script.push_str(&zsh_command(command));
    }
    script.push_str("esac\n_arguments \"${own[@]}\" \\\n");
    for flag in table() {
        let help = zsh_escape(flag.help);
        for name in flag.names {
            script.push_str(&format!("  '*{name}[{help}]{}' \\\n", zsh_values(flag)));
        }
    }
    script.push_str(&format!("  '1:command:({})' \\\n  '*:file:_files'\n", command_names()));
    script
}

/// The names of all commands.
fn command_names() -> String {
    COMMANDS.iter().map(|command| command.name).collect::<Vec<_>>().join(" ")
}

/// What is offered after the name of a command: its own flags alone, or besides the program's.
fn zsh_command(command: &Command) -> String {
    let spec = |flag: &CommandFlag| {
        let values: String = flag.values.split_whitespace().map(|value| format!(":{value}:_files")).collect();
        format!("      '*{}[{}]{values}'\n", flag.name, zsh_escape(flag.help))
    };
    let specs: String = command.flags.iter().map(spec).collect();
    let (name, all) = (command.name, command.takes_all);
    if name == "help" {
        return format!("  {name})\n    _values command {}\n    return\n    ;;\n", command_names());
    }
    let end = if all {
        String::new()
    } else {
        "    _arguments \"${own[@]}\" '*:file:_files'\n    return\n".to_owned()
    };
    format!("  {name})\n    own=(\n{specs}    )\n{end}    ;;\n")
}

fn zsh_values(flag: &Flag) -> String {
    let each = |count: usize| -> String {
        // A placeholder that names the values one by one labels them one by one.
        let labels: Vec<&str> = flag.values.split_whitespace().collect();
        (0..count).map(|i| format!(":{}: ", zsh_escape(labels.get(i).unwrap_or(&"value")))).collect()
    };
    match flag.arity {
        Arity::Nothing => String::new(),
        Arity::Numbers { least, .. } => each(least),
        Arity::Integers { count, .. } => each(count),
        Arity::Word(choices) => format!(":word:({})", choices.join(" ")),
        Arity::Path => ":file:_files".to_owned(),
        Arity::Text => ":name: ".to_owned(),
        Arity::OptionalNumber => "::value: ".to_owned(),
        Arity::OptionalWord(choices) => format!("::word:({})", choices.join(" ")),
    }
}

/// What would end the description or the quoting.
fn zsh_escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, c| {
        match c {
            '\'' => escaped.push_str("'\\''"),
            '[' | ']' | ':' | '\\' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
        escaped
    })
}

fn fish() -> String {
    let mut script = format!("# fish completion for {PROGRAM}\n");
    for flag in table() {
        let help = flag.help.replace('\\', "\\\\").replace('\'', "\\'");
        let values = match flag.arity {
            Arity::Nothing | Arity::OptionalNumber => String::new(),
            Arity::Path => " -r -F".to_owned(),
            Arity::Word(choices) => format!(" -x -a '{}'", choices.join(" ")),
            Arity::OptionalWord(choices) => format!(" -a '{}'", choices.join(" ")),
            Arity::Text => " -x".to_owned(),
            Arity::Numbers { .. } | Arity::Integers { .. } => match flag.example_word() {
                Some(word) => format!(" -x -a '{word}'"),
                None => " -x".to_owned(),
            },
        };
        for name in flag.names {
            let name = name.trim_start_matches('-');
            let kind = if name.chars().count() == 1 { "-s" } else { "-o" };
            script.push_str(&format!("complete -c {PROGRAM} {kind} {name}{values} -d '{help}'\n"));
        }
    }
    for command in COMMANDS {
        let (name, summary) = (command.name, command.summary.replace('\'', "\\'"));
        script
            .push_str(&format!("complete -c {PROGRAM} -n __fish_use_subcommand -a {name} -d '{summary}'\n"));
        for flag in command.flags {
            let (kind, flag_name) = match flag.name.strip_prefix("--") {
                Some(long) => ("-l", long),
                None => ("-o", flag.name.trim_start_matches('-')),
            };
            let values = if flag.values.is_empty() { "" } else { " -r -F" };
            let when = format!("-n '__fish_seen_subcommand_from {name}'");
            script.push_str(&format!(
                "complete -c {PROGRAM} {when} {kind} {flag_name}{values} -d '{}'\n",
                flag.help
            ));
        }
    }
    script.push_str(&format!(
        "complete -c {PROGRAM} -n '__fish_seen_subcommand_from help' -x -a '{}'\n",
        command_names()
    ));
    script
}
