//! What the program writes, against what the reference program wrote, for every case of the fixtures.

use nanobragg_io::pgm::read_pgm;
use nanobragg_io::smv::read_smv;
use nanobragg_testkit::tolerance::{NOISE_PIXELS, REFERENCE_COUNTS, REFERENCE_FLOATS};
use nanobragg_testkit::{Case, cases, compare};

use crate::scratch::{Run, Scratch};

/// Files of a case that are results, or text about it.
const NOT_INPUT: [&str; 7] =
    ["args.txt", "about.txt", "stdout.txt", "float.bin", "int.img", "image.pgm", "noise.img"];

/// A run of the case in a folder that holds its inputs and nothing else.
fn run(case: &Case) -> (Scratch, Run) {
    let entries = std::fs::read_dir(&case.folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let scratch = Scratch::with_copies(&case.folder, names.filter(|name| !NOT_INPUT.contains(&&**name)));
    let words = case.args.iter().map(String::as_str);
    let words = words.chain(["-quirks", "reference", "-noprogress", "-nodump"]);
    let run: Run = scratch.command(words).output().unwrap().into();
    assert_eq!(run.status, 0, "{}: {}", case.name, run.err);
    (scratch, run)
}

/// Key and value of each line of an SMV header.
fn header(bytes: &[u8]) -> Vec<(String, String)> {
    let end = bytes.iter().position(|&byte| byte == b'}').unwrap();
    let text = std::str::from_utf8(&bytes[..end]).unwrap();
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.trim_end_matches(';').trim().to_owned())).collect()
}

fn float_image(case: &Case, scratch: &Scratch) {
    let expected = nanobragg_io::float::read_float(
        &case.folder.join("float.bin"),
        std::fs::metadata(case.folder.join("float.bin")).unwrap().len() as usize / 4,
    )
    .unwrap();
    let path = scratch.path("floatimage.bin");
    let found = nanobragg_io::float::read_float(&path, expected.len()).unwrap();
    let fast = read_smv(&scratch.path("intimage.img")).unwrap().fast;
    let comparison = compare(&found, &expected, fast, REFERENCE_FLOATS);
    assert!(comparison.passes(), "{}: {comparison}", case.name);
}

/// How many pixels of two count images differ by more than `tolerance`; headers have to be the same.
fn differing(case: &Case, scratch: &Scratch, theirs: &str, ours: &str, tolerance: u64) -> (usize, usize) {
    let (expected, found) = (case.folder.join(theirs), scratch.path(ours));
    let keys = |path| header(&std::fs::read(path).unwrap());
    assert_eq!(keys(&found), keys(&expected), "{}: header of {ours}", case.name);
    let (expected, found) = (read_smv(&expected).unwrap(), read_smv(&found).unwrap());
    assert_eq!((found.fast, found.slow), (expected.fast, expected.slow), "{}", case.name);
    let pairs = found.data.iter().zip(&expected.data);
    (pairs.filter(|(a, b)| a.abs_diff(**b) > tolerance).count(), found.data.len())
}

fn gray_image(case: &Case, scratch: &Scratch) {
    let comment = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(&bytes[..64.min(bytes.len())]).into_owned();
        text.lines().find(|line| line.starts_with('#')).map(str::to_owned)
    };
    let theirs = std::fs::read(case.folder.join("image.pgm")).unwrap();
    let comments = (comment(&scratch.read("image.pgm")), comment(&theirs));
    assert!(comments.0.is_some() && comments.0 == comments.1, "{}: {comments:?}", case.name);
    let expected = read_pgm(&case.folder.join("image.pgm")).unwrap();
    let found = read_pgm(&scratch.path("image.pgm")).unwrap();
    assert_eq!((found.fast, found.slow), (expected.fast, expected.slow), "{}", case.name);
    let off = found.data.iter().zip(&expected.data).filter(|(a, b)| a.abs_diff(**b) > 1).count();
    assert_eq!(off, 0, "{}: gray levels", case.name);
}

#[test]
fn files_and_figures_are_those_of_the_reference_program() {
    let (mut counts, mut noises, mut grays) = (0, 0, 0);
    for case in &cases().unwrap() {
        let (scratch, run) = run(case);
        float_image(case, &scratch);
        let has = |name: &str| case.folder.join(name).exists();
        if has("int.img") {
            counts += 1;
            let (off, _) = differing(case, &scratch, "int.img", "intimage.img", u64::from(REFERENCE_COUNTS));
            assert_eq!(off, 0, "{}: counts", case.name);
        }
        if has("noise.img") {
            noises += 1;
            let (off, pixels) = differing(case, &scratch, "noise.img", "noiseimage.img", 0);
            assert!(off as f64 <= NOISE_PIXELS * pixels as f64, "{}: {off} of {pixels}", case.name);
        }
        if has("image.pgm") {
            grays += 1;
            gray_image(case, &scratch);
        }
        let said = case.text("stdout.txt").unwrap();
        for start in ["max_I = ", "mean= "] {
            let expected = said.lines().find(|line| line.starts_with(start)).unwrap();
            assert_eq!(run.line(start), expected, "{}", case.name);
        }
    }
    assert!(counts > 0 && noises > 0 && grays > 0, "{counts} {noises} {grays}");
}

#[test]
fn a_changed_header_or_pixel_is_noticed() {
    let case = nanobragg_testkit::case("noise").unwrap();
    let (scratch, _) = run(&case);
    let ours = scratch.read("noiseimage.img");
    let mut changed = ours.clone();
    changed[512..512 + 20].fill(0xff);
    scratch.write("noiseimage.img", &changed);
    assert_eq!(differing(&case, &scratch, "noise.img", "noiseimage.img", 0).0, 10);
    let text = String::from_utf8_lossy(&ours[..512]).replace("DISTANCE=100;", "DISTANCE=101;");
    assert_ne!(header(text.as_bytes()), header(&ours));
}
