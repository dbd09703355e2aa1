//! Flags of the grid of directions that a divergence is.

use nanobragg::model::Quirk;

use crate::classic::{FlagId, Occurrence, ParsedArgs, quirks};
use crate::{CombinationWarning, Warning};

/// All of them but those that choose its outline.
pub(super) const FLAGS: [FlagId; 8] = [
    FlagId::Divergence,
    FlagId::HdivRange,
    FlagId::VdivRange,
    FlagId::HdivStep,
    FlagId::VdivStep,
    FlagId::HdivSteps,
    FlagId::VdivSteps,
    FlagId::DivSteps,
];

/// An axis of the grid.
struct Axis {
    /// Flags that say how many directions there are.
    counts: [FlagId; 2],
    /// Flags that say how far apart they are.
    ranges: [FlagId; 3],
    /// The range of this axis alone, as users write it.
    range: &'static str,
}

const HORIZONTAL: Axis = Axis {
    counts: [FlagId::DivSteps, FlagId::HdivSteps],
    ranges: [FlagId::Divergence, FlagId::HdivRange, FlagId::HdivStep],
    range: "-hdivrange",
};
const VERTICAL: Axis = Axis {
    counts: [FlagId::DivSteps, FlagId::VdivSteps],
    ranges: [FlagId::Divergence, FlagId::VdivRange, FlagId::VdivStep],
    range: "-vdivrange",
};

/// One sample across a range, in the place of which the C program takes two.
pub(super) fn one_across_a_range(args: &ParsedArgs) -> Option<Warning> {
    const OF: [([FlagId; 2], [FlagId; 2], FlagId); 3] = [
        ([FlagId::Dispsteps; 2], [FlagId::Dispersion; 2], FlagId::Dispsteps),
        (HORIZONTAL.counts, [FlagId::Divergence, FlagId::HdivRange], FlagId::HdivStep),
        (VERTICAL.counts, [FlagId::Divergence, FlagId::VdivRange], FlagId::VdivStep),
    ];
    let last = |flags: &[FlagId; 2]| args.occurrences.iter().rfind(|given| flags.contains(&given.flag));
    let one = |(counts, ranges, step): &([FlagId; 2], [FlagId; 2], FlagId)| {
        let steps = last(counts).filter(|steps| steps.values.integers().first() == Some(&1))?;
        let range =
            last(ranges).filter(|range| range.values.numbers().first().is_some_and(|&range| range > 0.0))?;
        let has_step = !counts.contains(step) && args.number(*step).is_some_and(|step| step > 0.0);
        let has_sources = args.has(FlagId::Sourcefile) || args.has(FlagId::Spectrum) && counts.contains(step);
        (!has_step && !has_sources)
            .then(|| CombinationWarning::OneStep { said: steps.said(), range: range.said() }.into())
    };
    OF.iter().find_map(one)
}

/// Several directions along an axis without a range, for which the C program's is taken.
pub(super) fn without_range(args: &ParsedArgs) -> Vec<Warning> {
    if args.has(FlagId::Sourcefile) {
        return Vec::new();
    }
    let warning = |steps: &Occurrence, range| {
        Warning::from(CombinationWarning::DirectionsAlone { said: steps.said(), range })
    };
    match [HORIZONTAL, VERTICAL].map(|axis| axis.open(args).map(|steps| (steps, axis.range))) {
        [Some((steps, _)), Some((other, _))] if steps.flag == other.flag => {
            vec![warning(steps, "-divergence")]
        }
        axes => axes.into_iter().flatten().map(|(steps, range)| warning(steps, range)).collect(),
    }
}

impl Axis {
    /// What asks for several directions along the axis, where nothing says their range.
    fn open<'a>(&self, args: &'a ParsedArgs) -> Option<&'a Occurrence> {
        let steps = args.occurrences.iter().rfind(|given| self.counts.contains(&given.flag))?;
        // One direction is that of the beam, but with a quirk.
        let least = if quirks(args).has(Quirk::StepOverridesCount) { 1 } else { 2 };
        let is_open = steps.values.integers().first().is_some_and(|&count| count >= least)
            && !self.ranges.iter().any(|range| args.has(*range));
        is_open.then_some(steps)
    }
}
