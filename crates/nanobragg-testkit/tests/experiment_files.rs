//! Experiment files say what command lines say: every recorded case is written as one, read back and rendered.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::ffi::OsString;

use nanobragg::backend::{Backend as _, Control, Cpu};
use nanobragg_config::classic::{self, ParsedArgs};
use nanobragg_config::{Context, Setup, experiment_file, resolve};
use nanobragg_testkit::{Case, cases};

fn from_flags(case: &Case) -> ParsedArgs {
    classic::parse(case.args.iter().map(OsString::from)).unwrap()
}

fn from_file(case: &Case, text: &str) -> ParsedArgs {
    experiment_file::parse(&case.folder.join("experiment.toml"), text)
        .unwrap_or_else(|error| panic!("{}: {error}\n{text}", case.name))
}

fn setup(case: &Case, args: &ParsedArgs) -> Setup {
    let context = Context { directory: case.folder.clone(), ..Context::default() };
    resolve(args, &context).unwrap_or_else(|error| panic!("{}: {error}", case.name))
}

fn bytes(setup: &Setup) -> Vec<u8> {
    let plan = setup.experiment.plan().unwrap();
    let image = Cpu::default().render(&plan, &Control::default()).unwrap();
    image.pixels().iter().flat_map(|pixel| pixel.to_le_bytes()).collect()
}

#[test]
fn every_case_gives_the_same_image_from_a_file() {
    for case in cases().unwrap() {
        let flags = from_flags(&case);
        let text = experiment_file::write(&flags).unwrap();
        let (a, b) = (setup(&case, &flags), setup(&case, &from_file(&case, &text)));
        assert_eq!(format!("{:?}", a.experiment), format!("{:?}", b.experiment), "{}:\n{text}", case.name);
        assert_eq!(a.outputs, b.outputs, "{}", case.name);
        assert!(bytes(&a) == bytes(&b), "{}: another image", case.name);
    }
}

#[test]
fn another_value_in_the_file_gives_another_image() {
    let case = nanobragg_testkit::case("triclinic").unwrap();
    let text = experiment_file::write(&from_flags(&case)).unwrap();
    let line = text.lines().find(|line| line.starts_with("distance_mm")).unwrap();
    let changed = setup(&case, &from_file(&case, &text.replace(line, "distance_mm = 77")));
    assert!(bytes(&changed) != bytes(&setup(&case, &from_flags(&case))));
}
