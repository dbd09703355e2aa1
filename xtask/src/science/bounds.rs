//! What must come back, and how near.

use std::fmt::Write as _;

use serde_json::Value;

use super::series::{Kind, Series};

/// What was measured of one reduction.
pub type Measured<'a> = (&'a Series, &'static str, Value);

/// One number beside its bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub series: String,
    pub what: String,
    pub measured: f64,
    pub unit: &'static str,
    /// Smallest and largest that pass; none for what is stated only.
    pub bound: Option<[f64; 2]>,
}

impl Check {
    /// Whether the number is within its bound, where it has one. What is not a number is not.
    pub fn passes(&self) -> Option<bool> {
        self.bound.map(|[low, high]| (low..=high).contains(&self.measured))
    }

    fn verdict(&self) -> &'static str {
        match self.passes() {
            Some(true) => "held",
            Some(false) => "NOT HELD",
            None => "stated",
        }
    }

    fn bound_text(&self) -> String {
        match self.bound {
            None => "–".to_owned(),
            Some([low, high]) if high == f64::INFINITY => format!("≥ {}", number(low)),
            Some([low, high]) if low == 0.0 || low == f64::NEG_INFINITY => format!("≤ {}", number(high)),
            Some([low, high]) => {
                format!("{} ± {}", number(0.5 * (low + high)), number(0.5 * (high - low)))
            }
        }
    }
}

/// Five digits after the point at most, or an exponent for what is small.
fn number(value: f64) -> String {
    // A thousandth that arithmetic has left a little below it is still written as one.
    if value != 0.0 && value.abs() < 0.9995e-3 {
        return format!("{value:.2e}");
    }
    let text = format!("{value:.5}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// All checks of what was measured.
pub fn check(measured: &[Measured<'_>]) -> Vec<Check> {
    let mut checks = Vec::new();
    for (series, reduction, value) in measured {
        match series.kind {
            Kind::Stills => stills(reduction, value, &mut checks),
            Kind::Rotation => rotation(reduction, value, &mut checks),
        }
    }
    let of =
        |name: &str| measured.iter().find(|(_, reduction, _)| *reduction == name).map(|(_, _, value)| value);
    if let (Some(cbf), Some(nxmx)) = (of("gauss"), of("gauss-nxmx")) {
        alike(cbf, nxmx, &mut checks);
    }
    checks
}

/// The number at `path`, not a number where there is none.
fn at(value: &Value, path: &str) -> f64 {
    value.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

fn rotation(name: &str, value: &Value, checks: &mut Vec<Check>) {
    let bounded = name.starts_with("gauss");
    let mut put = |what: &str, measured: f64, unit: &'static str, bound: Option<[f64; 2]>| {
        checks.push(Check { series: name.to_owned(), what: what.to_owned(), measured, unit, bound });
    };
    let around = |center: f64, reach: f64| Some([center - reach, center + reach]);
    put("lengths of the cell, largest error", at(value, "/cell_error"), "", Some([0.0, 1e-4]));
    let placed = match name {
        // Fringes that are found as spots pull at it.
        "square" | "round" => None,
        // dxtbx's mean depth of capture lacks the division by the captured share: 134 um where 157 um is right.
        "sensor" => around(174.02, 0.01),
        // The file has to name a sensor; dxtbx takes off the depth of capture of its cadmium telluride, 21 um.
        "gauss-nxmx" => around(173.979, 0.01),
        _ => around(174.0, 0.01),
    };
    put("distance", at(value, "/distance_mm"), "mm", placed);
    put("polarized fraction, as DIALS has it", at(value, "/polarization_fraction"), "", around(0.99, 1e-6));
    put("merged reflections", at(value, "/merged_reflections"), "", None);
    put("completeness", at(value, "/completeness"), "", None);
    put("R(F), Friedel mates apart", at(value, "/r_f"), "", bounded.then_some([0.0, 0.005]));
    put("CC of intensities, to 8 Å", at(value, "/cc"), "", bounded.then_some([0.9995, f64::INFINITY]));
    put("CC of intensities, all", at(value, "/cc_all"), "", None);
    put(
        "differences of Friedel mates, CC",
        at(value, "/bijvoet_cc"),
        "",
        bounded.then_some([0.99, f64::INFINITY]),
    );
    put(
        "differences of Friedel mates, slope",
        at(value, "/bijvoet_slope"),
        "",
        bounded.then_some([0.98, 1.02]),
    );
    // Of what has fringes DIALS' boxes hold a part.
    let scale = if matches!(name, "square" | "round") { None } else { around(1.0, 0.001) };
    put("photons over theory, summation, to 8 Å", at(value, "/absolute/summation/mean"), "", scale);
    put("photons over theory, profiles, to 8 Å", at(value, "/absolute/profile/mean"), "", None);
    let worst = shells(value).filter(|shell| shell.high <= 8.0).map(|shell| (shell.mean - 1.0).abs());
    let worst = worst.reduce(f64::max).unwrap_or(f64::NAN);
    put("photons over theory, worst shell to 8 Å, off by", worst, "", bounded.then_some([0.0, 0.005]));
    let steady = name == "gauss";
    put(
        "orientation in the crystal's frame, rms",
        at(value, "/orientation_rms_deg"),
        "deg",
        steady.then_some([0.0, 5e-4]),
    );
    put("orientation in the crystal's frame, largest", at(value, "/orientation_largest_deg"), "deg", None);
    put("orientation, mean error", at(value, "/orientation_mean_error_deg"), "deg", None);
}

/// CBF and NXmx hold the same counts: what DIALS makes of them differs by its own rounding only.
fn alike(cbf: &Value, nxmx: &Value, checks: &mut Vec<Check>) {
    let pairs = [("R(F)", "/r_f", 1e-4), ("photons over theory", "/absolute/summation/mean", 1e-4)];
    for (what, path, most) in pairs {
        checks.push(Check {
            series: "CBF and NXmx".to_owned(),
            what: format!("{what}, difference"),
            measured: (at(cbf, path) - at(nxmx, path)).abs(),
            unit: "",
            bound: Some([0.0, most]),
        });
    }
}

fn stills(name: &str, value: &Value, checks: &mut Vec<Check>) {
    let angles = value["angles_deg"].as_array().into_iter().flatten().filter_map(Value::as_f64);
    let mut angles: Vec<f64> = angles.collect();
    angles.sort_unstable_by(f64::total_cmp);
    let mut put = |what: &str, measured: f64, unit: &'static str, bound: Option<[f64; 2]>| {
        checks.push(Check { series: name.to_owned(), what: what.to_owned(), measured, unit, bound });
    };
    put("images integrated", angles.len() as f64, "", Some([0.9 * at(value, "/images"), f64::INFINITY]));
    let median = angles.get(angles.len() / 2).copied().unwrap_or(f64::NAN);
    put("orientation, median error", median, "deg", Some([0.0, 0.055]));
    put("orientation, largest error", angles.last().copied().unwrap_or(f64::NAN), "deg", None);
}

/// Photons over theory in one shell of resolution.
pub struct Shell {
    pub low: f64,
    pub high: f64,
    pub count: f64,
    pub mean: f64,
    pub median: f64,
}

/// Shells of the absolute scale by summation.
pub fn shells(value: &Value) -> impl Iterator<Item = Shell> {
    let rows = value.pointer("/absolute/summation/shells").and_then(Value::as_array);
    rows.into_iter().flatten().map(|row| {
        let of = |index: usize| row.get(index).and_then(Value::as_f64).unwrap_or(f64::NAN);
        Shell { low: of(0), high: of(1), count: of(2), mean: of(3), median: of(4) }
    })
}

/// The checks as a Markdown table.
pub fn table(checks: &[Check]) -> String {
    let mut out =
        String::from("| series | quantity | measured | bound | |\n| --- | --- | ---: | --- | --- |\n");
    for check in checks {
        let unit = if check.unit.is_empty() { String::new() } else { format!(" {}", check.unit) };
        let _ = writeln!(
            out,
            "| {} | {} | {}{unit} | {} | {} |",
            check.series,
            check.what,
            number(check.measured),
            check.bound_text(),
            check.verdict()
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_number_holds_no_bound() {
        let mut checks = Vec::new();
        rotation("gauss", &serde_json::json!({"r_f": 0.003}), &mut checks);
        let passes =
            |what: &str| checks.iter().find(|check| check.what.starts_with(what)).and_then(Check::passes);
        assert_eq!(passes("R(F)"), Some(true));
        assert_eq!(passes("CC"), Some(false));
        assert_eq!(passes("photons over theory, worst"), Some(false));
    }

    #[test]
    fn bounds_are_written_as_they_are_read() {
        let with =
            |bound| Check { series: String::new(), what: String::new(), measured: 1.0, unit: "", bound };
        assert_eq!(with(Some([0.999, 1.001])).bound_text(), "1 ± 0.001");
        assert_eq!(with(Some([0.0, 0.005])).bound_text(), "≤ 0.005");
        assert_eq!(with(Some([0.99, f64::INFINITY])).bound_text(), "≥ 0.99");
        assert_eq!(with(None).bound_text(), "–");
    }
}
