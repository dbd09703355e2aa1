//! Recorded and unrecorded pixels are the same bits.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

mod supervisor;

use std::num::NonZeroU32;

use nanobragg::backend::{Backend, Control, Scalar};
use nanobragg::image::Pixel;
use nanobragg::model::{
    Convention, Crystal, Divergence, Experiment, Frame, IndexBox, Mosaicity, Preset, Quirk, Quirks,
    Reflection, Shape, Source, Spectrum, Steps, StructureFactors, UnitCell,
};
use nanobragg::nest::pixel;
use nanobragg::trace::{Options, trace_pixel};
use nanobragg::units::deg;
use nanobragg_trace::{CaptureOptions, capture};
use supervisor::{small, three};

/// Structure factors with zeros among them, in a table that the image leaves.
fn gappy() -> StructureFactors {
    let indices = (-6..=6).flat_map(|h| (-6..=6).flat_map(move |k| (-6..=6).map(move |l| [h, k, l])));
    let reflections = indices.map(|hkl| {
        let [h, k, l] = hkl.map(f64::from);
        let f = if (h + 2.0 * k + l) % 3.0 == 0.0 { 0.0 } else { 50.0 + h - 3.0 * k + 2.0 * l };
        Reflection { hkl, f }
    });
    StructureFactors::from_reflections(IndexBox { min: [-6; 3], max: [6; 3] }, 0.0, reflections).unwrap()
}

fn experiments() -> Vec<(&'static str, Experiment)> {
    let names = ["triclinic", "phi_zero", "polar", "tilted", "absorption", "hkl_matrix"];
    let mut all: Vec<(&str, Experiment)> = names.iter().map(|name| (*name, small(name))).collect();
    let mut add = |name: &'static str, change: &dyn Fn(&mut Experiment)| {
        let mut experiment = small("phi_zero");
        change(&mut experiment);
        all.push((name, experiment));
    };
    add("gaps", &|e| {
        e.structure_factors = gappy();
        e.rendering.interpolate = Some(false);
    });
    add("latch", &|e| {
        e.structure_factors = gappy();
        e.rendering.interpolate = Some(true);
    });
    add("interpolated term by term", &|e| {
        e.structure_factors = gappy();
        e.rendering.interpolate = Some(true);
        e.quirks = Preset::Exact.into();
    });
    add("water", &|e| e.rendering.water_size = Some(1e-6));
    add("dmin", &|e| {
        e.rendering.dmin = Some(4e-10);
        e.rendering.oversample = NonZeroU32::new(2);
    });
    add("everything sampled", &|e| {
        e.rendering.oversample = NonZeroU32::new(2);
        let mosaicity = Mosaicity::Domains { spread: deg(0.5), count: 3 };
        e.crystal = e.crystal.with_mosaicity(mosaicity).unwrap();
        let band = Spectrum::Band(Steps::across(0.01, 2).unwrap());
        let beam = e.beam.clone().with_spectrum(band).unwrap();
        e.beam = beam.with_divergence(Divergence::round(three(0.002), Steps::ONE));
        e.detector.sensor = small("absorption").detector.sensor;
    });
    add("running sums", &|e| {
        e.structure_factors = gappy();
        e.rendering.interpolate = Some(false);
        e.rendering.oversample = NonZeroU32::new(2);
        e.rendering.oversample_polar = true;
        e.rendering.oversample_omega = true;
        e.rendering.oversample_thick = true;
        e.detector.sensor = small("absorption").detector.sensor;
    });
    add("weighted sources", &|e| {
        let source = |y: f64, weight: f64| Source {
            position: [Some(-10.0), Some(y), Some(0.0)],
            weight: Some(weight),
            ..Source::default()
        };
        e.beam = e.beam.clone().with_sources(vec![source(0.0, 1.0), source(0.01, 3.0)]).unwrap();
        e.quirks = Preset::Exact.into();
    });
    for (name, shape) in [("round", Shape::Round), ("gauss", Shape::Gauss), ("tophat", Shape::Tophat)] {
        add(name, &|e| e.crystal = e.crystal.with_shape(shape));
    }
    add("curved", &|e| e.detector.curved = true);
    add("vectors as given", &|e| {
        e.quirks = Preset::Port.into();
        e.detector.convention = Convention::Custom(Frame::default());
    });
    all
}

#[test]
fn every_experiment_both_ways() {
    let options =
        CaptureOptions { trace: Options { rot_stars: true, all_steps: true }, ..CaptureOptions::default() };
    for (name, experiment) in experiments() {
        let plan = experiment.plan().unwrap();
        let single = plan.cast::<f32>();
        let image = Scalar.render(&plan, &Control::default()).unwrap();
        let mut lit = 0;
        for slow in (0..64).step_by(3) {
            for fast in (0..64).step_by(3) {
                let silent = pixel(&plan, Pixel { slow, fast }, &mut ());
                let (recorded, _) = trace_pixel(&plan, Pixel { slow, fast }, options.trace);
                assert_eq!(silent.to_bits(), recorded.to_bits(), "{name} {slow} {fast}");
                assert_eq!(image.get(Pixel { slow, fast }).unwrap().to_bits(), (recorded as f32).to_bits());
                lit += usize::from(silent > 0.0);
                let silent = pixel(&single, Pixel { slow, fast }, &mut ());
                let (recorded, _) = trace_pixel(&single, Pixel { slow, fast }, options.trace);
                assert_eq!(silent.to_bits(), recorded.to_bits(), "{name} {slow} {fast} in single precision");
            }
        }
        assert!(lit > 0, "{name} is dark");
        for (slow, fast) in [(0, 0), (20, 45), (33, 33)] {
            let text = capture(&plan, Pixel { slow, fast }, &options);
            assert_eq!(
                text.photons.to_bits(),
                pixel(&plan, Pixel { slow, fast }, &mut ()).to_bits(),
                "{name}"
            );
        }
    }
}

#[test]
fn the_exact_preset_says_that_factors_enter_term_by_term() {
    let mut experiment = small("triclinic");
    let fact = |experiment: &Experiment, key: &str| {
        let text =
            capture(&experiment.plan().unwrap(), Pixel { slow: 20, fast: 45 }, &CaptureOptions::default());
        text.main.parse::<nanobragg_trace::Trace>().unwrap().scalar(key).unwrap()
    };
    assert_eq!(fact(&experiment, "oversample_polar"), 0.0);
    let polar = fact(&experiment, "polar");
    let ratio = |experiment: &Experiment| {
        fact(experiment, "I_before_scaling_post_polar") / fact(experiment, "I_before_scaling_pre_polar")
    };
    assert!((ratio(&experiment) / polar - 1.0).abs() < 1e-14);
    experiment.quirks = Quirks::from(Preset::Reference).without(Quirk::FirstValueFactors);
    assert_eq!(fact(&experiment, "oversample_polar"), 1.0);
    assert_eq!(ratio(&experiment), 1.0);
}

#[test]
fn a_cell_without_a_table_has_no_neighborhood() {
    let crystal = Crystal::from_cell(UnitCell::new(100.0, 100.0, 100.0, 90.0, 90.0, 90.0).unwrap());
    let experiment = Experiment::new(crystal, StructureFactors::uniform(7.0));
    let text = capture(&experiment.plan().unwrap(), Pixel { slow: 20, fast: 45 }, &CaptureOptions::default());
    assert!(text.main.contains("TRACE_PY: F_cell_interpolated nan\nTRACE_PY: F_cell_nearest 7\n"));
    assert_eq!((text.counts.facts, text.counts.tricubic), (45, 0));
    assert!(text.json_lines.contains("\"key\":\"F_cell_interpolated\",\"value\":\"nan\"}"));
}
