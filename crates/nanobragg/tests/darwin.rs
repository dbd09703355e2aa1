//! Photons of whole reflections, and where they land, against theory: no number here comes from another program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)] // clippy.toml allows them in test functions, not in what they call

use std::num::NonZeroU32;

use nanobragg::backend::{Backend, Control, Cpu};
use nanobragg::image::Image;
use nanobragg::image::Pixel;
use nanobragg::model::{
    Beam, Dose, Experiment, IndexBox, Misset, PixelGrid, Placement, Polarization, Preset, Quirk, Quirks,
    Reflection, Roi, Rotation, Sensor, Shape, StructureFactors, UnitCell,
};
use nanobragg::nalgebra::{Rotation3, Unit, Vector3};
use nanobragg::plan::Plan;
use nanobragg::units::{R_E_SQR, deg};

/// Edge of the cubic cell, Å.
const EDGE: f64 = 50.0;
const WAVELENGTH: f64 = 1e-10;
const FLUENCE: f64 = 1e30;
const F: f64 = 100.0;

/// A reflection on the sphere of reflection.
struct Crossing {
    hkl: [i32; 3],
    /// Spindle angle, rad.
    phi: f64,
    /// Direction of the diffracted ray.
    diffracted: Vector3<f64>,
    /// 1 / |axis · (s0 × s)|.
    lorentz: f64,
}

fn experiment(hkl: [i32; 3], shape: Shape, cells: u32) -> Experiment {
    let mut experiment = Experiment::uniform(UnitCell::new(EDGE, EDGE, EDGE, 90.0, 90.0, 90.0).unwrap(), 0.0);
    experiment.structure_factors = table(hkl);
    experiment.crystal = experiment.crystal.with_cells(cells, cells, cells).unwrap();
    experiment.crystal = experiment.crystal.with_shape(shape);
    experiment.crystal = experiment.crystal.with_misset(Misset::Angles([11.0, 23.0, 37.0].map(deg))).unwrap();
    experiment.beam = Beam::new(WAVELENGTH)
        .and_then(|beam| beam.with_polarization(Polarization::Off))
        .unwrap()
        .with_dose(Dose::of_fluence(FLUENCE).unwrap());
    experiment.detector.placement = Placement::at(0.2);
    experiment.detector.pixels = PixelGrid::new(2000, 2000, 1e-4);
    experiment.rendering.interpolate = Some(false);
    experiment
}

/// A table of one reflection.
fn table(hkl: [i32; 3]) -> StructureFactors {
    let bounds = IndexBox::enclosing([hkl]).unwrap();
    StructureFactors::from_reflections(bounds, 0.0, [Reflection { hkl, f: F }]).unwrap()
}

/// Where `hkl` crosses the sphere of reflection while the crystal turns once.
fn crossings(plan: &Plan, hkl: [i32; 3]) -> Vec<Crossing> {
    let axis = Unit::new_normalize(plan.detector.spindle_axis[1]);
    let incident = plan.sources[0].incident;
    let [a, b, c] = plan.crystal.lattice.reciprocal().vectors;
    let node = (a * f64::from(hkl[0]) + b * f64::from(hkl[1]) + c * f64::from(hkl[2])) * 1e10;
    let scattered = |phi: f64| incident / WAVELENGTH + Rotation3::from_axis_angle(&axis, phi) * node;
    let excess = |phi: f64| scattered(phi).norm() * WAVELENGTH - 1.0;
    let mut found = Vec::new();
    for tenth in 0..3600 {
        let (mut low, mut high) = (deg(0.1 * f64::from(tenth)), deg(0.1 * f64::from(tenth + 1)));
        if excess(low) * excess(high) > 0.0 {
            continue;
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if excess(low) * excess(middle) <= 0.0 { high = middle } else { low = middle }
        }
        let diffracted = scattered(low).normalize();
        let lorentz = 1.0 / axis.dot(&incident.cross(&diffracted)).abs();
        found.push(Crossing { hkl, phi: low, diffracted, lorentz });
    }
    found
}

/// The pixel (fast, slow) that a direction points at.
fn pixel(plan: &Plan, direction: &Vector3<f64>) -> Option<[f64; 2]> {
    let detector = &plan.detector;
    let along = direction.dot(&detector.odet);
    if along <= 0.0 {
        return None;
    }
    let spot = direction * (detector.pix0.dot(&detector.odet) / along) - detector.pix0;
    Some([&detector.fdet, &detector.sdet].map(|axis| spot.dot(axis) / detector.pixel_size))
}

/// A reflection between two lengths of its scattering vector (1/Å) and two Lorentz factors, that hits the detector.
fn reflection(distance: f64, [q_low, q_high]: [f64; 2], [l_low, l_high]: [f64; 2]) -> Crossing {
    let mut experiment = experiment([1, 1, 1], Shape::Square, 5);
    experiment.detector.placement = Placement::at(distance);
    let plan = experiment.plan().unwrap();
    let range = 1..24;
    let all = range.clone().flat_map(|h| range.clone().flat_map(move |k| (1..24).map(move |l| [h, -k, l])));
    let length = |hkl: &[i32; 3]| f64::from(hkl.iter().map(|h| h * h).sum::<i32>()).sqrt() / EDGE;
    let hits = |at: &Crossing| {
        let inside = |x: f64| (150.0..1850.0).contains(&x);
        let on_detector = pixel(&plan, &at.diffracted).is_some_and(|spot| spot.into_iter().all(inside));
        on_detector && (l_low..l_high).contains(&at.lorentz)
    };
    let near = all.filter(|hkl| (q_low..q_high).contains(&length(hkl)));
    near.flat_map(|hkl| crossings(&plan, hkl)).find(hits).expect("there is such a reflection")
}

struct Window {
    /// Half of the rotation, rad.
    half: f64,
    steps: usize,
    /// Half of the square of pixels.
    pixels: usize,
    oversample: u32,
}

fn render(mut experiment: Experiment, at: &Crossing, window: &Window) -> (Plan, Image) {
    let start = at.phi - window.half;
    experiment.rotation = Rotation::over(start, 2.0 * window.half, window.steps).unwrap();
    experiment.rendering.oversample = NonZeroU32::new(window.oversample);
    let [fast, slow] = pixel(&experiment.plan().unwrap(), &at.diffracted).unwrap().map(|x| x as usize);
    let around = |center: usize| (center.saturating_sub(window.pixels), center + window.pixels);
    experiment.rendering.roi = Roi::new(around(fast), around(slow));
    let plan = experiment.plan().unwrap();
    let image = Cpu::default().render(&plan, &Control::default()).unwrap();
    (plan, image)
}

fn total(image: &Image) -> f64 {
    image.pixels().iter().copied().map(f64::from).sum()
}

/// Photons of the reflection over those of Darwin's formula, J r_e² λ³ F² L V_crystal / V_cell² / Δφ.
fn over_darwin(at: &Crossing, shape: Shape, cells: u32, quirks: Quirks, window: &Window) -> f64 {
    let mut experiment = experiment(at.hkl, shape, cells);
    experiment.quirks = quirks;
    let (_, image) = render(experiment, at, window);
    let cell = EDGE.powi(3) * 1e-30;
    let crystal = f64::from(cells).powi(3) * cell;
    let per_radian = FLUENCE * R_E_SQR * WAVELENGTH.powi(3) * F * F * at.lorentz * crystal / (cell * cell);
    total(&image) / (per_radian / (2.0 * window.half))
}

/// A window around all that belongs to the node: half a reciprocal cell each way.
fn whole(at: &Crossing, cells: u32, oversample: u32) -> Window {
    let half = 0.0174 * at.lorentz * 1.05;
    let step = 0.25 / f64::from(cells) / EDGE * at.lorentz;
    Window { half, steps: (2.0 * half / step).ceil() as usize, pixels: 60, oversample }
}

#[test]
fn a_reflection_has_the_photons_of_darwins_formula() {
    let at = reflection(0.2, [0.28, 0.30], [3.4, 4.0]);
    let exact = Quirks::from(Preset::Exact);
    for (cells, round) in [(5, 0.897221), (10, 0.949597), (20, 0.974752)] {
        for (shape, expected, tolerance) in [
            (Shape::Square, 1.0, 1e-3),
            (Shape::Round, round, 1e-3),
            (Shape::Gauss, 1.0, 1e-3),
            (Shape::GaussStar, 1.0, 1e-3),
            (Shape::Tophat, 1.0, 5e-3),
            (Shape::TophatStar, 1.0, 5e-3),
        ] {
            let mut window = whole(&at, cells, 2);
            if matches!(shape, Shape::Tophat | Shape::TophatStar) {
                // An edge wants more samples, of less.
                window = Window { half: 0.3 * window.half, steps: 3 * window.steps, oversample: 4, ..window };
            }
            let found = over_darwin(&at, shape, cells, exact, &window);
            println!("{shape:?} N = {cells}: {found:.5}, expected {expected}");
            assert!((found / expected - 1.0).abs() < tolerance, "{shape:?} N = {cells}: {found}");
        }
    }
}

#[test]
fn with_the_c_programs_units_photons_do_not_grow_with_the_crystal() {
    let at = reflection(0.2, [0.28, 0.30], [3.4, 4.0]);
    let quirks = Quirks::from(Preset::Exact).with(Quirk::GaussUnits);
    // 0.984 V_cell / N_t², V_cell in Å³.
    let found = over_darwin(&at, Shape::Gauss, 10, quirks, &whole(&at, 10, 4));
    assert!((found / (0.98444 * EDGE.powi(3) / 1e6) - 1.0).abs() < 1e-2, "{found}");
}

#[test]
fn spots_of_a_thick_sensor_are_shifted_by_the_mean_depth_of_capture() {
    let at = reflection(0.1, [0.60, 0.68], [1.5, 4.0]);
    let shape = |sensor: Option<(f64, f64)>| {
        let mut experiment = experiment(at.hkl, Shape::Gauss, 20);
        experiment.detector.placement = Placement::at(0.1);
        if let Some((thickness, depth)) = sensor {
            let sensor = Sensor::new(thickness).unwrap();
            experiment.detector.sensor = sensor.with_attenuation(1.0 / depth).unwrap();
        }
        let window = Window { half: 0.002 * at.lorentz, steps: 20, pixels: 20, oversample: 6 };
        render(experiment, &at, &window)
    };
    let center = |image: &Image| {
        let mut sum = [0.0; 3];
        for slow in 0..image.slow() {
            for fast in 0..image.fast() {
                let photons = f64::from(image.get(Pixel { slow, fast }).unwrap());
                sum[0] += photons;
                sum[1] += photons * fast as f64;
                sum[2] += photons * slow as f64;
            }
        }
        [sum[1] / sum[0], sum[2] / sum[0]]
    };
    let (plan, front) = shape(None);
    let cosine = at.diffracted.dot(&plan.detector.odet);
    let tangent = (1.0 - cosine * cosine).sqrt() / cosine;
    for (thickness, depth) in [(450e-6, 300e-6), (1000e-6, 3500e-6), (320e-6, 100e-6)] {
        let (_, image) = shape(Some((thickness, depth)));
        let ([x0, y0], [x, y]) = (center(&front), center(&image));
        let shift = (x - x0).hypot(y - y0);
        // Along the normal: ρ/μ less what the sensor's back takes away.
        let along = depth * cosine;
        let mean = along - thickness / ((thickness / along).exp() - 1.0);
        let expected = mean * tangent / 1e-4;
        println!("{thickness} {depth}: {shift:.3}, expected {expected:.3}");
        assert!((shift - expected).abs() < 0.02, "{thickness} {depth}: {shift} {expected}");
        let captured = total(&image) / total(&front);
        let beer = 1.0 - (-thickness / along).exp();
        println!("captured {captured:.6}, expected {beer:.6}");
        // A spot is larger where it is caught deeper, by as much as its pixels look smaller.
        assert!((captured / beer - 1.0).abs() < 1e-5, "{thickness} {depth}: {captured} {beer}");
    }
}
