//! Experiments that are written down are read again, and nothing is read that could not be built.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::num::NonZeroU32;

use nanobragg::backend::{Backend as _, Control, Cpu};
use nanobragg::model::{
    Beam, Convention, Distance, Divergence, Dose, Experiment, Frame, IndexBox, Lattice, Mask, Misset,
    Mosaicity, MosflmMatrix, PixelGrid, Placement, Polarization, Preset, Quirk, Quirks, Reflection, Rest,
    Roi, Rotation, Sensor, Shape, Size, Source, SpectralLine, Spectrum, StepPoint, Steps, StructureFactors,
    UnitCell,
};
use nanobragg_testkit::cases;
use serde_json::{Value, json};

fn written(experiment: &Experiment) -> String {
    serde_json::to_string(experiment).unwrap()
}

fn read(text: &str) -> Result<Experiment, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Read again it is the same, to the sign of a zero.
fn comes_back(name: &str, experiment: &Experiment) -> Experiment {
    let text = written(experiment);
    let again = read(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
    assert!(again == *experiment, "{name}: {text}");
    assert_eq!(written(&again), text, "{name}");
    again
}

fn image(experiment: &Experiment) -> Vec<u32> {
    let plan = experiment.plan().unwrap();
    let image = Cpu::default().render(&plan, &Control::default()).unwrap();
    image.pixels().iter().map(|pixel| pixel.to_bits()).collect()
}

#[test]
fn every_recorded_case_comes_back_from_json() {
    let cases = cases().unwrap();
    assert!(cases.len() > 20);
    for (number, case) in cases.iter().enumerate() {
        for preset in ["reference", "exact"] {
            let experiment = case.setup(&["-quirks", preset]).unwrap().experiment;
            let again = comes_back(&case.name, &experiment);
            if number % 5 == 0 {
                assert!(image(&again) == image(&experiment), "{}: another image", case.name);
            }
        }
    }
}

fn cell() -> UnitCell {
    UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0).unwrap()
}

/// Something of every kind that the recorded cases may not have.
fn rich() -> Experiment {
    let steps = Steps::across(0.004, 3).unwrap();
    let bounds = IndexBox { min: [-2, 0, 1], max: [1, 2, 3] };
    let factors =
        StructureFactors::from_reflections(bounds, 7.0, [Reflection { hkl: [1, 0, 2], f: 0.1 + 0.2 }]);
    let matrix = MosflmMatrix::new([[0.01, 0.001, 0.0], [0.0, 0.02, 0.0], [0.003, 0.0, 0.03]]).unwrap();
    let mut experiment = Experiment::uniform(cell(), 100.0)
        .with_beam(
            Beam::new(1.2e-10)
                .unwrap()
                .with_spectrum(Spectrum::Band(steps))
                .unwrap()
                .with_divergence(Divergence::square(steps, Steps::ONE))
                .with_polarization(Polarization::Kahn(0.95))
                .unwrap()
                .with_dose(Dose::of_flux(1e12, 0.1, 2e-5).unwrap()),
        )
        .with_rotation(Rotation::over(0.1, 0.3, 7).unwrap().sampled_at(StepPoint::Start))
        .with_quirks(Quirks::from(Preset::Spec).with(Quirk::PhiZeroCarryover));
    experiment.structure_factors = factors.unwrap();
    experiment.crystal = experiment
        .crystal
        .with_lattice(Lattice::MatrixOfCell(matrix, cell()))
        .with_size([Size::Cells(5.0), Size::Length(1e-7), Size::Cells(1.0)])
        .unwrap()
        .with_shape(Shape::GaussStar)
        .with_fudge(1.1)
        .unwrap()
        .with_b_factor(2e-19)
        .unwrap()
        .with_misset(Misset::Angles([0.1, -0.0, 1e-300]))
        .unwrap()
        .with_mosaicity(Mosaicity::Domains { spread: 0.01, count: 5 })
        .unwrap();
    let detector = &mut experiment.detector;
    detector.convention = Convention::Custom(Frame::default());
    detector.pixels = PixelGrid::new(5, 4, 1e-3);
    detector.sensor = Sensor::new(4e-4).unwrap().with_attenuation(3e3).unwrap().with_layers(4).unwrap();
    let rest = Rest::at(0.1).with_beam_center(0.002, 0.003).with_near_point(0.001, 0.0);
    detector.placement = Placement::Corner { origin: [0.1, 0.2, 0.3], rest };
    let rendering = &mut experiment.rendering;
    rendering.oversample = NonZeroU32::new(2);
    rendering.dmin = Some(1e-10);
    rendering.water_size = Some(1e-6);
    rendering.interpolate = Some(false);
    rendering.roi = Roi { fast: (None, Some(3)), slow: (Some(1), None) };
    rendering.mask = Some(mask([false, true, true, false, true]));
    experiment.seeds.noise = -3;
    experiment
}

/// Of 5 × 4 pixels, with the same columns in each row.
fn mask(columns: [bool; 5]) -> Mask {
    Mask { fast: 5, slow: 4, keep: columns.repeat(4).into() }
}

#[test]
fn what_no_case_has_comes_back_as_well() {
    let experiment = rich();
    assert!(image(&comes_back("rich", &experiment)) == image(&experiment));
    let changes: &[fn(&mut Experiment)] = &[
        |e| e.rotation = Rotation::in_enough_steps(0.1, -0.2, 50).unwrap(),
        |e| e.rotation = Rotation::still(-0.5),
        |e| e.rotation = Rotation::sampled(0.0, 1.0, 0.3, 3).unwrap(),
        |e| e.crystal = e.crystal.with_misset(Misset::Random).unwrap(),
        |e| e.crystal = e.crystal.with_lattice(Lattice::Cell(cell())),
        |e| {
            let enough = Mosaicity::Enough { spread: 0.0, at_most: 9 };
            e.crystal = e.crystal.with_mosaicity(enough).unwrap();
        },
        |e| {
            let source = Source { position: [Some(-1.0), None, None], weight: Some(0.5), wavelength: None };
            e.beam = Beam::default().with_sources(vec![source, Source::default()]).unwrap();
        },
        |e| {
            let line = |wavelength, weight| SpectralLine { wavelength, weight };
            let lines = Spectrum::Lines(vec![line(1e-10, 1.0), line(1.1e-10, 0.0)]);
            e.beam = e.beam.clone().with_spectrum(lines).unwrap();
        },
        |e| e.beam = e.beam.clone().with_polarization(Polarization::Off).unwrap(),
        |e| e.beam = e.beam.clone().with_dose(Dose::of_fluence(0.0).unwrap()),
        |e| e.beam = e.beam.clone().with_dose(Dose::of_fluence(1e24).unwrap().with_beam_size(1e-5).unwrap()),
        |e| e.detector.placement = Placement::Measured { origin: [0.1, -0.2, 0.3] },
        |e| e.detector.placement = Rest { distance: Distance::ToPlane(0.2), ..Rest::at(0.1) }.into(),
        |e| e.detector.sensor = Sensor::NONE.with_attenuation(0.0).unwrap(),
        |e| e.detector.sensor = Sensor::new(1e-4).unwrap().with_spaced_layers(3, 2e-5).unwrap(),
        |e| e.rendering.mask = Some(mask([true, true, false, false, false])),
        |e| e.rendering.mask = Some(mask([true; 5])),
        |e| e.rendering.mask = Some(mask([false; 5])),
        |e| e.rendering.mask = Some(Mask { fast: 0, slow: 0, keep: [].into() }),
        |e| e.rendering.most_chosen = None,
        |e| e.structure_factors = StructureFactors::uniform(-0.0),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut experiment = rich();
        change(&mut experiment);
        comes_back(&format!("change {number}"), &experiment);
    }
}

#[test]
fn parts_that_are_missing_are_those_of_the_default() {
    let mut value: Value = serde_json::to_value(Experiment::uniform(cell(), 100.0)).unwrap();
    let parts = value.as_object_mut().unwrap();
    parts.retain(|name, _| name == "crystal" || name == "structure_factors");
    parts["crystal"].as_object_mut().unwrap().retain(|name, _| name == "lattice" || name == "size");
    let read: Experiment = serde_json::from_value(value.clone()).unwrap();
    assert!(read == Experiment::uniform(cell(), 100.0));
    value["rendering"] = json!({ "oversample": 3 });
    value["beam"] = json!({ "wavelength": 2e-10 });
    let read: Experiment = serde_json::from_value(value).unwrap();
    let mut expected = Experiment::uniform(cell(), 100.0).with_beam(Beam::new(2e-10).unwrap());
    expected.rendering.oversample = NonZeroU32::new(3);
    assert!(read == expected);
}

#[test]
fn quirks_and_shapes_are_written_by_their_names() {
    for &quirk in Quirk::ALL {
        assert_eq!(serde_json::to_value(quirk).unwrap(), json!(quirk.name()));
    }
    for &shape in Shape::ALL {
        assert_eq!(serde_json::to_value(shape).unwrap(), json!(shape.name()));
    }
}

#[test]
fn what_cannot_be_built_is_not_read() {
    let sources = json!({ "sources": [] });
    let lines = json!({ "grid": { "spectrum": { "lines": [{ "wavelength": 1.0, "weight": -1.0 }] }, "divergence": {} } });
    let band = json!({ "grid": { "spectrum": { "band": { "range": 3, "step": 1, "count": 4 } }, "divergence": {} } });
    let cases = [
        ("/beam/wavelength", json!(-1e-10), "the wavelength (m) is"),
        ("/beam/wavelength", json!(null), "invalid type: null"),
        ("/beam/incidence", sources, "no source is left"),
        ("/beam/incidence", lines, "the sum of the weights of the spectrum is -1"),
        ("/beam/incidence", band, "the shortest wavelength of the spectrum (m) is"),
        ("/beam/incidence/grid/divergence/horizontal/count", json!(0), "the number of samples is 0"),
        ("/beam/incidence/grid/divergence/horizontal/step", json!(0.0), "the step between samples is 0"),
        ("/beam/incidence/grid/divergence/horizontal/range", json!(-1.0), "the range of samples is -1"),
        ("/beam/dose/flux/flux", json!(-1.0), "the flux (photons/s) is -1"),
        ("/beam/dose/flux/exposure", json!(0.0), "the exposure (s) is 0"),
        ("/beam/dose/flux/beam_size", json!(1e-200), "the fluence (photons/m^2) is inf"),
        (
            "/crystal/lattice/matrix_of_cell/0/2",
            json!([0.0, 0.0, 0.0]),
            "the orientation matrix spans no volume",
        ),
        (
            "/crystal/lattice/matrix_of_cell/1/edges_angstrom/1",
            json!(0.0),
            "an edge of the unit cell (A) is 0",
        ),
        ("/crystal/lattice/matrix_of_cell/1/angles", json!([1.0, 1.0, 2.5]), "spans no volume"),
        ("/crystal/size/0/cells", json!(0.5), "the number of cells is 0.5"),
        ("/crystal/size/1/length", json!(1.0), "the crystal size (m) is 1"),
        ("/crystal/mosaicity/domains/spread", json!(0.0), "the mosaic spread (rad) is 0"),
        ("/crystal/mosaicity/domains/count", json!(0), "the number of mosaic domains is 0"),
        ("/crystal/shape", json!("cube"), "unknown variant `cube`"),
        ("/crystal/fugde", json!(1.0), "unknown field `fugde`"),
        ("/detector/sensor/thickness", json!(-1e-4), "the sensor thickness (m) is"),
        (
            "/detector/sensor/attenuation",
            json!(-1.0),
            "the attenuation coefficient of the sensor (1/m) is -1",
        ),
        ("/detector/sensor/layers/count", json!(0), "nonzero"),
        ("/rotation/steps/given/count", json!(0), "the number of phi steps is 0"),
        ("/rotation/steps", json!({ "enough": { "at_most": 0 } }), "the number of phi steps is 0"),
        ("/rendering/oversample", json!(0), "nonzero"),
        ("/rendering/mask/fast", json!(6), "the number of values in the mask is 20"),
        (
            "/rendering/mask/runs/0",
            json!(u64::MAX),
            "the number of values in the mask is 18446744073709552000",
        ),
        ("/rendering/mask/slow", json!(1u64 << 40), "pixels of a mask are more than the limit"),
        ("/structure_factors/table/max/2", json!(4), "the number of amplitudes of the table is 36"),
        ("/structure_factors/table/max/0", json!(i32::MAX), "the number of amplitudes of the table is 36"),
        ("/structure_factors/table/min/0", json!(5), "the number of amplitudes of the table is 36"),
        ("/structure_factors/table/amplitudes/3", json!("1"), "invalid type: string"),
        ("/quirks/0", json!("phi_zero"), "unknown variant `phi_zero`"),
        ("/seeds/nose", json!(1), "unknown field `nose`"),
        (
            "/crystal",
            json!({ "size": [{ "cells": 1.0 }, { "cells": 1.0 }, { "cells": 1.0 }] }),
            "missing field `lattice`",
        ),
    ];
    for (place, wrong, expected) in cases {
        let mut value = serde_json::to_value(rich()).unwrap();
        let (parent, name) = place.rsplit_once('/').unwrap();
        let parent = value.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {place}"));
        match parent {
            Value::Array(list) => list[name.parse::<usize>().unwrap()] = wrong,
            Value::Object(map) => {
                map.insert(name.to_owned(), wrong);
            }
            other => panic!("{place}: {other}"),
        }
        let error = read(&value.to_string()).err().unwrap_or_else(|| panic!("{place} is read"));
        assert!(error.contains(expected), "{place}: {error}");
    }
}
