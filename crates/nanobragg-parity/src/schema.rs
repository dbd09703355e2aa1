//! The form of `metrics.json`.

use serde_json::Value;

use crate::error::{Context as _, Error, ErrorKind, Result, fail};

const SCHEMA: &str = include_str!("../../../docs/schema/metrics.schema.json");

/// Checks `metrics` against the schema in `docs/schema`.
///
/// # Errors
/// Every place that does not fit, in one line.
pub fn check(metrics: &Value) -> Result<()> {
    let schema: Value = serde_json::from_str(SCHEMA).context("docs/schema/metrics.schema.json")?;
    let validator = jsonschema::validator_for(&schema).map_err(|error| {
        Error::new(ErrorKind::Bundle, format!("docs/schema/metrics.schema.json: {error}"))
    })?;
    let problems: Vec<String> =
        validator.iter_errors(metrics).map(|error| format!("{}: {error}", error.instance_path())).collect();
    if !problems.is_empty() {
        fail!(Bundle, "metrics.json does not fit its schema: {}", problems.join("; "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metrics() -> Value {
        json!({
            "schema": "nanobragg-parity-metrics-1",
            "verdict": "agrees",
            "headline": "AGREES.",
            "runs": [{
                "case": "a", "device": "cpu", "dtype": "f64", "quirks": "reference", "other": "recorded",
                "verdict": "skipped", "reason": "skipped: none", "image": null, "figures": null,
                "printout": null, "traces": [],
            }],
        })
    }

    #[test]
    fn a_key_or_a_verdict_that_is_not_listed_is_found() {
        check(&metrics()).unwrap();
        for (at, value) in [
            ("/verdict", json!("perhaps")),
            ("/schema", json!("other")),
            ("/runs/0/image", json!({ "passes": "yes" })),
            ("/runs/0/traces", json!([{}])),
            ("/runs/0/case", json!(3)),
        ] {
            let mut wrong = metrics();
            *wrong.pointer_mut(at).unwrap() = value;
            assert!(check(&wrong).is_err(), "{at}");
        }
        let mut extra = metrics();
        extra["color"] = json!("red");
        assert!(check(&extra).is_err());
        let mut short = metrics();
        short.as_object_mut().unwrap().remove("runs");
        assert!(check(&short).is_err());
    }
}
