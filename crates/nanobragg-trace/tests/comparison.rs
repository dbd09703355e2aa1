//! What comparisons say: causes, statuses, reports, formats.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

mod supervisor;

use nanobragg::image::Pixel;
use nanobragg::model::{Beam, Experiment, Lattice, Orientation, Preset, Quirk, Quirks, Shape, UnitCell};
use nanobragg::trace::Options;
use nanobragg_trace::{
    CaptureOptions, Comparison, ErrorKind, Format, RunMetadata, Stage, Status, Style, Trace, capture, diff,
};
use supervisor::{c_log, parsed, plan, reference, small, traced};

fn quirks(comparison: &Comparison) -> Vec<Quirk> {
    comparison.causes().iter().filter_map(|cause| cause.quirk).collect()
}

fn explained(comparison: &Comparison, quirk: Quirk) {
    assert!(quirks(comparison).contains(&quirk), "{}", comparison.explanation());
    assert!(comparison.explanation().contains(quirk.name()));
}

#[test]
fn carry_over_is_named_between_the_c_trace_and_spec() {
    let c = c_log("supervisor/trace_c_685_1039.log");
    let text = traced(&plan(Preset::Spec), 685, 1039);
    let with_steps = Comparison::new(&c, &parsed(&text), 1e-6).unwrap();
    assert_eq!(with_steps.first_divergence().unwrap().key, "rot_a_angstroms");
    assert_eq!(with_steps.first_divergence().unwrap().stage, Stage::Rotation);
    assert_eq!(with_steps.causes().len(), 1, "{}", with_steps.explanation());
    explained(&with_steps, Quirk::PhiZeroCarryover);
    // The main log alone has no phi steps.
    let alone = Comparison::new(&c, &text.main.parse().unwrap(), 1e-6).unwrap();
    explained(&alone, Quirk::PhiZeroCarryover);
    // Nor do two main logs.
    let reference = traced(&plan(Preset::Reference), 685, 1039);
    let mains = Comparison::new(&reference.main.parse().unwrap(), &text.main.parse().unwrap(), 1e-6).unwrap();
    explained(&mains, Quirk::PhiZeroCarryover);
}

#[test]
fn the_chain_of_the_ports_own_comparison() {
    let c = c_log("supervisor/trace_c_685_1039.log");
    let port = supervisor::log("port_spec.log");
    let comparison = Comparison::new(&c, &port, 1e-6).unwrap();
    let statuses: Vec<(&str, Status)> = comparison.chain().map(|q| (q.key.as_str(), q.status)).collect();
    let expected = [
        ("I_before_scaling", Status::Critical),
        ("r_e_sqr", Status::Pass),
        ("fluence_photons_per_m2", Status::Pass),
        ("steps", Status::Pass),
        ("capture_fraction", Status::Pass),
        ("polar", Status::Pass),
        ("omega_pixel", Status::Pass),
        ("cos_2theta", Status::Pass),
        ("I_pixel_final", Status::Critical),
    ];
    assert_eq!(statuses, expected);
    let sum = comparison.quantity("I_before_scaling").unwrap();
    assert_eq!(sum.abs_delta, Some(-138181.02217938006));
    assert!((sum.rel_delta.unwrap() - -0.14643174689167).abs() < 1e-15);
    // Here the geometry parts first: the port's vectors are not of unit length.
    assert_eq!(comparison.first_divergence().unwrap().stage, Stage::Geometry);
    explained(&comparison, Quirk::VectorsAsGiven);
    explained(&comparison, Quirk::PhiZeroCarryover);
    // With its phi steps as well, of which all differ.
    if let Some(log) = reference("upstream/logs/port_spec_685_1039.log") {
        let whole = Trace::read_with_steps(log).unwrap();
        assert_eq!(whole.counts().steps, 10);
        let comparison = Comparison::new(&c, &whole, 1e-6).unwrap();
        explained(&comparison, Quirk::VectorsAsGiven);
        explained(&comparison, Quirk::PhiZeroCarryover);
    }
}

#[test]
fn quirks_that_change_one_thing_are_named() {
    let port = Quirks::from(Preset::Port);
    let compare = |a: Quirks, b: Quirks, tolerance: f64| {
        let [a, b] = [a, b].map(|quirks| parsed(&traced(&plan(quirks), 685, 1039)));
        Comparison::new(&a, &b, tolerance).unwrap()
    };
    explained(&compare(port, port.without(Quirk::VectorsAsGiven), 1e-6), Quirk::VectorsAsGiven);
    let epsilon = compare(port, port.without(Quirk::PolarizationEpsilon), 1e-12);
    explained(&epsilon, Quirk::PolarizationEpsilon);
    explained(&compare(port, port.without(Quirk::Pix0Ignored), 1e-6), Quirk::Pix0Ignored);
    let skewed = |quirks: Quirks| {
        let mut experiment = small("triclinic");
        experiment.quirks = quirks;
        parsed(&traced(&experiment.plan().unwrap(), 20, 45))
    };
    let spec = Quirks::from(Preset::Spec);
    let cell = Comparison::new(&skewed(spec), &skewed(spec.without(Quirk::CellCStarZ)), 1e-6).unwrap();
    explained(&cell, Quirk::CellCStarZ);
}

#[test]
fn reciprocal_vectors_that_are_only_logged_otherwise_are_told_from_a_real_difference() {
    let skewed = |preset| {
        let mut experiment = small("triclinic");
        experiment.quirks = Quirks::from(preset);
        parsed(&traced(&experiment.plan().unwrap(), 20, 45))
    };
    let comparison = Comparison::new(&skewed(Preset::Port), &skewed(Preset::Spec), 1e-6).unwrap();
    assert_eq!(comparison.first_divergence().unwrap().key, "rot_a_star_A_inv");
    assert!(comparison.explanation().contains("only what is logged differs"), "{}", comparison.explanation());
}

#[test]
fn json_lines_hold_the_very_numbers() {
    let text = traced(&plan(Preset::Reference), 685, 1039);
    let json: Trace = text.json_lines.parse().unwrap();
    assert_eq!((json.format(), json.pixel()), (Format::JsonLines, Some((685, 1039))));
    assert_eq!(text.json_lines.lines().count(), 124 + 10);
    assert_eq!(json.scalar("I_pixel_final"), Some(text.photons));
    let comparison = Comparison::new(&parsed(&text), &json, 1e-14).unwrap();
    assert!(comparison.passes(), "{}", comparison.explanation());
    let (only_in_text, only_in_json) = comparison.unmatched();
    assert!(only_in_text.is_empty() && only_in_json.is_empty(), "{only_in_text:?} {only_in_json:?}");
    let options = CaptureOptions {
        digits: 17,
        trace: Options { rot_stars: true, ..Options::default() },
        ..Default::default()
    };
    let exact: Trace =
        capture(&plan(Preset::Reference), Pixel { slow: 685, fast: 1039 }, &options).main.parse().unwrap();
    assert!(exact.entries().iter().all(|entry| json.get(&entry.key) == Some(&entry.values)));
}

#[test]
fn the_per_phi_document_has_the_ports_shape() {
    let text = traced(&plan(Preset::Port), 685, 1039);
    let document: serde_json::Value = serde_json::from_str(&text.per_phi_json).unwrap();
    assert_eq!(document["pixel"]["slow"], 685);
    assert_eq!(document["dtype"], "float64");
    let steps = document["per_phi_entries"].as_array().unwrap();
    assert_eq!(steps.len(), 10);
    let names = "F_latt F_latt_b S_x S_y S_z V_actual a_star_y b_star_y c_star_y k_frac phi_deg phi_tic";
    let found: Vec<&str> = steps[3].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(found.join(" "), names);
    assert!((steps[3]["k_frac"].as_f64().unwrap() - -0.595204463682985).abs() < 1e-13);
}

#[test]
fn reports_are_written_together() {
    let c = c_log("supervisor/trace_c_685_1039.log");
    let comparison = Comparison::new(&c, &parsed(&traced(&plan(Preset::Spec), 685, 1039)), 1e-6).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("reports");
    let run = RunMetadata { program: Some("test".to_owned()), ..RunMetadata::default() };
    comparison.write_reports(&inner, &run).unwrap();
    let read = |name: &str| std::fs::read_to_string(inner.join(name)).unwrap();
    let metrics: serde_json::Value = serde_json::from_str(&read("metrics.json")).unwrap();
    assert_eq!(metrics["first_divergence"], "rot_a_angstroms");
    assert_eq!(metrics["num_divergent"], comparison.num_divergent());
    assert_eq!(metrics["factors"]["I_before_scaling"]["status"], "CRITICAL");
    assert_eq!(metrics["factors"].as_object().unwrap().len(), 9);
    assert_eq!(metrics["intermediates"]["rot_a_angstroms"]["a_value"].as_array().unwrap().len(), 3);
    let summary = read("summary.md");
    assert!(summary.contains("| r_e_sqr | 7.94079248e-30 |") && summary.contains("phi_zero_carryover"));
    let metadata: serde_json::Value = serde_json::from_str(&read("run_metadata.json")).unwrap();
    assert_eq!((metadata["program"].as_str(), metadata["passes"].as_bool()), (Some("test"), Some(false)));
    let same = Comparison::new(&c, &c, 1e-6).unwrap();
    let metrics: serde_json::Value = serde_json::from_str(&same.metrics_json()).unwrap();
    assert!(metrics["first_divergence"].is_null() && metrics["num_divergent"] == 0);
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert_eq!(same.write_reports(&file, &run).unwrap_err().kind(), ErrorKind::Write);
}

#[test]
fn side_by_side() {
    let a: Trace = "TRACE_PY: lambda_meters 1e-10\nTRACE_PY: polar 0.5\n".parse().unwrap();
    let b: Trace = "TRACE_PY: lambda_meters 1e-10\nTRACE_PY: polar 0.50001\n".parse().unwrap();
    let comparison = Comparison::new(&a, &b, 1e-6).unwrap();
    let plain = diff(&comparison, Style::Plain);
    let line = plain.lines().find(|line| line.contains(" polar ")).unwrap();
    assert!(line.starts_with("> polar") && line.ends_with("+2.000e-5  MINOR"), "{line}");
    assert!(!plain.contains('\u{1b}'));
    assert!(diff(&comparison, Style::Ansi).contains("\u{1b}[33m> polar"));
}

#[test]
fn a_truncated_trace_does_not_pass() {
    let text = traced(&plan(Preset::Reference), 685, 1039);
    let whole: Trace = text.main.parse().unwrap();
    for lines in 1..124 {
        let cut: String = text.main.lines().take(lines).flat_map(|line| [line, "\n"]).collect();
        let cut: Trace = cut.parse().unwrap();
        let comparison = Comparison::new(&whole, &cut, 1e-6).unwrap();
        let complete = cut.get("I_pixel_final").is_some();
        assert_eq!(comparison.passes(), complete, "{lines}");
        if !complete {
            assert_eq!(comparison.first_divergence().unwrap().status, Status::Missing);
            assert!(comparison.explanation().contains("lacks"));
        }
    }
}

#[test]
fn phi_steps_alone_can_be_compared() {
    let text = traced(&plan(Preset::Reference), 685, 1039);
    let steps: Trace = text.per_phi.parse().unwrap();
    assert!(Comparison::new(&steps, &steps, 1e-6).unwrap().passes());
    let spec: Trace = traced(&plan(Preset::Spec), 685, 1039).per_phi.parse().unwrap();
    let comparison = Comparison::new(&steps, &spec, 1e-6).unwrap();
    explained(&comparison, Quirk::PhiZeroCarryover);
    let facts: Trace = "TRACE_PY: lambda_meters 1e-10\n".parse().unwrap();
    assert_eq!(Comparison::new(&steps, &facts, 1e-6).unwrap_err().kind(), ErrorKind::NothingInCommon);
}

#[test]
fn causes_that_are_plain_are_named() {
    let compare = |first: &str, change: &dyn Fn(&mut Experiment)| {
        let a = small("triclinic");
        let mut b = a.clone();
        change(&mut b);
        let [a, b] = [a, b].map(|experiment| parsed(&traced(&experiment.plan().unwrap(), 20, 45)));
        let comparison = Comparison::new(&a, &b, 1e-6).unwrap();
        assert_eq!(comparison.first_divergence().unwrap().key, first);
        comparison.explanation()
    };
    let said = compare("lambda_meters", &|b| b.beam = Beam::new(b.beam.wavelength() * 1.001).unwrap());
    assert!(said.contains("the wavelengths"), "{said}");
    let said = compare("rot_a_angstroms", &|b| {
        let turned = Orientation::from_angles([0.1, 0.2, 0.3]);
        b.crystal = b.crystal.with_misset(turned.into()).unwrap();
    });
    assert!(said.contains("the same cell in another orientation"), "{said}");
    let said = compare("F_latt_a", &|b| b.crystal = b.crystal.with_cells(6, 5, 5).unwrap());
    assert!(said.contains("the numbers of cells"), "{said}");
}

#[test]
fn a_pixel_that_is_too_dim_to_compare_is_said_to_be() {
    let [a, b] = [20, 19].map(|n| {
        let mut experiment = small("triclinic");
        experiment.crystal = experiment.crystal.with_cells(n, n, n).unwrap().with_shape(Shape::GaussStar);
        parsed(&traced(&experiment.plan().unwrap(), 1, 1))
    });
    let comparison = Comparison::new(&a, &b, 1e-6).unwrap();
    assert!(comparison.explanation().contains("too close to zero"), "{}", comparison.explanation());
}

#[test]
fn another_cell_is_told_by_its_edges() {
    let traced_with = |stretch: f64| {
        let mut experiment = small("triclinic");
        let cell = experiment.crystal.lattice().cell().unwrap();
        let [a, b, c] = cell.edges();
        let cell = UnitCell::from_radians([a * stretch, b, c], cell.angles()).unwrap();
        experiment.crystal = experiment.crystal.with_lattice(Lattice::Cell(cell));
        parsed(&traced(&experiment.plan().unwrap(), 20, 45))
    };
    let comparison = Comparison::new(&traced_with(1.0), &traced_with(1.007), 1e-6).unwrap();
    assert_eq!(comparison.first_divergence().unwrap().key, "rot_a_angstroms");
    assert!(comparison.explanation().contains("the cell's edges differ"), "{}", comparison.explanation());
}
