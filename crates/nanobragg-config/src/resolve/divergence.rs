//! Flags of the grid of directions that a divergence is.

use crate::classic::{FlagId, Occurrence, ParsedArgs};
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
        let is_open = steps.values.integers().first().is_some_and(|&count| count > 1)
            && !self.ranges.iter().any(|range| args.has(*range));
        is_open.then_some(steps)
    }
}
