//! Completion scripts for shells.

use super::{Arity, Flag, PROGRAM, Shell, table};

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
    format!(
        "# bash completion for {PROGRAM}\n\
         _{PROGRAM}() {{\n    \
             local cur=${{COMP_WORDS[COMP_CWORD]}}\n    \
             local prev=${{COMP_WORDS[COMP_CWORD-1]}}\n    \
             COMPREPLY=()\n    \
             case \"$prev\" in\n{cases}    esac\n    \
             case \"$cur\" in\n        \
                 -*)\n            COMPREPLY=($(compgen -W '{}' -- \"$cur\"))\n            ;;\n    \
             esac\n\
         }}\n\
         complete -o default -F _{PROGRAM} {PROGRAM}\n",
        names.join(" ")
    )
}

fn zsh() -> String {
    let mut script = format!("#compdef {PROGRAM}\n\n_arguments \\\n");
    for flag in table() {
        let help = zsh_escape(flag.help);
        for name in flag.names {
            script.push_str(&format!("  '*{name}[{help}]{}' \\\n", zsh_values(flag)));
        }
    }
    script.push_str("  '*:file:_files'\n");
    script
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
    script
}
