//! Which columns of an MTZ file are read.

use std::path::Path;

use super::header::{Column, Header};
use crate::error::{Error, Result, shown};
use crate::warning::{Warning, WarningKind};

/// Labels that a message lists.
const LISTED: usize = 12;
/// Types of columns that amplitudes are taken from: F, one of F(+) and F(-), intensity, one of I(+) and I(-).
const PREFERRED: [u8; 4] = [b'F', b'G', b'J', b'K'];
/// Types that a label may choose besides: normalized amplitudes and any real number.
const CHOSEN_BY_LABEL: [u8; 2] = [b'E', b'R'];

/// Places of the columns that are read.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub indices: [usize; 3],
    pub value: usize,
    /// The value of the Friedel mate, where it has its own.
    pub mate: Option<usize>,
    pub is_intensity: bool,
    pub dataset: i64,
    /// The label, or both.
    pub name: String,
    /// Labels that could have been chosen.
    pub others: Vec<String>,
    /// What is odd about the choice.
    pub warning: Option<Warning>,
}

impl Choice {
    pub(super) fn new(path: &Path, header: &Header, label: Option<&str>) -> Result<Self> {
        let columns = &header.columns;
        let indices: Vec<usize> = of_kind(columns, b'H').take(3).collect();
        let &[h, k, l] = indices.as_slice() else {
            return Err(Error::missing(path, "indices", "three columns of type H"));
        };
        if let (Some(isym), Some(batch)) = (of_kind(columns, b'Y').next(), of_kind(columns, b'B').next()) {
            let found = format!("{}, {}", columns[isym].label, columns[batch].label);
            let expected = "merged data, a row for each reflection: merge the file with a scaling program";
            return Err(Error::value(path, "columns", expected, found.as_bytes()));
        }
        let all: Vec<&str> = PREFERRED
            .iter()
            .flat_map(|&kind| of_kind(columns, kind))
            .map(|at| columns[at].label.as_str())
            .collect();
        let value = match label {
            Some(label) => named(columns, label).ok_or_else(|| {
                let mut expected = format!("one of {}", listed(&all));
                if let Some(other) = columns.iter().find(|column| column.label == label) {
                    let kind = shown(&[other.kind]);
                    expected += &format!(" ({label} has the type {kind}, which is no amplitude)");
                }
                Error::value(path, "columns", expected, label.as_bytes())
            })?,
            None => measured(columns).ok_or_else(|| {
                let expected = "a column of amplitudes (type F or G) or intensities (J or K)";
                Error::missing(path, "columns", expected)
            })?,
        };
        let Column { kind, dataset, .. } = columns[value];
        let warning = (label.is_none() && role(columns, value) == Role::Map).then(|| {
            let assumed = "no measured amplitudes in the file: those of a map or a model are used";
            Warning::new(
                WarningKind::NotMeasured,
                path,
                format!("column {}", columns[value].label),
                "a phase stands after it",
                assumed,
            )
        });
        let pair = if matches!(kind, b'G' | b'K') { mate(columns, value) } else { None };
        // F(+) stands first, whichever of the two was named.
        let (value, mate) = match pair {
            Some((plus, minus)) => (plus, Some(minus)),
            None => (value, None),
        };
        let mut name = columns[value].label.clone();
        if let Some(mate) = mate {
            name = format!("{name}, {}", columns[mate].label);
        }
        let chosen = [Some(value), mate];
        let others =
            all.iter().filter(|label| chosen.iter().flatten().all(|&at| columns[at].label != **label));
        Ok(Choice {
            indices: [h, k, l],
            value,
            mate,
            is_intensity: matches!(kind, b'J' | b'K'),
            dataset,
            name,
            others: others.map(|label| (*label).to_owned()).collect(),
            warning,
        })
    }
}

/// What a column of amplitudes is, by the column after it and by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// A standard deviation follows.
    Measured,
    Unknown,
    /// A phase follows, or programs that compute maps and models give it this name.
    Map,
}

/// How the labels of maps and models begin or end, in capitals.
const COMPUTED: [&str; 8] = ["FWT", "FC", "F-MODEL", "FMODEL", "FCALC", "F_CALC", "2FOFC", "FOFC"];

fn role(columns: &[Column], at: usize) -> Role {
    let Some(own) = columns.get(at).filter(|own| own.kind == b'F') else { return Role::Unknown };
    let label = own.label.to_uppercase();
    let computed = COMPUTED.iter().any(|name| label.starts_with(name)) || label.ends_with("FWT");
    match columns.get(at + 1).map(|next| next.kind) {
        Some(b'Q') => Role::Measured,
        Some(b'P') => Role::Map,
        _ if computed => Role::Map,
        _ => Role::Unknown,
    }
}

/// What was measured, as far as types and order of the columns tell.
fn measured(columns: &[Column]) -> Option<usize> {
    let amplitudes = |role_wanted: Role| of_kind(columns, b'F').find(|&at| role(columns, at) == role_wanted);
    let first = |kind: u8| of_kind(columns, kind).next();
    amplitudes(Role::Measured)
        .or_else(|| first(b'G'))
        .or_else(|| first(b'J'))
        .or_else(|| first(b'K'))
        .or_else(|| amplitudes(Role::Unknown))
        .or_else(|| amplitudes(Role::Map))
}

/// Labels for a message.
fn listed(labels: &[&str]) -> String {
    match labels.len().checked_sub(LISTED) {
        None | Some(0) => labels.join(", "),
        Some(more) => format!("{} and {more} more", labels[..LISTED].join(", ")),
    }
}

fn of_kind(columns: &[Column], kind: u8) -> impl Iterator<Item = usize> + '_ {
    columns.iter().enumerate().filter(move |(_, column)| column.kind == kind).map(|(at, _)| at)
}

/// The column of that label; case matters where labels differ in nothing else.
fn named(columns: &[Column], label: &str) -> Option<usize> {
    let usable =
        |column: &&Column| PREFERRED.contains(&column.kind) || CHOSEN_BY_LABEL.contains(&column.kind);
    let place = |same: &dyn Fn(&str) -> bool| {
        columns.iter().position(|column| usable(&column) && same(&column.label))
    };
    place(&|known| known == label).or_else(|| place(&|known| known.eq_ignore_ascii_case(label)))
}

/// The pair that a column of type G or K belongs to, plus first.
fn mate(columns: &[Column], at: usize) -> Option<(usize, usize)> {
    let own = columns.get(at)?;
    for (plus, minus) in [("(+)", "(-)"), ("+", "-"), ("plus", "minus"), ("PLUS", "MINUS")] {
        for (from, to, own_is_plus) in [(plus, minus, true), (minus, plus, false)] {
            if !own.label.contains(from) {
                continue;
            }
            let other = own.label.replace(from, to);
            let found = columns.iter().position(|column| column.kind == own.kind && column.label == other);
            if let Some(found) = found {
                return Some(if own_is_plus { (at, found) } else { (found, at) });
            }
        }
    }
    None
}
