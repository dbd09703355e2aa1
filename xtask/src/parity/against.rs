//! What moved since another bundle.

use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use super::metrics::Metrics;

/// The metrics of the bundle in the folder `earlier`.
pub fn read(earlier: &Path) -> anyhow::Result<Value> {
    let path = earlier.join("metrics.json");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

/// What moved, the most important first; "Nothing moved" alone where nothing did.
pub fn moved(metrics: &Metrics, before: &Value) -> anyhow::Result<Vec<String>> {
    // Through text, as the earlier ones have gone: numbers that are not finite are null there.
    let now: Value = serde_json::from_str(&serde_json::to_string(metrics)?)?;
    Ok(differences(before, &now))
}

fn differences(before: &Value, now: &Value) -> Vec<String> {
    let mut moved = Vec::new();
    let runs = |metrics: &Value| metrics["runs"].as_array().cloned().unwrap_or_default();
    let earlier = runs(before);
    for run in runs(now) {
        let name = name(&run);
        let Some(old) = earlier.iter().find(|old| self::name(old) == name) else {
            moved.push(format!("{name} is new"));
            continue;
        };
        for trace in run["traces"].as_array().into_iter().flatten() {
            let same_pixel = |old: &&Value| old["slow"] == trace["slow"] && old["fast"] == trace["fast"];
            let Some(old) = old["traces"].as_array().and_then(|traces| traces.iter().find(same_pixel)) else {
                continue;
            };
            let pixel = format!("{name}, pixel {} {}", trace["slow"], trace["fast"]);
            let [was, is] = [old, trace].map(|trace| trace["first_divergence"].as_str().unwrap_or("none"));
            match (was, is) {
                (was, is) if was == is => {}
                (was, "none") => moved.push(format!("{pixel}: the first divergence, {was}, is gone")),
                ("none", is) => moved.push(format!("{pixel}: a first divergence is new: {is}")),
                (was, is) => moved.push(format!("{pixel}: the first divergence moved from {was} to {is}")),
            }
        }
        for (key, what) in [("/verdict", "the verdict"), ("/quirks", "the preset")] {
            let [was, is] = [old, &run].map(|run| run.pointer(key).and_then(Value::as_str).unwrap_or("none"));
            if was != is {
                moved.push(format!("{name}: {what} went from {was} to {is}"));
            }
        }
        for (key, what) in [
            ("/image/failing", "pixels beyond the tolerance"),
            ("/image/max_of_max", "the worst error, of the maximum,"),
        ] {
            let [was, is] = [old, &run].map(|run| run.pointer(key).cloned().unwrap_or(Value::Null));
            if was != is {
                moved.push(format!("{name}: {what} went from {was} to {is}"));
            }
        }
    }
    // The place of a divergence tells most.
    moved.sort_by_key(|text| !text.contains("divergence"));
    if moved.is_empty() {
        moved.push("Nothing moved".to_owned());
    }
    moved
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
}
