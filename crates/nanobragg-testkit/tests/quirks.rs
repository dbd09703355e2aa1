//! Every quirk in both states: where it acts, the image (or the header, or the set-up) changes, and the state
//! without it is what the physics says.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy.toml allows them in test functions, not in what they call

use std::num::NonZeroU32;

use nanobragg::backend::{Backend, Control, Scalar};
use nanobragg::image::Pixel;
use nanobragg::model::{
    Beam, Convention, Crystal, Dose, Experiment, Frame, Misset, Mosaicity, Pivot, PixelGrid, Placement,
    Polarization, Preset, Quirk, Quirks, Rest, Rotation, Sensor, Shape, Source, StepPoint, Tilt, UnitCell,
};
use nanobragg::nalgebra::Vector3;
use nanobragg::plan::{Interpolation, Plan};
use nanobragg::readout::Readout;
use nanobragg_session::header::{FrameDescription, smv_entries};
use nanobragg_testkit::case;

fn base() -> Experiment {
    let mut experiment =
        Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0).unwrap(), 100.0);
    experiment.crystal = experiment.crystal.with_cells(5, 5, 5).unwrap();
    experiment.crystal = experiment.crystal.with_misset(Misset::Angles([0.2, 0.3, 0.5])).unwrap();
    experiment.beam = Beam::new(1.5e-10).unwrap();
    experiment.detector.pixels = PixelGrid::new(24, 20, 3e-3);
    experiment.rendering.oversample = NonZeroU32::new(1);
    experiment
}

fn custom(frame: Frame) -> Experiment {
    let mut experiment = base();
    experiment.detector.convention = Convention::Custom(frame);
    experiment
}

fn sensor() -> Sensor {
    Sensor::new(4.5e-4).unwrap().with_attenuation(3e3).unwrap()
}

/// An experiment on which `quirk` acts, everything else without quirks.
fn acted_on(quirk: Quirk) -> Experiment {
    let mut experiment = base();
    match quirk {
        Quirk::PhiZeroCarryover => {
            // Sampled in its middle, a step that starts at 0 does not stand there.
            experiment.rotation = Rotation::over(0.0, 0.03, 3).unwrap().sampled_at(StepPoint::Start);
        }
        Quirk::ConventionPivotWins => {
            experiment.detector.pivot = Some(Pivot::Sample);
            experiment.detector.tilt = Tilt { x: 0.1, y: 0.05, z: 0.02, twotheta: 0.2 };
        }
        Quirk::UnusedPointDropped => {
            experiment.detector.pivot = Some(Pivot::Beam);
            experiment.detector.placement = Rest::at(0.1).with_near_point(0.03, 0.02).into();
        }
        Quirk::Pix0Ignored => {
            experiment = custom(Frame::default());
            let rest = Rest::at(0.1);
            experiment.detector.placement = Placement::Corner { origin: [0.09, 0.02, -0.03], rest };
        }
        Quirk::FirstValueFactors => experiment.rendering.oversample = NonZeroU32::new(2),
        Quirk::RunningSumFactors => {
            experiment.rendering.oversample = NonZeroU32::new(2);
            experiment.rendering.oversample_polar = true;
        }
        Quirk::SourceWeightsIgnored => {
            let source = |y, weight| Source {
                position: [None, Some(y), None],
                weight: Some(weight),
                wavelength: None,
            };
            let sources = vec![source(0.0, 1.0), source(0.05, 3.0)];
            experiment.beam = experiment.beam.with_sources(sources).unwrap();
        }
        Quirk::LayerSpacing => {
            experiment.detector.sensor = sensor().with_layers(3).unwrap();
        }
        Quirk::InterpolationLatch => {
            let case =
                case("hkl_interpolate").unwrap().setup(&["-lambda", "2.2", "-quirks", "exact"]).unwrap();
            experiment = case.experiment;
        }
        Quirk::InterpolationBeforeSize => {
            experiment =
                case("hkl_interpolate").unwrap().setup(&["-xtalsize", "0.00005"]).unwrap().experiment;
        }
        Quirk::OversampleThickAlone => experiment.rendering.oversample_thick = true,
        Quirk::MissetRandomCap => {
            experiment.crystal = experiment.crystal.with_misset(Misset::Random).unwrap()
        }
        Quirk::WaterScaledTwice => experiment.rendering.water_size = Some(1e-5),
        Quirk::TwothetaAxisLength => {
            experiment = custom(Frame { twotheta_axis: Vector3::new(0.0, 0.0, -1.5), ..Frame::default() });
            experiment.detector.tilt.twotheta = 0.2;
        }
        Quirk::VectorsAsGiven => {
            experiment = custom(Frame { fdet: Vector3::new(0.0, 0.0, 1.001), ..Frame::default() });
        }
        Quirk::GaussUnits => experiment.crystal = experiment.crystal.with_shape(Shape::Gauss),
        Quirk::BallCancellation => experiment.crystal = experiment.crystal.with_shape(Shape::Round),
        Quirk::PhiAtStepStart => experiment.rotation = Rotation::over(0.0, 0.03, 3).unwrap(),
        Quirk::LayerFrontFace => {
            experiment.detector.sensor = sensor();
        }
        Quirk::MosaicAfterSpindle => {
            experiment.rotation = Rotation::over(0.1, 0.03, 3).unwrap();
            let mosaicity = Mosaicity::Domains { spread: 0.01, count: 3 };
            experiment.crystal = experiment.crystal.with_mosaicity(mosaicity).unwrap();
        }
        Quirk::PolarizationEpsilon => {
            experiment.beam = experiment.beam.with_polarization(Polarization::Kahn(0.9)).unwrap();
        }
        Quirk::CellCStarZ
        | Quirk::SmvBeamCenter
        | Quirk::HeaderSubstrings
        | Quirk::NopolarOverruled
        | Quirk::TwothetaHeader
        | Quirk::TwothetaAxisSetsAngle
        | Quirk::StepOverridesCount
        | Quirk::PoissonSinglePrecision => {}
        other => panic!("{other} needs an experiment here"),
    }
    experiment
}

fn plan(quirk: Quirk, quirks: Quirks) -> Plan {
    let mut experiment = acted_on(quirk);
    experiment.quirks = quirks;
    experiment.plan().unwrap()
}

/// Sum of the photons in double precision, which sees what a float's last bit hides.
fn photons(plan: &Plan) -> Vec<f64> {
    let (rows, columns) = plan.region.ranges();
    let pixels = rows.flat_map(|slow| columns.clone().map(move |fast| (slow, fast)));
    pixels.map(|(slow, fast)| nanobragg::nest::pixel(plan, Pixel { slow, fast }, &mut ())).collect()
}

#[test]
fn every_quirk_changes_what_it_acts_on_and_nothing_else() {
    for &quirk in Quirk::ALL {
        let without = Quirks::from(Preset::Exact);
        let (on, off) = (plan(quirk, without.with(quirk)), plan(quirk, without));
        match quirk {
            Quirk::SmvBeamCenter => {
                let entries = |plan| smv_entries(&FrameDescription::of(plan), 40.0);
                assert_ne!(entries(&on), entries(&off));
                assert_eq!(photons(&on), photons(&off));
            }
            Quirk::PoissonSinglePrecision => {
                let image = Scalar.render(&on, &Control::default()).unwrap();
                let counts = |plan| Readout::counted().read(plan, &image, 0.0);
                assert_ne!(counts(&on), counts(&off));
                assert_eq!(photons(&on), photons(&off));
            }
            // These act on flags and headers, before an experiment is there.
            Quirk::HeaderSubstrings
            | Quirk::NopolarOverruled
            | Quirk::TwothetaHeader
            | Quirk::TwothetaAxisSetsAngle
            | Quirk::StepOverridesCount => {
                assert_eq!(photons(&on), photons(&off));
            }
            _ => assert_ne!(photons(&on), photons(&off), "{quirk}"),
        }
        // The same quirk leaves alone an experiment that it does not act on.
        let mut plain = base();
        plain.crystal = Crystal::from_cell(UnitCell::new(50.0, 60.0, 70.0, 90.0, 90.0, 90.0).unwrap())
            .with_cells(4, 4, 4)
            .unwrap();
        let image = |experiment: &Experiment| photons(&experiment.plan().unwrap());
        let exact = {
            plain.quirks = without;
            image(&plain)
        };
        plain.quirks = without.with(quirk);
        let quirked = image(&plain);
        let scale = exact.iter().copied().fold(0.0, f64::max);
        for (a, b) in exact.iter().zip(&quirked) {
            // polarization_epsilon acts everywhere, in the tenth digit.
            assert!((a - b).abs() <= 1e-9 * scale, "{quirk} acts on a plain experiment: {a} {b}");
        }
    }
}

#[test]
fn the_first_pixel_of_a_carried_over_sweep_starts_at_rest() {
    let without = Quirks::from(Preset::Exact).with(Quirk::PhiAtStepStart);
    let on = plan(Quirk::PhiZeroCarryover, without.with(Quirk::PhiZeroCarryover));
    let off = plan(Quirk::PhiZeroCarryover, without);
    let (on, off) = (photons(&on), photons(&off));
    assert_eq!(on[0], off[0]);
    assert!(on.iter().zip(&off).skip(1).all(|(a, b)| a != b));
}

#[test]
fn with_a_resolution_limit_the_first_swept_pixel_starts_at_rest() {
    let mut experiment = acted_on(Quirk::PhiZeroCarryover);
    experiment.quirks = Preset::Reference.into();
    experiment.rendering.dmin = Some(5.5e-10);
    let plan = experiment.plan().unwrap();
    let first = plan.orientations.first_pixel.unwrap();
    let lit = photons(&plan).iter().position(|&photons| photons != 0.0).unwrap();
    assert!(first > 0);
    assert_eq!(first, lit);
}

#[test]
fn the_latch_is_found_where_a_serial_scan_trips_it() {
    let mut experiment = acted_on(Quirk::InterpolationLatch);
    experiment.quirks = Quirks::from(Preset::Exact).with(Quirk::InterpolationLatch);
    let latched = experiment.plan().unwrap();
    let Interpolation::UntilUnsafeIn(pixel) = latched.interpolation else { panic!("the latch never trips") };
    experiment.quirks = Preset::Exact.into();
    let free = photons(&experiment.plan().unwrap());
    experiment.rendering.interpolate = Some(false);
    let nearest = photons(&experiment.plan().unwrap());
    let latched_photons = photons(&latched);
    assert_eq!(latched_photons[..pixel], free[..pixel]);
    assert_eq!(latched_photons[pixel + 1..], nearest[pixel + 1..]);
    assert!(latched_photons[pixel + 1..] != free[pixel + 1..]);
}

#[test]
fn weights_are_relative() {
    let exact = |scale: f64| {
        let mut experiment = acted_on(Quirk::SourceWeightsIgnored);
        experiment.quirks = Preset::Exact.into();
        let scaled =
            |source: &Source| Source { weight: source.weight.map(|weight| weight * scale), ..*source };
        let sources = experiment.beam.sources().iter().map(scaled).collect();
        experiment.beam = experiment.beam.with_sources(sources).unwrap();
        photons(&experiment.plan().unwrap())
    };
    for (a, b) in exact(1.0).iter().zip(exact(10.0)) {
        assert!((a / b - 1.0).abs() < 1e-12);
    }
}

#[test]
fn exact_water_does_not_depend_on_the_number_of_steps() {
    let water = |count| {
        let mut experiment = acted_on(Quirk::WaterScaledTwice);
        experiment.quirks = Preset::Exact.into();
        experiment.crystal = experiment.crystal.with_cells(1, 1, 1).unwrap();
        experiment.structure_factors = nanobragg::model::StructureFactors::uniform(0.0);
        experiment.rotation = Rotation::over(0.0, 0.03, count).unwrap();
        experiment.beam = experiment.beam.with_dose(Dose::of_fluence(1e24).unwrap());
        Scalar.render(&experiment.plan().unwrap(), &Control::default()).unwrap()
    };
    let (one, five) = (water(1), water(5));
    for (a, b) in one.pixels().iter().zip(five.pixels()) {
        assert!(*a > 0.0 && (a / b - 1.0).abs() < 1e-6);
    }
}

#[test]
fn flags_and_headers_feel_their_quirks() {
    let polarized = |quirks| {
        let flags = ["-polar", "0.5", "-nopolar", "-oversample_polar", "-quirks", quirks];
        case("cubic").unwrap().setup(&flags).unwrap().experiment.beam.polarization()
    };
    assert_eq!(polarized("reference"), Polarization::Kahn(0.5));
    assert_eq!(polarized("spec"), Polarization::Off);

    let twotheta = |args: &[&str]| {
        let setup = case("cubic").unwrap().setup(args).unwrap();
        setup.experiment.detector.tilt.twotheta
    };
    let axis = ["-twotheta", "10", "-twotheta_axis", "0", "0.6", "0.8"];
    let with = |quirks: &'static str| [&axis[..], &["-quirks", quirks]].concat();
    assert_eq!(twotheta(&with("reference")), 0.0);
    assert!((twotheta(&with("spec")) - 10f64.to_radians()).abs() < 1e-12);

    let steps = |preset| {
        let flags = "-phistep 1 -phisteps 3 -hdivstep 0.1 -hdivsteps 5 -vdivstep 0.1 -vdivsteps 4 -quirks";
        let flags: Vec<&str> = flags.split(' ').chain([preset]).collect();
        let experiment = case("cubic").unwrap().setup(&flags).unwrap().experiment;
        let divergence = experiment.beam.divergence().unwrap();
        [experiment.rotation.steps(), divergence.horizontal.count(), divergence.vertical.count()]
    };
    assert_eq!([steps("reference"), steps("spec"), steps("exact")], [[2, 2, 2], [2, 2, 2], [3, 5, 4]]);

    let placed = |flags: &[&str]| case("cubic").unwrap().plan(flags).unwrap().detector.report.beam_spot;
    for preset in ["reference", "spec", "port"] {
        let dropped = placed(&["-Xclose", "12", "-Yclose", "31", "-quirks", preset]);
        assert_eq!(dropped, placed(&["-quirks", preset]), "{preset}");
    }
    let near = placed(&["-Xclose", "12", "-Yclose", "31", "-quirks", "exact"]);
    assert!((near.0 - 0.012).abs() < 1e-12 && (near.1 - 0.031).abs() < 1e-12, "{near:?}");

    let folder = tempfile::tempdir().unwrap();
    let header = "{\nHEADER_BYTES=512;\nSIZE1=4;\nSIZE2=3;\nPIXEL_SIZE=0.1;\nTWOTHETA=7;\n}";
    let path = folder.path().join("swung.img");
    std::fs::write(&path, [format!("{header:<512}").into_bytes(), vec![0; 24]].concat()).unwrap();
    let image = ["-img", path.to_str().unwrap()];
    assert_eq!(twotheta(&[&image[..], &["-quirks", "spec"]].concat()), 0.0);
    assert!((twotheta(&[&image[..], &["-quirks", "exact"]].concat()) - 7f64.to_radians()).abs() < 1e-12);
}

#[test]
fn our_own_images_give_their_geometry_back() {
    let folder = tempfile::tempdir().unwrap();
    for (number, convention) in ["-mosflm", "-adxv", "-denzo", "-xds", "-dials"].into_iter().enumerate() {
        for preset in ["reference", "spec", "exact"] {
            let case = case("cubic").unwrap();
            let flags = [convention, "-Xbeam", "21", "-Ybeam", "27", "-quirks", preset];
            let plan = case.plan(&flags).unwrap();
            let path = folder.path().join(format!("{preset}{number}.img"));
            let (fast, slow) = (plan.region.image_fast, plan.region.image_slow);
            let entries = smv_entries(&FrameDescription::of(&plan), 40.0);
            nanobragg_io::smv::write_smv(&path, &entries, fast, slow, &vec![0; fast * slow]).unwrap();
            let again = case.plan(&["-img", path.to_str().unwrap(), convention, "-quirks", preset]).unwrap();
            let moved = (again.detector.pix0 - plan.detector.pix0).norm();
            assert!(moved < 1e-7, "{convention} {preset}: the first pixel moved by {moved} m");
        }
    }
}

#[test]
fn an_overruled_nopolar_brings_back_the_factor_that_was_given() {
    let image = |flags: &str, quirks: &str| {
        let line = format!("{flags} -oversample_polar -quirks {quirks}");
        photons(&case("cubic").unwrap().plan(&line.split_whitespace().collect::<Vec<_>>()).unwrap())
    };
    assert_eq!(image("-polar 0.7 -nopolar", "reference"), image("-polar 0.7", "reference"));
    assert_ne!(image("-polar 0.7 -nopolar", "reference"), image("-nopolar", "reference"));
    assert_eq!(image("-polar 0.7 -nopolar", "spec"), image("-nopolar", "spec"));
}
