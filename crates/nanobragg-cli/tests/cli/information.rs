//! Runs that print something about the program or the experiment, and write nothing.

use crate::scratch::{Scratch, TINY};

#[test]
fn help_version_manual_and_completions_are_printed() {
    let scratch = Scratch::new();
    for (line, part) in [
        ("-h", "Usage: nanobragg"),
        ("-help", "-distance MM"),
        ("--help", "Usage: nanobragg"),
        ("-version", concat!("nanobragg ", env!("CARGO_PKG_VERSION"))),
        ("--version", env!("CARGO_PKG_VERSION")),
        ("-man", ".TH "),
        ("-completions bash", "complete "),
        ("-completions zsh", "#compdef nanobragg"),
        ("--completions=fish", "complete -c nanobragg"),
        // In front of everything that a run would complain about, and however quiet.
        ("-cell 70 80 90 -h -q", "Usage: nanobragg"),
    ] {
        let run = scratch.run(line).good();
        assert!(run.out.contains(part), "{line}: {}", run.out);
        assert_eq!(run.err, "", "{line}");
    }
    assert!(scratch.refused("-completions cmd").starts_with("-completions must be"));
    assert!(scratch.names().is_empty());
}

/// The row of a quantity: what stands after its name.
fn row<'a>(text: &'a str, name: &str) -> &'a str {
    let found = text.lines().find_map(|line| line.trim_start().strip_prefix(name));
    found.unwrap_or_else(|| panic!("no {name:?} in {text}")).trim()
}

#[test]
fn show_prints_every_quantity_with_unit_and_origin() {
    let scratch = Scratch::new();
    let header = [
        nanobragg_io::smv::HeaderEntry::new("WAVELENGTH", "1.2"),
        nanobragg_io::smv::HeaderEntry::new("DISTANCE", "150"),
    ];
    nanobragg_io::smv::write_smv(&scratch.path("a.img"), &header, 20, 24, &[1; 480]).unwrap();
    let line =
        "-cell 70 80 90 75 85 95 -default_F 100 -N 5 -img a.img -distance 120 --fluence=1e28 -phi 2 -show";
    let run = scratch.run(line).good();
    let shown = |name: &str| row(&run.out, name).split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, expected) in [
        ("wavelength", "1.2 A header of a.img"),
        ("pixels (fast, slow)", "20 24 header of a.img"),
        ("distance", "120 mm flag -distance"),
        ("fluence", "1e+28 photons/m^2 flag --fluence"),
        ("phi", "2 deg flag -phi"),
        ("water", "0 um default"),
        ("dmin", "0 A default"),
        ("convention", "mosflm default"),
        ("cells along a, b, c", "5 5 5 flag -N"),
        ("beam spot (fast, slow)", "1.1 1.3 mm derived"),
        ("mosaic domains", "1 derived"),
        ("float image", "floatimage.bin default"),
    ] {
        assert_eq!(shown(name), expected);
    }
    assert_eq!(scratch.names(), ["a.img"]);
}

#[test]
fn show_has_all_groups_and_each_row_an_origin() {
    let run = Scratch::new().run(&format!("{TINY} -show -q")).good();
    let (mut rows, mut groups) = (0, Vec::new());
    for line in run.out.lines().filter(|line| !line.is_empty()) {
        if line.starts_with("  ") {
            rows += 1;
            let known = ["default", "derived"].iter().any(|origin| line.ends_with(origin))
                || ["  flag -", "  header of "].iter().any(|origin| line.contains(origin));
            assert!(known, "{line}");
        } else {
            groups.push(line);
        }
    }
    assert!(rows > 60, "{rows}");
    let expected = ["Crystal", "Structure factors", "Beam", "Detector", "Sampling", "Evaluation", "Output"];
    assert_eq!(groups, expected);
}

#[test]
fn show_refuses_what_a_run_would_refuse() {
    let scratch = Scratch::new();
    for more in ["-pixel 0", "-hkl nowhere", "-cell 70 80 90 10 10 170"] {
        scratch.refused(&format!("{TINY} -show {more}"));
    }
}
