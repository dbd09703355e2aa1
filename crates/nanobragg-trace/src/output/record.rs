//! An event with its fields as values.

use std::fmt;

use nanobragg::trace::{TRACE_PY, TRACE_PY_PHI, TRACE_PY_ROTSTAR, TRACE_PY_TRICUBIC};
use tracing::Event;
use tracing::field::{Field, Visit};

/// What a trace's events are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Fact,
    Tricubic,
    Step,
    RotStar,
}

impl Target {
    fn of(name: &str) -> Option<Target> {
        Some(match name {
            TRACE_PY => Target::Fact,
            TRACE_PY_TRICUBIC => Target::Tricubic,
            TRACE_PY_PHI => Target::Step,
            TRACE_PY_ROTSTAR => Target::RotStar,
            _ => return None,
        })
    }
}

/// A field's value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Whole(i128),
    Text(String),
}

/// An event of a trace: its fields in the order of declaration.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub target: Target,
    pub target_name: &'static str,
    /// The field `key`, empty without one.
    pub key: String,
    /// All fields, the key and the pixel included.
    pub fields: Vec<(&'static str, Value)>,
}

impl Record {
    /// The event's record, or `None` for an event that is no trace's.
    pub fn of(event: &Event<'_>) -> Option<Record> {
        let target_name = event.metadata().target();
        let target = Target::of(target_name)?;
        let mut record = Record { target, target_name, key: String::new(), fields: Vec::new() };
        event.record(&mut record);
        Some(record)
    }

    /// The fields that a text line shows.
    pub fn shown(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let fields = self.fields.iter().filter(|(name, _)| !matches!(*name, "key" | "slow" | "fast"));
        fields.map(|(name, value)| (*name, value))
    }
}

impl Visit for Record {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.fields.push((field.name(), Value::Number(value)));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.fields.push((field.name(), Value::Whole(value.into())));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.fields.push((field.name(), Value::Whole(value.into())));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "key" {
            value.clone_into(&mut self.key);
        }
        self.fields.push((field.name(), Value::Text(value.to_owned())));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.push((field.name(), Value::Text(format!("{value:?}"))));
    }
}
