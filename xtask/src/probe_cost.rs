//! Shows that the silent sink adds no instruction: the crate is compiled as it is and with every tap taken
//! out of `nest/scalar.rs`, and the machine code of the rendering loop is compared.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

/// The functions that the silent evaluation may be inlined into, the first one found counts: the loop over a row,
/// or the scalar backend where that loop is inlined in turn (in both ways of spelling symbols).
const LOOPS: [&[&str]; 3] =
    [&["render_row"], &["..Scalar$", "$GT$5frame17h"], &["6Scalar", "7Backend5frame"]];

pub fn run() -> anyhow::Result<()> {
    let scratch = crate::root().join("target/probe-cost");
    let tapped = instructions(&scratch, "tapped", |source| source.to_owned())?;
    let tapless = instructions(&scratch, "tapless", without_taps)?;
    println!("rendering loop: {} instructions as it is, {} without taps", tapped.len(), tapless.len());
    ensure!(tapped.len() > 100, "the rendering loop was not found whole");
    let differs = tapped.iter().zip(&tapless).position(|(a, b)| a != b);
    let same = differs.is_none() && tapped.len() == tapless.len();
    ensure!(same, "the silent sink leaves a trace, from instruction {differs:?} on");
    Ok(())
}

/// The instructions of the rendering loop, after `change` to the source of the evaluation.
fn instructions(scratch: &Path, name: &str, change: impl Fn(&str) -> String) -> anyhow::Result<Vec<String>> {
    let root = crate::root();
    let copy = scratch.join(name);
    if copy.exists() {
        std::fs::remove_dir_all(&copy)?;
    }
    copy_folder(&root.join("crates/nanobragg"), &copy.join("crates/nanobragg"))?;
    for file in ["Cargo.toml", "Cargo.lock", "README.md"] {
        std::fs::copy(root.join(file), copy.join(file)).with_context(|| file.to_owned())?;
    }
    let manifest = std::fs::read_to_string(copy.join("Cargo.toml"))?;
    let manifest =
        manifest.replace(r#"members = ["crates/*", "xtask"]"#, r#"members = ["crates/nanobragg"]"#);
    std::fs::write(copy.join("Cargo.toml"), manifest)?;
    let pixel = copy.join("crates/nanobragg/src/nest/scalar.rs");
    let source = std::fs::read_to_string(&pixel)?;
    std::fs::write(&pixel, change(&source))?;

    let output = scratch.join("build").join(name);
    let status = Command::new(env!("CARGO"))
        .current_dir(&copy)
        .env("CARGO_TARGET_DIR", &output)
        .args(["rustc", "--quiet", "--release", "--package", "nanobragg", "--lib", "--"])
        .args(["--emit", "asm", "--cap-lints", "allow", "-C", "lto=off", "-C", "embed-bitcode=no"])
        .status()?;
    ensure!(status.success(), "compiling {name} failed");
    let assembly = newest_assembly(&output.join("release/deps"))?;
    Ok(body(&std::fs::read_to_string(assembly)?))
}

/// The source with every statement that talks to the sink taken out.
fn without_taps(source: &str) -> String {
    let mut rest = source;
    let mut kept = String::new();
    while let Some(start) = rest.find("self.sink.") {
        kept.push_str(&rest[..start]);
        let length = statement(&rest[start..]);
        rest = &rest[start + length..];
    }
    kept + rest
}

/// Length of the statement that `text` begins with: up to the semicolon outside all brackets.
fn statement(text: &str) -> usize {
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The instructions of the rendering loop, with the numbers of labels left out.
fn body(assembly: &str) -> Vec<String> {
    let place = LOOPS.iter().find_map(|parts| {
        let is_start = |line: &str| line.ends_with(':') && parts.iter().all(|part| line.contains(part));
        assembly.lines().position(is_start)
    });
    let Some(place) = place else { return Vec::new() };
    let lines = assembly.lines().skip(place + 1);
    let instructions = lines.take_while(|line| !line.contains(".cfi_endproc"));
    let instructions =
        instructions.filter(|line| line.starts_with('\t') && !line.trim_start().starts_with('.'));
    // Symbols carry a hash of the crate's source, labels a running number.
    let plain = |line: &str| match line
        .split_once(".L")
        .or_else(|| line.split_once("_R"))
        .or_else(|| line.split_once("_ZN"))
    {
        Some((before, _)) => before.trim().to_owned(),
        None => line.trim().to_owned(),
    };
    instructions.map(plain).collect()
}

fn newest_assembly(folder: &Path) -> anyhow::Result<PathBuf> {
    let files = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let assemblies = files.filter(|path| path.extension().is_some_and(|extension| extension == "s"));
    let newest = assemblies.max_by_key(|path| path.metadata().and_then(|metadata| metadata.modified()).ok());
    newest.context("no assembly was written")
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy_folder(&path, &to.join(name))?;
        } else {
            std::fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_to_the_sink_are_taken_out_and_others_stay() {
        let source = "a();\nself.sink.term(at, &Term { x: f(1), y });\nb();";
        assert_eq!(without_taps(source), "a();\n\nb();");
    }

    #[test]
    fn the_body_of_the_loop_is_found() {
        let assembly = "other:\n\tnop\n_ZN10render_row17h0E:\n\t.cfi_startproc\n\tmovq %rax, %rbx\n.L1:\n\tjmp .L1\n\t.cfi_endproc\n\tret\n";
        assert_eq!(body(assembly), ["movq %rax, %rbx", "jmp"]);
        let backend = "_ZN86_$LT$nanobragg..backend..scalar..Scalar$u20$as$u20$nanobragg..backend..Backend$GT$5frame17h0E";
        assert_eq!(body(&assembly.replace("_ZN10render_row17h0E", backend)), ["movq %rax, %rbx", "jmp"]);
        assert!(body(&assembly.replace("render_row", "another")).is_empty());
    }
}
