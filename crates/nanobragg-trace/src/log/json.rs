//! JSON lines.

use serde_json::{Map, Value};

use super::text::Line;

/// What a JSON line says and its pixel, if it is an event of a trace.
pub(super) fn read(line: &str) -> Option<(Option<(usize, usize)>, Line)> {
    let object: Map<String, Value> = serde_json::from_str(line).ok()?;
    let whole = |name: &str| object.get(name)?.as_u64();
    let pixel = whole("slow").zip(whole("fast"));
    let pixel = pixel.and_then(|(slow, fast)| Some((slow.try_into().ok()?, fast.try_into().ok()?)));
    let key = object.get("key").and_then(Value::as_str);
    let numbers =
        |names: &[&str]| names.iter().map(|name| number(object.get(*name)?)).collect::<Option<Vec<f64>>>();
    let line = match object.get("target")?.as_str()? {
        "TRACE_PY" | "TRACE_GRAD" => {
            let values = numbers(&["value"])
                .or_else(|| numbers(&["x", "y", "z"]))
                .or_else(|| numbers(&["h", "k", "l"]));
            Line::Fact { key: key?.to_owned(), values: values?, setup: false }
        }
        "TRACE_PY_PHI" => Line::Step(pairs(&object)?),
        "TRACE_PY_ROTSTAR" => Line::RotStar(pairs(&object)?),
        "TRACE_PY_TRICUBIC" => match key? {
            "GRID_START" | "GRID_END" => Line::TricubicMark,
            "F" => {
                let index = |name: &str| u8::try_from(whole(name)?).ok();
                let at = [index("i")?, index("j")?, index("k")?];
                Line::Tricubic { at, value: number(object.get("value")?)? }
            }
            axis => {
                let axis = axis.strip_suffix("_COORDS")?.chars().next()?.to_ascii_lowercase();
                Line::TricubicAxis { axis, values: numbers(&["n0", "n1", "n2", "n3"])? }
            }
        },
        _ => return None,
    };
    Some((pixel, line))
}

fn pairs(object: &Map<String, Value>) -> Option<Vec<(String, f64)>> {
    let fields = object.iter().filter(|(name, _)| !matches!(name.as_str(), "target" | "slow" | "fast"));
    fields.map(|(name, value)| Some((name.clone(), number(value)?))).collect()
}

/// A number, or the string of one that JSON has no number for.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        Value::Null => Some(f64::NAN),
        _ => None,
    }
}
