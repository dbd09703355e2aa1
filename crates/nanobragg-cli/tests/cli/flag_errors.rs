//! Command lines that cannot be: one line on standard error, status 2, nothing written.

use crate::scratch::{NO_F, Scratch, TINY};

#[test]
fn flags_that_are_wrong_are_named() {
    let scratch = Scratch::new();
    for (more, expected) in [
        ("-distnace 100", "unknown flag -distnace; did you mean -distance?"),
        ("--lamda=1", "unknown flag --lamda; did you mean -lambda?"),
        ("-entirely_other", "unknown flag -entirely_other"),
        ("-distance", "-distance needs a value (mm)"),
        ("-distance -xds", "-distance needs a value (mm), but -xds follows"),
        ("-roi 1 2 3", "-roi needs 4 values (XMIN XMAX YMIN YMAX)"),
        ("-distance ten", "-distance expects a number (mm), not \"ten\""),
        ("-distance nan", "-distance expects a number (mm), not \"nan\""),
        ("-distance 1e999", "-distance expects a number (mm), not \"1e999\""),
        ("-N 5.5", "-N expects a whole number, not \"5.5\""),
        ("-N 99999999999999999999", "-N must be from -10000000 to 10000000, not 99999999999999999999"),
        ("-pixel 0", "-pixel must be greater than 0 (mm), not 0"),
        ("-polar 1.01", "-polar must be from -1 to 1, not 1.01"),
        ("-cell 70 80 90 90 90 180", "-cell: GA must be between 0 and 180 (Angstrom, deg), not 180"),
        ("-quirks most", "-quirks must be reference, spec, exact or port, not \"most\""),
        ("-device tpu", "-device must be cpu, gpu, auto, scalar, reference or cuda, not \"tpu\""),
        ("-pivot crystal", "-pivot must be sample or beam, not \"crystal\""),
    ] {
        assert_eq!(scratch.refused(&format!("{TINY} {more}")), expected);
    }
}

#[test]
fn nothing_to_do_is_an_error() {
    let scratch = Scratch::new();
    assert!(scratch.refused("").contains("-h"));
    assert!(scratch.refused("render").contains("\"render\""));
}

#[test]
fn a_crystal_and_structure_factors_are_needed() {
    let scratch = Scratch::new();
    let no_crystal = scratch.refused("-default_F 100 -detpixels 16");
    assert!(no_crystal.contains("-cell") && no_crystal.contains("-mat"), "{no_crystal}");
    for line in [NO_F.to_owned(), format!("{NO_F} -default_F 0 -quirks reference"), format!("{NO_F} -nodump")]
    {
        let no_factors = scratch.refused(&line);
        assert!(no_factors.contains("-hkl") && no_factors.contains("-default_F"), "{no_factors}");
    }
    assert!(scratch.refused(&format!("{NO_F} -dump other.bin")).contains("other.bin"));
}

#[test]
fn experiments_that_cannot_be_planned_say_why() {
    let scratch = Scratch::new();
    for (more, part) in [
        ("-cell 70 80 90 10 10 170", "angles 10 10 170 spans no volume (flag -cell)"),
        ("-cell 70 80 90 60 60 120", "spans no volume"),
        ("-detpixels 100000", "pixels are more than the limit"),
        ("-hdivsteps 9999 -vdivsteps 9999 -divergence 1", "sources are more than the limit"),
        ("-phisteps 10000000 -mosaic 1 -mosaic_dom 99999999", "-mosaic_dom must be"),
        ("-fdet_vector 0 0 0", "the fast axis has no direction"),
        ("-fdet_vector 0 0 1 -sdet_vector 0 0 1 -odet_vector 2 0 0", "the detector normal"),
        ("-spindle_axis 0 0 0", "the spindle axis has no direction"),
        ("-fluence -1", "fluence"),
        ("-flux 1e12 -beamsize 0", "-beamsize must be greater than 0"),
        ("-close_distance 0", "-close_distance must be greater than 0"),
        ("-quirks reference -detsize 1 -pixel 4 -detpixels 0", "number of pixels"),
        ("-xtalsize 1e6", "crystal size"),
    ] {
        let error = scratch.refused(&format!("{TINY} {more}"));
        assert!(error.contains(part), "{more}: {error}");
    }
}
