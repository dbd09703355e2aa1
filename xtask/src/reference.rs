//! Every recorded case on every backend, as a table in docs/PARITY.md.

use anyhow::Context as _;
use nanobragg_parity::{Subject, table};

const USAGE: &str = "\
usage: cargo xtask reference (--all | --case NAME ... | --check)

  --all       render every case on every backend, compare with the C program's images, and write the table to
              docs/PARITY.md
  --case      the same for some cases, printed only
  --check     render nothing; fail where the table in docs/PARITY.md is not of these cases and backends, or shows
              one that does not pass";

/// The task.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let page = crate::root().join("docs/PARITY.md");
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--check"] => {
            let text = std::fs::read_to_string(&page).with_context(|| page.display().to_string())?;
            let cases: Vec<String> = Subject::cases()?.into_iter().map(|subject| subject.name).collect();
            table::check(&text, &cases, &table::columns())
                .context("docs/PARITY.md: run cargo xtask reference --all")?;
            println!("the table of {} cases in docs/PARITY.md is current", cases.len());
            Ok(())
        }
        ["--all"] => {
            let table = measure(&Subject::cases()?)?;
            let text = std::fs::read_to_string(&page).with_context(|| page.display().to_string())?;
            std::fs::write(&page, table::replace(&text, &table.markdown())?)?;
            println!("wrote {}", page.display());
            Ok(table.require_passes()?)
        }
        ["--case", names @ ..] if !names.is_empty() => {
            let subjects: Result<Vec<_>, _> = names.iter().map(|name| Subject::case(name)).collect();
            let table = measure(&subjects?)?;
            println!("{}", table.markdown());
            Ok(table.require_passes()?)
        }
        _ => anyhow::bail!("{USAGE}"),
    }
}

fn measure(subjects: &[Subject]) -> anyhow::Result<table::Table> {
    Ok(table::measure(subjects, &crate::parity::programs()?, &mut |line| println!("{line}"))?)
}
