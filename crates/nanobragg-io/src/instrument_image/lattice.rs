//! What an NXmx file says of the lattice of the crystal.

use nalgebra::Matrix3;

use super::ImageCrystal;
use super::quantity::{listed, to_imgcif};
use crate::cell::{Notation, SpaceGroup, cell_of_rows, is_other_cell, vectors_of};
use crate::nexus::Nxmx;
use crate::rows::plausible_cell;
use crate::text::spaced_to;
use crate::warning::{Warning, WarningKind};

const CELL: &str = "entry/sample/unit_cell";
const HALVES: [&str; 2] = ["entry/sample/unit_cell_abc", "entry/sample/unit_cell_alphabetagamma"];
/// a*, b*, c* in columns, and the rotation that brings those of Busing and Levy there.
const UB: &str = "entry/sample/ub_matrix";
const U: &str = "entry/sample/orientation_matrix";

/// Names of the space group, in NXsample and as writers of NXmx files have it.
const GROUPS: [&str; 2] = ["entry/sample/space_group", "entry/sample/unit_cell_group"];

/// The space group, or that what is said in its place is none.
pub(super) fn space_group(file: &Nxmx<'_>) -> (Option<SpaceGroup>, Option<Warning>) {
    let Some((name, found)) = GROUPS.into_iter().find_map(|name| Some((name, file.text(name)?))) else {
        return (None, None);
    };
    let number = || file.numbers(name).and_then(Result::ok).filter(|all| all.len() == 1);
    let found = found.or_else(|found| number().map(|all| all[0].to_string()).ok_or(found));
    match found {
        Ok(text) => (SpaceGroup::of(&text, Notation::HermannMauguin), None),
        Err(found) => {
            let assumed = "not read; expected the name of one space group";
            (None, Some(Warning::new(WarningKind::NotTaken, file.path(), name, found, assumed)))
        }
    }
}

/// The first `N` numbers of a data set that has one or more such groups, all alike; or what is said in their place. A list that has no numbers
/// says nothing.
fn first<const N: usize>(file: &Nxmx<'_>, name: &str, expected: &str) -> (Option<[f64; N]>, Option<Warning>) {
    let unread = |found: String| {
        let assumed = format!("not read; expected {expected}");
        Some(Warning::new(WarningKind::NotTaken, file.path(), name, found, assumed))
    };
    let numbers = match file.numbers(name) {
        None => return (None, None),
        Some(Err(found)) => return (None, unread(found)),
        Some(Ok(numbers)) => numbers,
    };
    let Some(group) = numbers.first_chunk::<N>().filter(|_| numbers.len().is_multiple_of(N)) else {
        return (None, if numbers.is_empty() { None } else { unread(listed(&numbers)) });
    };
    let several = numbers.chunks(N).skip(1).any(|other| other != group).then(|| {
        let assumed = format!("{} of them, of which the first is looked at", numbers.len() / N);
        Warning::new(WarningKind::SeveralSets, file.path(), name, listed(&numbers), assumed)
    });
    (Some(*group), several)
}

/// Cell and orientation of the crystal, and what of them cannot be taken. `turns` says whether the file has a rotation: then the orientation is
/// that at a spindle angle of zero.
pub(super) fn read(file: &Nxmx<'_>, turns: bool) -> (Option<ImageCrystal>, Vec<Warning>) {
    let (cell, mut warnings) = cell(file);
    let (star, doubts) = reciprocal(file, cell.as_ref());
    warnings.extend(doubts);
    let own = star.as_ref().and_then(|star| Some(cell_of_rows(&star.try_inverse()?)));
    // Without a cell beside it a matrix may have a factor of 2π or none.
    let Some(counts) = cell else { return (None, warnings) };
    // Matrices have a factor of 2π or none.
    let own = own.map(|own| {
        let scale = counts[0] / own[0];
        std::array::from_fn(|at| if at < 3 { own[at] * scale } else { own[at] })
    });
    if let Some(own) = own.filter(|own| is_other_cell(own, &counts)) {
        let assumed = format!("ignored; unit_cell says {}, which counts", spaced_to(&counts, 6));
        let found = format!("a cell of {}", spaced_to(&own, 6));
        warnings.push(Warning::new(WarningKind::OtherCell, file.path(), UB, found, assumed));
        return (Some(ImageCrystal { cell: counts, reciprocal: None, turns }), warnings);
    }
    let columns = star.map(|star| {
        let column = |at: usize| to_imgcif(star.column(at).into_owned().into());
        [column(0), column(1), column(2)]
    });
    (Some(ImageCrystal { cell: counts, reciprocal: columns, turns }), warnings)
}

fn cell(file: &Nxmx<'_>) -> (Option<[f64; 6]>, Vec<Warning>) {
    let (cell, warning) = match first::<6>(file, CELL, "edges and angles, six numbers") {
        (None, None) => (in_halves(file), None),
        found => found,
    };
    let none = cell.filter(|cell| !plausible_cell(*cell) && cell.iter().any(|number| *number != 0.0));
    let none = none.map(|cell| {
        let assumed = "not read; expected three edges in Angstrom and three angles in degrees";
        Warning::new(WarningKind::NotTaken, file.path(), CELL, spaced_to(&cell, 6), assumed)
    });
    (cell.filter(|cell| plausible_cell(*cell)), warning.into_iter().chain(none).collect())
}

/// Edges and angles as NXsample had them before.
fn in_halves(file: &Nxmx<'_>) -> Option<[f64; 6]> {
    let [edges, angles] = HALVES.map(|name| file.numbers(name).and_then(Result::ok));
    [edges?, angles?].concat().first_chunk().copied()
}

/// Reciprocal axes in columns, in the frame of NeXus.
fn reciprocal(file: &Nxmx<'_>, cell: Option<&[f64; 6]>) -> (Option<Matrix3<f64>>, Vec<Warning>) {
    let (name, (found, warning)) = match first::<9>(file, UB, "a matrix of nine numbers") {
        (None, None) => (U, first::<9>(file, U, "a matrix of nine numbers")),
        found => (UB, found),
    };
    let mut warnings: Vec<Warning> = warning.into_iter().collect();
    let Some(numbers) = found else { return (None, warnings) };
    let said = Matrix3::from_row_slice(&numbers);
    let matrix = match cell {
        _ if name == UB => Some(said),
        Some(cell) => vectors_of(cell).try_inverse().map(|inverse| said * busing_levy(&inverse.transpose())),
        None => None,
    };
    let spans = |star: &Matrix3<f64>| star.try_inverse().is_some() && star.determinant() > 0.0;
    let star = matrix.filter(|star| star.iter().all(|x| x.is_finite()) && spans(star));
    // Zeros, and the identity alone, are what programs write that know no orientation.
    let says_nothing = cell.is_none() && name == U && said == Matrix3::identity();
    if star.is_none() && !says_nothing && numbers.iter().any(|number| *number != 0.0) {
        let assumed = match cell {
            None if name == U => "not read: without a unit_cell it orients nothing",
            _ => "not read; expected right-handed axes that span a volume",
        };
        warnings.push(Warning::new(WarningKind::NotTaken, file.path(), name, listed(&numbers), assumed));
    }
    (star, warnings)
}

/// Vectors turned so that the first is along x and the second in the plane of x and y, where Busing and Levy have them.
fn busing_levy(star: &Matrix3<f64>) -> Matrix3<f64> {
    let gram = star.transpose() * star;
    gram.cholesky().map_or(*star, |found| found.l().transpose())
}

#[cfg(test)]
mod tests {
    use nalgebra::Rotation3;
    use rust_hdf5::H5File;

    use super::*;

    const CELL_SAID: [f64; 6] = [50.0, 60.0, 70.0, 80.0, 100.0, 95.0];

    /// What is read of a sample with these data sets.
    fn said(sets: &[(&str, &[f64])]) -> (Option<ImageCrystal>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let file = H5File::create(&path).unwrap();
        let sample = file.create_group("entry").unwrap().create_group("sample").unwrap();
        for (name, numbers) in sets {
            let set = sample.new_dataset::<f64>().shape([numbers.len()]).create(name).unwrap();
            set.write_raw(numbers).unwrap();
        }
        drop(sample);
        file.close().unwrap();
        let (found, warnings) = read(&Nxmx::open(&path).unwrap(), false);
        let short = |text: String| text.rsplit("entry/sample/").next().unwrap().to_owned();
        (found, warnings.iter().map(|warning| short(warning.to_string())).collect())
    }

    /// Row after row.
    fn rows(matrix: &Matrix3<f64>) -> Vec<f64> {
        matrix.transpose().as_slice().to_vec()
    }

    #[test]
    fn both_matrices_say_the_same_orientation() {
        let star = vectors_of(&CELL_SAID).try_inverse().unwrap().transpose();
        let turn = Rotation3::from_euler_angles(0.3, -0.8, 2.0);
        let b = busing_levy(&star);
        assert!(b[(1, 0)].abs() + b[(2, 0)].abs() + b[(2, 1)].abs() < 1e-12 && b[(0, 0)] > 0.0);
        let ub = turn.matrix() * b;
        for sets in [
            vec![("unit_cell", CELL_SAID.to_vec()), ("ub_matrix", rows(&ub))],
            vec![("unit_cell", CELL_SAID.to_vec()), ("ub_matrix", rows(&(ub * std::f64::consts::TAU)))],
            vec![("unit_cell", CELL_SAID.to_vec()), ("orientation_matrix", rows(turn.matrix()))],
        ] {
            let sets: Vec<(&str, &[f64])> = sets.iter().map(|(name, all)| (*name, all.as_slice())).collect();
            let (found, warnings) = said(&sets);
            assert_eq!(warnings, [""; 0]);
            let found = found.unwrap();
            assert!(!is_other_cell(&found.cell, &CELL_SAID), "{found:?}");
            for (at, axis) in found.reciprocal.unwrap().into_iter().enumerate() {
                let expected = ub.column(at).normalize();
                let axis = nalgebra::Vector3::from(to_imgcif(axis)).normalize();
                assert!((axis - expected).norm() < 1e-12, "{sets:?}");
            }
        }
    }

    #[test]
    fn a_cell_in_two_halves_is_one() {
        let sets: [(&str, &[f64]); 2] =
            [("unit_cell_abc", &CELL_SAID[..3]), ("unit_cell_alphabetagamma", &CELL_SAID[3..])];
        assert_eq!(said(&sets).0.map(|crystal| crystal.cell), Some(CELL_SAID));
        assert_eq!(said(&sets[..1]), (None, vec![]));
    }

    #[test]
    fn what_is_no_lattice_is_named() {
        let cell: &[f64] = &[50.0, 60.0, 70.0, 90.0, 90.0, 90.0];
        let identity: &[f64] = &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        for (sets, expected) in [
            (
                vec![("unit_cell", &cell[..3])],
                "unit_cell: 50 60 70: not read; expected edges and angles, six numbers",
            ),
            (
                vec![("unit_cell", &[-5.0, 60.0, 70.0, 90.0, 90.0, 90.0][..])],
                "unit_cell: -5 60 70 90 90 90: not read; expected three edges in Angstrom and three angles in degrees",
            ),
            (
                vec![("unit_cell", cell), ("ub_matrix", identity)],
                "ub_matrix: a cell of 50 50 50 90 90 90: ignored; unit_cell says 50 60 70 90 90 90, which counts",
            ),
            (
                vec![("orientation_matrix", &[0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0])],
                "orientation_matrix: 0 1 0 0 ... (9 numbers): not read: without a unit_cell it orients nothing",
            ),
            (
                vec![("unit_cell", cell), ("ub_matrix", &identity[..4])],
                "ub_matrix: 1 0 0 0: not read; expected a matrix of nine numbers",
            ),
            (
                vec![("ub_matrix", &[1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0])],
                "ub_matrix: 1 0 0 0 ... (9 numbers): not read; expected right-handed axes that span a volume",
            ),
            (
                vec![(
                    "unit_cell",
                    &[50.0, 60.0, 70.0, 90.0, 90.0, 90.0, 51.0, 60.0, 70.0, 90.0, 90.0, 90.0],
                )],
                "unit_cell: 50 60 70 90 ... (12 numbers): 2 of them, of which the first is looked at",
            ),
        ] {
            assert_eq!(said(&sets).1, [expected]);
        }
        // What is not known is often written as zeros.
        assert_eq!(said(&[("unit_cell", &[0.0; 6]), ("ub_matrix", &[0.0; 9])]), (None, vec![]));
        assert_eq!(said(&[("orientation_matrix", identity)]), (None, vec![]));
        // Whether it has a factor of 2π is not known.
        assert_eq!(said(&[("ub_matrix", identity)]), (None, vec![]));
    }
}
