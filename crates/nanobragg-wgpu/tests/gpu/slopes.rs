//! Derivatives on the device against those of the CPU, which are those of the definition's dual numbers.

use nanobragg::backend::{Backend, Control, Cpu, Differentiate, Products, Unsupported, Want};
use nanobragg::gradient::{Columns, Derivatives, Parameter, PixelSet, Weighed};
use nanobragg::model::{Mask, Preset};
use nanobragg::plan::{FactorMode, Interpolation, Plan};
use nanobragg::sensitivity::{Groups, Layout};
use nanobragg_testkit::gapped_table;
use nanobragg_testkit::tolerance::{GPU_F32_SLOPES, GPU_F64_SLOPES};
use nanobragg_wgpu::{GpuBackend, Precision, UpperLimits};

use crate::device::{open, plan, planned};

/// Stills of one source.
const STILL: &str = "-cell 40 50 60 80 90 100 -Na 4 -Nb 5 -Nc 6 -misset 7 11 13 -lambda 1.3 -distance 80 -pixel 1.5 \
    -detpixels_x 29 -detpixels_y 21 -oversample 1 -default_F 50 -nopolar";

fn backend(precision: Precision, limits: UpperLimits) -> Option<GpuBackend> {
    GpuBackend::new(open(limits)?, precision).ok()
}

/// Parameters that the plan has derivatives by.
fn parameters(plan: &Plan) -> Vec<Parameter> {
    let named = Parameter::names().into_iter().filter_map(|name| Parameter::named(&name));
    let single = named.filter(|found| found.len() == 1).flatten();
    let on_device = |&parameter: &Parameter| !matches!(parameter, Parameter::Amplitude(_));
    single.filter(on_device).filter(|&parameter| Derivatives::new(plan, &[parameter]).is_ok()).collect()
}

/// Largest difference of each column, relative to its largest number.
fn apart(plan: &Plan, parameters: &[Parameter], expected: &Columns, found: &Columns) -> Vec<(String, f64)> {
    let most = |column: &[f64]| column.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let brightest = most(&expected.photons);
    assert!(brightest > 0.0 && plan.region.pixels() > 0);
    let compare = |name: String, least: f64, expected: &[f64], found: &[f64]| {
        let norm = most(expected).max(least).max(1e-300);
        let off = expected.iter().zip(found).map(|(a, b)| (a - b).abs() / norm);
        (name, off.fold(0.0, |most: f64, x| if most.is_nan() || x <= most { most } else { x }))
    };
    let mut all = vec![compare("photons".to_owned(), 0.0, &expected.photons, &found.photons)];
    for (number, &parameter) in parameters.iter().enumerate() {
        // Of what hardly matters, derivatives are roundings.
        let least = 1e-6 * brightest / parameter.natural_step();
        all.push(compare(parameter.name(), least, &expected.columns[number], &found.columns[number]));
    }
    all
}

fn agrees(what: &str, plan: &Plan, parameters: &[Parameter]) {
    let derivatives = Derivatives::new(plan, parameters).unwrap();
    let expected = derivatives.columns(&Cpu::default(), &Control::default()).unwrap();
    for (precision, tolerance) in [(Precision::Single, GPU_F32_SLOPES), (Precision::Double, GPU_F64_SLOPES)] {
        let Some(gpu) = backend(precision, UpperLimits::default()) else { continue };
        let found = derivatives.columns(&gpu, &Control::default()).unwrap();
        let apart = apart(plan, parameters, &expected, &found);
        let worst = apart.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        eprintln!("{what} {}: {} {:.1e}", precision.name(), worst.0, worst.1);
        for (name, off) in &apart {
            assert!(*off <= tolerance, "{what}, {}: {name} {off:.1e}", precision.name());
        }
    }
}

#[test]
fn stills_of_smooth_shapes_have_the_derivatives_of_the_cpu() {
    for shape in ["-square_xtal", "-round_xtal", "-gauss_xtal", "-gauss_star"] {
        let plan = planned(&format!("{STILL} {shape}"));
        agrees(shape, &plan, &parameters(&plan));
    }
}

/// A crystal of domains that turns, in a spectrum, behind water.
const TURNING: &str = "-cell 40 50 60 80 90 100 -Na 4 -Nb 5 -Nc 6 -misset 7 11 13 -lambda 1.3 -distance 80 -pixel 1.5 \
    -detpixels_x 21 -detpixels_y 19 -oversample 2 -default_F 50 -polar 0.8 -mosaic 1 -mosaic_dom 7 -osc 1 -phi 3 \
    -phisteps 2 -dispersion 3 -dispsteps 3 -twotheta 10 -detector_rotx 3 -water 0.01 -B 5 -spindle_axis 0 0.2 1";

/// Three nodes that give photons somewhere.
fn lit(plan: &Plan) -> Vec<[i32; 3]> {
    let want = Want::default().with_products(Products { labels: true, ..Products::default() });
    let frame = Cpu::default().frame(plan, &want, &Control::default()).unwrap();
    let labels = frame.labels.iter().flat_map(|labels| labels.labels()).flatten();
    let nodes: std::collections::BTreeSet<[i32; 3]> = labels.map(|label| label.node).collect();
    assert!(nodes.len() >= 3, "{nodes:?}");
    nodes.into_iter().take(3).collect()
}

#[test]
fn turning_crystals_in_spectra_have_the_derivatives_of_the_cpu() {
    for (flags, table) in [
        ("-square_xtal", true),
        ("-round_xtal", false),
        ("-gauss_xtal -dmin 2.2", false),
        ("-gauss_star", true),
        ("-square_xtal -detector_thick 300 -detector_abs 200 -detector_thicksteps 2", false),
        ("-square_xtal -point_pixel", true),
    ] {
        let mut plan = planned(&format!("{TURNING} {flags}"));
        if table {
            plan.structure_factors = gapped_table().unwrap();
        }
        let mut wanted = parameters(&plan);
        wanted.extend([Parameter::SourceWeight(0), Parameter::SourceWeight(2)]);
        wanted.extend(lit(&plan).into_iter().map(Parameter::Amplitude));
        agrees(flags, &plan, &wanted);
    }
}

#[test]
fn factors_that_enter_once_have_the_derivatives_of_the_cpu() {
    let flags =
        "-detector_thick 300 -detector_abs 200 -detector_thicksteps 2 -dmin 2.2 -spindle_axis 0 0.2 1";
    for shape in ["-square_xtal", "-gauss_xtal"] {
        let line = format!("{TURNING} {flags} {shape}");
        let line: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let plan = plan(&line, Preset::Spec, None).unwrap();
        assert_eq!((plan.factors.polar, plan.factors.omega), (FactorMode::Once, FactorMode::Once));
        agrees(shape, &plan, &parameters(&plan));
    }
}

#[test]
fn a_thousand_cells_have_the_derivatives_of_the_cpu() {
    let large = "-cell 100 110 120 90 95 100 -default_F 100 -N 1000 -misset 7 11 13 -lambda 1 -distance 60 -pixel 1.8 \
        -detpixels 32 -oversample 1 -mosaic 0.02 -mosaic_dom 150 -polar 0.5";
    for shape in ["-square_xtal", "-round_xtal"] {
        let plan = planned(&format!("{large} {shape}"));
        agrees(shape, &plan, &parameters(&plan));
    }
}

#[test]
fn curved_detectors_have_the_derivatives_of_the_cpu() {
    let sensor = "-detector_thick 300 -detector_abs 200 -detector_thicksteps 2";
    for flags in ["-curved_det", &format!("-curved_det {sensor}"), "-curved_det -point_pixel -gauss_xtal"] {
        let plan = planned(&format!("{TURNING} {flags}"));
        let wanted = parameters(&plan);
        for name in ["distance", "shift_fast", "detector_rotx", "detector_turn_y", "twotheta", "beam_x"] {
            assert!(wanted.iter().any(|parameter| parameter.name() == name), "{name}");
        }
        agrees(flags, &plan, &wanted);
    }
    // Factors that enter once, each from a sub-pixel of its own.
    let line = format!("{TURNING} -curved_det {sensor} -dmin 2.2");
    let line: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let plan = plan(&line, Preset::Spec, None).unwrap();
    assert_eq!((plan.factors.polar, plan.factors.omega), (FactorMode::Once, FactorMode::Once));
    agrees("curved, once", &plan, &parameters(&plan));
}

#[test]
fn a_cylinder_that_goes_far_around_has_the_derivatives_of_the_cpu() {
    // Pixels up to some 150 degrees from the beam, beyond where sines of half turns change their sign.
    let plan = planned(&format!("{STILL} -curved_det -detpixels_x 41 -pixel 8 -Xbeam 30 -polar 0.4"));
    agrees("far around", &plan, &parameters(&plan));
}

#[test]
fn interpolated_structure_factors_have_the_derivatives_of_the_cpu() {
    for shape in ["-square_xtal", "-round_xtal", "-gauss_xtal", "-gauss_star"] {
        let mut plan = planned(&format!("{TURNING} {shape}"));
        plan.structure_factors = gapped_table().unwrap();
        let nearest = Derivatives::new(&plan, &[Parameter::Scale]).unwrap();
        let nearest = nearest.columns(&Cpu::default(), &Control::default()).unwrap();
        plan.interpolation = Interpolation::On;
        let wanted = parameters(&plan);
        assert!(wanted.len() > 30, "{}", wanted.len());
        // Of both kinds: the table ends within the image.
        let scale = Derivatives::new(&plan, &[Parameter::Scale]).unwrap();
        let smooth = scale.columns(&Cpu::default(), &Control::default()).unwrap();
        let same = nearest.photons.iter().zip(&smooth.photons).filter(|(a, b)| a == b).count();
        assert!(same > 0 && same < nearest.photons.len(), "{same}");
        agrees(&format!("interpolated {shape}"), &plan, &wanted);
    }
}

#[test]
fn what_a_device_has_no_derivatives_of_is_refused_by_name() {
    let Some(gpu) = backend(Precision::Single, UpperLimits::default()) else { return };
    let mut plan = planned(TURNING);
    plan.structure_factors = gapped_table().unwrap();
    let many = Layout::new(&plan, Groups { nodes: vec![[1, 2, 3]; 17], ..Groups::default() });
    let refused = gpu.differentiates(&plan, &many);
    assert_eq!(refused, Err(Unsupported::NoDerivatives("by more than 16 structure factors at once")));
    plan.interpolation = Interpolation::UntilUnsafeIn(7);
    let latched = Layout::new(&plan, Groups { lattice: true, ..Groups::default() });
    let refused = gpu.differentiates(&plan, &latched);
    let reason = "of structure factors that are interpolated up to some pixel";
    assert_eq!(refused, Err(Unsupported::NoDerivatives(reason)));
    // As users read it.
    let many: Vec<Parameter> = (0..17).map(|at| Parameter::Amplitude([at % 2, 2, at / 2 - 4])).collect();
    plan.interpolation = Interpolation::Off;
    let derivatives = Derivatives::new(&plan, &many).unwrap();
    let error = derivatives.columns(&gpu, &Control::default()).unwrap_err().to_string();
    let expected = "no derivatives by more than 16 structure factors at once; take them on the cpu";
    assert!(error.contains(expected), "{error}");
    assert!(derivatives.columns(&Cpu::default(), &Control::default()).is_ok());
}

#[test]
fn derivatives_have_the_same_bits_however_they_are_cut() {
    let mut bits = Vec::new();
    let plan = planned(&format!("{TURNING} -mosaic_dom 41 -detpixels_x 45"));
    let few = planned(&format!("{STILL} -oversample 9 -detpixels_x 45"));
    for plan in [plan, few] {
        let wanted = parameters(&plan);
        let derivatives = Derivatives::new(&plan, &wanted).unwrap();
        for limits in [
            UpperLimits::default(),
            UpperLimits { groups: Some(3), terms: Some(30_000), ..UpperLimits::default() },
            UpperLimits { binding: Some(45_000), terms: Some(9_000), ..UpperLimits::default() },
        ] {
            let Some(gpu) = backend(Precision::Single, limits) else { return };
            bits.push(derivatives.columns(&gpu, &Control::default()).unwrap());
        }
        assert!(bits.iter().all(|columns| *columns == bits[0]));
        bits.clear();
    }
}

#[test]
fn orientations_that_one_buffer_cannot_hold_have_the_same_derivatives() {
    let plan = planned(&format!("{TURNING} -mosaic_dom 1001 -dispersion 0 -detpixels_x 13 -detpixels_y 9"));
    let wanted = parameters(&plan);
    let derivatives = Derivatives::new(&plan, &wanted).unwrap();
    let columns = |binding| {
        let gpu = backend(Precision::Single, UpperLimits { binding, ..UpperLimits::default() })?;
        Some(derivatives.columns(&gpu, &Control::default()).unwrap())
    };
    let Some(whole) = columns(None) else { return };
    // Two windows, and many.
    for binding in [45_000, 16_000] {
        let cut = columns(Some(binding)).unwrap();
        assert!(cut != whole, "windows end blocks of the sum: with one window the bits are the same");
        for (name, off) in apart(&plan, &wanted, &whole, &cut) {
            assert!(off <= 1e-6, "{binding} {name} {off:.1e}");
        }
    }
}

#[test]
fn listed_pixels_and_products_are_those_of_the_image() {
    let Some(gpu) = backend(Precision::Single, UpperLimits::default()) else { return };
    for flags in ["", "-curved_det", "-roi 3 17 5 13", "-detpixels 24"] {
        let mut plan = planned(&format!("{TURNING} {flags}"));
        if flags == "-detpixels 24" {
            // A tile without a pixel, and single ones elsewhere.
            let keep = (0..24 * 24).map(|at| at / 24 >= 8 && at % 5 != 0 || at % 24 >= 8);
            plan.region.mask = Some(Mask { fast: 24, slow: 24, keep: keep.collect() });
        }
        let names = ["misset_x", "cell_a", "Na", "mosaic", "phi", "lambda", "B"];
        let wanted: Vec<Parameter> = names.iter().flat_map(|name| Parameter::named(name).unwrap()).collect();
        let derivatives = Derivatives::new(&plan, &wanted).unwrap();
        let control = Control::default();
        let columns = derivatives.columns(&gpu, &control).unwrap();
        let inside = |at: usize| plan.region.renders(at / columns.fast, at % columns.fast);
        assert!((0..columns.photons.len()).all(|at| inside(at) || columns.photons[at] == 0.0));
        let pixels: Vec<[u32; 2]> = (0..columns.photons.len())
            .filter(|&at| inside(at) && at % 3 == 0)
            .map(|at| [(at / columns.fast) as u32, (at % columns.fast) as u32])
            .collect();
        assert!(pixels.len() > 40 && !pixels.len().is_multiple_of(64), "{}", pixels.len());
        let rows = derivatives.rows(&gpu, &pixels, &control).unwrap();
        assert_eq!(rows.photons.len(), pixels.len());
        let most: Vec<f64> =
            columns.columns.iter().map(|c| c.iter().fold(0.0, |m: f64, x| m.max(x.abs()))).collect();
        for (pixel, row) in pixels.iter().zip(&rows.rows) {
            let at = plan.region.index(pixel[0] as usize, pixel[1] as usize);
            for (number, slope) in row.iter().enumerate() {
                // On a region, coordinates are in other units of fixed point.
                let off = (slope - columns.columns[number][at]).abs() / most[number];
                assert!(off < 1e-5, "{flags} {}: {off:.1e}", wanted[number].name());
            }
        }
        let y: Vec<f64> = (0..columns.photons.len()).map(|at| ((at * 7) % 11) as f64 - 5.0).collect();
        let pulled = derivatives.pull_back(&gpu, &y, &control).unwrap();
        let weigh = |[slow, fast]: [u32; 2], _: f64| Weighed {
            weight: 1.0 + f64::from((slow + fast) % 3),
            residual: y[plan.region.index(slow as usize, fast as usize)],
        };
        let normal = derivatives.normal(&gpu, PixelSet::All, &weigh, &control).unwrap();
        let on_cpu = derivatives.normal(&Cpu::default(), PixelSet::All, &weigh, &control).unwrap();
        for (number, pulled) in pulled.iter().enumerate() {
            let (mut sum, mut size) = (0.0, 0.0);
            for (y, slope) in y.iter().zip(&columns.columns[number]) {
                (sum, size) = (sum + y * slope, size + (y * slope).abs());
            }
            assert!((pulled - sum).abs() <= 1e-12 * size, "{flags} {}", wanted[number].name());
            for (other, name) in names.iter().enumerate() {
                let scale = (on_cpu.matrix[(number, number)] * on_cpu.matrix[(other, other)]).sqrt();
                let off = (normal.matrix[(number, other)] - on_cpu.matrix[(number, other)]).abs() / scale;
                assert!(off < 1e-4, "{flags} {name}: {off:.1e}");
            }
        }
    }
}

#[test]
fn a_slope_that_is_changed_is_noticed() {
    let plan = planned(STILL);
    let wanted = [Parameter::Misset(nanobragg::gradient::LabAxis::X)];
    let derivatives = Derivatives::new(&plan, &wanted).unwrap();
    let columns = derivatives.columns(&Cpu::default(), &Control::default()).unwrap();
    let mut wrong = columns.clone();
    let most =
        columns.columns[0].iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())).unwrap().0;
    wrong.columns[0][most] *= 1.0 + 2.0 * GPU_F32_SLOPES;
    assert!(apart(&plan, &wanted, &columns, &wrong)[1].1 > GPU_F32_SLOPES);
    wrong.columns[0][most] = f64::NAN;
    assert!(apart(&plan, &wanted, &columns, &wrong)[1].1.is_nan());
}
