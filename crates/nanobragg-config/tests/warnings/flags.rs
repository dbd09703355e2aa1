//! Warnings of flags that change something else as well, or that share a cause with another one.

use std::path::Path;

use nanobragg_config::Warning;

use super::{CELL, resolved};

#[test]
fn a_vector_that_moves_the_beam_says_so() {
    let said = |line: &str| -> Vec<String> {
        let line = format!("{CELL} -default_F 1 -nodump -detpixels 64 -pixel 0.1 {line}");
        let setup = resolved(Path::new(""), &line);
        let found = setup.warnings.iter().filter(|warning| warning.code() == "config.custom-center");
        found.map(ToString::to_string).collect()
    };
    let custom = "chooses a custom geometry, in which";
    let middle = "the beam hits the middle: off where -mosflm has the beam by 1 and 1 pixels along fast and slow; \
        -Xbeam and -Ybeam give another place";
    let axes = "-fdet_vector 0 0 1 -sdet_vector 0 -1 0";
    assert_eq!(said(axes), [format!("-sdet_vector 0 -1 0 {custom} {middle}")]);
    assert_eq!(said("-spindle_axis 0 1 0"), [format!("-spindle_axis 0 1 0 {custom} {middle}")]);
    let center = "-Xbeam 3 -Ybeam 3.5";
    let turned = "-Xbeam is along fast and -Ybeam along slow: off where -mosflm has the beam by 5.5 and 4.5 pixels along \
        fast and slow; -ORGX and -ORGY are along fast and slow in either";
    assert_eq!(
        said(&format!("-spindle_axis 0 1 0 {center}")),
        [format!("-spindle_axis 0 1 0 {custom} {turned}")]
    );
    for silent in [
        format!("{axes} {center}"),
        format!("{axes} -ORGX 3 -ORGY 3"),
        format!("{axes} -pix0_vector_mm 100 3 -3"),
        format!("{axes} -quirks reference"),
        "-spindle_axis 0 1 0 -mosflm".to_owned(),
        "-mosflm -spindle_axis 0 1 0".to_owned(),
    ] {
        assert_eq!(said(&silent), [""; 0], "{silent}");
    }
}

#[test]
fn one_cause_has_one_warning_of_mosaic_domains() {
    let codes = |line: &str| -> Vec<&str> {
        let setup = resolved(Path::new(""), &format!("{CELL} -default_F 1 -nodump -detpixels 64 {line}"));
        let plan = setup.experiment.plan().unwrap();
        let of_domains =
            |code: &&str| code.contains("domains") || code.contains("spread") || code.contains("alone");
        let all: Vec<Warning> = setup.warnings_with(&plan).collect();
        all.iter().map(Warning::code).filter(of_domains).collect()
    };
    assert_eq!(codes("-mosaic 0.2 -N 50 -pixel 3"), ["plan.few-domains"]);
    assert_eq!(codes("-mosaic 0.01 -N 2"), ["config.spread-alone"]);
    assert_eq!(codes("-mosaic_domains 10 -mosaic_seed 4"), ["config.domains-alone"]);
    assert_eq!(codes("-mosaic_seed 4"), ["config.flag-alone"]);
}
