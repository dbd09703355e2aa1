//! What the reference program said about each case before it rendered, against the plan.

use nanobragg::model::Pivot;
use nanobragg::nalgebra::Vector3;
use nanobragg::plan::Plan;
use nanobragg::units::to_deg;
use nanobragg_testkit::{case, cases};

/// Six digits are printed.
const RELATIVE: f64 = 6e-6;
/// What is left of components that ought to be zero.
const ABSOLUTE: f64 = 1e-14;

/// The numbers in a line of text; letters and marks separate them.
fn numbers(line: &str) -> Vec<f64> {
    let part_of_number = |c: char| c.is_ascii_digit() || "+-.e".contains(c);
    let tokens = line.split(|c| !part_of_number(c));
    tokens.filter_map(|token| token.trim_end_matches('e').parse().ok()).collect()
}

fn list(v: &Vector3<f64>) -> Vec<f64> {
    vec![v.x, v.y, v.z]
}

/// Part of a line, and the numbers that the line has to hold.
fn facts(plan: &Plan) -> Vec<(&'static str, Vec<f64>)> {
    let (detector, report, resolved) = (&plan.detector, &plan.detector.report, &plan.resolved);
    let count = |n: usize| vec![n as f64];
    let pair = |(a, b): (f64, f64)| vec![a, b];
    let micrometers = plan.crystal.size().map(|size| size * 1e6);
    let roi = [plan.region.fast.0, plan.region.fast.1, plan.region.slow.0, plan.region.slow.1];
    let phi = resolved.rotation;
    let (h, v) = (resolved.horizontal, resolved.vertical);
    let mut facts = vec![
        ("Unit Cell: ", plan.crystal.unit_cell().to_vec()),
        ("crystal is ", micrometers.to_vec()),
        ("sources:", count(plan.sources.len())),
        (
            "initialized hkls",
            vec![plan.structure_factors.loaded() as f64, plan.structure_factors.default_f()],
        ),
        (" xtal: ", plan.crystal.shape.cells.to_vec()),
        (
            "wave=",
            vec![
                resolved.wavelength,
                resolved.dispersion.range() * 100.0,
                resolved.dispersion.count() as f64,
            ],
        ),
        ("incident fluence: ", vec![plan.fluence, 2.0]),
        (
            "detsize=",
            vec![
                detector.distance,
                report.size.0,
                report.size.1,
                detector.pixel_size,
                detector.fast_pixels as f64,
                detector.slow_pixels as f64,
            ],
        ),
        ("sensor is ", vec![resolved.layers.thickness, resolved.layers.count as f64, resolved.mu]),
        ("Xbeam=", vec![report.center.x, report.center.y]),
        ("Fbeam=", pair(report.beam_spot)),
        ("Fclose=", pair(report.near_point)),
        ("X-AXIS= ", list(&detector.fdet)),
        ("Y-AXIS= ", list(&detector.sdet)),
        ("Z-AXIS= ", list(&detector.odet)),
        ("BEAM_DIRECTION= ", list(&detector.beam)),
        ("ROTATION_AXIS= ", list(&detector.spindle_axis[1])),
        ("PLANE_NORMAL= ", list(&detector.beam.cross(&detector.polar))),
        ("dials origin= ", report.dials_origin_mm.to_vec()),
        ("roi: ", roi.map(|end| end as f64).to_vec()),
        ("hdivrange=", vec![h.range(), h.step()]),
        ("vdivrange=", vec![v.range(), v.step()]),
        (" mosaic domains over ", vec![resolved.mosaic.domains as f64, to_deg(resolved.mosaic.spread)]),
        (
            " phi steps from ",
            vec![phi.steps() as f64, to_deg(phi.start()), to_deg(phi.start() + phi.range())],
        ),
        (" pixel oversample steps", vec![plan.oversample as f64; 2]),
    ];
    if let Some(factor) = resolved.kahn {
        facts.push(("polarization factor: ", vec![factor]));
    }
    if resolved.recommended_oversample > plan.oversample as f64 {
        facts.push(("recommend -oversample ", vec![resolved.recommended_oversample]));
    }
    facts
}

/// The first fact that `said` does not bear out.
fn contradiction(plan: &Plan, said: &str) -> Option<String> {
    let pivot = match plan.detector.report.pivot {
        Pivot::Beam => "pivoting detector around direct beam spot",
        Pivot::Sample => "pivoting detector around sample",
    };
    if !said.contains(pivot) {
        return Some(pivot.to_owned());
    }
    facts(plan).into_iter().find_map(|(part, expected)| {
        let Some(line) = said.lines().find(|line| line.contains(part)) else {
            return Some(format!("{part:?} is nowhere"));
        };
        let after = line.replace("-oversample", "").replace("-AXIS", "").replace("m^2", "m 2");
        let found = numbers(&after);
        let near = |a: f64, b: f64| (a - b).abs() <= RELATIVE * b.abs() + ABSOLUTE;
        let same = found.len() == expected.len() && found.iter().zip(&expected).all(|(&a, &b)| near(a, b));
        (!same).then(|| format!("{line:?}, and not {expected:?}"))
    })
}

#[test]
fn set_up_values_are_those_of_the_reference_program() {
    for case in cases().unwrap() {
        let plan = case.plan(&["-quirks", "reference"]).unwrap();
        let said = case.text("stdout.txt").unwrap();
        assert_eq!(contradiction(&plan, &said), None, "{}", case.name);
    }
}

#[test]
fn another_set_up_is_noticed() {
    let case = case("tilted").unwrap();
    let said = case.text("stdout.txt").unwrap();
    for more in
        [["-distance", "100.01"], ["-Xbeam", "30.001"], ["-detector_rotx", "5.001"], ["-phisteps", "3"]]
    {
        let plan = case.plan(&[more[0], more[1], "-quirks", "reference"]).unwrap();
        assert!(contradiction(&plan, &said).is_some(), "{more:?}");
    }
}
