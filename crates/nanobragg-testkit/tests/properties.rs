//! Laws that images obey whatever the numbers.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in test functions, not in what they call

use std::num::NonZeroU32;

use nanobragg::backend::{Backend, Control, Cpu, Scalar};
use nanobragg::image::Image;
use nanobragg::image::Pixel;
use nanobragg::model::{
    Beam, Dose, Experiment, IndexBox, Misset, PixelGrid, Polarization, Preset, Quirks, Reflection, Rest, Roi,
    Sensor, Shape, Size, StructureFactors, UnitCell,
};
use nanobragg::nest::pixel;
use nanobragg::physics::f_cell;
use nanobragg::physics::lattice::{self, Indices};
use nanobragg_testkit::{SplitMix, cases};
use proptest::prelude::*;

fn render(experiment: &Experiment) -> Image {
    Scalar.render(&experiment.plan().unwrap(), &Control::default()).unwrap()
}

fn small(cells: [f64; 3], misset: [f64; 3], f: f64) -> Experiment {
    let mut experiment = Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 85.0, 95.0, 100.0).unwrap(), f);
    experiment.crystal = experiment.crystal.with_size(cells.map(Size::Cells)).unwrap();
    experiment.crystal = experiment.crystal.with_misset(Misset::Angles(misset)).unwrap();
    experiment.beam = Beam::new(1.3e-10).unwrap();
    experiment.detector.pixels = PixelGrid::new(16, 12, 4e-3);
    experiment.rendering.oversample = NonZeroU32::new(1);
    experiment
}

/// Largest relative difference between `a` and `factor` times `b`.
fn worst(a: &Image, b: &Image, factor: f64) -> f64 {
    let brightest = b.pixels().iter().copied().fold(0.0, f32::max);
    let pairs = a.pixels().iter().zip(b.pixels());
    let relative = pairs.map(|(&a, &b)| {
        let scaled = f64::from(b) * factor;
        (f64::from(a) - scaled).abs() / (f64::from(brightest) * factor)
    });
    relative.fold(0.0, f64::max)
}

fn angles() -> impl Strategy<Value = [f64; 3]> {
    [-3.0..3.0f64, -3.0..3.0f64, -3.0..3.0f64]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn intensity_goes_with_the_square_of_f(misset in angles(), n in 2u32..9, f in 1.0..1e4f64) {
        let cells = [f64::from(n); 3];
        let one = render(&small(cells, misset, 1.0));
        prop_assert!(worst(&render(&small(cells, misset, f)), &one, f * f) < 1e-6);
    }

    #[test]
    fn intensity_goes_with_the_fluence(misset in angles(), factor in 1e-6..1e6f64) {
        let mut experiment = small([4.0; 3], misset, 50.0);
        let one = render(&experiment);
        let dose = Dose::of_fluence(experiment.beam.dose().fluence() * factor).unwrap();
        experiment.beam = experiment.beam.with_dose(dose);
        prop_assert!(worst(&render(&experiment), &one, factor) < 1e-6);
    }

    #[test]
    fn a_region_of_interest_is_the_crop_of_the_whole(misset in angles(), f0 in 0usize..16, f1 in 0usize..20,
                                                     s0 in 0usize..12, s1 in 0usize..16) {
        let mut experiment = small([4.0; 3], misset, 50.0);
        let whole = render(&experiment);
        experiment.rendering.roi = Roi::new((f0, f1), (s0, s1));
        let part = Cpu::default().render(&experiment.plan().unwrap(), &Control::default()).unwrap();
        for slow in 0..12 {
            for fast in 0..16 {
                let inside = (f0..=f1).contains(&fast) && (s0..=s1).contains(&slow);
                let expected = if inside { whole.get(Pixel { slow, fast }) } else { Some(0.0) };
                prop_assert_eq!(part.get(Pixel { slow, fast }), expected, "{} {}", slow, fast);
            }
        }
    }

    #[test]
    fn peaks_go_with_the_sixth_power_of_the_cells(n in 2u32..30) {
        // The beam's own pixel: h = k = l = 0 at its center.
        let at_the_beam = |n: f64| {
            let mut experiment = small([n; 3], [0.0; 3], 10.0);
            experiment.detector.pixels = PixelGrid::new(1, 1, 1e-5);
            experiment.detector.placement = Rest::at(0.1).with_beam_center(0.0, 0.0).into();
            let plan = experiment.plan().unwrap();
            pixel(&plan, Pixel { slow: 0, fast: 0 }, &mut ())
        };
        let ratio = at_the_beam(f64::from(n)) / at_the_beam(1.0);
        prop_assert!((ratio / f64::from(n).powi(6) - 1.0).abs() < 1e-9, "{}", ratio);
    }
}

/// A random table; with `centric`, F(hkl) = F(-h-k-l).
fn table(centric: bool) -> StructureFactors {
    let bounds = IndexBox { min: [-6; 3], max: [6; 3] };
    let mut random = SplitMix(5);
    let mut reflections = Vec::new();
    for index in 0..13i32.pow(3) {
        let hkl = [index / 169 - 6, index / 13 % 13 - 6, index % 13 - 6];
        let f = random.uniform(1.0, 100.0);
        reflections.push(Reflection { hkl, f });
        if centric {
            reflections.push(Reflection { hkl: hkl.map(|h| -h), f });
        }
    }
    StructureFactors::from_reflections(bounds, 0.0, reflections).unwrap()
}

/// Intensities of a term at random indices and at the opposite ones, nearest and interpolated.
fn friedel_pairs(table: &StructureFactors) -> Vec<[(f64, f64); 2]> {
    let plan = small([3.0, 4.0, 5.0], [0.1; 3], 1.0).plan().unwrap();
    let intensities = |hkl: [f64; 3]| {
        let indices = Indices::new(hkl);
        let f_latt = lattice::factor(&plan.crystal.shape, &indices).product;
        let nearest = table.nearest(indices.nearest_i32());
        let tricubic = f_cell::tricubic(&f_cell::neighborhood(table, &indices).unwrap(), &hkl);
        [nearest, tricubic].map(|f| (f * f_latt).powi(2))
    };
    let mut random = SplitMix(17);
    let pair = |_| {
        let hkl = [0; 3].map(|_| random.uniform(-4.0, 4.0));
        let (plus, minus) = (intensities(hkl), intensities(hkl.map(|h| -h)));
        [(plus[0], minus[0]), (plus[1], minus[1])]
    };
    (0..500).map(pair).collect()
}

#[test]
fn a_centric_table_obeys_friedel_and_another_does_not() {
    let differ = |(plus, minus): (f64, f64)| (plus - minus).abs() > 1e-9 * plus.max(minus);
    for kind in [0, 1] {
        assert!(!friedel_pairs(&table(true)).iter().any(|pair| differ(pair[kind])));
        assert!(friedel_pairs(&table(false)).iter().filter(|pair| differ(pair[kind])).count() > 400);
    }
}

#[test]
fn interpolation_meets_the_table_at_whole_indices() {
    // A table that is constant is interpolated to that constant everywhere.
    let bounds = IndexBox { min: [-60; 3], max: [60; 3] };
    let constant =
        StructureFactors::from_reflections(bounds, 7.0, [Reflection { hkl: [0; 3], f: 7.0 }]).unwrap();
    let mut experiment = small([3.0; 3], [0.3, -0.2, 0.9], 0.0);
    experiment.structure_factors = constant;
    experiment.rendering.interpolate = Some(true);
    let interpolated = render(&experiment);
    experiment.rendering.interpolate = Some(false);
    assert!(worst(&interpolated, &render(&experiment), 1.0) < 1e-6);
}

#[test]
fn dual_numbers_give_the_derivative_by_the_wavelength() {
    use num_dual::Dual64;
    for shape in [Shape::Square, Shape::Round, Shape::Gauss] {
        let mut experiment = small([3.0; 3], [0.3, 0.2, 0.1], 50.0);
        experiment.crystal = experiment.crystal.with_shape(shape);
        experiment.beam = experiment.beam.with_polarization(Polarization::Kahn(0.8)).unwrap();
        let at = |wavelength: f64, slow, fast| {
            let mut moved = experiment.clone();
            moved.beam = moved.beam.with_wavelength(wavelength).unwrap();
            pixel(&moved.plan().unwrap(), Pixel { slow, fast }, &mut ())
        };
        let wavelength = experiment.beam.wavelength();
        let mut dual = experiment.plan().unwrap().cast::<Dual64>();
        dual.sources[0].wavelength.eps = 1.0;
        let step = 1e-6 * wavelength;
        for (slow, fast) in [(1, 2), (5, 9), (11, 15)] {
            let derivative = pixel(&dual, Pixel { slow, fast }, &mut ());
            let difference =
                (at(wavelength + step, slow, fast) - at(wavelength - step, slow, fast)) / (2.0 * step);
            let scale = difference.abs().max(derivative.re / wavelength);
            assert!(
                (derivative.eps - difference).abs() < 1e-4 * scale,
                "{shape:?} {derivative} {difference}"
            );
            assert!((derivative.re / at(wavelength, slow, fast) - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn single_precision_evaluates_the_same_physics() {
    for &shape in Shape::ALL {
        let mut experiment = small([4.0; 3], [0.3, 0.2, 0.1], 50.0);
        experiment.crystal = experiment.crystal.with_shape(shape);
        let plan = experiment.plan().unwrap();
        let single = plan.cast::<f32>();
        let image = render(&experiment);
        let brightest = image.pixels().iter().copied().fold(0.0, f32::max);
        for slow in 0..12 {
            for fast in 0..16 {
                let (a, b) = (
                    pixel(&plan, Pixel { slow, fast }, &mut ()),
                    pixel(&single, Pixel { slow, fast }, &mut ()),
                );
                // Single precision loses what h and N take: 1e-7 of h = 20 times N = 4 is 1e-5 of a fringe.
                assert!(
                    (a - f64::from(b)).abs() < 1e-3 * f64::from(brightest),
                    "{shape:?} {slow} {fast}: {a} {b}"
                );
            }
        }
    }
}

#[test]
fn exact_images_converge_with_sub_pixels_and_layers() {
    // Under `exact` the sum is a mean over sub-pixels: refining it twice moves it less and less.
    let mut experiment = small([3.0; 3], [0.3, 0.2, 0.1], 50.0);
    experiment.quirks = Quirks::from(Preset::Exact);
    let sensor = Sensor::new(3e-4).unwrap().with_attenuation(2e3).unwrap();
    let total = |experiment: &Experiment| {
        render(experiment).pixels().iter().map(|&value| f64::from(value)).sum::<f64>()
    };
    let mut totals = Vec::new();
    for n in [4, 8, 16] {
        experiment.rendering.oversample = NonZeroU32::new(n);
        experiment.detector.sensor = sensor.with_layers(n as usize / 2).unwrap();
        totals.push(total(&experiment));
    }
    let (first, second) = ((totals[1] - totals[0]).abs(), (totals[2] - totals[1]).abs());
    assert!(second < 0.7 * first, "{totals:?}");
}

#[test]
fn every_preset_renders_every_case_to_finite_numbers() {
    for case in cases().unwrap() {
        for preset in Preset::ALL {
            let plan = case.plan(&["-quirks", preset.name()]).unwrap();
            let image = Cpu::default().render(&plan, &Control::default()).unwrap();
            assert!(image.pixels().iter().all(|value| value.is_finite()), "{} {}", case.name, preset.name());
        }
    }
}

#[test]
fn a_region_that_ends_before_it_begins_is_dark_however_terms_are_evaluated() {
    for oversample_polar in [false, true] {
        let mut experiment = small([4.0; 3], [0.1; 3], 50.0);
        experiment.quirks = Preset::Reference.into();
        experiment.rendering.oversample_polar = oversample_polar;
        experiment.rendering.roi = Roi::new((10, 5), (2, 7));
        let plan = experiment.plan().unwrap();
        assert_eq!(plan.region.pixels(), 0);
        let image = Cpu::default().render(&plan, &Control::default()).unwrap();
        assert!(image.pixels().iter().all(|&value| value == 0.0));
    }
}
