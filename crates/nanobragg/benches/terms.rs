//! Time per term of the CPU backend on one thread; criterion's elements are terms.
#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark whose experiment cannot be made measures nothing")]

use std::num::NonZeroU32;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nanobragg::backend::{Backend, Control, Cpu, Precision};
use nanobragg::model::{
    Beam, Crystal, Experiment, IndexBox, Mosaicity, PixelGrid, Placement, Preset, Reflection, Shape,
    StructureFactors, UnitCell,
};
use nanobragg::plan::Plan;
use nanobragg::units::deg;

/// What is varied.
#[derive(Clone, Copy)]
struct Case {
    shape: Shape,
    /// Unit cells along each edge; with few, Gaussian and flat spots leave no term out.
    cells: u32,
    domains: usize,
    interpolate: bool,
}

const SQUARE: Case = Case { shape: Shape::Square, cells: 20, domains: 10, interpolate: false };

/// Names and cases.
const CASES: [(&str, Case); 9] = [
    ("square", SQUARE),
    ("round", Case { shape: Shape::Round, ..SQUARE }),
    ("gauss", Case { shape: Shape::Gauss, ..SQUARE }),
    ("gauss_wide", Case { shape: Shape::Gauss, cells: 3, ..SQUARE }),
    ("tophat", Case { shape: Shape::Tophat, ..SQUARE }),
    ("tophat_wide", Case { shape: Shape::Tophat, cells: 3, ..SQUARE }),
    ("tricubic", Case { interpolate: true, ..SQUARE }),
    ("square_1_domain", Case { domains: 1, ..SQUARE }),
    ("square_100_domains", Case { domains: 100, ..SQUARE }),
];

fn plan(case: Case) -> Result<Plan, Box<dyn std::error::Error>> {
    const REACH: i32 = 12;
    let bounds = IndexBox { min: [-REACH; 3], max: [REACH; 3] };
    let along = || -REACH..=REACH;
    let indices = along().flat_map(|h| along().flat_map(move |k| along().map(move |l| [h, k, l])));
    let reflections = indices
        .map(|[h, k, l]| Reflection { hkl: [h, k, l], f: f64::from(100 + (h * 7 + k * 5 + l * 3) % 50) });
    let table = StructureFactors::from_reflections(bounds, 0.0, reflections)?;
    let cell = UnitCell::new(40.0, 45.0, 50.0, 80.0, 85.0, 95.0).unwrap();
    let crystal = Crystal::from_cell(cell).with_cells(case.cells, case.cells, case.cells).unwrap();
    let mut experiment = Experiment::new(crystal, table);
    // The preset that earlier measurements had.
    experiment.quirks = Preset::Spec.into();
    experiment.beam = Beam::new(2e-10)?;
    experiment.crystal = experiment.crystal.with_shape(case.shape);
    let mosaicity = Mosaicity::Domains { spread: deg(0.5), count: case.domains };
    experiment.crystal = experiment.crystal.with_mosaicity(mosaicity).unwrap();
    experiment.detector.placement = Placement::at(0.2);
    experiment.detector.pixels = PixelGrid::new(256, 256, 0.4e-3);
    experiment.rendering.oversample = NonZeroU32::new(1);
    experiment.rendering.interpolate = Some(case.interpolate);
    Ok(experiment.plan()?)
}

fn terms(criterion: &mut Criterion) {
    for (group, precision) in [("f64", Precision::Double), ("f32", Precision::Single)] {
        let mut group = criterion.benchmark_group(group);
        group.sample_size(20);
        for (name, case) in CASES {
            let planned = plan(case).and_then(|plan| Ok((plan, Cpu::with_threads(1)?)));
            let Ok((plan, backend)) = planned else { continue };
            let backend = backend.with_precision(precision);
            group.throughput(Throughput::Elements(plan.terms() as u64));
            group.bench_function(name, |bencher| {
                bencher.iter(|| backend.render(&plan, &Control::default()));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, terms);
criterion_main!(benches);
