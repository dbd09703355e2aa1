//! JSON in which no key stands twice in one object.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// What repeats a key; the text of the error begins so.
const TWICE: &str = "the key ";

/// The value of a document. The parser alone would take the last of keys that stand twice in one object.
///
/// # Errors
/// What is no JSON, and a key that an object has twice: the message names it, with its line and column.
pub fn unique(text: &[u8]) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Unique.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// The key of which such an error says that it stands twice.
pub fn repeated(error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    let (key, _) = text.strip_prefix(TWICE)?.rsplit_once(" stands twice")?;
    Some(key.to_owned())
}

struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element_seed(Unique)? {
            list.push(entry);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("{TWICE}{key:?} stands twice")));
            }
            let value = entries.next_value_seed(Unique)?;
            map.insert(key, value);
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_those_of_the_parser() {
        let text =
            br#"{"a": [1, -2, 2.5e3, 18446744073709551615, true, null, "x\ny"], "b": {"a": {}}, "c": []}"#;
        assert_eq!(unique(text).unwrap(), serde_json::from_slice::<Value>(text).unwrap());
        for wrong in ["", "{", "[1] 2", "{\"a\" 1}", "[1,]"] {
            let [own, other] = [unique(wrong.as_bytes()).err(), serde_json::from_str::<Value>(wrong).err()]
                .map(Option::unwrap);
            assert_eq!(own.to_string(), other.to_string());
            assert_eq!(repeated(&own), None);
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_an_error_with_its_place() {
        let error = unique(b"{\"a\": 1,\n \"b\": [{\"k\": 2, \"k\": 2}]}").unwrap_err();
        assert_eq!((error.line(), repeated(&error).as_deref()), (2, Some("\"k\"")));
        assert!(unique(b"{\"a\": {\"k\": 1}, \"b\": {\"k\": 1}}").is_ok());
    }

    #[test]
    fn deep_documents_do_not_overflow_the_stack() {
        assert!(unique("[".repeat(100_000).as_bytes()).is_err());
    }
}
