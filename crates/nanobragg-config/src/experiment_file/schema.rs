//! The JSON schema of experiment files, for editors.

use serde_json::{Map, Value, json};

use super::keys::{flags, key, section};
use crate::classic::{Arity, Flag, Group, Limits, meaning, remark};

/// The schema as text, made from the flag table.
#[must_use]
pub fn schema() -> String {
    let mut sections = Map::new();
    for group in Group::ALL {
        let mut keys = Map::new();
        for flag in flags(group) {
            keys.insert(key(flag), property(flag));
        }
        let table = json!({
            "type": "object",
            "description": group.title(),
            "properties": keys,
            "additionalProperties": false,
        });
        sections.insert(section(group), table);
    }
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "nanobragg experiment",
        "type": "object",
        "properties": sections,
        "additionalProperties": false,
    });
    format!("{schema:#}\n")
}

fn property(flag: &Flag) -> Value {
    let mut property = match flag.arity {
        Arity::Nothing => json!({ "type": "boolean" }),
        Arity::Numbers { least, most, limits, word } => {
            let items: Vec<Value> = (0..most).map(|at| number(limits.get(at).or(limits.last()))).collect();
            let plain = if most == 1 {
                items.into_iter().next().unwrap_or_else(|| json!({ "type": "number" }))
            } else {
                json!({ "type": "array", "prefixItems": items, "minItems": least, "maxItems": most })
            };
            match word {
                Some(_) => json!({ "anyOf": [plain, { "type": "string" }] }),
                None => plain,
            }
        }
        Arity::Integers { count, least, most, word } => {
            let item = json!({ "type": "integer", "minimum": least, "maximum": most });
            let plain = if count == 1 {
                item
            } else {
                json!({ "type": "array", "items": item, "minItems": count, "maxItems": count })
            };
            match word {
                Some(_) => json!({ "anyOf": [plain, { "type": "string" }] }),
                None => plain,
            }
        }
        Arity::Word(choices) | Arity::OptionalWord(choices) => json!({ "enum": choices }),
        Arity::Path | Arity::Text => json!({ "type": "string" }),
        Arity::OptionalNumber => json!({ "type": "number" }),
    };
    let mut description = meaning(flag);
    for (name, text) in [("unit", flag.unit.text()), ("default", flag.default.text())] {
        if !text.is_empty() {
            description.push_str(&format!("; {name}: {text}"));
        }
    }
    if let Some(remark) = remark(flag) {
        description.push_str(&format!("; {remark}"));
    }
    if let Some(object) = property.as_object_mut() {
        object.insert("description".to_owned(), description.into());
    }
    property
}

fn number(limits: Option<&Limits>) -> Value {
    match limits {
        None | Some(Limits::Any) => json!({ "type": "number" }),
        Some(Limits::Positive) => json!({ "type": "number", "exclusiveMinimum": 0 }),
        Some(Limits::NonNegative) => json!({ "type": "number", "minimum": 0 }),
        Some(Limits::Between(low, high)) => json!({ "type": "number", "minimum": low, "maximum": high }),
        Some(Limits::Inside(low, high)) => {
            json!({ "type": "number", "exclusiveMinimum": low, "exclusiveMaximum": high })
        }
    }
}
