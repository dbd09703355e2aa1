//! Pixel, scattering vector and Miller indices against dxtbx's, recorded by `xtask/science/geometry.py`: panels that are
//! tilted, swung and grouped, kappa and oblique goniometers, tilted beams, scans backwards and scan-varying crystals.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in test functions, not in what they call

use nanobragg::image::Pixel;
use nanobragg::trace::{Options, PixelTrace, Quantity, Value as Traced, trace_pixel};
use nanobragg_testkit::{Case, fixtures};
use serde_json::Value;

/// Of the vector's length.
const RELATIVE: f64 = 1e-12;

fn vector(row: &Value, key: &str) -> [f64; 3] {
    let numbers: Vec<f64> = row[key].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    numbers.try_into().unwrap()
}

fn whole(row: &Value, key: &str) -> Option<usize> {
    row[key].as_u64().map(|number| usize::try_from(number).unwrap())
}

/// The pixel of a row as the program evaluates it.
fn traced(row: &Value) -> PixelTrace {
    let mut args: Vec<String> =
        ["-geometry", row["file"].as_str().unwrap(), "-panel", &row["panel"].to_string()]
            .map(String::from)
            .to_vec();
    args.extend("-default_F 1 -nointerpolate -N 5 -oversample 1 -nodump".split(' ').map(String::from));
    if let Some(point) = whole(row, "scan_point") {
        args.extend(["-phisteps", "1", "-scan_point"].map(String::from));
        args.push(point.to_string());
    }
    let case = Case { name: row.to_string(), folder: fixtures().join("geometry/dxtbx"), args };
    let plan = case.plan(&[]).unwrap();
    trace_pixel(
        &plan,
        Pixel { slow: whole(row, "slow").unwrap(), fast: whole(row, "fast").unwrap() },
        Options::default(),
    )
    .1
}

fn three(trace: &PixelTrace, quantity: Quantity) -> [f64; 3] {
    match trace.value(quantity) {
        Some(Traced::Vector(numbers) | Traced::Indices(numbers)) => *numbers,
        other => unreachable!("{quantity:?}: {other:?}"),
    }
}

fn length(v: [f64; 3]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[test]
fn pixels_scattering_vectors_and_indices_are_dxtbx_s() {
    let text = std::fs::read_to_string(fixtures().join("geometry/dxtbx/expected.json")).unwrap();
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(rows.len() > 100);
    let mut worst = [0.0f64; 3];
    for row in &rows {
        let trace = traced(row);
        let quantities = [
            (Quantity::Position, "position_mm", 1e3),
            (Quantity::ScatteringVector, "q_per_angstrom", 1e-10),
            (Quantity::Indices, "hkl", 1.0),
        ];
        for ((quantity, key, unit), worst) in quantities.into_iter().zip(&mut worst) {
            let (found, expected) = (three(&trace, quantity).map(|x| x * unit), vector(row, key));
            let off = length(std::array::from_fn(|i| found[i] - expected[i])) / length(expected);
            assert!(off <= RELATIVE, "{row}\n{key}: {found:?}, off by {off:.1e}");
            *worst = worst.max(off);
        }
    }
    println!("{} pixels: position {:.1e}, q {:.1e}, hkl {:.1e}", rows.len(), worst[0], worst[1], worst[2]);
}
