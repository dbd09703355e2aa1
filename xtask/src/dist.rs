//! An archive of the programs, to be installed by unpacking it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

/// What stands beside the programs.
const TEXTS: [&str; 5] = ["README.md", "CHANGELOG.md", "CITATION.cff", "LICENSE-MIT", "LICENSE-APACHE"];
const PROGRAMS: [&str; 2] = ["nanobragg", "trace-harness"];
const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];
/// The target whose programs need no library of the system.
const STATIC: &str = "x86_64-unknown-linux-musl";

/// Builds, packs, and prints where the archive is.
pub fn run(arguments: &[String]) -> Result<()> {
    let root = crate::root();
    let (mut target, mut folder) = (None, root.join("target/dist"));
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match (argument.as_str(), rest.next()) {
            ("--target", Some(value)) => target = Some(value.clone()),
            ("--out", Some(value)) => folder = PathBuf::from(value),
            _ => bail!("{argument}: expected --target TRIPLE or --out FOLDER"),
        }
    }
    let target = target.map_or_else(choose, Ok)?;
    let built = root.join("target").join(&target).join("release");
    let status = Command::new("cargo")
        .args(["build", "--release", "--locked", "--package", "nanobragg-cli", "--target", &target])
        .arg("--target-dir")
        .arg(root.join("target"))
        .current_dir(&root)
        .status()?;
    ensure!(status.success(), "the build failed");

    let name = format!("nanobragg-{}-{target}", env!("CARGO_PKG_VERSION"));
    let inside = folder.join(&name);
    if inside.exists() {
        fs::remove_dir_all(&inside)?;
    }
    fs::create_dir_all(inside.join("completions"))?;
    for program in PROGRAMS {
        copy(&built.join(program), &inside.join(program))?;
    }
    for text in TEXTS {
        copy(&root.join(text), &inside.join(text))?;
    }
    let nanobragg = built.join("nanobragg");
    let harness = built.join("trace-harness");
    fs::write(inside.join("nanobragg.1"), said(&nanobragg, ["-man"])?)?;
    fs::write(inside.join("trace-harness.1"), said(&harness, ["--man"])?)?;
    for shell in SHELLS {
        let file = inside.join("completions").join(format!("nanobragg.{shell}"));
        fs::write(file, said(&nanobragg, ["-completions", shell])?)?;
        let file = inside.join("completions").join(format!("trace-harness.{shell}"));
        fs::write(file, said(&harness, ["--completions", shell])?)?;
    }

    let archive = format!("{name}.tar.gz");
    // Equal programs make equal archives: no times, owners or order of the file system.
    let plain = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
    let status = Command::new("tar")
        .args(plain)
        .args(["--use-compress-program=gzip -n", "-cf", &archive, &name])
        .current_dir(&folder)
        .status()
        .context("tar")?;
    ensure!(status.success(), "tar failed");
    let sum = Command::new("sha256sum").arg(&archive).current_dir(&folder).output().context("sha256sum")?;
    ensure!(sum.status.success(), "sha256sum failed");
    fs::write(folder.join(format!("{archive}.sha256")), &sum.stdout)?;
    println!("{}", folder.join(&archive).display());
    print!("{}", String::from_utf8_lossy(&sum.stdout));
    Ok(())
}

/// The static target where the toolchain has it, else that of this machine.
fn choose() -> Result<String> {
    let rustc = |arguments: &[&str]| -> Result<String> {
        let output = Command::new("rustc").args(arguments).output().context("rustc")?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let libraries = PathBuf::from(rustc(&["--print", "sysroot"])?).join("lib/rustlib");
    if libraries.join(STATIC).is_dir() {
        return Ok(STATIC.to_owned());
    }
    let version = rustc(&["--version", "--verbose"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    println!("{STATIC} is not installed: the programs are built for {host} and need its C library");
    Ok(host.to_owned())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

fn said<const N: usize>(program: &Path, arguments: [impl AsRef<OsStr>; N]) -> Result<Vec<u8>> {
    let output = Command::new(program).args(arguments).output()?;
    ensure!(output.status.success(), "{}: {}", program.display(), output.status);
    Ok(output.stdout)
}
