//! Two traces side by side.

use std::fmt::Write as _;

use nanobragg_io::c_format;

use super::{Comparison, Quantity, Status};

/// Whether a listing is colored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// Colored by ANSI escapes, for terminals.
    Ansi,
}

const COLUMN: usize = 24;

/// Every quantity of both traces in the order of evaluation, a line for each number: name, A, B, relative
/// difference, status. Lines that diverge are marked `!`, the first of all `>`.
pub fn diff(comparison: &Comparison, style: Style) -> String {
    let first = comparison.first_divergence().map(|quantity| quantity.key.as_str());
    let widths = comparison.quantities().iter().map(|quantity| quantity.key.chars().count());
    let width = widths.max().unwrap_or(0);
    let mut text =
        format!("  {:width$}  {:COLUMN$} {:COLUMN$} {:>11}  status\n", "quantity", "A", "B", "relative");
    for quantity in comparison.quantities() {
        let mark = match (quantity.diverges(), Some(quantity.key.as_str()) == first) {
            (true, true) => '>',
            (true, false) => '!',
            (false, _) => ' ',
        };
        let (start, end) = colors(quantity, style);
        let rows = quantity.a.len().max(quantity.b.len()).max(1);
        for row in 0..rows {
            let number = |values: &[f64]| values.get(row).map_or("-".to_owned(), |x| c_format::g(*x, 15));
            let (name, relative, status) = if row == 0 {
                let relative = quantity.rel_delta.map(|rel| format!("{rel:+.3e}")).unwrap_or_default();
                (quantity.key.as_str(), relative, quantity.status.name())
            } else {
                ("", String::new(), "")
            };
            let (a, b) = (number(&quantity.a), number(&quantity.b));
            let line = format!("{mark} {name:width$}  {a:COLUMN$} {b:COLUMN$} {relative:>11}  {status}");
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{start}{}{end}", line.trim_end());
        }
    }
    text
}

fn colors(quantity: &Quantity, style: Style) -> (&'static str, &'static str) {
    let color = match (style, quantity.status) {
        (Style::Plain, _) | (_, Status::Pass) => return ("", ""),
        (_, Status::Minor) => "\u{1b}[33m",
        (_, Status::Missing) => "\u{1b}[36m",
        (_, Status::Divergent | Status::Critical) => "\u{1b}[31m",
    };
    (color, "\u{1b}[0m")
}
