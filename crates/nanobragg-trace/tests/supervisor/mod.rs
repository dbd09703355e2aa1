//! The supervisor experiment around one pixel, from figures that the project holds.

#![allow(dead_code, reason = "each test file uses its share")]

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use nanobragg::image::Pixel;
use nanobragg::model::{
    Beam, Convention, Crystal, Dose, Experiment, Frame, IndexBox, MosflmMatrix, Pivot, PixelGrid, Placement,
    Preset, Quirk, Quirks, Reflection, Rest, Rotation, Sensor, Steps, StructureFactors, Tilt, UnitCell,
};
use nanobragg::nalgebra::Vector3;
use nanobragg::plan::Plan;
use nanobragg::trace::Options;
use nanobragg::units::{angstrom, deg, mm, um};
use nanobragg_trace::{CaptureOptions, Trace, TraceText, capture};

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name)
}

/// The folder of reference data outside the project, or why a test that needs it is skipped.
pub fn reference(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference");
    let root = std::env::var_os("NANOBRAGG_REFERENCE").map_or_else(beside, PathBuf::from);
    let path = root.join(name);
    if !path.exists() {
        println!("skipped: {} is absent; set NANOBRAGG_REFERENCE to the reference folder", path.display());
        return None;
    }
    Some(path)
}

pub fn log(name: &str) -> Trace {
    Trace::read(fixture("supervisor_pixel").join(name)).unwrap()
}

pub fn c_log(name: &str) -> Trace {
    Trace::read(fixture("traces").join(name)).unwrap()
}

pub fn port_c_parity() -> Quirks {
    Quirks::from(Preset::Port).with(Quirk::PhiZeroCarryover)
}

/// The 64 structure factors around -7 -1 -14 in a table that is one index wider on each side, so that their
/// neighborhood is inside.
pub fn structure_factors() -> StructureFactors {
    let text = std::fs::read_to_string(fixture("supervisor_pixel/reflections.hkl")).unwrap();
    let reflections = text.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let hkl = [0, 1, 2].map(|axis| words[axis].parse().unwrap());
        Reflection { hkl, f: words[3].parse().unwrap() }
    });
    let bounds = IndexBox { min: [-9, -3, -16], max: [-4, 2, -11] };
    StructureFactors::from_reflections(bounds, 0.0, reflections).unwrap()
}

/// The experiment with structure factors of the caller's.
pub fn experiment_with(quirks: impl Into<Quirks>, structure_factors: StructureFactors) -> Experiment {
    let matrix = MosflmMatrix::new([
        [-0.02837711, -0.00305386, 0.02535816],
        [-0.02871390, 0.01019549, -0.01400049],
        [0.01050048, -0.03209440, -0.01036054],
    ])
    .unwrap();
    let crystal = Crystal::from_matrix(matrix).with_cells(36, 47, 29).unwrap();
    let mut experiment = Experiment::new(crystal, structure_factors);
    experiment.quirks = quirks.into();
    let dose = Dose::of_flux(1e18, 1.0, mm(1.0)).unwrap();
    experiment.beam = Beam::new(angstrom(0.9768)).unwrap().with_dose(dose);
    experiment.rotation = Rotation::over(deg(0.0), deg(0.1), 10).unwrap();
    experiment.rendering.oversample = NonZeroU32::new(1);
    experiment.rendering.interpolate = Some(false);
    let detector = &mut experiment.detector;
    detector.convention = Convention::Custom(Frame {
        beam: Vector3::new(0.00051387949, 0.0, -0.99999986),
        fdet: Vector3::new(0.999982, -0.005998, -0.000118),
        sdet: Vector3::new(-0.005998, -0.999970, -0.004913),
        odet: Vector3::new(-0.000088, 0.004914, -0.999988),
        spindle_axis: Vector3::new(-1.0, 0.0, 0.0),
        ..Frame::default()
    });
    detector.pixels = PixelGrid::new(2463, 2527, mm(0.172));
    detector.placement = Placement::Corner {
        origin: [mm(-216.336293), mm(215.205512), mm(-230.200866)],
        rest: Rest::at(mm(231.274660)).with_beam_center(mm(217.742295), mm(213.907080)),
    };
    detector.pivot = Some(Pivot::Sample);
    experiment
}

pub fn plan(quirks: impl Into<Quirks>) -> Plan {
    experiment_with(quirks, structure_factors()).plan().unwrap()
}

pub fn traced(plan: &Plan, slow: usize, fast: usize) -> TraceText {
    let trace = Options { rot_stars: true, ..Options::default() };
    capture(plan, Pixel { slow, fast }, &CaptureOptions { trace, ..CaptureOptions::default() })
}

/// Facts and phi steps as one trace.
pub fn parsed(text: &TraceText) -> Trace {
    format!("{}{}", text.main, text.per_phi).parse().unwrap()
}

/// The small experiments whose traces by the C program are in `fixtures/traces`.
pub fn small(name: &str) -> Experiment {
    let mut experiment =
        Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0).unwrap(), 100.0);
    experiment.quirks = Preset::Reference.into();
    experiment.beam = Beam::new(angstrom(1.5)).unwrap();
    experiment.crystal = experiment.crystal.with_cells(5, 5, 5).unwrap();
    experiment.crystal = experiment
        .crystal
        .with_misset(nanobragg::model::Misset::Angles([10.0, 20.0, 30.0].map(deg)))
        .unwrap();
    experiment.rendering.oversample = NonZeroU32::new(1);
    experiment.detector.placement = Placement::at(mm(100.0));
    experiment.detector.pixels = PixelGrid::new(64, 64, mm(1.0));
    match name {
        "triclinic" => {}
        "phi_zero" | "phi_zero_first" => {
            experiment.rotation = Rotation::over(0.0, deg(2.0), 5).unwrap();
        }
        "polar" => {
            let polarization = nanobragg::model::Polarization::Kahn(0.95);
            experiment.beam = experiment.beam.with_polarization(polarization).unwrap();
        }
        "tilted" => {
            experiment.detector.tilt = Tilt { x: deg(5.0), y: deg(3.0), z: deg(2.0), twotheta: deg(10.0) };
        }
        "absorption" => {
            let sensor = Sensor::new(um(450.0)).unwrap().with_attenuation(1.0 / um(300.0)).unwrap();
            experiment.detector.sensor = sensor.with_layers(4).unwrap();
        }
        "hkl_matrix" => {
            let folder = fixture("cases/hkl_matrix");
            let matrix = nanobragg_io::matrix::read_matrix(&folder.join("A.mat")).unwrap();
            experiment.crystal =
                Crystal::from_matrix(MosflmMatrix::new(matrix).unwrap()).with_cells(6, 6, 6).unwrap();
            experiment.beam = Beam::new(angstrom(1.2)).unwrap();
            experiment.structure_factors = table(&folder.join("P1.hkl"));
            experiment.rendering.interpolate = Some(false);
        }
        _ => panic!("no experiment is called {name}"),
    }
    experiment
}

/// The reflections of a file in a table around them.
pub fn table(path: &Path) -> StructureFactors {
    let records = nanobragg_io::hkl::HklReader::open(path).unwrap().map(Result::unwrap);
    let reflections: Vec<_> = records.map(|r| Reflection { hkl: [r.h, r.k, r.l], f: r.f }).collect();
    let bounds = IndexBox::enclosing(reflections.iter().map(|r| r.hkl)).unwrap();
    StructureFactors::from_reflections(bounds, 0.0, reflections).unwrap()
}

/// A grid of three samples.
pub fn three(range: f64) -> Steps {
    Steps::across(range, 3).unwrap()
}
