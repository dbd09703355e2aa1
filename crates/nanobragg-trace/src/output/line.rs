//! The lines of the logs.

use std::fmt::Write as _;

use nanobragg_io::c_format;

use super::record::{Record, Target, Value};

/// The record as a line, without its end.
pub(super) fn line(record: &Record, digits: usize) -> String {
    let text = |value: &Value| match value {
        Value::Number(number) => c_format::g(*number, digits),
        Value::Whole(number) => number.to_string(),
        Value::Text(text) => text.clone(),
    };
    let values: Vec<String> = record.shown().map(|(_, value)| text(value)).collect();
    match record.target {
        Target::Fact => format!("TRACE_PY: {} {}", record.key, values.join(" ")),
        Target::Tricubic => match values.as_slice() {
            [] => format!("TRACE_PY_TRICUBIC_{}", record.key),
            [i, j, k, value] if record.key == "F" => format!("TRACE_PY_TRICUBIC: [{i},{j},{k}]={value}"),
            axis => format!("TRACE_PY_TRICUBIC_{}: [{}]", record.key, axis.join(".0, ") + ".0"),
        },
        Target::Step | Target::RotStar => {
            let mut line = String::from(record.target_name);
            for ((name, _), value) in record.shown().zip(&values) {
                // Writing to a string cannot fail.
                let _ = write!(line, " {name}={value}");
            }
            line
        }
    }
}
