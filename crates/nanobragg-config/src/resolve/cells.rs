//! The cell that counts, beside others and beside space groups.

use std::path::{Path, PathBuf};

use nanobragg::model::symmetry::{self, SymmetryOperator};
use nanobragg::model::{hall, spacegroup};
use nanobragg::units::to_deg;
use nanobragg_io::cell::{Notation, SpaceGroup, is_other_cell, vectors_of};
use nanobragg_io::text::spaced_to;
use nanobragg_io::{Warning, WarningKind};

use super::{file_symmetry, matrix};
use crate::CrystalWarning;
use crate::classic::{FlagId, ParsedArgs};
use crate::draft::Draft;

/// The cell that counts so far: that of flags, of axes or of a file. Edges in Å, angles in degrees.
pub(super) fn counts(draft: &Draft) -> Option<[f64; 6]> {
    let of_axes = || matrix::cell(&draft.crystal.matrix?, draft.beam.wavelength * 1e10);
    draft.crystal.cell.map(in_degrees).or_else(of_axes)
}

/// A cell in a file that is not the one that counts.
pub(super) fn ignored(draft: &Draft, args: &ParsedArgs, file: &Path, cell: [f64; 6]) -> Option<Warning> {
    let counts = counts(draft)?;
    let by: &[FlagId] = match draft.crystal.matrix {
        Some(_) => &[FlagId::Cell, FlagId::Mat, FlagId::Geometry],
        None => &[FlagId::Cell, FlagId::Pdb, FlagId::Hkl],
    };
    let by = by.iter().find_map(|flag| args.last(*flag))?;
    let cell_of_file = (by.flag != FlagId::Cell).then(|| format!(", {}", spaced_to(&counts, 6)));
    let assumed = format!("ignored; {} counts{}", by.said(), cell_of_file.unwrap_or_default());
    is_other_cell(&cell, &counts)
        .then(|| Warning::new(WarningKind::OtherCell, file, "unit cell", spaced_to(&cell, 6), assumed))
}

/// Says what the description of an instrument and the header of an image say of a cell that is not the one that counts, or that cannot have the space group
/// beside it; and takes back that a cell without an orientation is ignored where it counts all the same.
pub(super) fn of_instrument(draft: &mut Draft, args: &ParsedArgs) {
    if let Some((file, crystal)) = &draft.crystal_of_image {
        let other = ignored(draft, args, file, crystal.cell);
        draft.setup.warnings.extend(other.map(crate::Warning::from));
    }
    let Some(instrument) = &draft.instrument else { return };
    let file = instrument.file.clone();
    let own = instrument.lone_cell.or_else(|| instrument.own_cell());
    let numbered = instrument.space_group.as_ref().and_then(|group| no_number(&file, group));
    let foreign =
        instrument.space_group.as_ref().zip(own).and_then(|(group, cell)| foreign(&file, group, cell));
    if let Some(cell) = instrument.lone_cell.filter(|_| counts(draft).is_some()) {
        let is_named = |warning: &crate::Warning| matches!(warning, crate::Warning::File(warning) if warning.kind == WarningKind::NoOrientation);
        draft.setup.warnings.retain(|warning| !is_named(warning));
        draft.setup.warnings.extend(ignored(draft, args, &file, cell).map(crate::Warning::from));
    }
    draft.setup.warnings.extend(foreign.map(crate::Warning::from));
    draft.setup.warnings.extend(numbered.map(crate::Warning::from));
}

/// Says what the files of a cell, of an image and of an instrument name as a space group that is not that of the structure factors, or that the cell
/// that counts cannot have.
pub(super) fn other_groups(draft: &mut Draft) {
    let of_cell = draft.group_of_cell.take();
    let of_matrix = draft.group_of_matrix.take();
    let of_image = draft.group_of_image.take();
    let other =
        |(file, group): &(PathBuf, SpaceGroup)| file_symmetry::other(file, group, &draft.setup.symmetry);
    // Who indexes a crystal guesses a group by its rotations.
    let more =
        |(file, group): &(PathBuf, SpaceGroup)| file_symmetry::more(file, group, &draft.setup.symmetry);
    let of_cells = of_cell.iter().filter_map(other).chain(of_matrix.iter().filter_map(more));
    let of_cells: Vec<crate::Warning> = of_cells.map(crate::Warning::from).collect();
    let of_image = of_image.and_then(|said| match more(&said) {
        Some(other) => Some(other.into()),
        // Of a file of a cell that is said with its own cell.
        None => foreign(&said.0, &said.1, counts(draft)?).map(crate::Warning::from),
    });
    let instrument = draft.instrument.as_ref().and_then(|of| Some((&of.file, of.space_group.as_ref()?)));
    let more = instrument.and_then(|(file, group)| file_symmetry::more(file, group, &draft.setup.symmetry));
    draft.setup.warnings.extend(of_cells.into_iter().chain(of_image).chain(more.map(crate::Warning::from)));
}

/// That a number is none of a space group.
fn no_number(file: &Path, group: &SpaceGroup) -> Option<Warning> {
    let number: f64 = group.text.parse().ok().filter(|_| group.notation == Notation::HermannMauguin)?;
    let assumed = "ignored: space groups have the numbers from 1 to 230";
    let is_one = number.fract() == 0.0 && (1.0..=230.0).contains(&number);
    (!is_one).then(|| {
        let kind = WarningKind::ContradictingSymmetry;
        Warning::new(kind, file, "space group number", group.text.as_str(), assumed)
    })
}

/// The file whose axes the crystal has.
pub(super) fn of_axes(draft: &Draft, args: &ParsedArgs) -> PathBuf {
    let geometry = args.last(FlagId::Geometry).map(|flag| flag.values.path(0).to_owned());
    draft.matrix.clone().or(geometry).unwrap_or_default()
}

/// A cell whose angles are radians.
pub(super) fn in_degrees(cell: [f64; 6]) -> [f64; 6] {
    std::array::from_fn(|at| if at < 3 { cell[at] } else { to_deg(cell[at]) })
}

/// Difference of the metric from that of a symmetric cell, relative to the squares of the edges, up to which it counts
/// as an error of measurement: one percent of an edge, or of a right angle.
const MISFIT: f64 = 0.02;

/// That a cell cannot have the symmetry of `operators`, which are those of the space group called `group`: equivalent reflections would lie at
/// different angles.
pub(super) fn misfit(
    file: &Path,
    group: &str,
    operators: &[SymmetryOperator],
    cell: [f64; 6],
) -> Option<CrystalWarning> {
    let vectors = vectors_of(&cell);
    let vectors = [0, 1, 2].map(|at| vectors.column(at).into_owned().into());
    let misfit = symmetry::misfit(&vectors, operators).unwrap_or(0.0);
    let (file, group) = (file.to_owned(), group.to_owned());
    (misfit > MISFIT).then_some(CrystalWarning::ForeignSymmetry { file, cell, group })
}

/// That a cell cannot have the space group beside it in a file, whichever of its settings is meant. Names that the tables do not have say nothing.
pub(super) fn foreign(file: &Path, group: &SpaceGroup, cell: [f64; 6]) -> Option<CrystalWarning> {
    let meant = match group.notation {
        Notation::Hall => vec![hall::operators(&group.text)],
        Notation::HermannMauguin => [false, true].map(|axes| spacegroup::operators(&group.text, axes)).into(),
    };
    let mut found = meant.into_iter().flatten().map(|operators| misfit(file, &group.text, &operators, cell));
    // It is one of them.
    let first = found.next()?;
    found.fold(first, |found, other| found.and(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_a_space_group_cannot_have_is_told() {
        let said = |text: &str, notation, cell| {
            let group = SpaceGroup { text: text.to_owned(), notation };
            foreign(Path::new("a"), &group, cell).map(|warning| warning.to_string())
        };
        let (box_, cube) = ([50.0, 60.0, 70.0, 90.0, 90.0, 90.0], [50.0, 50.0, 50.0, 90.0, 90.0, 90.0]);
        let (hexagonal, rhombohedral) =
            ([50.0, 50.0, 70.0, 90.0, 90.0, 120.0], [50.0, 50.0, 50.0, 80.0, 80.0, 80.0]);
        for (text, notation, cell, is_foreign) in [
            ("P 4", Notation::HermannMauguin, box_, true),
            ("P 4", Notation::HermannMauguin, cube, false),
            ("P 21 21 21", Notation::HermannMauguin, box_, false),
            ("96", Notation::HermannMauguin, box_, true),
            ("R 3", Notation::HermannMauguin, hexagonal, false),
            ("146", Notation::HermannMauguin, rhombohedral, false),
            ("R 3", Notation::HermannMauguin, box_, true),
            ("P 7", Notation::HermannMauguin, box_, false),
            ("P 4nw 2abw", Notation::Hall, box_, true),
            ("P 2ac 2ab", Notation::Hall, box_, false),
            ("P 2yb", Notation::Hall, [50.0, 60.0, 70.0, 90.0, 90.0, 100.0], true),
            ("not one", Notation::Hall, box_, false),
        ] {
            assert_eq!(said(text, notation, cell).is_some(), is_foreign, "{text} {cell:?}");
        }
    }
}
