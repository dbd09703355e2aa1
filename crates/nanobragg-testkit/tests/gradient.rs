//! Derivatives by sums of sensitivities against the definition in dual numbers, and that against differences of plans.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy.toml allows them in test functions, not in what they call

use std::num::NonZeroU32;

use nanobragg::backend::{Backend, Control, Cpu, Products, Want};
use nanobragg::gradient::{
    CellNumber, Derivatives, LatticeAxis, Parameter, PixelSet, Weighed, definition, moved,
};
use nanobragg::image::Pixel;
use nanobragg::model::{
    Beam, Experiment, IndexBox, Misset, Mosaicity, PixelGrid, Polarization, Preset, Quirk, Reflection,
    Rotation, Sensor, Shape, Spectrum, Steps, StructureFactors, Tilt, UnitCell,
};
use nanobragg::nest::pixel;
use nanobragg::plan::Plan;

const SMOOTH: [Shape; 5] = [Shape::Square, Shape::Round, Shape::Gauss, Shape::GaussStar, Shape::GaussCounted];

fn experiment(shape: Shape) -> Experiment {
    let mut experiment =
        Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 85.0, 95.0, 100.0).unwrap(), 50.0);
    experiment.crystal = experiment.crystal.with_cells(3, 4, 5).unwrap().with_shape(shape);
    experiment.crystal = experiment.crystal.with_misset(Misset::Angles([0.3, 0.2, 0.1])).unwrap();
    let mosaicity = Mosaicity::Domains { spread: 0.02, count: 3 };
    experiment.crystal = experiment.crystal.with_mosaicity(mosaicity).unwrap();
    experiment.beam = Beam::new(1.3e-10)
        .and_then(|beam| beam.with_polarization(Polarization::Kahn(0.8)))
        .and_then(|beam| beam.with_spectrum(Spectrum::Band(Steps::across(0.01, 3)?)))
        .unwrap();
    experiment.rotation = Rotation::over(0.1, 0.05, 2).unwrap();
    experiment.detector.pixels = PixelGrid::new(70, 5, 1e-3);
    experiment.detector.tilt = Tilt { x: 0.05, y: 0.01, z: -0.02, twotheta: 0.1 };
    experiment.rendering.oversample = NonZeroU32::new(2);
    experiment.rendering.water_size = Some(1e-6);
    experiment
}

/// All parameters that a plan has.
fn all(plan: &Plan) -> Vec<Parameter> {
    let named = Parameter::names().into_iter().filter_map(|name| Parameter::named(&name));
    let single = named.filter(|found| found.len() == 1).flatten();
    single.filter(|&parameter| Derivatives::new(plan, &[parameter]).is_ok()).collect()
}

/// A node that gives photons somewhere.
fn lit(plan: &Plan) -> Option<[i32; 3]> {
    let want = Want::default().with_products(Products { labels: true, ..Products::default() });
    let frame = Cpu::default().frame(plan, &want, &Control::default()).unwrap();
    frame.labels.first()?.labels().iter().flatten().map(|label| label.node).next()
}

fn worst(plan: &Plan, tolerance: f64, what: &str) {
    let mut parameters = all(plan);
    parameters.extend([Parameter::SourceWeight(0), Parameter::SourceWeight(2)]);
    if let Some(label) =
        lit(plan).filter(|&node| Derivatives::new(plan, &[Parameter::Amplitude(node)]).is_ok())
    {
        parameters.push(Parameter::Amplitude(label));
    }
    let derivatives = Derivatives::new(plan, &parameters).unwrap();
    let columns = derivatives.columns(&Cpu::default(), &Control::default()).unwrap();
    let most = |column: &[f64]| column.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    // What a single cell is long does not matter: its derivatives are roundings.
    let least = |parameter: Parameter| 1e-6 * most(&columns.photons) / parameter.natural_step();
    let norms: Vec<f64> =
        columns.columns.iter().zip(&parameters).map(|(c, &p)| most(c).max(least(p))).collect();
    for slow in 0..plan.region.image_slow {
        for fast in (0..plan.region.image_fast).step_by(9) {
            let expected = definition::pixel_slopes(plan, &parameters, Pixel { slow, fast });
            for (number, expected) in expected.iter().enumerate() {
                let found = columns.columns[number][slow * columns.fast + fast];
                let name = parameters[number].name();
                let apart = (found - expected).abs() / norms[number].max(1e-300);
                assert!(
                    apart < tolerance,
                    "{what}: {name} at {slow} {fast}: {found} {expected}, {apart:.1e}"
                );
            }
        }
    }
}

/// A table with a hole, whose structure factors differ from node to node.
fn table() -> StructureFactors {
    let range = -20..=20;
    let nodes =
        range.clone().flat_map(|h| range.clone().flat_map(move |k| (-20..=20).map(move |l| [h, k, l])));
    let f = |[h, k, l]: [i32; 3]| f64::from((7 * h + 3 * k + 5 * l).rem_euclid(11)) * 10.0;
    let reflections = nodes.map(|hkl| Reflection { hkl, f: f(hkl) });
    StructureFactors::from_reflections(IndexBox { min: [-20; 3], max: [20; 3] }, 3.0, reflections).unwrap()
}

/// A name, and what it changes in the experiment.
type Kind = (&'static str, fn(&mut Experiment));

/// What is tried with every shape.
const KINDS: [Kind; 13] = [
    ("as it is", |_| {}),
    ("a B factor", |e| e.crystal = e.crystal.with_b_factor(2e-19).unwrap()),
    ("a table", |e| e.structure_factors = table()),
    ("interpolated", |e| {
        e.structure_factors = table();
        e.rendering.interpolate = Some(true);
    }),
    ("layers", |e| {
        e.detector.sensor =
            Sensor::new(5e-4).unwrap().with_attenuation(3000.0).unwrap().with_layers(2).unwrap();
    }),
    ("curved", |e| e.detector.curved = true),
    ("curved, with layers", |e| {
        e.detector.curved = true;
        e.detector.sensor =
            Sensor::new(5e-4).unwrap().with_attenuation(3000.0).unwrap().with_layers(2).unwrap();
    }),
    ("curved, factors once, a resolution limit", |e| {
        e.detector.curved = true;
        e.detector.sensor =
            Sensor::new(5e-4).unwrap().with_attenuation(3000.0).unwrap().with_layers(2).unwrap();
        e.quirks = e.quirks.with(Quirk::FirstValueFactors);
        e.rendering.dmin = Some(1.6e-10);
    }),
    ("points", |e| e.detector.point_pixel = true),
    ("a resolution limit", |e| e.rendering.dmin = Some(1.6e-10)),
    ("factors once", |e| {
        e.detector.sensor =
            Sensor::new(5e-4).unwrap().with_attenuation(3000.0).unwrap().with_layers(2).unwrap();
        e.quirks = e.quirks.with(Quirk::FirstValueFactors);
    }),
    ("domains in the laboratory, a resolution limit", |e| {
        e.quirks = e.quirks.with(Quirk::MosaicAfterSpindle).with(Quirk::FirstValueFactors);
        e.rendering.dmin = Some(1.6e-10);
    }),
    ("hardly spread, single cells, at rest", |e| {
        e.crystal = e.crystal.with_cells(1, 4, 1).unwrap();
        e.crystal = e.crystal.with_mosaicity(Mosaicity::Domains { spread: 1e-12, count: 3 }).unwrap();
        e.rotation = Rotation::still(0.0);
    }),
];

#[test]
fn sums_agree_with_the_definition() {
    for shape in SMOOTH {
        for (kind, change) in KINDS {
            let mut experiment = experiment(shape);
            change(&mut experiment);
            let plan = experiment.plan().unwrap();
            let count = all(&plan).len();
            assert!(count > 30, "{count} parameters");
            worst(&plan, 1e-9, &format!("{shape:?}, {kind}"));
        }
    }
}

#[test]
fn top_hats_have_the_derivatives_that_are_left() {
    for shape in [Shape::Tophat, Shape::TophatStar, Shape::TophatCounted] {
        let plan = experiment(shape).plan().unwrap();
        let names: Vec<String> = all(&plan).iter().map(|parameter| parameter.name()).collect();
        assert_eq!(names, ["fluence", "scale", "water"]);
        worst(&plan, 1e-12, "top hat");
    }
}

#[test]
fn the_definition_agrees_with_differences() {
    for shape in SMOOTH {
        let plan = experiment(shape).plan().unwrap();
        for parameter in all(&plan) {
            let step = 1e-4 * parameter.natural_step();
            let plans = [-2.0, -1.0, 1.0, 2.0].map(|by: f64| moved(&plan, parameter, by * step).unwrap());
            let at = [(1, 2), (2, 33), (4, 60)];
            let slopes =
                at.map(|(slow, fast)| definition::pixel_slopes(&plan, &[parameter], Pixel { slow, fast })[0]);
            let largest = slopes.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            for ((slow, fast), slope) in at.into_iter().zip(slopes) {
                let [a, b, c, d] =
                    [0, 1, 2, 3].map(|number: usize| pixel(&plans[number], Pixel { slow, fast }, &mut ()));
                let difference = (a - 8.0 * b + 8.0 * c - d) / (12.0 * step);
                let apart = (difference - slope).abs() / largest.max(1e-300);
                let noise = 1e-15 * pixel(&plan, Pixel { slow, fast }, &mut ()) / step / largest.max(1e-300);
                assert!(
                    apart < 1e-6 + 20.0 * noise,
                    "{} {shape:?}: {slope} {difference} {apart:.1e}",
                    parameter.name()
                );
            }
        }
    }
}

fn pseudo_random(count: usize, mut state: u64) -> Vec<f64> {
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn products_with_the_jacobian_agree_with_its_columns() {
    let plan = experiment(Shape::Square).plan().unwrap();
    let parameters = all(&plan);
    let derivatives = Derivatives::new(&plan, &parameters).unwrap();
    let (cpu, control) = (Cpu::default(), Control::default());
    let columns = derivatives.columns(&cpu, &control).unwrap();
    let count = columns.photons.len();
    let cotangent = pseudo_random(count, 3);
    let pulled = derivatives.pull_back(&cpu, &cotangent, &control).unwrap();
    let direction = pseudo_random(parameters.len(), 4);
    let along = |v: &[f64], w: &[f64]| v.iter().zip(w).map(|(a, b)| a * b).sum::<f64>();
    let mut pushed = vec![0.0; count];
    for (column, by) in columns.columns.iter().zip(&direction) {
        // In units of each column's size, as the next lines do.
        pushed.iter_mut().zip(column).for_each(|(sum, slope)| *sum += by * slope);
    }
    let (left, right) = (along(&cotangent, &pushed), along(&pulled, &direction));
    let scale: f64 = cotangent.iter().zip(&pushed).map(|(a, b)| (a * b).abs()).sum();
    assert!((left - right).abs() < 1e-13 * scale, "{left} {right}");

    let weigh = |[slow, fast]: [u32; 2], photons: f64| {
        let at = slow as usize * columns.fast + fast as usize;
        Weighed { weight: 1.0 / (1.0 + photons), residual: cotangent[at] }
    };
    let normal = derivatives.normal(&cpu, PixelSet::All, &weigh, &control).unwrap();
    assert_eq!(normal.pixels, count);
    for (row, one) in columns.columns.iter().enumerate() {
        for (column, other) in columns.columns.iter().enumerate() {
            let terms = || (0..count).map(|at| one[at] * other[at] / (1.0 + columns.photons[at]));
            let (expected, scale) = (terms().sum::<f64>(), terms().map(f64::abs).sum::<f64>());
            let apart = (normal.matrix[(row, column)] - expected).abs();
            assert!(apart <= 1e-9 * scale, "{row} {column}: {apart:.1e} of {scale:.1e}");
        }
        let terms = || (0..count).map(|at| one[at] * cotangent[at] / (1.0 + columns.photons[at]));
        assert!(
            (normal.vector[row] - terms().sum::<f64>()).abs() <= 1e-11 * terms().map(f64::abs).sum::<f64>()
        );
    }
}

#[test]
fn photons_have_the_bits_of_the_image_with_any_number_of_threads() {
    for shape in SMOOTH {
        let mut experiment = experiment(shape);
        experiment.structure_factors = table();
        let plan = experiment.plan().unwrap();
        let derivatives = Derivatives::new(&plan, &all(&plan)).unwrap();
        let control = Control::default();
        let columns = derivatives.columns(&Cpu::default(), &control).unwrap();
        assert_eq!(columns, derivatives.columns(&Cpu::with_threads(1).unwrap(), &control).unwrap());
        for slow in 0..plan.region.image_slow {
            let row = Cpu::default().row(&plan, slow);
            assert_eq!(row, columns.photons[slow * columns.fast..][..columns.fast], "{shape:?} row {slow}");
        }
    }
}

#[test]
fn a_plan_that_is_placed_anew_forgets_the_numbers_before() {
    let plan = experiment(Shape::Gauss).plan().unwrap();
    let wanted = [Parameter::Water, Parameter::Scale, Parameter::Mosaic];
    let moved = |plan: &Plan, by: f64| {
        let mut parameters = *plan.parameters();
        for parameter in wanted {
            *parameter.of(&mut parameters).unwrap() *= by;
        }
        parameters.beam = [0.001 * by, 0.002, -0.003];
        plan.place(&parameters)
    };
    let once = moved(&plan, 1.5);
    let twice = moved(&moved(&plan, 3.0), 0.5);
    for (slow, fast) in [(1, 2), (4, 60)] {
        let expected = pixel(&once, Pixel { slow, fast }, &mut ());
        let moved_back = twice.place(once.parameters());
        let found = pixel(&moved_back, Pixel { slow, fast }, &mut ());
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
        let slopes = definition::pixel_slopes(&once, &wanted, Pixel { slow, fast });
        let rows = Derivatives::new(&once, &wanted).unwrap();
        let rows = rows.rows(&Cpu::default(), &[[slow as u32, fast as u32]], &Control::default()).unwrap();
        for (slope, found) in slopes.iter().zip(&rows.rows[0]) {
            assert!((slope / found - 1.0).abs() < 1e-8, "{slope} {found}");
        }
    }
}

#[test]
fn listed_pixels_have_the_derivatives_of_the_image() {
    let plan = experiment(Shape::Gauss).plan().unwrap();
    let parameters = all(&plan);
    let derivatives = Derivatives::new(&plan, &parameters).unwrap();
    let (cpu, control) = (Cpu::default(), Control::default());
    let columns = derivatives.columns(&cpu, &control).unwrap();
    let pixels: Vec<[u32; 2]> = (0..100).map(|number| [number % 5, (number * 29) % 70]).collect();
    let rows = derivatives.rows(&cpu, &pixels, &control).unwrap();
    assert_eq!(rows.rows.len(), pixels.len());
    for ((&[slow, fast], photons), row) in pixels.iter().zip(&rows.photons).zip(&rows.rows) {
        let at = slow as usize * columns.fast + fast as usize;
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-11 * (a.abs() + b.abs());
        assert!(close(*photons, columns.photons[at]), "{photons} {}", columns.photons[at]);
        for (slope, column) in row.iter().zip(&columns.columns) {
            let most = column.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            assert!((slope - column[at]).abs() <= 1e-10 * most, "{slope} {}", column[at]);
        }
    }
}

#[test]
fn what_has_no_derivative_is_refused_by_name() {
    let refused = |change: fn(&mut Experiment), parameter: Parameter| {
        let mut experiment = experiment(Shape::Square);
        change(&mut experiment);
        let plan = experiment.plan().unwrap();
        Derivatives::new(&plan, &[parameter]).err().map(|refusal| refusal.to_string()).unwrap_or_default()
    };
    let quirk = refused(
        |e| {
            e.quirks = e.quirks.with(Quirk::RunningSumFactors);
            e.rendering.oversample_omega = true;
        },
        Parameter::Scale,
    );
    assert_eq!(
        quirk,
        "no derivative with respect to scale: the quirk running_sum_factors makes a pixel depend on the order of its terms; use the preset exact"
    );
    let edge = refused(|e| e.crystal = e.crystal.with_shape(Shape::Tophat), Parameter::Mosaic);
    assert_eq!(
        edge,
        "no derivative with respect to mosaic: spots of this shape have an edge; use a smooth shape"
    );
    let tetragonal = |e: &mut Experiment| {
        let cell = UnitCell::new(40.0, 40.0, 60.0, 90.0, 90.0, 90.0).unwrap();
        e.crystal = e.crystal.with_lattice(nanobragg::model::Lattice::Cell(cell));
    };
    let tied = refused(tetragonal, Parameter::FreeCell(CellNumber::Edge(LatticeAxis::B)));
    assert_eq!(
        tied,
        "no derivative with respect to cell_sym_b: the lattice's symmetry ties it to others; cell_sym has the free ones"
    );
    assert_eq!(refused(tetragonal, Parameter::FreeCell(CellNumber::Edge(LatticeAxis::A))), "");
    let mut symmetric = experiment(Shape::Square);
    tetragonal(&mut symmetric);
    let free = Parameter::named_in("cell_sym", &symmetric.plan().unwrap()).unwrap();
    let names: Vec<String> = free.into_iter().map(Parameter::name).collect();
    assert_eq!(names, ["cell_sym_a", "cell_sym_c"]);
    let water = refused(|e| e.rendering.water_size = None, Parameter::Water);
    assert_eq!(water, "no derivative with respect to water: there is no water; give it a size");
    let source = refused(|_| {}, Parameter::SourceWeight(3));
    assert_eq!(source, "no derivative with respect to weight_3: there is no source with this number");
    let carried = refused(
        |e| {
            e.quirks = Preset::Reference.into();
            e.rotation = Rotation::over(0.0, 0.1, 3).unwrap();
        },
        Parameter::Scale,
    );
    assert!(carried.contains("phi_zero_carryover"), "{carried}");
}
