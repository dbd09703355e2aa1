//! Derivatives of pixels: a plan that is placed in dual numbers against differences of plans.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy.toml allows them in test functions, not in what they call

use std::num::NonZeroU32;

use nanobragg::image::Pixel;
use nanobragg::model::{
    Beam, Convention, Distance, Experiment, Lattice, Misset, Mosaicity, Pivot, PixelGrid, Placement,
    Polarization, Rest, Rotation, Shape, Spectrum, Steps, Tilt, UnitCell,
};
use nanobragg::nest::pixel;
use nanobragg::plan::Parameters;
use nanobragg::plan::place::{LatticeParameters, PlacementParameters};
use num_dual::Dual64;

/// A number of an experiment: how it is moved, and which parameter of the plan it is.
struct Number {
    name: &'static str,
    size: f64,
    add: fn(&mut Experiment, f64),
    mark: fn(&mut Parameters<Dual64>) -> &mut Dual64,
}

const NUMBERS: [Number; 9] = [
    Number {
        name: "wavelength",
        size: 1e-10,
        add: |e, step| e.beam = e.beam.clone().with_wavelength(e.beam.wavelength() + step).unwrap(),
        mark: |p| &mut p.wavelength,
    },
    Number { name: "edge a", size: 40.0, add: |e, step| reshape(e, 0, step), mark: |p| cell(p, 0) },
    Number { name: "edge c", size: 60.0, add: |e, step| reshape(e, 2, step), mark: |p| cell(p, 2) },
    Number { name: "angle beta", size: 1.0, add: |e, step| reshape(e, 4, step), mark: |p| cell(p, 4) },
    Number { name: "misset x", size: 1.0, add: |e, step| turn(e, 0, step), mark: |p| &mut p.misset[0] },
    Number { name: "misset z", size: 1.0, add: |e, step| turn(e, 2, step), mark: |p| &mut p.misset[2] },
    Number {
        name: "distance",
        size: 0.1,
        add: |e, step| match &mut e.detector.placement {
            Placement::Rest(Rest { distance: Distance::AlongBeam(distance), .. }) => *distance += step,
            other => panic!("placed by another point: {other:?}"),
        },
        mark: |p| match &mut p.detector.placement {
            PlacementParameters::Beam { distance, .. } => distance,
            _ => panic!("placed by another point"),
        },
    },
    // At rest: the value is zero, its derivative is not.
    Number {
        name: "tilt y",
        size: 1.0,
        add: |e, step| e.detector.tilt.y += step,
        mark: |p| &mut p.detector.tilt[1],
    },
    Number {
        name: "twotheta",
        size: 1.0,
        add: |e, step| e.detector.tilt.twotheta += step,
        mark: |p| &mut p.detector.twotheta,
    },
];

fn cell(parameters: &mut Parameters<Dual64>, number: usize) -> &mut Dual64 {
    let LatticeParameters::Cell(cell) = &mut parameters.lattice else { panic!("a lattice by a matrix") };
    if number < 3 { &mut cell.edges[number] } else { &mut cell.angles[number - 3] }
}

fn reshape(experiment: &mut Experiment, number: usize, step: f64) {
    let cell = experiment.crystal.lattice().cell().unwrap();
    let (mut edges, mut angles) = (cell.edges(), cell.angles());
    let number = if number < 3 { &mut edges[number] } else { &mut angles[number - 3] };
    *number += step;
    let cell = UnitCell::from_radians(edges, angles).unwrap();
    experiment.crystal = experiment.crystal.with_lattice(Lattice::Cell(cell));
}

fn turn(experiment: &mut Experiment, axis: usize, step: f64) {
    let Misset::Angles(mut angles) = experiment.crystal.misset() else { panic!("no angles") };
    angles[axis] += step;
    experiment.crystal = experiment.crystal.with_misset(Misset::Angles(angles)).unwrap();
}

fn experiment(shape: Shape, convention: Convention, pivot: Pivot) -> Experiment {
    let mut experiment =
        Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 85.0, 95.0, 100.0).unwrap(), 50.0);
    experiment.crystal = experiment.crystal.with_cells(3, 4, 5).unwrap();
    experiment.crystal = experiment.crystal.with_shape(shape);
    experiment.crystal = experiment.crystal.with_misset(Misset::Angles([0.3, 0.2, 0.1])).unwrap();
    experiment.beam = Beam::new(1.3e-10)
        .and_then(|beam| beam.with_polarization(Polarization::Kahn(0.8)))
        .and_then(|beam| beam.with_spectrum(Spectrum::Band(Steps::across(0.01, 3)?)))
        .unwrap();
    experiment.rotation = Rotation::over(0.1, 0.01, 2).unwrap();
    experiment.detector.convention = convention;
    experiment.detector.pivot = Some(pivot);
    experiment.detector.pixels = PixelGrid::new(16, 12, 4e-3);
    experiment.detector.tilt = Tilt { x: 0.05, y: 0.0, z: -0.02, twotheta: 0.1 };
    experiment.rendering.oversample = NonZeroU32::new(1);
    experiment
}

fn check(experiment: &Experiment) {
    let plan = experiment.plan().unwrap();
    for Number { name, size, add, mark } in NUMBERS {
        let mut parameters = plan.parameters().cast::<Dual64>();
        mark(&mut parameters).eps = 1.0;
        let placed = plan.place(&parameters);
        let step = 1e-7 * size;
        let moved = |by: f64| {
            let mut moved = experiment.clone();
            add(&mut moved, by);
            moved.plan().unwrap()
        };
        let (above, below) = (moved(step), moved(-step));
        for (slow, fast) in [(1, 2), (5, 9), (11, 15)] {
            let derivative = pixel(&placed, Pixel { slow, fast }, &mut ());
            let value = |plan| pixel(plan, Pixel { slow, fast }, &mut ());
            assert!((derivative.re / value(&plan) - 1.0).abs() < 1e-9, "{name}: {derivative}");
            let difference = (value(&above) - value(&below)) / (2.0 * step);
            let scale = difference.abs().max(derivative.re / size);
            assert!((derivative.eps - difference).abs() < 1e-4 * scale, "{name}: {derivative} {difference}");
        }
    }
}

#[test]
fn a_placed_pixel_carries_its_derivative() {
    check(&experiment(Shape::Square, Convention::Mosflm, Pivot::Beam));
    check(&experiment(Shape::Gauss, Convention::Xds, Pivot::Sample));
}

#[test]
fn what_is_placed_with_its_own_numbers_has_the_same_bits() {
    let mut experiment = experiment(Shape::Round, Convention::Dials, Pivot::Sample);
    let mosaicity = Mosaicity::Domains { spread: 0.01, count: 4 };
    experiment.crystal = experiment.crystal.with_mosaicity(mosaicity).unwrap();
    let plan = experiment.plan().unwrap();
    let placed = plan.place(plan.parameters());
    for (slow, fast) in [(0, 0), (3, 7), (10, 4)] {
        let (a, b) =
            (pixel(&plan, Pixel { slow, fast }, &mut ()), pixel(&placed, Pixel { slow, fast }, &mut ()));
        assert_eq!(a.to_bits(), b.to_bits());
    }
}
