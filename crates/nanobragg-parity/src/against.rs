//! What moved since another bundle.

use std::path::Path;

use serde_json::Value;

use super::metrics::Metrics;
use super::verify::first_difference;
use crate::error::{Context as _, Result};

/// The metrics of the bundle in the folder `earlier`.
pub fn read(earlier: &Path) -> Result<Value> {
    let path = earlier.join("metrics.json");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    nanobragg_io::json::unique(text.as_bytes()).with_context(|| path.display().to_string())
}

/// What moved, the most important first; "Nothing moved" alone where nothing did.
pub fn moved(metrics: &Metrics, before: &Value) -> Result<Vec<String>> {
    // Through text, as the earlier ones have gone: numbers that are not finite are null there.
    let now: Value = serde_json::from_str(&serde_json::to_string(metrics)?)?;
    Ok(differences(before, &now))
}

fn differences(before: &Value, now: &Value) -> Vec<String> {
    let mut moved = Vec::new();
    let runs = |metrics: &Value| metrics["runs"].as_array().cloned().unwrap_or_default();
    let (earlier, runs) = (runs(before), runs(now));
    for run in &runs {
        let name = name(run);
        let Some(old) = earlier.iter().find(|old| self::name(old) == name) else {
            moved.push(format!("{name} is new"));
            continue;
        };
        let said = moved.len();
        traces(&name, old, run, &mut moved);
        values(&name, old, run, &mut moved);
        // Whatever else it is: "Nothing moved" has to mean it.
        if moved.len() == said {
            moved.extend(first_difference(old, run, "").map(|place| format!("{name}: {place}")));
        }
    }
    let gone = earlier.iter().map(name).filter(|old| !runs.iter().any(|run| name(run) == *old));
    moved.extend(gone.map(|name| format!("{name} is gone")));
    // The place of a divergence tells most.
    moved.sort_by_key(|text| !text.contains("divergence"));
    if moved.is_empty() {
        moved.push("Nothing moved".to_owned());
    }
    moved
}

/// What the traces of a run say that they did not say before.
fn traces(name: &str, old: &Value, run: &Value, moved: &mut Vec<String>) {
    let of = |run: &Value| run["traces"].as_array().cloned().unwrap_or_default();
    let same_pixel = |a: &Value, b: &Value| a["slow"] == b["slow"] && a["fast"] == b["fast"];
    let pixel = |trace: &Value| format!("{name}, pixel {} {}", trace["slow"], trace["fast"]);
    let (earlier, traces) = (of(old), of(run));
    for trace in &traces {
        let pixel = pixel(trace);
        let Some(old) = earlier.iter().find(|old| same_pixel(old, trace)) else {
            moved.push(match trace["first_divergence"].as_str() {
                Some(first) => format!("{pixel}: the trace is new, its first divergence is {first}"),
                None => format!("{pixel}: the trace is new"),
            });
            continue;
        };
        let [was, is] = [old, trace].map(|trace| trace["first_divergence"].as_str().unwrap_or("none"));
        match (was, is) {
            (was, is) if was == is => {}
            (was, "none") => moved.push(format!("{pixel}: the first divergence, {was}, is gone")),
            ("none", is) => moved.push(format!("{pixel}: a first divergence is new: {is}")),
            (was, is) => moved.push(format!("{pixel}: the first divergence moved from {was} to {is}")),
        }
    }
    let gone = earlier.iter().filter(|old| !traces.iter().any(|trace| same_pixel(old, trace)));
    moved.extend(gone.map(|trace| format!("{}: the trace is gone", pixel(trace))));
}

/// Verdicts and numbers of a run that changed.
fn values(name: &str, old: &Value, run: &Value, moved: &mut Vec<String>) {
    let text = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "none".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(agree)) => if *agree { "agree" } else { "differ" }.to_owned(),
        Some(value) => value.to_string(),
    };
    for (key, what) in [
        ("/verdict", "the verdict"),
        ("/quirks", "the preset"),
        ("/figures/agree", "printed figures"),
        ("/printout/agree", "values of the printed pixel"),
        ("/image/failing", "pixels beyond the tolerance"),
        ("/image/max_of_max", "the worst error, of the maximum,"),
    ] {
        let [was, is] = [old, run].map(|run| text(run.pointer(key)));
        if was != is {
            moved.push(format!("{name}: {what} went from {was} to {is}"));
        }
    }
}

/// Case and backend of a run.
fn name(run: &Value) -> String {
    let word = |key: &str| run[key].as_str().unwrap_or("?").to_owned();
    format!("{} on {} {}", word("case"), word("device"), word("dtype"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metrics(first: Value, failing: u32) -> Value {
        json!({ "runs": [{
            "case": "a", "device": "cpu", "dtype": "f64", "quirks": "spec", "verdict": "differs",
            "image": { "failing": failing, "max_of_max": 0.5 },
            "traces": [{ "slow": 1, "fast": 2, "first_divergence": first }],
        }] })
    }

    #[test]
    fn a_divergence_that_moved_or_went_is_said_first() {
        let before = metrics(json!("hkl_frac"), 3);
        assert_eq!(differences(&before, &before), ["Nothing moved"]);
        let gone = differences(&before, &metrics(Value::Null, 0));
        assert_eq!(gone[0], "a on cpu f64, pixel 1 2: the first divergence, hkl_frac, is gone");
        assert_eq!(gone[1], "a on cpu f64: pixels beyond the tolerance went from 3 to 0");
        let moved = differences(&before, &metrics(json!("polar"), 3));
        assert_eq!(moved, ["a on cpu f64, pixel 1 2: the first divergence moved from hkl_frac to polar"]);
        let new = differences(&metrics(Value::Null, 3), &before);
        assert_eq!(new, ["a on cpu f64, pixel 1 2: a first divergence is new: hkl_frac"]);
        assert_eq!(differences(&json!({}), &before), ["a on cpu f64 is new"]);
    }

    /// What is said where `change` was made to one of two equal bundles since.
    fn said(change: impl Fn(&mut Value)) -> Vec<String> {
        let mut before = metrics(Value::Null, 0);
        before["runs"][0]["figures"] = json!({ "ours": ["1"], "other": ["1"], "agree": true });
        before["runs"][0]["printout"] = json!({ "ours": ["2"], "other": ["2"], "agree": true });
        let mut now = before.clone();
        change(&mut now);
        assert_eq!(differences(&before, &before), ["Nothing moved"]);
        differences(&before, &now)
    }

    #[test]
    fn runs_and_traces_that_come_and_go_are_said() {
        assert_eq!(said(|now| now["runs"] = json!([])), ["a on cpu f64 is gone"]);
        assert_eq!(
            said(|now| now["runs"][0]["dtype"] = json!("f32")),
            ["a on cpu f32 is new", "a on cpu f64 is gone"]
        );
        assert_eq!(
            said(|now| now["runs"][0]["traces"] = json!([])),
            ["a on cpu f64, pixel 1 2: the trace is gone"]
        );
        assert_eq!(
            said(|now| now["runs"][0]["traces"][0]["slow"] = json!(7)),
            ["a on cpu f64, pixel 7 2: the trace is new", "a on cpu f64, pixel 1 2: the trace is gone"]
        );
    }

    #[test]
    fn nothing_moved_means_that_no_number_did() {
        assert_eq!(
            said(|now| now["runs"][0]["figures"]["agree"] = json!(false)),
            ["a on cpu f64: printed figures went from agree to differ"]
        );
        assert_eq!(
            said(|now| now["runs"][0]["printout"] = Value::Null),
            ["a on cpu f64: values of the printed pixel went from agree to none"]
        );
        assert_eq!(
            said(|now| now["runs"][0]["figures"]["ours"][0] = json!("3")),
            ["a on cpu f64: /figures/ours/0: \"1\" before, \"3\" now"]
        );
    }
}
