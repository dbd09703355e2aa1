//! Paths to modules in a source file: what its `use` trees and its expressions name.

/// Every path of `text` outside comments, strings and its tests, one list of segments each; `use` trees are spread out.
pub fn of(text: &str) -> Vec<Vec<String>> {
    let words = words(without_tests(text));
    let mut paths = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if words[at] == "use" {
            at = tree(&words, at + 1, &[], &mut paths);
        } else if is_name(&words[at]) && (at == 0 || words[at - 1] != "::") {
            let (path, next) = path(&words, at);
            if path.len() > 1 {
                paths.push(path);
            }
            at = next;
        } else {
            at += 1;
        }
    }
    paths
}

/// The text before its module of tests.
fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod ").map_or(text, |end| &text[..end])
}

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Segments from `at` on, and the word after them.
fn path(words: &[String], mut at: usize) -> (Vec<String>, usize) {
    let mut segments = vec![words[at].clone()];
    at += 1;
    while words.get(at).is_some_and(|word| word == "::")
        && words.get(at + 1).is_some_and(|word| is_name(word))
    {
        segments.push(words[at + 1].clone());
        at += 2;
    }
    (segments, at)
}

/// Paths of the tree of a `use` from `at` on, each with `prefix`; returns the word after the tree.
fn tree(words: &[String], mut at: usize, prefix: &[String], paths: &mut Vec<Vec<String>>) -> usize {
    let mut segments = prefix.to_vec();
    while let Some(word) = words.get(at) {
        match word.as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while words.get(at).is_some_and(|word| word != "}") {
                    at = tree(words, at, &segments, paths);
                    if words.get(at).is_some_and(|word| word == ",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            "as" => at += 2,
            "*" => at += 1,
            name if is_name(name) => {
                if name != "self" || segments.is_empty() {
                    segments.push(word.clone());
                }
                at += 1;
            }
            _ => break,
        }
    }
    paths.push(segments);
    // Whatever ends the tree other than a comma or a brace belongs to nobody: the caller must not see it again.
    match words.get(at).map(String::as_str) {
        Some("," | "}") | None => at,
        Some(_) => at + 1,
    }
}

/// Names, `::`, braces, commas, semicolons and stars; comments and the insides of strings are left out.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' {
            string_end(rest)
        } else if is_name(rest) {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            words.push(rest[..end].to_owned());
            end
        } else if rest.starts_with("::") {
            words.push("::".to_owned());
            2
        } else {
            if "{},;*".contains(first) {
                words.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[end..];
    }
    words
}

/// Length of the string literal that `rest` begins with.
fn string_end(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::of;

    fn joined(text: &str) -> Vec<String> {
        of(text).into_iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn trees_are_spread_out() {
        assert_eq!(
            joined("use crate::{a::{b, c as d}, e::*}; use super::f::{self, G};"),
            ["crate::a::b", "crate::a::c", "crate::e", "super::f", "super::f::G"]
        );
    }

    #[test]
    fn expressions_count_and_comments_strings_and_tests_do_not() {
        let text =
            "fn f() { crate::a::g(\"crate::b::h\") } // crate::c\n#[cfg(test)]\nmod tests { use crate::d; }";
        assert_eq!(joined(text), ["crate::a::g"]);
    }
}
