//! The gradient of a cotangent as text.

use std::fmt::Write as _;

use nanobragg_io::c_format::g;
use serde_json::{Value, json};

use crate::console::Console;
use crate::wanted::Wanted;

/// Structure factors that a table shows.
const SHOWN: usize = 10;

/// The derivative of Σ y I by each parameter, and by structure factors.
pub struct Gradient<'a> {
    pub wanted: &'a [Wanted],
    pub slopes: Vec<f64>,
    /// Of those that some pixel depends on; `None` where they were not asked for.
    pub amplitudes: Option<Vec<Amplitude>>,
}

/// A structure factor.
#[derive(Clone, Copy, Debug)]
pub struct Amplitude {
    pub hkl: [i32; 3],
    /// Its value, electrons.
    pub f: f64,
    /// The derivative by it.
    pub slope: f64,
}

impl Gradient<'_> {
    /// Prints a table: of structure factors those that have the largest derivatives.
    pub fn print(&self, console: &Console) {
        console.say(&format!("{:<16} {:>14} {:>16}  per", "parameter", "value", "gradient"));
        let line = |name: &str, value: &str, slope: f64, unit: &str| {
            console.say(&format!("{name:<16} {value:>14} {:>16}  {unit}", g(slope, 9)));
        };
        for (wanted, &slope) in self.wanted.iter().zip(&self.slopes) {
            let value = wanted.value.map_or_else(String::new, |value| g(value, 7));
            line(&wanted.name, &value, slope, wanted.unit);
        }
        let Some(amplitudes) = &self.amplitudes else { return };
        let mut strongest: Vec<&Amplitude> = amplitudes.iter().collect();
        strongest.sort_by(|one, other| other.slope.abs().total_cmp(&one.slope.abs()));
        for Amplitude { hkl: [h, k, l], f, slope } in strongest.iter().take(SHOWN) {
            line(&format!("F_{h}_{k}_{l}"), &g(*f, 7), *slope, "electrons");
        }
        let rest = amplitudes.len().saturating_sub(SHOWN);
        if rest > 0 {
            console.say(&format!("and {rest} structure factors with smaller ones"));
        }
    }

    /// The first number that is not finite, and its name.
    pub fn not_finite(&self) -> Option<(String, f64)> {
        let named = |[h, k, l]: [i32; 3]| format!("F_{h}_{k}_{l}");
        let parameters =
            self.wanted.iter().zip(&self.slopes).map(|(wanted, &slope)| (wanted.name.clone(), slope));
        let amplitudes = self.amplitudes.iter().flatten().map(|one| (named(one.hkl), one.slope));
        parameters.chain(amplitudes).find(|(_, slope)| !slope.is_finite())
    }

    /// All of it.
    pub fn json(&self) -> Value {
        let parameters = self.wanted.iter().zip(&self.slopes).map(|(wanted, slope)| {
            json!({ "name": wanted.name, "unit": wanted.unit, "value": wanted.value, "gradient": slope })
        });
        let parameters: Vec<Value> = parameters.collect();
        let Some(amplitudes) = &self.amplitudes else { return json!({ "parameters": parameters }) };
        let hkl: Vec<[i32; 3]> = amplitudes.iter().map(|amplitude| amplitude.hkl).collect();
        let values: Vec<f64> = amplitudes.iter().map(|amplitude| amplitude.f).collect();
        let slopes: Vec<f64> = amplitudes.iter().map(|amplitude| amplitude.slope).collect();
        let table = json!({ "hkl": hkl, "value": values, "gradient": slopes, "unit": "electrons" });
        json!({ "parameters": parameters, "structure_factors": table })
    }

    /// Structure factors, a line each: h, k, l and the derivative.
    pub fn list(&self) -> String {
        let mut text = String::new();
        for Amplitude { hkl: [h, k, l], slope, .. } in self.amplitudes.iter().flatten() {
            let _ = writeln!(text, "{h} {k} {l} {slope:e}");
        }
        text
    }
}
