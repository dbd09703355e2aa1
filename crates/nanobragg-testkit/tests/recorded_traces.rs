//! Set-up values and final pixels of the reference program's single-pixel logs.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in test functions, not in what they call

use std::collections::HashMap;
use std::path::Path;

use nanobragg::image::Pixel;
use nanobragg::nalgebra::Vector3;
use nanobragg::nest::pixel;
use nanobragg::plan::Plan;
use nanobragg_testkit::{Case, fixtures, upstream};

/// Set-up values and final intensities, relative. The logs have 15 digits; what is left is the order of the
/// last roundings.
const RELATIVE: f64 = 1e-12;

/// The numbers behind each `TRACE_C: key` of a log; the first value of a key counts.
fn recorded(log: &Path) -> HashMap<String, Vec<f64>> {
    let text = std::fs::read_to_string(log).unwrap();
    let mut values = HashMap::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("TRACE_C: ")) {
        let mut words = line.split_whitespace();
        let Some(key) = words.next() else { continue };
        values.entry(key.to_owned()).or_insert_with(|| words.filter_map(|word| word.parse().ok()).collect());
    }
    values
}

fn vector(v: &Vector3<f64>) -> Vec<f64> {
    vec![v.x, v.y, v.z]
}

/// What the plan says about the same keys.
fn ours(plan: &Plan, slow: usize, fast: usize) -> Vec<(&'static str, Vec<f64>)> {
    let star = &plan.crystal.shape.reciprocal.vectors;
    vec![
        ("pix0_vector_meters", vector(&plan.detector.pix0)),
        ("fdet_vec", vector(&plan.detector.fdet)),
        ("sdet_vec", vector(&plan.detector.sdet)),
        ("close_distance_meters", vec![plan.detector.close_distance]),
        ("lambda_meters", vec![plan.sources[0].wavelength]),
        ("incident_vec", vector(&plan.sources[0].incident)),
        ("rot_a_star_A_inv", vector(&star[0])),
        ("rot_b_star_A_inv", vector(&star[1])),
        ("rot_c_star_A_inv", vector(&star[2])),
        ("r_e_sqr", vec![plan.r_e_sqr]),
        ("fluence_photons_per_m2", vec![plan.fluence]),
        ("steps", vec![plan.steps]),
        ("I_pixel_final", vec![pixel(plan, Pixel { slow, fast }, &mut ())]),
    ]
}

fn deviation(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let length = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    let delta: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    length(&delta) / length(b).max(f64::MIN_POSITIVE)
}

fn check(case: &Case, log: &Path) -> usize {
    let name = log.file_stem().unwrap().to_string_lossy().into_owned();
    let mut numbers = name.rsplit('_').filter_map(|part| part.parse::<usize>().ok());
    let (fast, slow) = (numbers.next().unwrap(), numbers.next().unwrap());
    let plan = case.plan(&["-quirks", "reference"]).unwrap();
    let recorded = recorded(log);
    let mut compared = 0;
    for (key, value) in ours(&plan, slow, fast) {
        let Some(expected) = recorded.get(key) else { continue };
        let deviation = deviation(&value, expected);
        assert!(
            deviation <= RELATIVE,
            "{} {name} {key}: {value:?} against {expected:?}, {deviation:.1e}",
            case.name
        );
        compared += 1;
    }
    compared
}

fn logs(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "log")).collect()
}

#[test]
fn setup_and_final_pixels_of_the_recorded_logs() {
    let mut compared = 0;
    for folder in std::fs::read_dir(fixtures().join("traces")).unwrap().flatten().map(|entry| entry.path()) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let mut case = Case::read(folder.clone()).unwrap();
        case.folder = match name.as_str() {
            "supervisor" => match upstream() {
                Some(folder) => folder,
                None => {
                    println!("SKIPPED traces/supervisor: the port's data files are not there");
                    continue;
                }
            },
            "phi_zero_first" => fixtures().join("cases/phi_zero"),
            name => fixtures().join("cases").join(name),
        };
        for log in logs(&folder) {
            compared += check(&case, &log);
        }
    }
    assert!(compared >= 7 * 12, "only {compared} values compared");
}
