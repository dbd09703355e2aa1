//! `docs/PARITY.md` and `docs/FROM_NANOBRAGG_C.md`: every command they show prints what they say, and every quirk has its
//! place in the first.

use std::path::{Path, PathBuf};

use nanobragg::model::{Preset, Quirk};

use crate::scratch::{Run, Scratch};

/// A command of the page and the lines shown below it.
#[derive(Debug)]
pub struct Shown<'a> {
    pub command: &'a str,
    pub lines: Vec<&'a str>,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    std::fs::read_to_string(workspace().join("docs/PARITY.md")).unwrap()
}

/// The commands of each ```` ```console ```` block.
pub fn blocks(page: &str) -> Vec<Vec<Shown<'_>>> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while lines.by_ref().any(|line| line == "```console") {
        let mut block: Vec<Shown<'_>> = Vec::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            match line.strip_prefix("$ ") {
                Some(command) => block.push(Shown { command, lines: Vec::new() }),
                None => block.last_mut().expect("a command before its output").lines.push(line),
            }
        }
        blocks.push(block);
    }
    blocks
}

/// Copies the fixtures that `words` name, under the same names.
fn provide(scratch: &Scratch, words: &[&str]) {
    for word in words.iter().filter(|word| word.starts_with("fixtures/")) {
        let copy = scratch.path(word);
        std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
        std::fs::copy(workspace().join(word), copy).unwrap();
    }
}

/// Lines in which a run could have said what the page shows: those it printed and those of the header of the
/// image it wrote.
fn said(scratch: &Scratch, run: &Run, words: &[&str]) -> Vec<String> {
    let mut said: Vec<String> = run.out.lines().map(str::to_owned).collect();
    let image = words.iter().position(|word| *word == "-o").and_then(|at| words.get(at + 1));
    if let Some(image) = image.filter(|name| name.ends_with(".img")) {
        let bytes = scratch.read(image);
        let end = bytes.iter().position(|&byte| byte == b'}').unwrap();
        said.extend(String::from_utf8_lossy(&bytes[..end]).lines().map(str::to_owned));
    }
    said
}

/// What the page says and its commands, run in a folder of their own, do not.
fn untrue(block: &[Shown<'_>]) -> Vec<String> {
    untrue_in(&Scratch::new(), block)
}

/// The same in this folder.
pub fn untrue_in(scratch: &Scratch, block: &[Shown<'_>]) -> Vec<String> {
    let mut untrue = Vec::new();
    for shown in block {
        let words: Vec<&str> = shown.command.split_whitespace().collect();
        assert_eq!(words[0], "nanobragg", "{}", shown.command);
        provide(scratch, &words);
        let run: Run = scratch.command(words[1..].iter().copied()).output().unwrap().into();
        let run = run.good();
        let said = said(scratch, &run, &words);
        let missing = shown.lines.iter().filter(|line| !said.iter().any(|said| said == *line));
        untrue.extend(missing.map(|line| format!("{line}\n  is not what this says: {}", shown.command)));
    }
    untrue
}

#[test]
fn commands_print_what_the_page_shows() {
    let page = page();
    let other = std::fs::read_to_string(workspace().join("docs/FROM_NANOBRAGG_C.md")).unwrap();
    let mut blocks = blocks(&page);
    let shown = blocks.iter().flatten().count();
    assert!(shown >= 2 * Quirk::ALL.len(), "{shown} commands");
    blocks.extend(self::blocks(&other));
    for block in &blocks {
        let results: Vec<&[&str]> = block.iter().map(|shown| &*shown.lines).collect();
        let results: Vec<&[&str]> = results.into_iter().filter(|lines| !lines.is_empty()).collect();
        assert!(results.len() >= 2 && results[0] != results[1], "no two results: {block:?}");
    }
    // Commands of a block may need what the ones before wrote; blocks are on their own.
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let untrue: Vec<String> = std::thread::scope(|scope| {
        let share = |first| {
            let blocks = &blocks;
            move || {
                blocks.iter().skip(first).step_by(threads).flat_map(|block| untrue(block)).collect::<Vec<_>>()
            }
        };
        let runs: Vec<_> = (0..threads).map(|first| scope.spawn(share(first))).collect();
        runs.into_iter().flat_map(|run| run.join().unwrap()).collect()
    });
    assert!(untrue.is_empty(), "{}", untrue.join("\n"));
}

#[test]
fn a_changed_digit_is_noticed() {
    let page = page();
    let blocks = blocks(&page);
    let printed = blocks.iter().find(|block| block[0].lines[0].starts_with("max_I = ")).unwrap();
    let stored = blocks.iter().find(|block| block.last().unwrap().lines[0].starts_with("TWOTHETA=")).unwrap();
    for block in [printed, stored] {
        let last = block.last().unwrap();
        let digit = last.lines[0].find(|c: char| c.is_ascii_digit()).unwrap();
        let mut changed = last.lines[0].to_owned();
        let other = if changed[digit..].starts_with('9') { "8" } else { "9" };
        changed.replace_range(digit..=digit, other);
        let mut wrong: Vec<Shown<'_>> = Vec::new();
        for shown in block {
            wrong.push(Shown { command: shown.command, lines: shown.lines.clone() });
        }
        wrong.last_mut().unwrap().lines = vec![&changed];
        assert_eq!(untrue(&wrong).len(), 1, "{changed}");
    }
}

#[test]
fn every_quirk_has_its_row_and_its_section() {
    let page = page();
    let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let names: Vec<&str> = Quirk::ALL.iter().map(|quirk| quirk.name()).collect();
    assert_eq!(headings, names);
    for quirk in Quirk::ALL {
        let row = format!("| [{quirk}](#{quirk})");
        let row = page.lines().find(|line| line.starts_with(&row)).unwrap_or_else(|| panic!("no {row}"));
        let cells: Vec<&str> = row.trim_matches('|').split('|').skip(1).map(str::trim).collect();
        let expected = Preset::ALL.iter().map(|preset| if quirk.is_in(*preset) { "yes" } else { "–" });
        assert_eq!(cells, expected.collect::<Vec<_>>(), "{quirk}");
        let section = page.split(&format!("\n### {quirk}\n")).nth(1).unwrap();
        let presets = Preset::ALL.iter().filter(|preset| quirk.is_in(**preset));
        let presets: Vec<String> = presets.map(|preset| format!("`{}`", preset.name())).collect();
        let line = format!("\nPresets with it: {}.\n", presets.join(", "));
        assert!(section.starts_with(&line), "{quirk}: {line}");
        for part in ["\nWith it: ", "\nWithout it: ", "\n```console\n"] {
            assert!(section.split("\n### ").next().unwrap().contains(part), "{quirk}: {part:?}");
        }
    }
}
