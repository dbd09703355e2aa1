//! Structure factors, cells and spectra from the files that crystallographers have.

use crate::scratch::{Scratch, TINY};

/// Unique reflections of P 21 with a cell, as mmCIF.
const CIF: &str = "data_x\n_cell.length_a 50\n_cell.length_b 60\n_cell.length_c 70\n_cell.angle_alpha 90\n\
    _cell.angle_beta 100\n_cell.angle_gamma 90\n_symmetry.space_group_name_H-M 'P 1 21 1'\n\
    loop_\n_refln.index_h\n_refln.index_k\n_refln.index_l\n_refln.F_meas_au\n_refln.F_calc_au\n\
    1 2 3 10 11\n0 1 0 5 6\n2 0 -1 7 8\n2 0 3 ? 9\n";
/// No cell, no structure factors.
const BARE: &str = "-N 2 -detpixels 8 -oversample 1 -seed 1 -noprogress";

/// Entries of the table that a run leaves in Fdump.bin, without those that are zero.
fn amplitudes(scratch: &Scratch) -> usize {
    let bytes = scratch.read("Fdump.bin");
    let start = bytes.iter().position(|&byte| byte == 0x0c).unwrap() + 1;
    bytes[start..].chunks_exact(8).filter(|entry| **entry != [0; 8]).count()
}

#[test]
fn mmcif_is_expanded_by_its_space_group_and_gives_the_cell() {
    let scratch = Scratch::new();
    scratch.write("r.cif", CIF);
    let run = scratch.run(&format!("{BARE} -hkl r.cif")).good();
    // 1 2 3 has four equivalents, 0 1 0 and 2 0 -1 two each.
    assert_eq!(run.line("r.cif: 3 unique"), "r.cif: 3 unique reflections make 8 by symmetry");
    assert_eq!(run.line("r.cif: column"), "r.cif: column F_meas_au (others: F_calc_au)");
    assert_eq!(run.line("unit cell"), "unit cell 50 60 70 90 100 90 from r.cif");
    assert_eq!(run.warnings().iter().filter(|w| w.contains("forbids")).count(), 1);
    assert_eq!(amplitudes(&scratch), 8);
    let show = scratch.run(&format!("{BARE} -hkl r.cif -show")).good();
    assert!(show.out.lines().any(|line| line.contains("unit cell") && line.ends_with("header of r.cif")));
}

#[test]
fn columns_and_space_groups_are_chosen_by_flags() {
    let scratch = Scratch::new();
    scratch.write("r.cif", CIF).write("P1.hkl", "1 2 3 10\n");
    scratch.run(&format!("{BARE} -hkl r.cif -hkl_column F_calc_au")).good();
    assert_eq!(amplitudes(&scratch), 10);
    scratch.run(&format!("{BARE} -hkl r.cif -spacegroup P222")).good();
    assert_eq!(amplitudes(&scratch), 8 + 2 + 4);
    scratch.run(&format!("{BARE} -cell 50 -hkl P1.hkl -spacegroup F432")).good();
    assert_eq!(amplitudes(&scratch), 48);
    scratch.run(&format!("{BARE} -cell 50 -hkl P1.hkl")).good();
    assert_eq!(amplitudes(&scratch), 1);
}

#[test]
fn given_cells_win_over_those_of_files() {
    let scratch = Scratch::new();
    scratch.write("r.cif", CIF);
    scratch.write("a.pdb", "CRYST1   51.000   61.000   71.000  90.00 101.00  90.00 P 1 21 1      2\n");
    let cell = |line: &str| {
        let run = scratch.run(&format!("{BARE} -hkl r.cif -quirks exact {line} -show")).good();
        let row = run.out.lines().find(|line| line.trim_start().starts_with("unit cell")).unwrap();
        row.split_whitespace().nth(2).unwrap().parse::<f64>().unwrap()
    };
    assert!((cell("") - 50.0).abs() < 1e-6);
    assert!((cell("-pdb a.pdb") - 51.0).abs() < 1e-6);
    assert!((cell("-pdb a.pdb -cell 52 61 71 90 101 90") - 52.0).abs() < 1e-6);
}

#[test]
fn what_is_lacking_or_contradictory_is_said() {
    let scratch = Scratch::new();
    let bare = CIF.replace("_symmetry.space_group_name_H-M 'P 1 21 1'\n", "");
    scratch.write("r.cif", CIF).write("bare.cif", bare).write("P1.hkl", "1 2 3 10\n");
    scratch.write("odd.cif", CIF.replace("'P 1 21 1'", "'P 7'"));
    scratch.write("wrong.cif", format!("{CIF}loop_\n_symmetry_equiv.pos_as_xyz\n'x,y,z+1/7'\n"));
    scratch.write("s.txt", "9000 1\n").write("sources.txt", "-10 0 0\n");
    for (line, expected) in [
        ("-hkl bare.cif", "bare.cif: no symmetry in it; give -spacegroup NAME"),
        ("-hkl odd.cif", "odd.cif: no space group is called \"P 7\""),
        ("-hkl r.cif -spacegroup P7", "-spacegroup: no space group is called \"P7\""),
        (
            "-hkl wrong.cif",
            "wrong.cif: expected a symmetry operator such as \"-x,y+1/2,-z\", found \"x,y,z+1/7\"",
        ),
        (
            "-hkl r.cif -hkl_column FWT",
            "r.cif: items of _refln: expected one of F_meas_au, F_calc_au, found \"FWT\"",
        ),
        ("-cell 50 -hkl P1.hkl -hkl_column F", "-hkl_column needs an MTZ or mmCIF file: text has one column"),
        ("-cell 50 -default_F 1 -spacegroup P1", "-spacegroup needs -hkl FILE"),
        (
            "-hkl P1.hkl",
            "no crystal: give -cell a b c alpha beta gamma, -mat FILE, or a file that has a cell",
        ),
        (
            "-cell 50 -default_F 1 -spectrum s.txt -sourcefile sources.txt",
            "-spectrum cannot be given with -sourcefile, which sets the same quantity",
        ),
        (
            "-cell 50 -default_F 1 -spectrum s.txt -dispersion 1",
            "-spectrum cannot be given with -dispersion, which sets the same quantity",
        ),
        ("-cell 50 -default_F 1 -scan_point 1", "-scan_point needs -geometry FILE"),
    ] {
        assert_eq!(scratch.refused(&format!("{BARE} {line}")), expected, "{line}");
    }
}

#[test]
fn weights_of_a_spectrum_count_under_every_preset() {
    let scratch = Scratch::new();
    scratch.write("even.txt", "1.4 1\n1.6 1\n").write("uneven.txt", "1.4 3\n1.6 1\n");
    for preset in ["reference", "spec", "exact"] {
        let image = |file: &str| {
            let line = format!("{TINY} -quirks {preset} -noprogress -spectrum {file} -o x.bin");
            scratch.run(&line).good();
            scratch.read("x.bin")
        };
        assert_ne!(image("even.txt"), image("uneven.txt"), "{preset}");
    }
    let run =
        scratch.run("-cell 50 -default_F 1 -detpixels 8 -oversample 1 -spectrum uneven.txt -o x.bin").good();
    assert_eq!(run.line("wavelength"), "wavelength 1.45 A, the mean of uneven.txt");
}

#[test]
fn a_damaged_mtz_file_is_not_read_as_text() {
    let scratch = Scratch::new();
    let garbage: Vec<u8> = (0..3000u32).map(|i| (i * 7919 % 251) as u8).collect();
    scratch.write("bad.mtz", garbage);
    let error = scratch.refused(&format!("{BARE} -cell 50 60 70 90 90 90 -hkl bad.mtz"));
    assert!(error.starts_with("bad.mtz") && error.contains("MTZ") && !error.contains("h k l F"), "{error}");
}
