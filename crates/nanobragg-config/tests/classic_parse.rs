//! Command lines as a whole: what is a value, what is a flag, what is said about the rest.

use std::ffi::OsString;
use std::path::Path;

use nanobragg_config::classic::{FlagId, ParsedArgs, parse};
use nanobragg_config::{Error, ErrorKind};
use proptest::prelude::*;

fn line(text: &str) -> Result<ParsedArgs, Error> {
    parse(text.split_whitespace().map(OsString::from))
}

fn texts(parsed: &ParsedArgs) -> Vec<String> {
    parsed.warnings.iter().map(ToString::to_string).collect()
}

#[allow(clippy::unwrap_used, reason = "only tests call it")]
fn error(text: &str) -> String {
    line(text).unwrap_err().to_string()
}

#[test]
fn negative_numbers_are_values() {
    let parsed = line("-spindle_axis -1 -.5 -1e-3 -phi -0 -Xbeam -12.25 -misset -1 -2 -3").unwrap();
    assert_eq!(parsed.last(FlagId::SpindleAxis).unwrap().values.vector(), [-1.0, -0.5, -0.001]);
    assert_eq!(parsed.number(FlagId::Phi), Some(0.0));
    assert_eq!(parsed.number(FlagId::Xbeam), Some(-12.25));
    assert_eq!(parsed.last(FlagId::Misset).unwrap().values.numbers(), [-1.0, -2.0, -3.0]);
}

#[test]
fn a_flag_is_never_taken_for_a_value() {
    assert_eq!(error("-distance -pixel 0.1"), "-distance needs a value (mm), but -pixel follows");
    assert_eq!(error("-hkl -mat A.mat"), "-hkl needs a value (a file), but -mat follows");
    assert_eq!(error("-N -4stol f"), "-N needs a value (a whole number), but -4stol follows");
    assert_eq!(error("-misset 1 2"), "-misset needs 3 values (X Y Z | random, deg)");
    assert_eq!(error("-roi 1 2 3"), "-roi needs 4 values (XMIN XMAX YMIN YMAX)");
    assert_eq!(error("-distance"), "-distance needs a value (mm)");
    // A file may be called so all the same.
    assert_eq!(line("--hkl=-mat").unwrap().last(FlagId::Hkl).unwrap().values.text(0), "-mat");
    assert_eq!(line("-hkl -5").unwrap().last(FlagId::Hkl).unwrap().values.text(0), "-5");
}

#[test]
fn near_misses_are_recognized() {
    for (given, meant) in [
        ("-distnace", "-distance"),
        ("--distnace", "-distance"),
        ("-xbeam", "-Xbeam"),
        ("-default_f", "-default_F"),
        ("-detector_thickness", "-detector_thick"),
        ("-lamda=1.5", "-lambda"),
        ("-dist", "-distance"),
        ("-size", "-detsize"),
        ("-rotx", "-detector_rotx"),
        ("-beam_center", "-Xbeam and -Ybeam"),
        ("-resolution", "-dmin"),
        ("-n", "-N"),
        ("-detpixels_g", "-detpixels_f"),
        ("-no_noise", "-nonoise"),
        ("-oversampel", "-oversample"),
    ] {
        let expected = format!("unknown flag {given}; did you mean {meant}?");
        assert_eq!(error(&format!("{given} 100")), expected);
    }
    assert_eq!(error("-lambda=1.5"), "unknown flag -lambda=1.5; write -lambda 1.5 or --lambda=1.5");
    assert_eq!(error("-entirely_other 1"), "unknown flag -entirely_other");
    assert_eq!(error(&format!("-{}", "x".repeat(5000))).len(), "unknown flag -".len() + 5000);
    assert_eq!(error("--"), "unknown flag --");
    assert_eq!(error("--nonesuch=5"), "unknown flag --nonesuch");
}

#[test]
fn a_longer_word_with_a_name_of_the_reference_in_it_is_that_flag() {
    for (given, known, id) in [
        ("-matrix A.mat", "-mat", FlagId::Mat),
        ("--matrix A.mat", "-mat", FlagId::Mat),
        ("--matrix=A.mat", "-mat", FlagId::Mat),
        ("-my-mat A.mat", "-mat", FlagId::Mat),
        ("-hklfile a.hkl", "-hkl", FlagId::Hkl),
        ("-dumpfile f.dat", "-dump", FlagId::Dump),
        ("-adcoffset 10", "-adc", FlagId::Adc),
        ("-imgfile a.img", "-img", FlagId::Img),
        ("-maskfile a.img", "-mask", FlagId::Mask),
        ("-pixelsize 0.1", "-pixel", FlagId::Pixel),
        ("-scalefactor 2", "-scale", FlagId::Scale),
        ("-cells 70 80 90 90 90 90", "-cell", FlagId::Cell),
        ("-osc_range 1", "-osc", FlagId::Osc),
        ("-default_Fcell 100", "-default_F", FlagId::DefaultF),
    ] {
        let parsed = line(given).unwrap_or_else(|error| panic!("{given}: {error}"));
        let name = given.split([' ', '=']).next().unwrap();
        assert_eq!(parsed.occurrences[0].flag, id, "{given}");
        assert_eq!(texts(&parsed), [format!("{name} is read as {known}, as in the C program")]);
    }
    // Names that begin others are compared as a whole, and flags that the reference does not have as well.
    for given in ["-detpixels_g", "-phistart", "-N5", "-threads8", "-pdbfile", "-matrix=A.mat", "-mosaic_"] {
        assert!(line(given).is_err_and(|error| error.kind() == ErrorKind::UnknownFlag), "{given}");
    }
    // A name of the table wins over one inside of it.
    assert!(line("-hkl_column F").unwrap().warnings.is_empty());
}

#[test]
fn errors_name_the_flag_as_typed_and_the_value() {
    assert_eq!(error("--pixel 0"), "--pixel must be greater than 0 (mm), not 0");
    assert_eq!(error("-phisteps 5.5"), "-phisteps expects a whole number, not \"5.5\"");
    assert_eq!(error("-distance ten"), "-distance expects a number (mm), not \"ten\"");
    assert_eq!(error("-pivot crystal"), "-pivot must be sample or beam, not \"crystal\"");
    assert_eq!(error("-quirks all"), "-quirks must be reference, spec, exact or port, not \"all\"");
    assert_eq!(
        error("-detector_abs x"),
        "-detector_abs expects a number (um) or a word such as \"inf\", not \"x\""
    );
    assert_eq!(error("-detpixels 100001"), "-detpixels must be from 0 to 100000, not 100001");
    assert_eq!(error("--xds=1"), "--xds cannot take =value: it needs no value");
    assert_eq!(error("--misset=1"), "--misset cannot take =value: it needs 3 values (X Y Z | random, deg)");
}

#[test]
fn an_error_is_one_line() {
    for words in [vec!["-di\nst\u{1b}[31m"], vec!["-pixel", "a\nb"], vec!["a\nb"], vec!["-hkl", "-x\ny"]] {
        let text = parse(words.iter().map(OsString::from)).unwrap_err().to_string();
        assert!(!text.contains(|c: char| c.is_control()), "{text:?}");
    }
}

#[test]
fn the_cell_takes_one_to_six_numbers() {
    let cell = "70 80 90 75 85 95";
    let words: Vec<&str> = cell.split(' ').collect();
    for count in 1..=6 {
        let parsed = line(&format!("-cell {} -N 5", words[..count].join(" "))).unwrap();
        assert_eq!(parsed.last(FlagId::Cell).unwrap().values.numbers().len(), count);
        assert_eq!(parsed.integer(FlagId::N), Some(5));
        let at_end = line(&format!("-cell {}", words[..count].join(" "))).unwrap();
        assert_eq!(at_end.last(FlagId::Cell).unwrap().values.numbers().len(), count);
    }
    assert_eq!(
        error("-cell -N 5"),
        "-cell needs 1 to 6 values (A B C AL BE GA, Angstrom, deg), but -N follows"
    );
    assert!(line("-cell 70 80 9O").is_err_and(|error| error.kind() == ErrorKind::Malformed));
    assert!(line("-cell 70 -80 90").is_err_and(|error| error.kind() == ErrorKind::OutOfRange));
    assert!(line("-cell 70 80 90 90 90 180").is_err_and(|error| error.kind() == ErrorKind::OutOfRange));
    let parsed = line(&format!("-cell {cell} 7")).unwrap();
    assert_eq!(texts(&parsed), ["ignored argument \"7\""]);
}

#[test]
fn words_in_place_of_numbers() {
    let parsed = line("-misset random -misset_seed 4321 -detector_abs inf -detector_thick 450").unwrap();
    assert!(parsed.last(FlagId::Misset).unwrap().values.is_word());
    assert_eq!(parsed.integer(FlagId::MissetSeed), Some(4321));
    assert_eq!(parsed.number(FlagId::DetectorAbs), None);
    assert_eq!(parsed.last(FlagId::DetectorAbs).unwrap().values.text(0), "inf");
    assert_eq!(line("--detector_abs=infinite").unwrap().occurrences.len(), 1);
    assert_eq!(line("-detector_abs 300").unwrap().number(FlagId::DetectorAbs), Some(300.0));
    assert!(line("-misset 1 random 3").is_err_and(|error| error.kind() == ErrorKind::Malformed));
}

#[test]
fn negative_counts_and_ranges_mean_not_given() {
    line(
        "-phisteps -1 -osc -1 -phistep -1 -hdivrange -1 -hdivstep -1 -hdivsteps -1 -mosaic -1 -mosaic_dom -1 \
          -roi -1 -1 -1 -1 -oversample -1 -dispersion -1 -beamsize -1 -detpixels 0 -detector_thicksteps -1",
    )
    .unwrap();
}

#[test]
fn flags_without_effect_are_pointed_out() {
    let parsed =
        line("-hdiv 0.28 -vdiv -dispstep 3 -source_distance -2 -coherent -stol a.stol -xds").unwrap();
    assert_eq!(
        texts(&parsed),
        [
            "-hdiv is used neither by the C program nor by this one; use -hdivrange",
            "-vdiv is used neither by the C program nor by this one; use -vdivrange",
            "-dispstep is used neither by the C program nor by this one; use -dispsteps",
            "-source_distance is used neither by the C program nor by this one",
            "-coherent is read but has no effect, as in the C program",
            "-stol is read but has no effect, as in the C program",
        ]
    );
    assert_eq!(parsed.number(FlagId::Hdiv), Some(0.28));
    assert_eq!(parsed.number(FlagId::Vdiv), None);
    assert_eq!(parsed.occurrences.len(), 7);
}

#[test]
fn stray_arguments_are_ignored_except_the_first() {
    let parsed = line("-xds foo -N 5 - bar 7").unwrap();
    assert_eq!(
        texts(&parsed),
        [
            "ignored argument \"foo\"",
            "ignored argument \"-\"",
            "ignored argument \"bar\"",
            "ignored argument \"7\""
        ]
    );
    assert_eq!(parsed.last(FlagId::N).unwrap().position, 2);
    assert_eq!(error("sweeep -N 5"), "unknown command \"sweeep\"; did you mean sweep?");
    assert_eq!(error("e.toml"), "unknown command \"e.toml\"; did you mean nanobragg run e.toml?");
    assert_eq!(error("render -N 5"), "unknown command \"render\"; flags begin with a dash (see -help)");
    assert_eq!(line("").unwrap(), ParsedArgs::default());
}

#[test]
fn the_last_of_repeated_flags_counts() {
    let parsed = line("-N 5 -distance 100 --N=6 -help").unwrap();
    assert_eq!(parsed.integer(FlagId::N), Some(6));
    assert!(parsed.has(FlagId::Help) && !parsed.has(FlagId::Xds));
}

#[test]
fn asking_for_more_than_there_is_gives_neutral_values() {
    let parsed = line("-xds -N 5").unwrap();
    let none = &parsed.occurrences[0].values;
    assert!(none.is_empty() && !none.is_word() && none.number(0).is_nan() && none.integer(3) == 0);
    assert_eq!((none.text(0), none.path(9)), ("", Path::new("")));
    let one = &parsed.occurrences[1].values;
    assert_eq!((one.number(0), one.integer(0), one.text(0), one.integers()), (5.0, 5, "5", &[5][..]));
}

#[cfg(unix)]
#[test]
fn only_paths_may_be_other_than_utf8() {
    use std::os::unix::ffi::OsStringExt;
    let odd = || OsString::from_vec(b"f\xff.hkl".to_vec());
    let parsed = parse(["-hkl".into(), odd()]).unwrap();
    assert_eq!(parsed.occurrences[0].values.path(0), Path::new(&odd()));
    assert_eq!(parsed.occurrences[0].values.text(0), "");
    for flag in ["-distance", "-N", "-pivot", "-misset"] {
        assert!(
            parse([flag.into(), odd()]).is_err_and(|error| error.kind() == ErrorKind::Malformed),
            "{flag}"
        );
    }
    let joined = OsString::from_vec(b"--hkl=f\xff".to_vec());
    assert!(parse([joined]).is_err_and(|error| error.kind() == ErrorKind::Malformed));
    let unknown = OsString::from_vec(b"-h\xff\xffk".to_vec());
    assert!(parse([unknown]).is_err_and(|error| error.kind() == ErrorKind::UnknownFlag));
}

#[test]
fn command_lines_of_the_reference_cases() {
    let base = "-cell 70 80 90 75 85 95 -default_F 100 -lambda 1.5 -N 5 -misset 10 20 30 -oversample 1 -distance 100 \
                -pixel 1.0 -detpixels 64";
    let cases = [
        "-detector_abs 300 -detector_thick 450 -detector_thicksteps 4 -oversample_thick",
        "-xds -close_distance 95 -Xclose 31 -Yclose 30 -detector_roty 10",
        "-adxv -Xbeam 30 -Ybeam 34",
        "-curved_det",
        "-detsize_f 60 -detsize_s 47",
        "-hdivrange 3 -hdivsteps 2 -dispersion 1 -dispsteps 2 -phi 0 -osc 0.5 -phisteps 2 -mosaic 0.4 -mosaic_dom 3",
        "-hdivrange 5 -vdivrange 3 -hdivsteps 4 -vdivsteps 3 -square_div",
        "-flux 1e12 -exposure 0.1 -beamsize 0.05",
        "-hkl P1.hkl -mat A.mat -nointerpolate -dmin 4.0 -energy 9500",
        "-img head.img -mask mask.img -sourcefile sources.txt",
        "-misset random -misset_seed 4321 -mosaic_seed 777",
        "-fluence 1e28 -seed 1234 -pgmscale 2.5 -scale 3.5 -adc 17",
        "-xds -ORGX 30.5 -ORGY 35.25",
        "-phi -1 -osc 2 -phistep 0.5 -phisteps 4",
        "-pivot sample -detector_rotx 5 -detector_roty 3 -detector_rotz 2",
        "-fdet_vector 0 0 1 -sdet_vector 0 -1 0 -odet_vector 1 0 0 -twotheta_axis 0.6 0 0.8 -twotheta 12",
        "-polar_vector 0 0.6 0.8 -polar 0.9 -point_pixel -nopolar -roi 10 40 20 50",
        "-gauss_xtal -fudge 1.2 -round_xtal -tophat_spots -Na 3 -Nb 7 -Nc 12 -xtalsize 0.00005 -water 8",
        "-spindle_axis -1 0 0 -pix0_vector_mm -216.336293 215.205512 -230.200866 -beam_vector 0.00051387949 0.0 \
         -0.99999986 -detpixels_x 2463 -detpixels_y 2527",
    ];
    for case in cases {
        let text = format!("{base} {case}");
        let parsed = line(&text).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert!(parsed.warnings.is_empty(), "{case}: {:?}", parsed.warnings);
        let flags =
            text.split_whitespace().filter(|word| word.starts_with('-') && word.parse::<f64>().is_err());
        assert_eq!(parsed.occurrences.len(), flags.count(), "{case}");
    }
}

proptest! {
    #[test]
    fn no_words_make_it_panic(words in prop::collection::vec(any::<String>(), 0..6)) {
        let _ = parse(words.into_iter().map(OsString::from));
    }

    #[test]
    fn no_mixture_makes_it_panic(words in prop::collection::vec(
        prop_oneof![
            prop::sample::select(vec!["-cell", "-misset", "-detector_abs", "--hkl=", "-roi", "--", "-", "-hdiv", "-N"])
                .prop_map(str::to_owned),
            any::<f64>().prop_map(|number| number.to_string()),
            any::<i64>().prop_map(|number| number.to_string()),
            "-?-?[a-zA-Z_0-9=.]{0,12}",
            any::<String>(),
        ], 0..12))
    {
        let total = words.len();
        match parse(words.into_iter().map(OsString::from)) {
            Ok(parsed) => prop_assert!(parsed.occurrences.iter().all(|o| o.position + o.values.len() <= total)),
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_bytes_make_it_panic(words in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..12), 0..6)) {
        use std::os::unix::ffi::OsStringExt;
        let dashed = words.into_iter().map(|mut bytes| { bytes.insert(0, b'-'); OsString::from_vec(bytes) });
        let _ = parse(dashed);
    }

    #[test]
    fn numbers_keep_every_bit(value in -1e300f64..1e300) {
        let parsed = parse(["-Xbeam".into(), OsString::from(format!("{value:e}"))]).unwrap();
        prop_assert_eq!(parsed.number(FlagId::Xbeam).unwrap().to_bits(), value.to_bits());
    }
}
