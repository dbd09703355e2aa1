//! The phi steps as one JSON document.

use nanobragg::trace;
use serde::{Deserialize, Serialize};

/// One phi step of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[allow(non_snake_case, reason = "the names are those of the document")]
pub struct PhiStep {
    /// Source, where the trace tells terms apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<u64>,
    /// Sub-pixel, slow axis first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subpixel: Option<u64>,
    /// Sensor layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<u64>,
    /// Mosaic domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<u64>,
    /// Number of the step.
    pub phi_tic: u64,
    /// Spindle angle, degrees.
    #[serde(with = "number")]
    pub phi_deg: f64,
    /// Fractional k.
    #[serde(with = "number")]
    pub k_frac: f64,
    /// Lattice factor along b.
    #[serde(with = "number")]
    pub F_latt_b: f64,
    /// Lattice factor.
    #[serde(with = "number")]
    pub F_latt: f64,
    /// Scattering vector, x, 1/Å.
    #[serde(with = "number")]
    pub S_x: f64,
    /// Scattering vector, y, 1/Å.
    #[serde(with = "number")]
    pub S_y: f64,
    /// Scattering vector, z, 1/Å.
    #[serde(with = "number")]
    pub S_z: f64,
    /// a*, y, 1/Å.
    #[serde(with = "number")]
    pub a_star_y: f64,
    /// b*, y, 1/Å.
    #[serde(with = "number")]
    pub b_star_y: f64,
    /// c*, y, 1/Å.
    #[serde(with = "number")]
    pub c_star_y: f64,
    /// Volume of the cell, Å³.
    #[serde(with = "number")]
    pub V_actual: f64,
}

impl From<&trace::PhiStep> for PhiStep {
    fn from(step: &trace::PhiStep) -> Self {
        let ([s_x, s_y, s_z], [a_star_y, b_star_y, c_star_y]) =
            (step.scattering_per_angstrom, step.star_y_per_angstrom);
        PhiStep {
            source: step.term.map(|term| term.source),
            subpixel: step.term.map(|term| term.subpixel),
            layer: step.term.map(|term| term.layer),
            domain: step.term.map(|term| term.domain),
            phi_tic: step.number,
            phi_deg: step.phi_deg,
            k_frac: step.k,
            F_latt_b: step.f_latt_b,
            F_latt: step.f_latt,
            S_x: s_x,
            S_y: s_y,
            S_z: s_z,
            a_star_y,
            b_star_y,
            c_star_y,
            V_actual: step.volume_cubic_angstrom,
        }
    }
}

/// What ran, as the head of the per-phi document says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RunLabels {
    /// When, in ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// Name of the configuration.
    pub config: String,
    /// Device: `cpu`, `gpu`.
    pub device: String,
    /// Number type: `float64`, `float32`.
    pub dtype: String,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<&'a str>,
    pixel: Pixel,
    config: &'a str,
    device: &'a str,
    dtype: &'a str,
    per_phi_entries: &'a [PhiStep],
}

#[derive(Serialize)]
struct Pixel {
    slow: usize,
    fast: usize,
}

/// The phi steps of pixel (`slow`, `fast`) as an indented JSON document with a final line end.
pub fn per_phi_json(labels: &RunLabels, slow: usize, fast: usize, steps: &[PhiStep]) -> String {
    let document = Document {
        timestamp: labels.timestamp.as_deref(),
        pixel: Pixel { slow, fast },
        config: &labels.config,
        device: &labels.device,
        dtype: &labels.dtype,
        per_phi_entries: steps,
    };
    // Every part is a string, a whole number or a number that `number` has made fit for JSON.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// Numbers in JSON: those that are not finite are strings.
pub(crate) mod number {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// A number on its own.
    #[derive(Clone, Copy, Debug)]
    pub struct Plain(pub f64);

    impl Serialize for Plain {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serialize(&self.0, serializer)
        }
    }

    /// A number, a string that is one, or null for one that is not a number.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(f64),
        Text(String),
        Null(()),
    }

    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if value.is_finite() {
            serializer.serialize_f64(*value)
        } else {
            serializer.serialize_str(&nanobragg_io::c_format::g(*value, 6))
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Number(value) => Ok(value),
            Written::Text(text) => text.parse().map_err(D::Error::custom),
            Written::Null(()) => Ok(f64::NAN),
        }
    }
}
