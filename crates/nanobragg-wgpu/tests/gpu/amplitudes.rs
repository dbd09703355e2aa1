//! Derivatives by all structure factors on the device against those of the CPU.

use nanobragg::backend::{Control, Cpu};
use nanobragg::gradient::{AmplitudeDerivatives, AmplitudeSet, LabAxis, Parameter, PixelSet, Weighed};
use nanobragg::model::{IndexBox, Reflection, StructureFactors};
use nanobragg::plan::Plan;
use nanobragg_testkit::gapped_table;
use nanobragg_testkit::tolerance::{GPU_F32_SLOPES, GPU_F64_SLOPES};
use nanobragg_wgpu::{GpuBackend, Precision, UpperLimits};

use crate::device::{open, planned};

const WITH: [Parameter; 2] = [Parameter::Scale, Parameter::Misset(LabAxis::X)];

/// Domains that turn in a spectrum, a few nodes a pixel.
const FEW: &str = "-cell 40 50 60 80 90 100 -Na 4 -Nb 5 -Nc 6 -misset 7 11 13 -lambda 1.3 -distance 80 -pixel 1.5 \
    -detpixels_x 45 -detpixels_y 19 -oversample 2 -default_F 50 -polar 0.8 -mosaic 1 -mosaic_dom 41 -osc 1 -phi 3 \
    -phisteps 2 -dispersion 3 -dispsteps 3 -water 0.01 -B 5";

/// A crystal that turns all around: most pixels pass more nodes than a device lists.
const MANY: &str = "-cell 40 50 60 80 90 100 -Na 4 -Nb 5 -Nc 6 -misset 7 11 13 -lambda 1.3 -distance 80 -pixel 1.5 \
    -detpixels_x 45 -detpixels_y 19 -oversample 1 -default_F 50 -osc 360 -phisteps 720";

fn with_table(flags: &str) -> Plan {
    let mut plan = planned(flags);
    plan.structure_factors = gapped_table().unwrap();
    plan
}

/// A table that reaches to all pixels.
fn large_table() -> StructureFactors {
    let bounds = IndexBox { min: [-20; 3], max: [20; 3] };
    let of = |hkl: [i32; 3]| Reflection {
        hkl,
        f: 10.0 + f64::from((hkl[0] + 3 * hkl[1] + 5 * hkl[2]).rem_euclid(50)),
    };
    StructureFactors::from_reflections(bounds, 0.0, bounds.indices().map(of)).unwrap()
}

fn backend(precision: Precision, limits: UpperLimits) -> Option<GpuBackend> {
    GpuBackend::new(open(limits)?, precision).ok()
}

/// Some number of each pixel.
fn cotangent(plan: &Plan) -> Vec<f64> {
    (0..plan.region.image_fast * plan.region.image_slow).map(|at| ((at * 7) % 11) as f64 - 5.0).collect()
}

fn worst(expected: &[f64], found: &[f64]) -> f64 {
    assert_eq!(expected.len(), found.len());
    let most = expected.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    assert!(most > 0.0 && found.iter().all(|x| x.is_finite()));
    expected.iter().zip(found).fold(0.0, |worst: f64, (a, b)| worst.max((a - b).abs() / most))
}

#[test]
fn all_structure_factors_have_the_derivatives_of_the_cpu() {
    for (flags, name) in [
        (FEW.to_owned(), "square"),
        (format!("{FEW} -gauss_xtal -dmin 2.2"), "gauss"),
        (format!("{FEW} -gauss_star"), "star"),
        (format!("{FEW} -roi 3 40 5 13 -curved_det"), "curved"),
        (MANY.to_owned(), "many"),
    ] {
        let mut plan = with_table(&flags);
        if name == "many" {
            plan.structure_factors = large_table();
        }
        let set = AmplitudeSet::each(&plan.structure_factors).unwrap();
        let derivatives = AmplitudeDerivatives::new(&plan, &WITH, &set).unwrap();
        let (cpu, control, y) = (Cpu::default(), Control::default(), cotangent(&plan));
        let expected = derivatives.pull_back(&cpu, &y, &control).unwrap();
        let weigh =
            |at: usize, photons: f64| Weighed { weight: 1.0 + (at % 3) as f64, residual: y[0] - photons };
        let pixels: Vec<[u32; 2]> = (0..70).map(|at| [5 + at % 8, 3 + at % 37]).collect();
        let listed = PixelSet::Listed(&pixels);
        let expected_normal = derivatives.normal(&cpu, listed, &weigh, &control).unwrap();
        let expected_rows = derivatives.rows(&cpu, &pixels, &control).unwrap();
        let most_nodes = expected_rows.iter().map(Vec::len).max().unwrap();
        assert_eq!(most_nodes > 32, name == "many", "{name}: {most_nodes}");
        for (precision, tolerance) in
            [(Precision::Single, GPU_F32_SLOPES), (Precision::Double, GPU_F64_SLOPES)]
        {
            let Some(gpu) = backend(precision, UpperLimits::default()) else { continue };
            let found = derivatives.pull_back(&gpu, &y, &control).unwrap();
            let off = worst(&expected.amplitudes, &found.amplitudes);
            let of_parameters = worst(&expected.parameters, &found.parameters);
            eprintln!("{name} {}: {off:.1e}, parameters {of_parameters:.1e}", precision.name());
            assert!(off <= tolerance && of_parameters <= tolerance, "{name} {off:.1e} {of_parameters:.1e}");
            let normal = derivatives.normal(&gpu, listed, &weigh, &control).unwrap();
            assert!(worst(&expected_normal.vector, &normal.vector) <= tolerance, "{name}");
            assert!(worst(&expected_normal.diagonal, &normal.diagonal) <= tolerance, "{name}");
            let rows = derivatives.rows(&gpu, &pixels, &control).unwrap();
            let dense = |rows: &[Vec<(usize, f64)>]| -> Vec<f64> {
                let mut all = vec![0.0; rows.len() * set.len()];
                for (number, row) in rows.iter().enumerate() {
                    row.iter().for_each(|&(unknown, slope)| all[number * set.len() + unknown] = slope);
                }
                all
            };
            assert!(worst(&dense(&expected_rows), &dense(&rows)) <= tolerance, "{name}");
        }
    }
}

#[test]
fn derivatives_by_all_structure_factors_have_the_same_bits_however_they_are_cut() {
    let plan = with_table(FEW);
    let set = AmplitudeSet::each(&plan.structure_factors).unwrap();
    let derivatives = AmplitudeDerivatives::new(&plan, &WITH, &set).unwrap();
    let pixels: Vec<[u32; 2]> = (0..45).map(|fast| [9, fast]).collect();
    let rows = |limits| {
        let gpu = backend(Precision::Single, limits)?;
        Some(derivatives.rows(&gpu, &pixels, &Control::default()).unwrap())
    };
    let Some(whole) = rows(UpperLimits::default()) else { return };
    assert!(whole.iter().any(|row| row.len() > 2));
    for limits in [
        UpperLimits { groups: Some(1), terms: Some(3_000), ..UpperLimits::default() },
        UpperLimits { binding: Some(90_000), terms: Some(9_000), ..UpperLimits::default() },
    ] {
        assert!(rows(limits) == Some(whole.clone()), "{limits:?}");
    }
}
