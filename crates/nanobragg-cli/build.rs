//! Hands compiler, target and commit to the harness, which records them beside its traces.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let said = |program: &str, arguments: &[&str]| {
        let output =
            Command::new(program).args(arguments).output().ok().filter(|output| output.status.success());
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
    };
    // Where the files lie is git's to say (a worktree has them elsewhere): a path that does not exist would make
    // every build a new one. Of the branches only the one that is checked out matters.
    for name in ["HEAD", &said("git", &["rev-parse", "--symbolic-full-name", "HEAD"])] {
        let path = said("git", &["rev-parse", "--git-path", name]);
        if std::path::Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    println!("cargo::rustc-env=NANOBRAGG_TARGET={}", variable("TARGET"));
    println!("cargo::rustc-env=NANOBRAGG_RUSTC={}", said(&variable("RUSTC"), &["--version"]));
    // Empty outside a checkout, a package from a registry for instance.
    println!("cargo::rustc-env=NANOBRAGG_COMMIT={}", said("git", &["rev-parse", "HEAD"]));
}
