//! Every case of the fixtures folder, under every preset.

use nanobragg::backend::{Backend, Control, Unsupported};
use nanobragg::model::Preset;
use nanobragg_testkit::tolerance::REFERENCE_FLOATS;
use nanobragg_testkit::{cases, compare};
use nanobragg_wgpu::{GpuBackend, Precision, UpperLimits};

use crate::comparison::{Differences, notices};
use crate::device::{definition, open, renderer};

fn every_case(precision: Precision) {
    let Some(mut renderer) = renderer(precision) else { return };
    let (mut rendered, mut refused, mut worst) = (0, 0, Differences::NONE);
    for case in cases().unwrap() {
        for preset in Preset::ALL {
            let plan = case.plan(&["-quirks", preset.name()]).unwrap();
            let name = format!("{} {} {}", case.name, preset.name(), precision.name());
            let photons = match renderer.photons(&plan, &Control::default()) {
                Ok(photons) => photons,
                Err(error) if error.unsupported() == Some(&Unsupported::RunningSumFactors) => {
                    assert!(plan.factors.depend_on_order(), "{name}");
                    refused += 1;
                    continue;
                }
                Err(error) => panic!("{name}: {error}"),
            };
            let expected = definition(&plan);
            let differences = Differences::of(&plan, &expected, &photons);
            assert!(differences.pass(precision), "{name}: {differences:?}");
            assert!(notices(&plan, &expected, &photons, precision), "{name}");
            worst = worst.worst(differences);
            rendered += 1;
        }
    }
    eprintln!("{rendered} images in {}, {refused} refused, worst {worst:?}", precision.name());
    assert!(rendered >= 240 && refused == 9 && worst.relative > 0.0, "{rendered} {refused}");
}

#[test]
fn every_case_in_double_precision() {
    every_case(Precision::Double);
}

#[test]
fn every_case_in_single_precision() {
    every_case(Precision::Single);
}

#[test]
fn images_agree_with_the_reference_programs() {
    let Some(gpu) = open(UpperLimits::default()) else { return };
    let Ok(backend) = GpuBackend::new(gpu, Precision::Double) else { return };
    let mut compared = 0;
    for case in cases().unwrap() {
        let plan = case.plan(&["-quirks", "reference"]).unwrap();
        if plan.factors.depend_on_order() {
            continue;
        }
        let image = backend.render(&plan, &Control::default()).unwrap();
        let expected = case.float(image.pixels().len()).unwrap();
        let comparison = compare(image.pixels(), &expected, image.fast(), REFERENCE_FLOATS);
        assert!(comparison.passes(), "{}: {comparison}", case.name);
        compared += 1;
    }
    assert!(compared >= 60, "{compared}");
}
