//! The library names no flag: what a program's flag mends is said by the crate that knows the flags.

use std::path::{Path, PathBuf};

/// Lines of files below `core` with a string that names a flag.
pub fn problems(core: &Path, files: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    for path in files.iter().filter(|path| path.starts_with(core)) {
        for (line, flag) in named(&std::fs::read_to_string(path)?) {
            problems.push(format!("{}:{line}: the library names the flag {flag}", path.display()));
        }
    }
    Ok(problems)
}

/// Flags in the string literals of a text, each with its line. Comments are left out.
fn named(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        let mut word = String::new();
        let mut characters = line.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '/' if !inside && characters.peek() == Some(&'/') => break,
                // A quote as a character is none of a string.
                '\'' if !inside && characters.peek() == Some(&'"') => {
                    characters.next();
                }
                '\\' if inside => {
                    characters.next();
                    word.push(' ');
                }
                '"' => {
                    found.extend(flags(&word).map(|flag| (number, flag)));
                    word.clear();
                    inside = !inside;
                }
                _ if inside => word.push(character),
                _ => {}
            }
        }
        if inside {
            found.extend(flags(&word).map(|flag| (number, flag)));
        }
    }
    found
}

/// Words that are a dash and a name, as the C program writes its flags.
fn flags(words: &str) -> impl Iterator<Item = String> {
    let is_flag = |word: &&str| {
        let name = word.trim_start_matches('(').strip_prefix('-').unwrap_or_default();
        let letters = name.chars().take_while(char::is_ascii_alphabetic).count();
        // One letter and a comma is a symmetry operator, `-x,y,z`; the letter of a lattice begins a Hall symbol, `-P 1`.
        letters > 1 || letters == 1 && name.len() == 1 && !(words.starts_with('-') && "PCIFR".contains(name))
    };
    words.split_whitespace().filter(is_flag).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn flags_in_strings_are_found() {
        let text = "let a = \"use -oversample 3\";\n// \"-distance\" in a comment\nlet b = \"give (-N\n  -mosaic 1\";";
        let found: Vec<_> = named(text).into_iter().collect();
        let found: Vec<_> = found.iter().map(|(line, flag)| (*line, flag.as_str())).collect();
        assert_eq!(found, [(1, "-oversample"), (3, "(-N"), (4, "-mosaic")]);
    }

    #[test]
    fn minus_signs_operators_and_hyphens_pass() {
        let text = "(\"-x,y+1/2,-z\", \"a - b\", \"-1\", \"round-xtal\", '\"', x -y)";
        assert!(named(text).is_empty(), "{:?}", named(text));
    }
}
