//! The traced pixels against the logs of the PyTorch port and the C program.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

mod supervisor;

use nanobragg::image::Pixel;
use nanobragg::model::{Preset, Quirks};
use nanobragg_trace::{Comparison, Entry, Quantity, Stage, Trace};
use supervisor::{c_log, experiment_with, log, parsed, plan, port_c_parity, reference, small, traced};

/// Rounding of the fifteen printed digits of two logs.
const PRINTED: f64 = 1.1e-15;
/// Cells along each axis of the supervisor crystal.
const CELLS: [f64; 3] = [36.0, 47.0, 29.0];

fn length(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Up to the sum 1e-12 of the length, of the number of cells for the lattice factors; 1e-10 from there on. The
/// product of the lattice factors is off by each axis's error times the other factors.
fn allowed(ours: &Trace, entry: &Entry, cells: [f64; 3]) -> f64 {
    let own = length(&entry.values);
    let name = entry.key.rsplit('.').next().unwrap_or_default();
    match name {
        "F_latt_a" => 1e-12 * cells[0],
        "F_latt_b" => 1e-12 * cells[1],
        "F_latt_c" => 1e-12 * cells[2],
        "F_latt" => {
            let axes = ["F_latt_a", "F_latt_b", "F_latt_c"].map(|key| ours.scalar(key).unwrap_or(1.0));
            let others =
                |axis: usize| (0..3).filter(|&i| i != axis).map(|i| axes[i].abs().max(1.0)).product::<f64>();
            1e-12 * (0..3).map(|axis| cells[axis] * others(axis)).sum::<f64>()
        }
        "k_frac" => 1e-12 * own.max(1.0),
        "floatimage_accumulated" => 1e-10 * own,
        _ if entry.stage >= Stage::Accumulation => 1e-10 * own,
        _ => 1e-12 * own + PRINTED * own,
    }
}

/// Every quantity of `theirs` is in `ours` and agrees; returns their number.
fn check(theirs: &Trace, ours: &Trace, cells: [f64; 3]) -> usize {
    let mut worst = Vec::new();
    let mut checked = 0;
    for entry in theirs.entries().iter().filter(|entry| ours.get(&entry.key).is_some()) {
        let found = ours.get(&entry.key).unwrap();
        assert_eq!(found.len(), entry.values.len(), "{}", entry.key);
        let delta: Vec<f64> = found.iter().zip(&entry.values).map(|(a, b)| a - b).collect();
        let off = length(&delta);
        let agrees = off <= allowed(ours, entry, cells);
        if !agrees {
            worst.push(format!("{}: {found:?}, logged {:?}, off {off:e}", entry.key, entry.values));
        }
        checked += 1;
    }
    assert!(worst.is_empty(), "{}", worst.join("\n"));
    checked
}

fn names(trace: &Trace) -> Vec<&str> {
    trace.entries().iter().map(|entry| entry.key.as_str()).collect()
}

#[test]
fn the_ports_spec_log() {
    let ours = parsed(&traced(&plan(Preset::Port), 685, 1039));
    assert_eq!(check(&log("port_spec.log"), &ours, CELLS), 45 + 67 + 30);
    assert_eq!(check(&log("port_spec_per_phi.log"), &ours, CELLS), 90);
}

#[test]
fn the_ports_c_parity_log() {
    let ours = parsed(&traced(&plan(port_c_parity()), 685, 1039));
    assert_eq!(check(&log("port_c_parity.log"), &ours, CELLS), 45 + 67 + 30);
    assert_eq!(check(&log("port_c_parity_per_phi.log"), &ours, CELLS), 90);
}

#[test]
fn the_ports_log_of_the_pixel_before() {
    let ours = parsed(&traced(&plan(Preset::Port), 684, 1039));
    assert_eq!(check(&log("port_spec_684.log"), &ours, CELLS), 43 + 67 + 30);
    assert_eq!(check(&log("port_spec_684_per_phi.log"), &ours, CELLS), 90);
}

#[test]
fn the_text_is_the_logs_text() {
    let text = traced(&plan(Preset::Port), 685, 1039);
    let path = |name: &str| supervisor::fixture("supervisor_pixel").join(name);
    let expected = std::fs::read_to_string(path("port_spec.log")).unwrap();
    let expected_steps = std::fs::read_to_string(path("port_spec_per_phi.log")).unwrap();
    assert_eq!((text.main.lines().count(), text.per_phi.lines().count()), (124, 10));
    assert_eq!(
        (text.counts.facts, text.counts.tricubic, text.counts.rot_stars, text.counts.steps),
        (45, 69, 10, 10)
    );
    // Names, their order and everything that is no number; the numbers themselves are checked above.
    let shape = |text: &str| -> String {
        let number = |word: &str| word.parse::<f64>().is_ok();
        let mask = |word: &str| match word.split_once('=') {
            Some((name, value)) if number(value) => format!("{name}=#"),
            _ if number(word) => "#".to_owned(),
            _ => word.to_owned(),
        };
        let lines = text.lines().map(|line| line.split(' ').map(mask).collect::<Vec<_>>().join(" "));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(shape(&text.main), shape(&expected));
    assert_eq!(shape(&text.per_phi), shape(&expected_steps));
    // Most numbers are the same to the last printed digit.
    let same = |a: &str, b: &str| a.lines().zip(b.lines()).filter(|(a, b)| a == b).count();
    assert!(same(&text.main, &expected) > 105, "{}", same(&text.main, &expected));
}

#[test]
fn the_c_programs_logs_of_the_pixel() {
    let plan = plan(Preset::Reference);
    for (slow, fast) in [(685, 1039), (684, 1039)] {
        let c = c_log(&format!("supervisor/trace_c_{slow}_{fast}.log"));
        let ours = parsed(&traced(&plan, slow, fast));
        assert_eq!(c.pixel(), Some((slow, fast)));
        check(&c, &ours, CELLS);
        let comparison = Comparison::new(&c, &ours, 1e-9).unwrap();
        assert!(comparison.passes(), "{}", comparison.explanation());
        assert!(comparison.quantities().len() > 36 + 40, "{}", comparison.quantities().len());
    }
    let photons = traced(&plan, 685, 1039).photons;
    assert!((photons / 2.88139542684698e-07 - 1.0).abs() < 1e-12, "{photons:e}");
}

#[test]
fn the_c_programs_logs_of_small_experiments() {
    let logs = [
        ("triclinic", 20, 45),
        ("phi_zero", 20, 45),
        ("phi_zero_first", 0, 0),
        ("polar", 33, 7),
        ("tilted", 5, 60),
        ("absorption", 50, 10),
        ("hkl_matrix", 25, 40),
    ];
    for (name, slow, fast) in logs {
        let c = c_log(&format!("{name}/trace_c_{slow}_{fast}.log"));
        let ours = parsed(&traced(&small(name).plan().unwrap(), slow, fast));
        let cells = if name == "hkl_matrix" { [6.0; 3] } else { [5.0; 3] };
        assert!(check(&c, &ours, cells) >= 38, "{name}");
        let comparison = Comparison::new(&c, &ours, 1e-9).unwrap();
        assert!(comparison.passes(), "{name}: {}", comparison.explanation());
        assert!(comparison.quantity("F_cell").is_some_and(|f: &Quantity| !f.b.is_empty()), "{name}");
    }
}

#[test]
fn all_layers_of_the_c_programs_absorption_log() {
    let c = c_log("absorption/trace_c_50_10.log");
    let trace = nanobragg::trace::Options { all_steps: true, ..Default::default() };
    let options = nanobragg_trace::CaptureOptions { trace, ..Default::default() };
    let text = nanobragg_trace::capture(
        &small("absorption").plan().unwrap(),
        Pixel { slow: 50, fast: 10 },
        &options,
    );
    assert!(text.per_phi.contains("TRACE_PY_PHI source=0 subpixel=0 layer=3 domain=0 phi_tic=0 "));
    let comparison = Comparison::new(&c, &parsed(&text), 1e-9).unwrap();
    assert!(comparison.passes(), "{}", comparison.explanation());
    assert!(comparison.quantity("phi[0].F_latt#4").is_some());
}

#[test]
fn whole_experiment_with_its_own_data() {
    let (Some(hkl), Some(logs)) = (reference("upstream/scaled.hkl"), reference("upstream/logs")) else {
        return;
    };
    let table = supervisor::table(&hkl);
    let trace = |quirks: Quirks, slow, fast| {
        parsed(&traced(&experiment_with(quirks, table.clone()).plan().unwrap(), slow, fast))
    };
    let read = |name: &str| Trace::read_with_steps(logs.join(name)).unwrap();
    let port = Quirks::from(Preset::Port);
    for (name, quirks, slow, fast) in [
        ("port_spec_685_1039.log", port, 685, 1039),
        ("port_c_parity_685_1039.log", port_c_parity(), 685, 1039),
        ("port_c_parity_1039_685.log", port_c_parity(), 1039, 685),
        ("scaling/c_trace_scaling.log", Preset::Reference.into(), 685, 1039),
    ] {
        let (theirs, ours) = (read(name), trace(quirks, slow, fast));
        assert!(check(&theirs, &ours, CELLS) > 60, "{name}: {:?}", names(&theirs));
    }
    for pixel in ["685_1039", "684_1039", "686_1040", "1200_1300"] {
        let c = c_log(&format!("supervisor/trace_c_{pixel}.log"));
        let (slow, fast) = c.pixel().unwrap();
        check(&c, &trace(Preset::Reference.into(), slow, fast), CELLS);
    }
}

#[test]
fn single_precision_shows_what_it_does() {
    let double = plan(Preset::Reference);
    let single =
        nanobragg_trace::capture(&double.cast::<f32>(), Pixel { slow: 685, fast: 1039 }, &Default::default());
    let comparison = Comparison::new(&parsed(&traced(&double, 685, 1039)), &parsed(&single), 1e-6).unwrap();
    assert!(single.counts.facts == 45 && single.counts.steps == 10);
    assert!(comparison.quantity("R_distance_meters").is_some_and(|r| !r.diverges()));
    assert!(comparison.quantity("pix0_vector_meters").unwrap().rel_delta.unwrap() > 0.0);
}

/// Keys and units of the rows of a table in `page`: keys between backticks in the first column, one unit for each key
/// or one for all of them in the second.
fn rows(page: &str) -> Vec<(&str, String)> {
    let table = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut found = Vec::new();
    for row in table {
        let mut cells = row.split(" | ");
        let (Some(keys), Some(units)) = (cells.next(), cells.next()) else { continue };
        let units: Vec<String> = units.split(", ").map(|unit| unit.trim_matches('*').to_owned()).collect();
        for (index, key) in keys.split(", ").map(|key| key.trim_matches('`')).enumerate() {
            found.push((key, units.get(index).or(units.last()).cloned().unwrap_or_default()));
        }
    }
    found
}

#[test]
fn the_page_has_every_key_with_its_unit() {
    use nanobragg::trace::{Quantity, Value};
    let page = std::fs::read_to_string(nanobragg_testkit::fixtures().join("../docs/TRACE.md")).unwrap();
    let rows = rows(&page);
    let (_, trace) = nanobragg::trace::trace_pixel(
        &small("triclinic").plan().unwrap(),
        Pixel { slow: 20, fast: 45 },
        Default::default(),
    );
    let facts = trace.entries().iter().filter(|(_, value)| !matches!(value, Value::PhiStep(_)));
    let facts: Vec<Quantity> = facts.map(|(quantity, _)| *quantity).collect();
    assert_eq!(facts.len(), 45);
    for fact in &facts {
        let row = rows.iter().find(|(key, _)| *key == fact.key());
        assert_eq!(row.map(|(_, unit)| unit.as_str()), Some(fact.unit().symbol()), "{fact}");
    }
    // All of them in the order of the registry, which is that of the page.
    assert!(facts.is_sorted());
    let places: Vec<usize> =
        facts.iter().filter_map(|fact| rows.iter().position(|(key, _)| *key == fact.key())).collect();
    assert!(places.is_sorted(), "{places:?}");
}
