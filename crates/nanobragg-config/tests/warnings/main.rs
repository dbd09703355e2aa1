//! Warnings as programs see them: their codes, and what they are about.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod beside;
mod flags;
mod images;
mod masks;
mod of_files;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use images::{swung, upright};
use nanobragg_config::classic::{FlagId, parse};
use nanobragg_config::{Context, ErrorKind, FlagWarning, Setup, Warning, resolve};
use nanobragg_io::cbf::write_cbf;
use nanobragg_io::nexus::StackWriter;
use nanobragg_io::smv::{HeaderEntry, write_smv};
use of_files::{OfFile, of_files};

const CELL: &str = "-cell 50 60 70 90 90 90";

fn resolved(folder: &Path, line: &str) -> Setup {
    let args = parse(line.split_whitespace().map(OsString::from)).unwrap();
    let context = Context { directory: folder.to_owned(), ..Context::default() };
    resolve(&args, &context).unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// A line of flags, the code of the one warning that it makes, its flag, what was found and what is assumed.
type OfFlags = (&'static str, &'static str, Option<FlagId>, Option<&'static str>, Option<&'static str>);

const OF_FLAGS: &[OfFlags] = &[
    ("-N 5 stray", "config.stray-argument", None, Some("stray"), Some("ignored")),
    ("-distances 100", "config.read-as", Some(FlagId::Distance), Some("-distances"), Some("-distance")),
    ("-stol a.stol", "config.no-effect", Some(FlagId::Stol), Some("a.stol"), None),
    ("-hdiv 0.3", "config.unused-flag", Some(FlagId::Hdiv), Some("0.3"), None),
    ("-N -5 -quirks spec", "config.senseless-value", Some(FlagId::N), Some("-5"), None),
    ("-twotheta 400", "config.unlikely-value", Some(FlagId::Twotheta), Some("400"), Some("deg")),
    ("-distance 0.1", "config.unlikely-value", Some(FlagId::Distance), Some("0.1"), Some("mm")),
    ("-beamsize 10", "config.unlikely-value", Some(FlagId::BeamSize), Some("10"), Some("mm")),
    (
        "-detector_thick 0.45 -detector_abs 200",
        "config.unlikely-value",
        Some(FlagId::DetectorThick),
        Some("0.45"),
        Some("um"),
    ),
    ("-cell 50 60 70 90 90", "config.partial-cell", Some(FlagId::Cell), Some("50 60 70 90 90"), None),
    ("-default_F 0", "config.zero-amplitudes", Some(FlagId::DefaultF), Some("0"), None),
    ("-osc -1 -quirks reference", "config.negative-rotation", None, None, Some("no rotation")),
    (
        "-energy 9000 -lambda 1",
        "config.overruled-flag",
        Some(FlagId::Energy),
        Some("9000"),
        Some("-lambda 1"),
    ),
    (
        "-osc 1 -phistep 0.1 -phisteps 3",
        "config.other-steps",
        Some(FlagId::Osc),
        Some("1"),
        Some("-phistep 0.1 -phisteps 3"),
    ),
    ("-exposure 2", "config.exposure-alone", Some(FlagId::Exposure), Some("2"), None),
    ("-divsteps 3", "config.directions-alone", Some(FlagId::DivSteps), Some("3"), Some("1000 mrad")),
    ("-dispersion 1 -dispsteps 1", "config.one-step", Some(FlagId::Dispsteps), Some("1"), Some("2")),
    ("-adapter 99", "config.gpu-flag-on-cores", Some(FlagId::Adapter), Some("99"), None),
    ("-fudge 2", "config.flag-alone", Some(FlagId::Fudge), Some("2"), None),
    ("-mosaic_domains 5", "config.domains-alone", None, Some("5"), Some("1")),
    ("-mosaic 0.1", "config.spread-alone", None, None, Some("10")),
    ("-Xbeam 500", "config.far-beam", Some(FlagId::Xbeam), Some("500"), None),
    (
        "-detpixels 1000 -pixel 0.172 -Xbeam 500 -Ybeam 510",
        "config.far-beam",
        Some(FlagId::Xbeam),
        Some("500"),
        None,
    ),
    (
        "-detpixels 1000 -pixel 0.1 -Xbeam 0.05 -Ybeam 0.051",
        "config.corner-beam",
        Some(FlagId::Xbeam),
        Some("0.05"),
        None,
    ),
    ("-ORGX 5000", "config.far-origin", Some(FlagId::OrgX), Some("5000"), None),
    ("-ORGX 5", "config.half-point", Some(FlagId::OrgX), Some("5"), Some("the middle of the detector")),
    ("-Xclose 5 -Yclose 5 -quirks spec", "config.dropped-point", Some(FlagId::Xclose), Some("5"), None),
    (
        "-spindle_axis 0 1 0",
        "config.custom-center",
        Some(FlagId::SpindleAxis),
        Some("0 1 0"),
        Some("the middle of the detector"),
    ),
    ("-roi -5 3 0 5", "config.region-beyond", Some(FlagId::Roi), Some("-5 3 0 5"), None),
    ("-roi 0 100 0 5", "config.region-beyond", Some(FlagId::Roi), Some("0 100 0 5"), None),
    ("-adc -5", "config.negative-offset", Some(FlagId::Adc), Some("-5"), None),
];

/// The one warning of a set-up that has this code, and all codes.
fn one<'a>(setup: &'a Setup, code: &str, line: &str) -> &'a Warning {
    let mut found = setup.warnings.iter().filter(|warning| warning.code() == code);
    let all = setup.warnings.iter().map(Warning::code).collect::<Vec<_>>();
    let (Some(warning), None) = (found.next(), found.next()) else {
        panic!("{line}: not one {code}: {all:?}")
    };
    warning
}

#[test]
fn every_warning_says_to_programs_what_it_is_about() {
    let mut tried = BTreeSet::new();
    for &(line, code, flag, found, assumed) in OF_FLAGS {
        let base = if line.contains("-cell") { "-default_F 1" } else { "-default_F 1 -cell 50 60 70" };
        let setup = resolved(Path::new(""), &format!("{base} -detpixels 64 -nodump {line}"));
        let subject = one(&setup, code, line).subject();
        assert_eq!((subject.flag, subject.found.as_deref()), (flag, found), "{line}");
        assert_eq!((subject.assumed.as_deref(), subject.file), (assumed, None), "{line}");
        tried.insert(code);
    }
    for OfFile { name, text, line, code, place, found, assumed } in of_files() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
        let setup = resolved(folder.path(), &format!("{line} -nodump"));
        let subject = one(&setup, code, line).subject();
        assert_eq!(subject.file.and_then(Path::file_name), Some(name.as_ref()), "{line}");
        assert_eq!((subject.place, subject.found.as_deref()), (place, found), "{code}");
        let flag = subject.flag.filter(|flag| *flag != FlagId::Lambda);
        assert_eq!((subject.assumed.as_deref(), flag), (assumed, None), "{code}");
        tried.insert(code);
    }
    tried.extend(in_headers());
    tried.extend(of_outputs());
    let untried: Vec<&str> =
        Warning::codes().filter(|code| code.starts_with("config.") && !tried.contains(code)).collect();
    assert!(untried.is_empty(), "{untried:?}");
}

#[test]
fn what_is_not_said_under_reference_is_on_the_page() {
    let base = "-default_F 1 -detpixels 64 -nodump -quirks reference";
    let is_silent = |line: &str| {
        let cell = if line.contains("-cell") { "" } else { CELL };
        let line = format!("{base} {cell} {line}");
        let args = parse(line.split_whitespace().map(OsString::from)).unwrap();
        // To the C program `-default_F 0` says nothing.
        resolve(&args, &Context::default()).is_ok_and(|setup| setup.warnings.is_empty())
    };
    let flags = OF_FLAGS.iter().filter(|(line, ..)| !line.contains("-quirks") && is_silent(line));
    let mut silent: BTreeSet<String> = flags.map(|(_, code, ..)| (*code).to_owned()).collect();
    let folder = tempfile::tempdir().unwrap();
    let entries = [HeaderEntry::new("PIXEL_SIZE", "1"), HeaderEntry::new("DISTANCE", "0.1")];
    write_smv(&folder.path().join("near.img"), &entries, 3, 2, &[1; 6]).unwrap();
    let near = |more: &str| {
        resolved(folder.path(), &format!("-default_F 1 {CELL} -nodump -img near.img {more}")).warnings
    };
    let codes: Vec<&str> = near("").iter().map(Warning::code).collect();
    assert_eq!(codes, ["config.unlikely-in-header", "io.not-in-header"]);
    assert!(near("-quirks reference").is_empty());
    let of_files = "config.dropped-point config.earlier-run config.mask-of-other-instrument config.no-wavelength \
        config.other-wavelength config.unlikely-in-header io.cell-of-other-axes io.contradicting-header io.detector-properties io.far-source \
        io.not-in-header io.not-taken io.polychromatic io.several-sets io.unknown-key";
    silent.extend(of_files.split_whitespace().map(str::to_owned));
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/WARNINGS.md"))
        .unwrap();
    let paragraph =
        page.split("Under `-quirks reference`, which").nth(1).unwrap().split("All others").next().unwrap();
    let listed = paragraph
        .split('`')
        .filter(|word| word.starts_with("config.") || word.starts_with("io."))
        .map(str::to_owned)
        .collect();
    assert_eq!(silent, listed);
}

/// Codes of warnings of images' headers, each of which is checked.
fn in_headers() -> Vec<&'static str> {
    let folder = tempfile::tempdir().unwrap();
    let entries = |distance: &'static str, key: &'static str| {
        [
            HeaderEntry::new("PIXEL_SIZE", "1"),
            HeaderEntry::new("DISTANCE", distance),
            HeaderEntry::new(key, "1"),
        ]
    };
    let header = |name: &str, distance, key| {
        write_smv(&folder.path().join(name), &entries(distance, key), 3, 2, &[1; 6]).unwrap();
    };
    header("zero.img", "0", "PHI");
    header("near.img", "0.1", "PHI");
    header("trek.img", "100", "PXD_GONIO_VALUES");
    header("below.img", "-60", "PHI");
    header("other.img", "70", "PHI");
    let with = |name: &str, more: [HeaderEntry; 2]| {
        let mut all = Vec::from(entries("60", "PHI"));
        all.extend(more);
        write_smv(&folder.path().join(name), &all, 3, 2, &[1; 6]).unwrap();
    };
    let entry = HeaderEntry::new;
    with("twice.img", [entry("PHI", "2"), entry("OSC_RANGE", "1")]);
    with("two.img", [entry("CLOSE_DISTANCE", "50"), entry("OSC_RANGE", "1")]);
    let axes =
        [entry("FAST_AXIS", "1 0 0"), entry("SLOW_AXIS", "0 -0.8 0.6"), entry("FIRST_PIXEL", "-1 1 -50")];
    let all: Vec<HeaderEntry> = entries("60", "PHI").into_iter().chain(axes).collect();
    write_smv(&folder.path().join("axes.img"), &all, 3, 2, &[1; 6]).unwrap();
    let aside = [
        entry("FAST_AXIS", "1 0 0"),
        entry("SLOW_AXIS", "0 -1 0"),
        entry("FIRST_PIXEL", "-1 1 -60"),
        entry("BEAM_CENTER_X", "3"),
        entry("BEAM_CENTER_Y", "3"),
    ];
    let all: Vec<HeaderEntry> = entries("60", "PHI").into_iter().chain(aside).collect();
    write_smv(&folder.path().join("aside.img"), &all, 3, 2, &[1; 6]).unwrap();
    let cbf = folder.path().join("swung.cbf");
    write_cbf(&cbf, &swung(), &[1; 6]).unwrap();
    let mut stack = StackWriter::create(&folder.path().join("upright.nxs"), &upright(), 1).unwrap();
    stack.write(0, &[1; 6]).unwrap();
    stack.finish().unwrap();
    let cases = [
        ("-img zero.img", "config.zero-in-header", "DISTANCE", Some("0")),
        ("-img near.img", "config.unlikely-in-header", "DISTANCE", Some("0.1")),
        ("-mask trek.img", "config.d-trek-header", "PXD_GONIO_VALUES", None),
        ("-img swung.cbf", "config.swing-in-header", "2theta", Some("10")),
        ("-img below.img -quirks spec", "config.senseless-in-header", "DISTANCE", Some("-60")),
        ("-img twice.img", "config.repeated-in-header", "PHI", Some("1")),
        ("-img two.img", "config.contradicting-distances", "DISTANCE", Some("60")),
        (
            "-img two.img -distance 80 -quirks reference",
            "config.header-over-flag",
            "CLOSE_DISTANCE",
            Some("80"),
        ),
        ("-img near.img", "io.not-in-header", "WAVELENGTH", Some("none")),
        ("-img axes.img", "io.contradicting-header", "DISTANCE", Some("60 mm")),
        ("-img aside.img", "config.corner-in-header", "first pixel", None),
        ("-img axes.img -quirks spec", "config.axes-in-header", "axes of the detector", Some("36.87")),
        ("-mask other.img -img twice.img -phi 0", "config.mask-of-other-instrument", "DISTANCE", Some("70")),
        ("-img upright.nxs -quirks spec", "config.spindle-in-header", "spindle", Some("90")),
    ];
    for (line, code, place, found) in cases {
        let setup = resolved(folder.path(), &format!("{CELL} -default_F 1 -nodump {line}"));
        let subject = one(&setup, code, line).subject();
        assert_eq!(subject.place, Some(place), "{line}");
        if found.is_some() || code != "config.corner-in-header" {
            assert_eq!(subject.found.as_deref(), found, "{line}");
        }
        assert_eq!(subject.file, line.split(' ').nth(1).map(Path::new), "{line}");
        assert!(subject.assumed.is_some(), "{line}");
    }
    cases.map(|(_, code, ..)| code).into()
}

/// Codes of warnings of files that an earlier run left, and of those that are not written.
fn of_outputs() -> Vec<&'static str> {
    let folder = tempfile::tempdir().unwrap();
    let numbers = [500.0f64, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let bytes: Vec<u8> =
        b"0 0 0 0 0 0\n\x0c".iter().copied().chain(numbers.iter().flat_map(|f| f.to_le_bytes())).collect();
    std::fs::write(folder.path().join("Fdump.bin"), bytes).unwrap();
    let setup = resolved(folder.path(), CELL);
    let subject = one(&setup, "config.earlier-run", CELL).subject();
    assert_eq!(subject.file, Some(Path::new("Fdump.bin")));
    assert!(setup.warnings.iter().all(|warning| warning.code() != "io.negative-amplitudes"));
    let bytes = std::fs::read(folder.path().join("Fdump.bin")).unwrap();
    let start = bytes.len() - 8 * numbers.len();
    let negative = [&bytes[..start], &(-500.0f64).to_le_bytes(), &bytes[start + 8..]].concat();
    std::fs::write(folder.path().join("negative.bin"), negative).unwrap();
    let line = format!("{CELL} -dump negative.bin");
    let setup = resolved(folder.path(), &line);
    assert_eq!(one(&setup, "io.negative-amplitudes", &line).subject().found.as_deref(), Some("1"));
    let line = format!("{CELL} -default_F 1 -cbffile a.cbf -o b.cbf");
    let setup = resolved(folder.path(), &line);
    assert_eq!(one(&setup, "config.not-written", &line).subject().file, Some(Path::new("a.cbf")));
    vec!["config.earlier-run", "config.not-written"]
}

#[test]
fn a_denied_warning_is_handed_on() {
    let setup =
        resolved(Path::new(""), &format!("{CELL} -default_F 1 -nodump -detpixels 8 -pixel 0.1 -coherent"));
    let plan = setup.experiment.plan().unwrap();
    let error = setup.deny_warnings(&plan).unwrap_err();
    assert!(matches!(error.denied(), Some(Warning::Flag(FlagWarning::NoEffect { .. }))), "{error}");
    assert_eq!(error.to_string(), setup.warnings[0].to_string());
    // Without one of flags the first of the plan counts, with its remedy.
    let setup =
        resolved(Path::new(""), &format!("{CELL} -default_F 1 -nodump -detpixels 8 -N 100 -oversample 1"));
    let plan = setup.experiment.plan().unwrap();
    let error = setup.deny_warnings(&plan).unwrap_err();
    assert_eq!(error.denied().map(Warning::code), Some("plan.undersampled"));
    assert!(error.to_string().contains("; -oversample "), "{error}");
    let other = parse(["-nosuch".into()]).unwrap_err();
    assert_eq!((other.kind(), other.denied()), (ErrorKind::UnknownFlag, None));
}

/// Codes in the tables of `docs/WARNINGS.md`, in the order of the page.
fn on_the_page() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/WARNINGS.md");
    let page = std::fs::read_to_string(page).unwrap();
    let code = |line: &str| line.strip_prefix("| `")?.split_once("` |").map(|(code, _)| code.to_owned());
    // Those of refinements are of a crate that this one does not know.
    page.lines().filter_map(code).filter(|code| !code.starts_with("refine.")).collect()
}

#[test]
fn every_code_is_unique_and_on_the_page() {
    let codes: Vec<&str> = Warning::codes().collect();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "{codes:?}");
    for code in &codes {
        let (topic, what) = code.split_once('.').unwrap();
        let is_word =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(is_word(topic) && is_word(what), "{code}");
    }
    assert_eq!(on_the_page(), codes);
}
