//! docs/SCIENCE.md: the prose around the markers is written by hand, what is measured stands between them.

use std::fmt::Write as _;

use anyhow::{Context as _, ensure};

use super::bounds::{self, Check, Measured};
use super::plot;

const BEGIN: &str = "<!-- measured: begin -->";
const END: &str = "<!-- measured: end -->";

/// Writes the page's measured part and the picture.
pub fn write(checks: &[Check], measured: &[Measured<'_>], version: &str, time: &str) -> anyhow::Result<()> {
    let page = crate::root().join("docs/SCIENCE.md");
    let text = std::fs::read_to_string(&page)?;
    let picture = crate::root().join("docs/images/science.svg");
    crate::settle(&picture, &plot::svg(measured), false)?;
    let date = time.get(..10).unwrap_or(time);
    let mut part = format!("Measured on {date} with {version}.\n\n{}", bounds::table(checks));
    part +=
        "\nPhotons over theory by summation, in shells of resolution (mean weighted by F², then median):\n\n";
    part += &by_shell(measured);
    crate::settle(&page, &between(&text, &part)?, false)
}

/// `text` with `part` between the markers.
fn between(text: &str, part: &str) -> anyhow::Result<String> {
    let (before, rest) = text.split_once(BEGIN).context("docs/SCIENCE.md has no marker of its beginning")?;
    let (_, after) = rest.split_once(END).context("docs/SCIENCE.md has no marker of its end")?;
    ensure!(!after.contains(BEGIN), "docs/SCIENCE.md has two measured parts");
    Ok(format!("{before}{BEGIN}\n{part}{END}{after}"))
}

/// A row a shell, a column a series.
fn by_shell(measured: &[Measured<'_>]) -> String {
    let columns: Vec<_> = measured
        .iter()
        .map(|(_, reduction, value)| (*reduction, bounds::shells(value).collect::<Vec<_>>()))
        .filter(|(_, shells)| !shells.is_empty())
        .collect();
    let Some((_, rows)) = columns.iter().max_by_key(|(_, shells)| shells.len()) else { return String::new() };
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let mut out = format!("| shell, Å | {} |\n| --- |{}\n", names.join(" | "), " ---: |".repeat(names.len()));
    for row in rows {
        let cells: Vec<String> = columns
            .iter()
            .map(|(_, shells)| {
                let found = shells.iter().find(|shell| shell.low == row.low);
                found.map_or("–".to_owned(), |shell| {
                    format!("{:.4}, {:.4} ({})", shell.mean, shell.median, shell.count)
                })
            })
            .collect();
        let _ = writeln!(out, "| {}–{} | {} |", row.high, row.low, cells.join(" | "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_markers_changes() {
        let text = format!("prose\n{BEGIN}\nold\n{END}\nmore\n");
        assert_eq!(between(&text, "new\n").unwrap(), format!("prose\n{BEGIN}\nnew\n{END}\nmore\n"));
        assert!(between("prose", "new").is_err());
    }
}
