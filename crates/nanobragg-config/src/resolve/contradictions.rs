//! What flags say against each other, or without effect, and which of them counts.

use nanobragg::model::{Pivot, Quirk};

use super::divergence;
use crate::classic::{FlagId, Occurrence, ParsedArgs, Role, flag, pivot, quirks};
use crate::{CombinationWarning, FlagWarning, Warning};

/// Flags that decide the same, and which of them counts.
enum Rivals {
    /// The one that was given last.
    Last(&'static [FlagId]),
    /// Any of the first over any of the second.
    Over(&'static [FlagId], &'static [FlagId]),
}

const RIVALS: &[Rivals] = &[
    Rivals::Last(&[FlagId::Lambda, FlagId::Energy]),
    Rivals::Last(&[FlagId::Polar, FlagId::NoPolar]),
    Rivals::Over(&[FlagId::Flux], &[FlagId::Fluence]),
    Rivals::Over(&[FlagId::XtalSize], &[FlagId::N, FlagId::Na, FlagId::Nb, FlagId::Nc]),
    Rivals::Over(&[FlagId::XtalX], &[FlagId::Na]),
    Rivals::Over(&[FlagId::XtalY], &[FlagId::Nb]),
    Rivals::Over(&[FlagId::XtalZ], &[FlagId::Nc]),
    Rivals::Over(&[FlagId::Cell, FlagId::Mat], &[FlagId::Pdb]),
    Rivals::Over(&[FlagId::CloseDistance], &[FlagId::Distance]),
    Rivals::Over(&[FlagId::DetPixels], &[FlagId::DetSize, FlagId::DetSizeF, FlagId::DetSizeS]),
    Rivals::Over(&[FlagId::DetPixelsF], &[FlagId::DetSizeF]),
    Rivals::Over(&[FlagId::DetPixelsS], &[FlagId::DetSizeS]),
    Rivals::Over(&[FlagId::Sourcefile], &[FlagId::Dispersion, FlagId::Dispsteps]),
    Rivals::Over(&[FlagId::Sourcefile], &divergence::FLAGS),
    Rivals::Over(&[FlagId::Sourcefile], &[FlagId::SquareDiv]),
    Rivals::Over(&[FlagId::NoNoise], &[FlagId::NoiseFile]),
];

/// One warning for each.
pub(super) fn of(args: &ParsedArgs) -> Vec<Warning> {
    let mut said: Vec<Warning> = RIVALS.iter().filter_map(|rivals| rivals.said(args)).collect();
    let is_shape = |occurrence: &&Occurrence| flag(occurrence.flag).is_some_and(|row| row.shows == ["shape"]);
    let is_convention =
        |occurrence: &&Occurrence| flag(occurrence.flag).is_some_and(|row| row.is(Role::Convention));
    said.extend(last_of(args.occurrences.iter().filter(is_shape)));
    said.extend(last_of(args.occurrences.iter().filter(is_convention)));
    said.extend(axes(args));
    said.extend(corner(args));
    said.extend(near_point(args));
    said.extend(misset(args));
    said.extend(rotation(args));
    said.extend(dropped_counts(args));
    said.extend(divergence::without_range(args));
    said.extend(divergence::one_across_a_range(args));
    said.extend(cell(args));
    if let Some(adapter) = args.last(FlagId::Adapter).filter(|_| on_cores(args)) {
        said.push(CombinationWarning::OnCores { said: adapter.said() }.into());
    }
    if let Some(exposure) = args.last(FlagId::Exposure).filter(|_| !args.has(FlagId::Flux)) {
        said.push(CombinationWarning::ExposureAlone { said: exposure.said() }.into());
    }
    said
}

/// Whether only the processor may render.
pub(super) fn on_cores(args: &ParsedArgs) -> bool {
    !matches!(args.last(FlagId::Device).map(|flag| flag.values.text(0)), Some("gpu" | "cuda" | "auto"))
}

impl Rivals {
    fn said(&self, args: &ParsedArgs) -> Option<Warning> {
        match self {
            Rivals::Last(flags) => {
                last_of(args.occurrences.iter().filter(|occurrence| flags.contains(&occurrence.flag)))
            }
            Rivals::Over(winners, losers) => {
                let last = |flags: &[FlagId]| {
                    args.occurrences.iter().rev().find(|occurrence| flags.contains(&occurrence.flag))
                };
                overruled(last(winners)?, last(losers)?, false)
            }
        }
    }
}

/// The last of flags that decide the same, where there are two.
fn last_of<'a>(mut rivals: impl DoubleEndedIterator<Item = &'a Occurrence>) -> Option<Warning> {
    let winner = rivals.next_back()?;
    let loser = rivals.rfind(|occurrence| occurrence.flag != winner.flag)?;
    overruled(winner, loser, true)
}

/// That one flag counts and another one does not; nothing where a flag of the command line wins over an experiment file, which it is there for.
fn overruled(winner: &Occurrence, loser: &Occurrence, is_later: bool) -> Option<Warning> {
    let is_meant = loser.from_file && !winner.from_file;
    let (winner, loser) = (winner.said(), loser.said());
    (!is_meant).then(|| CombinationWarning::Overruled { winner, loser, is_later }.into())
}

/// A vector and a named convention: the later one decides on all axes.
fn axes(args: &ParsedArgs) -> Option<Warning> {
    let role = |occurrence: &Occurrence, role| flag(occurrence.flag).is_some_and(|row| row.is(role));
    let last = |wanted| args.occurrences.iter().rposition(|each| role(each, wanted));
    let (convention, vector) = (last(Role::Convention)?, last(Role::Vector)?);
    let [winner, loser] = [convention.max(vector), convention.min(vector)];
    overruled(args.occurrences.get(winner)?, args.occurrences.get(loser)?, true)
}

/// The corner of the first pixel, which places the detector whatever else is said of its place.
fn corner(args: &ParsedArgs) -> Option<Warning> {
    const LOSERS: [FlagId; 6] =
        [FlagId::Distance, FlagId::CloseDistance, FlagId::Xbeam, FlagId::Ybeam, FlagId::OrgX, FlagId::OrgY];
    let last = |flags: &[FlagId]| args.occurrences.iter().rev().find(|each| flags.contains(&each.flag));
    let corner = last(&[FlagId::Pix0Vector, FlagId::Pix0VectorMm])?;
    let loser = last(&LOSERS)?;
    if quirks(args).has(Quirk::Pix0Ignored) { None } else { overruled(corner, loser, false) }
}

/// A near point that places the detector, whatever its beam center.
fn near_point(args: &ParsedArgs) -> Option<Warning> {
    let custom = |occurrence: &Occurrence| flag(occurrence.flag).is_some_and(|row| row.is(Role::Vector));
    let by_near_point =
        pivot(args, quirks(args)) == Some(Pivot::Sample) && !args.occurrences.iter().any(custom);
    let last = |flags: [FlagId; 2]| flags.into_iter().filter_map(|id| args.last(id)).next_back();
    let center = last([FlagId::Xbeam, FlagId::Ybeam])?;
    let near = last([FlagId::OrgX, FlagId::OrgY])?;
    if by_near_point { overruled(near, center, false) } else { None }
}

/// Angles and an orientation that is drawn, both on the command line.
fn misset(args: &ParsedArgs) -> Option<Warning> {
    let mut given = args.occurrences.iter().filter(|each| each.flag == FlagId::Misset && !each.from_file);
    let winner = given.next_back()?;
    let loser = given.rfind(|each| each.values.is_word() != winner.values.is_word())?;
    overruled(winner, loser, true)
}

/// A range that is not its steps.
fn rotation(args: &ParsedArgs) -> Option<Warning> {
    let [osc, step] = [args.number(FlagId::Osc)?, args.number(FlagId::PhiStep)?];
    let steps = args.integer(FlagId::PhiSteps).filter(|&count| count > 0)?;
    let spanned = step * steps as f64;
    if (spanned - osc).abs() <= 1e-6 * osc.abs() {
        return None;
    }
    let [range, step, steps] =
        [FlagId::Osc, FlagId::PhiStep, FlagId::PhiSteps].map(|flag| args.last(flag).map(Occurrence::said));
    Some(CombinationWarning::Steps { range: range?, step: step?, steps: steps? }.into())
}

/// Numbers of steps that a step without a range leaves without effect.
fn dropped_counts(args: &ParsedArgs) -> Vec<Warning> {
    const OF: [(FlagId, FlagId, &[FlagId]); 3] = [
        (FlagId::PhiSteps, FlagId::PhiStep, &[FlagId::Osc]),
        (FlagId::HdivSteps, FlagId::HdivStep, &[FlagId::HdivRange, FlagId::Divergence]),
        (FlagId::VdivSteps, FlagId::VdivStep, &[FlagId::VdivRange, FlagId::Divergence]),
    ];
    if !quirks(args).has(Quirk::StepOverridesCount) {
        return Vec::new();
    }
    let open = OF.into_iter().filter(|(.., ranges)| !ranges.iter().any(|range| args.has(*range)));
    let dropped = |(count, step, _): (FlagId, FlagId, _)| {
        let both = args.integer(count)? > 0 && args.number(step)? > 0.0;
        if both { overruled(args.last(step)?, args.last(count)?, false) } else { None }
    };
    open.filter_map(dropped).collect()
}

/// A cell of some numbers.
fn cell(args: &ParsedArgs) -> Option<Warning> {
    let cell = args.last(FlagId::Cell)?;
    let count = cell.values.numbers().len();
    // One edge is a cube, three are a box: said often and meant so.
    if matches!(count, 1 | 3 | 6) {
        return None;
    }
    Some(FlagWarning::PartialCell { said: cell.said(), count }.into())
}
