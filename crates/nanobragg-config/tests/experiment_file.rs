//! Experiment files: keys, order, messages, and the pages made from the flag table.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::ffi::OsString;
use std::path::Path;

use nanobragg_config::classic::{FlagId, ParsedArgs, parse};
use nanobragg_config::{Context, experiment_file, resolve};
use proptest::prelude::*;

fn read(text: &str) -> Result<ParsedArgs, String> {
    experiment_file::parse(Path::new("folder/e.toml"), text).map_err(|error| error.to_string())
}

fn flags(line: &str) -> ParsedArgs {
    parse(line.split_whitespace().map(OsString::from)).unwrap()
}

fn written(line: &str) -> String {
    experiment_file::write(&flags(line)).unwrap()
}

/// The experiment as text.
fn experiment(args: &ParsedArgs) -> String {
    format!("{:?}", resolve(args, &Context::default()).unwrap().experiment)
}

#[test]
fn keys_become_flags_in_the_order_of_the_file() {
    let args = read("[crystal]\nNa = 7\ncell_angstrom_deg = [70, 80.5]\n[sampling]\ninterpolate = false\n");
    assert!(args.unwrap_err().contains("interpolate belongs into the table [structure_factors]"));
    let args = read(
        "detector.distance_mm = 1_00\n[crystal]\nN = 5\nNa = 0x7\nround_xtal = true\ngauss_xtal = false\n\
         misset_deg = \"random\"\n[structure_factors]\ninterpolate = false\nhkl = \"a.mtz\"\n",
    )
    .unwrap();
    let ids: Vec<FlagId> = args.occurrences.iter().map(|occurrence| occurrence.flag).collect();
    let expected = [
        FlagId::Distance,
        FlagId::N,
        FlagId::Na,
        FlagId::RoundXtal,
        FlagId::Misset,
        FlagId::NoInterpolate,
        FlagId::Hkl,
    ];
    assert_eq!(ids, expected);
    assert_eq!((args.number(FlagId::Distance), args.integer(FlagId::Na)), (Some(100.0), Some(7)));
    assert_eq!(args.last(FlagId::Hkl).unwrap().values.path(0), Path::new("folder/a.mtz"));
}

/// The texts of warnings of an experiment file with flags behind it.
fn overruled(text: &str, line: &str) -> Vec<String> {
    let mut args = read(&format!(
        "[crystal]\ncell_angstrom_deg = [70, 80, 90]\n[structure_factors]\ndefault_F_electrons = 10\n{text}\n"
    ))
    .unwrap();
    args.extend(flags(line));
    let setup = resolve(&args, &Context::default()).unwrap();
    let found = setup.warnings.iter().filter(|warning| warning.code() == "config.overruled-flag");
    found.map(ToString::to_string).collect()
}

#[test]
fn a_flag_behind_a_file_overrides_it_without_a_word() {
    for (text, line) in [
        ("[beam]\nlambda_angstrom = 1.2", "-energy 12000"),
        ("[detector]\ndistance_mm = 90.0", "-close_distance 100"),
        ("[detector]\nmosflm = true", "-xds"),
        ("[detector]\nfdet_vector = [0.0, 0.0, 1.0]", "-xds"),
        ("[sampling]\nspindle_axis = [0.0, 0.0, 1.0]", "-adxv"),
    ] {
        assert_eq!(overruled(text, line), [""; 0], "{text} {line}");
    }
    // Of two flags, and where the file's counts, it is said.
    let both = overruled("", "-lambda 1 -energy 12000");
    assert_eq!(both, ["-energy 12000 wins over -lambda 1: the later one counts"]);
    let file = overruled("[beam]\nflux_photons_per_s = 1e12", "-fluence 1e20");
    assert!(matches!(&file[..], [said] if said.ends_with("wins over -fluence 1e20")), "{file:?}");
}

#[test]
fn a_flag_behind_a_file_takes_the_place_of_what_it_excludes() {
    let mut args = read("[beam]\nspectrum = \"s.txt\"\n").unwrap();
    args.extend(flags("-dispersion 1"));
    assert!(!args.has(FlagId::Spectrum) && args.has(FlagId::Dispersion));
    let mut args = read("[beam]\ndispersion_percent = 1\ndispsteps = 3\n").unwrap();
    args.extend(flags("-spectrum s.txt"));
    assert!(args.has(FlagId::Spectrum) && !args.has(FlagId::Dispersion) && !args.has(FlagId::Dispsteps));
    // Steps alone say nothing of a spectrum.
    let mut args = read("[beam]\nspectrum = \"s.txt\"\n").unwrap();
    args.extend(flags("-dispsteps 3"));
    let error = resolve(&args, &Context::default()).unwrap_err().to_string();
    assert_eq!(
        error,
        "folder/e.toml:2: spectrum cannot be given with -dispsteps, which sets the same quantity"
    );
}

#[test]
fn errors_name_line_column_and_what_is_known() {
    for (text, expected) in [
        (
            "[detector]\n  distnce_mm = 100\n",
            "folder/e.toml:2:3: unknown key distnce_mm in [detector]; did you mean distance_mm?",
        ),
        (
            "[detector]\ndistance = 100\n",
            "folder/e.toml:2:1: unknown key distance in [detector]; did you mean distance_mm?",
        ),
        ("[detctor]\n", "folder/e.toml:1:2: unknown table detctor; did you mean detector?"),
        (
            "[detector]\nwhatever_else = 1\n",
            "folder/e.toml:2:1: unknown key whatever_else in [detector]; known are pixel_mm, ",
        ),
        (
            "[beam]\ndistance_mm = 1\n",
            "folder/e.toml:2:1: distance_mm belongs into the table [detector], not [beam]",
        ),
        ("distance_mm = 1\n", "folder/e.toml:1:1: distance_mm belongs into the table [detector]"),
        (
            "[detector]\ndistance_mm = \"1\"\n",
            "folder/e.toml:2:15: distance_mm expects numbers (mm), and the value is \"1\"",
        ),
        (
            "[detector]\ndistance_mm = true\n",
            "folder/e.toml:2:15: distance_mm expects numbers (mm), and the value is of the type boolean",
        ),
        (
            "[detector]\ndistance_mm = -1\n",
            "folder/e.toml:2:15: distance_mm must be greater than 0 (mm), not -1",
        ),
        ("[detector]\ndistance_mm = [1, 2]\n", "folder/e.toml:2:15: distance_mm needs a value (mm), not 2"),
        (
            "[crystal]\nmisset_deg = [1, 2]\n",
            "folder/e.toml:2:14: misset_deg needs 3 values (X Y Z | random, deg), not 2",
        ),
        (
            "[crystal]\nmisset_deg = [1, 2, 3, 4]\n",
            "folder/e.toml:2:14: misset_deg needs 3 values (X Y Z | random, deg), not 4",
        ),
        ("[crystal]\nN = 1.5\n", "folder/e.toml:2:5: N expects a whole number, not \"1.5\""),
        ("[crystal]\nround_xtal = 1\n", "folder/e.toml:2:14: round_xtal has to be true or false"),
        (
            "[crystal]\nmisset_deg = [\"random\", 1]\n",
            "folder/e.toml:2:14: misset_deg needs 3 values (X Y Z | random, deg), not 2",
        ),
        (
            "[crystal]\nmisset_deg = \"other\"\n",
            "folder/e.toml:2:14: misset_deg expects numbers (deg) or a word such as \"random\", and",
        ),
        (
            "[program]\nquirks = \"none\"\n",
            "folder/e.toml:2:10: quirks must be reference, spec, exact or port, not \"none\"",
        ),
        ("crystal = 1\n", "folder/e.toml:1:1: crystal has to be a table: [crystal]"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(expected), "{text}\n{error}\n{expected}");
        assert!(!error.contains('\n'));
    }
    for text in ["[crystal\n", "[crystal]\nN = \n", "[crystal]\nN = 1\nN = 2\n", "\u{0}"] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with("folder/e.toml:") && !error.contains('\n'), "{error}");
    }
}

#[test]
fn what_is_written_reads_as_the_same_experiment() {
    let base = "-cell 70 80 90 75 85 95 -default_F 100";
    for line in [
        "-N 5 -Na 7 -N 6",
        "-Na 7 -N 5 -Nb 3",
        "-lambda 1.5 -energy 9000.123456789",
        "-beam_vector 1 0 0.1 -mosflm",
        "-mosflm -beam_vector 1 0 0.1",
        "-spindle_axis 0 1 0 -xds -fdet_vector 1 0 0.1",
        "-xds -distance 80 -Xbeam 3 -quirks reference",
        "-distance 80 -xds -polar_vector 0 1 0 -quirks reference",
        "-misset random -detector_abs inf -detector_thick 100",
        "-fluence 1e+300 -dmin .5 -phi 5. -hdivrange 0.1",
    ] {
        let args = flags(&format!("{base} {line}"));
        let text = experiment_file::write(&args).unwrap();
        let again = read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(experiment(&args), experiment(&again), "{line}\n{text}");
    }
}

#[test]
fn a_written_file_is_readable() {
    let text = written("-N 5 -cell 70 80 90 -distance 100 -intfile a\"b\\c.img -noprogress");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let expected = [
        "[detector]",
        "distance_mm = 100.0",
        "[crystal]",
        "N = 5",
        "cell_angstrom_deg = [70.0, 80.0, 90.0]",
        "[output]",
        "intfile = \"a\\\"b\\\\c.img\"",
        "[diagnostics]",
        "noprogress = true",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn page_and_schema_are_current() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let found = |name: &str| std::fs::read_to_string(docs.join(name)).unwrap();
    assert!(found("EXPERIMENT.md") == experiment_file::page(), "run `cargo xtask cli-docs`");
    assert!(
        found("schema/experiment.schema.json") == experiment_file::schema(),
        "run `cargo xtask cli-docs`"
    );
    let schema: serde_json::Value = serde_json::from_str(&experiment_file::schema()).unwrap();
    let distance = &schema["properties"]["detector"]["properties"]["distance_mm"];
    assert_eq!((&distance["type"], &distance["exclusiveMinimum"]), (&"number".into(), &0.into()));
}

#[test]
fn the_example_of_the_page_is_an_experiment() {
    let page = experiment_file::page();
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let args = read(example).unwrap();
    resolve(&args, &Context::default()).unwrap().experiment.plan().unwrap();
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]a-zA-Z_=0-9.,\"'# \\n{}-]{0,200}") {
        if let Err(error) = read(&text) {
            prop_assert!(!error.contains('\n'));
        }
    }

    #[test]
    fn numbers_keep_every_bit(number in 1e-300f64..1e300) {
        let line = format!("-distance {number:e}");
        let again = read(&written(&line)).unwrap();
        prop_assert_eq!(again.number(FlagId::Distance).map(f64::to_bits), Some(number.to_bits()));
    }
}
