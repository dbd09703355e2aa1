//! The structure factors, for a later job.

use nanobragg::plan::Plan;
use nanobragg_io::dump::{DumpBox, write_dump};

use super::{Content, Output};
use crate::{Note, Warning, Watch};

/// Writes the structure factors; failing at it is worth a warning only.
pub(crate) fn structure_factors(watch: &Watch<'_>, plan: &Plan, outputs: &[Output]) {
    let Some(bounds) = plan.structure_factors.bounds() else { return };
    let axis = |axis: usize| (bounds.min[axis], bounds.max[axis]);
    let index_box = DumpBox { h: axis(0), k: axis(1), l: axis(2) };
    for Output { path, .. } in outputs.iter().filter(|output| output.content == Content::StructureFactors) {
        match write_dump(path, &index_box, |h, k, l| plan.structure_factors.nearest([h, k, l])) {
            Ok(()) => watch.note(&Note::StructureFactors(path.clone())),
            Err(error) => watch.warn(&Warning::StructureFactors(error.to_string())),
        }
    }
}
