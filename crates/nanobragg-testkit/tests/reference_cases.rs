//! Every case of the fixtures folder against what the reference program rendered from it.

use nanobragg::render::{Backend, Control, Cpu, Reference};
use nanobragg_testkit::tolerance::{REFERENCE_FLOATS, SAME_BITS};
use nanobragg_testkit::{cases, compare, perturbed};

#[test]
fn floats_agree_with_the_reference_program() {
    let mut failures = Vec::new();
    let cases = cases().unwrap();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    for case in &cases {
        let plan =
            case.plan(&["-quirks", "reference"]).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let image = Cpu::default().render(&plan, &Control::default()).unwrap();
        let expected = case.float(image.pixels().len()).unwrap();
        let comparison = compare(image.pixels(), &expected, image.fast(), REFERENCE_FLOATS);
        if !comparison.passes() {
            failures.push(format!("{}: {comparison}", case.name));
        }
        let brightest = expected.iter().copied().fold(0.0, f32::max);
        let wrong = perturbed(image.pixels(), image.pixels().len() / 2 + 7, 1e-5, brightest);
        let noticed = !compare(&wrong, &expected, image.fast(), REFERENCE_FLOATS).passes();
        assert!(noticed, "{}: a pixel changed by 1e-5 was not noticed", case.name);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn cpu_gives_the_bits_of_the_definition_for_any_number_of_threads() {
    for case in cases().unwrap() {
        for preset in ["reference", "exact"] {
            let plan = case.plan(&["-quirks", preset]).unwrap();
            let expected = Reference.render(&plan, &Control::default()).unwrap();
            for threads in [1, 3] {
                let image = Cpu::with_threads(threads).unwrap().render(&plan, &Control::default()).unwrap();
                let comparison = compare(image.pixels(), expected.pixels(), image.fast(), SAME_BITS);
                assert!(comparison.passes(), "{} {preset} {threads} threads: {comparison}", case.name);
            }
        }
    }
}
