//! Structure factors that were found, for other programs.

use std::collections::BTreeMap;

use nanobragg::model::spacegroup;
use nanobragg::model::symmetry::{Equivalents, SymmetryOperator, group};
use nanobragg::plan::Plan;
use nanobragg_io::mtz::MtzTable;
use nanobragg_refine::FoundAmplitude;

/// Columns where Friedel mates are one, and where each has its own.
const MERGED: [(&str, char); 5] =
    [("F", 'F'), ("SIGF", 'Q'), ("FSTART", 'F'), ("NBOX", 'I'), ("NIMAGE", 'I')];
const ANOMALOUS: [(&str, char); 6] =
    [("F(+)", 'G'), ("SIGF(+)", 'L'), ("F(-)", 'G'), ("SIGF(-)", 'L'), ("NBOX", 'I'), ("NIMAGE", 'I')];

/// A row for each reflection that was seen, in the order of indices; with `anomalous` Friedel mates stand in one row.
///
/// # Errors
/// Operators that make no group.
pub fn table(
    plan: &Plan,
    symmetry: &[SymmetryOperator],
    anomalous: bool,
    found: &[FoundAmplitude],
) -> Result<MtzTable, nanobragg::Error> {
    let columns =
        |all: &[(&str, char)]| all.iter().map(|(label, kind)| ((*label).to_owned(), *kind)).collect();
    let mut rows: BTreeMap<[i32; 3], Vec<f32>> = BTreeMap::new();
    let (alone, mates) = (Equivalents::new(symmetry, false)?, Equivalents::new(symmetry, true)?);
    for FoundAmplitude { hkl, start, value, esd, boxes, images } in found {
        if !anomalous {
            let row = [*value, *esd, *start, *boxes as f64, *images as f64];
            rows.insert(*hkl, row.map(|number| number as f32).to_vec());
            continue;
        }
        let key = mates.representative(*hkl);
        let is_plus = alone.representative(key) == alone.representative(*hkl);
        let nothing = || vec![f32::NAN, f32::NAN, f32::NAN, f32::NAN, 0.0, 0.0];
        let row = rows.entry(key).or_insert_with(nothing);
        let at = if is_plus { 0 } else { 2 };
        (row[at], row[at + 1]) = (*value as f32, *esd as f32);
        row[4] += *boxes as f32;
        // Images may have seen both.
        row[5] = row[5].max(*images as f32);
    }
    Ok(MtzTable {
        title: "structure factors that nanobragg refine has found".to_owned(),
        cell: plan.crystal.unit_cell(),
        wavelength_angstrom: plan.parameters().wavelength * 1e10,
        space_group: spacegroup::named(symmetry).map(|(number, symbol)| (number, symbol.to_owned())),
        operators: group(symmetry)?.iter().map(SymmetryOperator::triplet).collect(),
        columns: if anomalous { columns(&ANOMALOUS) } else { columns(&MERGED) },
        rows: rows.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{Experiment, UnitCell};

    #[test]
    fn friedel_mates_stand_in_one_row() {
        let cell = UnitCell::new(79.0, 79.0, 38.0, 90.0, 90.0, 90.0).unwrap();
        let plan = Experiment::uniform(cell, 1.0).plan().unwrap();
        let symmetry = spacegroup::operators("P 4", false).unwrap();
        let of = |hkl, value| FoundAmplitude { hkl, start: 9.0, value, esd: 0.5, boxes: 2, images: 1 };
        // The mate of 1 2 3 is equivalent to 2 -1 -3; that of 2 0 0 to itself.
        let found = [of([1, 2, 3], 10.0), of([2, -1, -3], 11.0), of([2, 0, 0], 12.0)];
        let merged = table(&plan, &symmetry, false, &found).unwrap();
        assert_eq!((merged.rows.len(), merged.columns.len()), (3, 5));
        assert_eq!(merged.rows[2], ([2, 0, 0], vec![12.0, 0.5, 9.0, 2.0, 1.0]));
        assert_eq!(merged.space_group, Some((75, "P 4".to_owned())));
        assert_eq!(merged.operators, ["x,y,z", "-y,x,z", "-x,-y,z", "y,-x,z"]);
        let apart = table(&plan, &symmetry, true, &found).unwrap();
        assert_eq!(apart.rows.len(), 2);
        let (_, both) = &apart.rows[0];
        let mut values = [both[0], both[2]];
        values.sort_by(f32::total_cmp);
        assert_eq!((values, both[4], both[5]), ([10.0, 11.0], 4.0, 1.0));
        let ([2, 0, 0], centric) = &apart.rows[1] else { panic!("{:?}", apart.rows) };
        assert!(centric[0] == 12.0 && centric[2].is_nan());
    }
}
