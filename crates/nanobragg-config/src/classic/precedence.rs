//! What flags of the C program do to each other, apart from the later one winning.

use nanobragg::model::{Pivot, Preset, Quirk, Quirks};

use super::role::Pivots;
use super::{FlagId, Occurrence, ParsedArgs, flag};

/// The preset that the flags ask for.
pub(crate) fn preset(args: &ParsedArgs) -> Preset {
    let named = args.last(FlagId::Quirks).and_then(|quirks| Preset::from_name(quirks.values.text(0)));
    named.unwrap_or_default()
}

/// The quirks that the flags ask for.
pub(crate) fn quirks(args: &ParsedArgs) -> Quirks {
    let quirks = Quirks::from(preset(args));
    match args.last(FlagId::PhiCarryoverMode).map(|mode| mode.values.text(0)) {
        Some("c-parity") => quirks.with(Quirk::PhiZeroCarryover),
        Some(_) => quirks.without(Quirk::PhiZeroCarryover),
        None => quirks,
    }
}

/// The pivot that the flags ask for, if they do.
pub(crate) fn pivot(args: &ParsedArgs, quirks: Quirks) -> Option<Pivot> {
    if quirks.has(Quirk::ConventionPivotWins) { in_order(args, quirks) } else { by_rank(args) }
}

/// The last pivot that a flag sets, as the C program reads them.
fn in_order(args: &ParsedArgs, quirks: Quirks) -> Option<Pivot> {
    let axis_is_angle = quirks.has(Quirk::TwothetaAxisSetsAngle);
    let of = |occurrence: &Occurrence| match (occurrence.flag, pivots(occurrence)) {
        (FlagId::Pivot, _) => Some(stated(occurrence)),
        (FlagId::TwothetaAxis, _) if axis_is_angle => Some(Pivot::Sample),
        (_, Some(Pivots::Always(pivot) | Pivots::InOrder(pivot))) => Some(pivot),
        (_, None) => None,
    };
    args.occurrences.iter().rev().find_map(of)
}

/// The pivot whatever the order: `-pivot` before flags that place the near point, those before flags that place the
/// beam.
fn by_rank(args: &ParsedArgs) -> Option<Pivot> {
    let any = |pivot| args.occurrences.iter().any(|o| pivots(o) == Some(Pivots::Always(pivot)));
    match args.last(FlagId::Pivot) {
        Some(pivot) => Some(stated(pivot)),
        None => [Pivot::Sample, Pivot::Beam].into_iter().find(|&pivot| any(pivot)),
    }
}

/// What `-pivot` says.
fn stated(occurrence: &Occurrence) -> Pivot {
    if occurrence.values.text(0) == "sample" { Pivot::Sample } else { Pivot::Beam }
}

fn pivots(occurrence: &Occurrence) -> Option<Pivots> {
    flag(occurrence.flag).and_then(|flag| flag.pivots)
}
