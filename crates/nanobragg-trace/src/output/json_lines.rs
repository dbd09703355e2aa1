//! Events as JSON lines.

use std::io::Write;

use serde::ser::{Serialize, SerializeMap, Serializer};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::record::{Record, Value};
use super::{Written, number};

/// A subscriber layer that writes each event of a trace as a JSON object on a line of its own: `target`, then
/// the event's fields in their order. Numbers have all their digits; those that are not finite are the strings
/// `nan`, `inf` and `-inf`. Events of other targets are left alone.
#[derive(Debug)]
pub struct JsonLinesLayer {
    written: Written,
}

impl JsonLinesLayer {
    /// A layer that writes to `writer`.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        JsonLinesLayer { written: Written::new(vec![Box::new(writer)]) }
    }

    /// What the layer writes, to be asked once the subscriber has taken the layer.
    pub fn written(&self) -> Written {
        self.written.clone()
    }
}

impl<S: Subscriber> Layer<S> for JsonLinesLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        // A record holds nothing that JSON cannot: keys are strings, numbers are finite or strings.
        if let Some(record) = Record::of(event)
            && let Ok(line) = serde_json::to_string(&record)
        {
            self.written.line(0, record.target, &line);
        }
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len() + 1))?;
        map.serialize_entry("target", self.target_name)?;
        for (name, value) in &self.fields {
            match value {
                Value::Number(value) => map.serialize_entry(name, &number::Plain(*value))?,
                Value::Whole(value) => map.serialize_entry(name, value)?,
                Value::Text(value) => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}
