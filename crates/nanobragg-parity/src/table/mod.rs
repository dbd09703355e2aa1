//! The table case × backend: written, and checked where it stands.

mod measure;

use std::fmt::Write as _;

pub use measure::{columns, measure};

use crate::error::{Error, ErrorKind, Result, require};

const BEGIN: &str = "<!-- reference: begin -->";
const END: &str = "<!-- reference: end -->";
/// What a backend's refusal is in the table.
const REFUSED: &str = "refused";

/// What is in the table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Backends.
    pub columns: Vec<String>,
    /// Cases, with a cell for each backend.
    pub rows: Vec<(String, Vec<Cell>)>,
    /// Backends that were left out, and why.
    pub skipped: Vec<(String, String)>,
    /// Where and when it was measured.
    pub machine: String,
}

/// A case on a backend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// Rendered and compared.
    Compared {
        /// Whether the image is as close as the backend promises.
        passes: bool,
        /// Largest error relative to the brightest pixel.
        worst: f64,
        /// Of the whole program.
        seconds: f64,
    },
    /// It could not be rendered.
    Failed,
    /// The backend refuses what depends on the order of terms.
    Refused,
    /// The backend is not there.
    Skipped,
}

impl Cell {
    /// Whether nothing is wrong with it.
    pub fn is_good(&self) -> bool {
        matches!(self, Cell::Compared { passes: true, .. } | Cell::Refused | Cell::Skipped)
    }

    /// What stands in the table.
    pub fn text(&self) -> String {
        match self {
            Cell::Compared { passes, worst, seconds } => {
                let verdict = if *passes { "pass" } else { "FAIL" };
                let worst = if *worst == 0.0 { "0".to_owned() } else { format!("{worst:.1e}") };
                format!("{verdict}, {worst}, {:.0} ms", (1000.0 * seconds).max(1.0))
            }
            Cell::Failed => "FAIL".to_owned(),
            Cell::Refused => REFUSED.to_owned(),
            Cell::Skipped => "–".to_owned(),
        }
    }
}

impl Table {
    /// Fails where a cell does not pass.
    pub fn require_passes(&self) -> Result<()> {
        let failing: Vec<&str> = self
            .rows
            .iter()
            .filter(|(_, cells)| cells.iter().any(|cell| !cell.is_good()))
            .map(|(name, _)| name.as_str())
            .collect();
        require!(failing.is_empty(), Table, "cases that do not pass: {}", failing.join(", "));
        Ok(())
    }

    /// The table with what has to be known about it.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "A cell is the verdict, the largest error over the brightest pixel, and the time of the whole program. \
             Measured on {}.\n\n",
            self.machine
        );
        for (backend, reason) in &self.skipped {
            let _ = writeln!(text, "- {backend}: skipped: {}", reason.replace('\n', " "));
        }
        let refused = self.rows.iter().any(|(_, cells)| cells.contains(&Cell::Refused));
        if refused {
            let _ =
                writeln!(text, "- {REFUSED}: the quirk running_sum_factors depends on the order of terms");
        }
        text += if self.skipped.is_empty() && !refused { "" } else { "\n" };
        let _ = writeln!(text, "| case | {} |", self.columns.join(" | "));
        let _ = writeln!(text, "| --- |{}", " ---: |".repeat(self.columns.len()));
        for (case, cells) in &self.rows {
            let cells: Vec<String> = cells.iter().map(Cell::text).collect();
            let _ = writeln!(text, "| {case} | {} |", cells.join(" | "));
        }
        let sums = (0..self.columns.len()).map(|column| {
            let cells = self.rows.iter().filter_map(|(_, cells)| cells.get(column));
            let compared = cells.filter(|cell| !matches!(cell, Cell::Skipped | Cell::Refused));
            let (all, good) =
                compared.fold((0, 0), |(all, good), cell| (all + 1, good + usize::from(cell.is_good())));
            if all == 0 { "–".to_owned() } else { format!("{good} of {all} pass") }
        });
        let _ = writeln!(text, "| **together** | {} |", sums.collect::<Vec<_>>().join(" | "));
        text
    }
}

/// `page` with `table` between the markers.
pub fn replace(page: &str, table: &str) -> Result<String> {
    let (before, rest) = page.split_once(BEGIN).ok_or_else(|| lacking(&format!("no line {BEGIN}")))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| lacking(&format!("no line {END}")))?;
    Ok(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

/// Whether the page's table is of these cases and backends, every cell filled and passing, and every backend that was
/// left out named with a reason.
pub fn check(page: &str, cases: &[String], columns: &[String]) -> Result<()> {
    let (_, rest) = page.split_once(BEGIN).ok_or_else(|| lacking(&format!("no line {BEGIN}")))?;
    let (table, _) = rest.split_once(END).ok_or_else(|| lacking(&format!("no line {END}")))?;
    let mut rows = table.lines().filter(|line| line.starts_with("| ")).map(cells);
    let head = rows.next().ok_or_else(|| lacking("no table between the markers"))?;
    require!(head.get(1..) == Some(columns), Table, "the backends are {columns:?}, the table has {head:?}");
    let rows: Vec<Vec<String>> = rows.filter(|row| row.first().is_some_and(|name| name != "---")).collect();
    let (last, rows) = rows.split_last().ok_or_else(|| lacking("the table is empty"))?;
    require!(last.first().is_some_and(|name| name == "**together**"), Table, "the last row does not sum up");
    let names: Vec<&String> = rows.iter().filter_map(|row| row.first()).collect();
    require!(names.iter().copied().eq(cases), Table, "the rows are not the cases of fixtures/cases");
    for row in rows {
        require!(row.len() == columns.len() + 1, Table, "a row has {} cells: {row:?}", row.len());
        for (column, cell) in columns.iter().zip(&row[1..]) {
            let left_out = cell == "–" && table.contains(&format!("- {column}: skipped: "));
            let refused = cell == REFUSED && column.starts_with("gpu ");
            require!(left_out || refused || is_pass(cell), Table, "{} on {column}: {cell}", row[0]);
        }
    }
    Ok(())
}

fn lacking(what: &str) -> Error {
    Error::new(ErrorKind::Table, what)
}

fn cells(line: &str) -> Vec<String> {
    line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// `pass, ERROR, N ms`.
fn is_pass(cell: &str) -> bool {
    let parts: Vec<&str> = cell.split(", ").collect();
    let [verdict, worst, time] = parts.as_slice() else { return false };
    let time = time.strip_suffix(" ms").and_then(|time| time.parse::<f64>().ok());
    *verdict == "pass" && worst.parse::<f64>().is_ok_and(f64::is_finite) && time.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(passes: bool) -> Table {
        let cell = Cell::Compared { passes, worst: 5.9e-8, seconds: 0.0123 };
        Table {
            columns: vec!["cpu f64".to_owned(), "gpu f32".to_owned()],
            rows: vec![("a".to_owned(), vec![cell, Cell::Skipped])],
            skipped: vec![("gpu f32".to_owned(), "no GPU".to_owned())],
            machine: "a machine".to_owned(),
        }
    }

    fn page(table: &Table) -> String {
        replace(&format!("x\n{BEGIN}\nold\n{END}\ny\n"), &table.markdown()).unwrap()
    }

    #[test]
    fn a_written_table_is_current_and_a_changed_one_is_not() {
        let (cases, columns) = (["a".to_owned()], table(true).columns);
        let good = page(&table(true));
        assert!(
            good.contains("| a | pass, 5.9e-8, 12 ms | – |")
                && good.starts_with("x\n")
                && good.ends_with("\ny\n")
        );
        check(&good, &cases, &columns).unwrap();
        assert!(check(&page(&table(false)), &cases, &columns).is_err(), "a cell that fails");
        assert!(check(&good, &["a".to_owned(), "b".to_owned()], &columns).is_err(), "a case too few");
        assert!(check(&good, &cases, &columns[..1]).is_err(), "a backend too many");
        for (from, to) in [
            ("- gpu f32: skipped: no GPU", ""),
            ("12 ms", "soon"),
            ("5.9e-8", "nan"),
            (BEGIN, ""),
            (END, ""),
            ("| **together**", "| b"),
        ] {
            assert!(check(&good.replace(from, to), &cases, &columns).is_err(), "{from}");
        }
    }
}
