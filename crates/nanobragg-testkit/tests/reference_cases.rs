//! Every case of the fixtures folder against what the reference program rendered from it.

use nanobragg::backend::{Backend, Control, Cpu, Scalar};
use nanobragg::image::Pixel;
use nanobragg::model::Preset;
use nanobragg::nest::pixel;
use nanobragg_testkit::tolerance::{CPU_F64, CPU_IMAGE, REFERENCE_FLOATS};
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
fn cpu_agrees_with_the_definition_and_does_not_depend_on_threads() {
    for case in cases().unwrap() {
        for preset in ["reference", "exact"] {
            let plan = case.plan(&["-quirks", preset]).unwrap();
            let expected = Scalar.render(&plan, &Control::default()).unwrap();
            let images = [1, 3].map(|threads| {
                Cpu::with_threads(threads).unwrap().render(&plan, &Control::default()).unwrap()
            });
            assert_eq!(images[0], images[1], "{} {preset}", case.name);
            let comparison = compare(images[0].pixels(), expected.pixels(), expected.fast(), CPU_IMAGE);
            assert!(comparison.passes(), "{} {preset}: {comparison}", case.name);
        }
    }
}

#[test]
fn vectorized_photons_agree_with_the_definition_in_double_precision() {
    let mut worst = (0.0, String::new());
    for case in cases().unwrap() {
        for preset in Preset::ALL {
            let plan = case.plan(&["-quirks", preset.name()]).unwrap();
            let (rows, columns) = plan.region.ranges();
            for slow in rows {
                let row = Cpu::default().row(&plan, slow);
                for fast in columns.clone() {
                    let expected = if plan.region.renders(slow, fast) {
                        pixel(&plan, Pixel { slow, fast }, &mut ())
                    } else {
                        0.0
                    };
                    let relative =
                        if row[fast] == expected { 0.0 } else { (row[fast] / expected - 1.0).abs() };
                    let place =
                        || format!("{} {} {slow} {fast}: {} {expected}", case.name, preset.name(), row[fast]);
                    assert!(relative <= CPU_F64, "{}", place());
                    if relative > worst.0 {
                        worst = (relative, place());
                    }
                }
            }
        }
    }
    println!("worst: {:.2e} at {}", worst.0, worst.1);
    assert!(worst.0 > 0.0, "the vectorized evaluation did not run");
}
