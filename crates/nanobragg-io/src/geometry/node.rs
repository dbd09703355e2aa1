//! A value of a JSON document, with its place in it for messages.

use std::path::Path;

use nalgebra::{Matrix3, Vector3};
use serde_json::Value;

use super::dxtbx_keys::keys_of;
use super::keys::{Slips, meant};
use crate::error::{Error, Result};

/// A value of the document, with its place in it for messages.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub path: &'a Path,
    pub place: String,
    pub value: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn optional(&self, name: &str) -> Option<Node<'a>> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        let dot = if self.place.is_empty() { "" } else { "." };
        Some(Node { path: self.path, place: format!("{}{dot}{name}", self.place), value })
    }

    pub(super) fn field(&self, name: &str) -> Result<Node<'a>> {
        let dot = if self.place.is_empty() { "" } else { "." };
        let what = || format!("{}{dot}{name}", self.place);
        self.optional(name).ok_or_else(|| match self.near(name) {
            Some(near) => Error::value(self.path, what(), "a value", near.as_bytes()),
            None => Error::missing(self.path, what(), "a value"),
        })
    }

    /// The key that stands in the place of one that is not there, misspelled.
    fn near(&self, name: &str) -> Option<&'a String> {
        let known = keys_of(self.model());
        let mut keys = self.value.as_object()?.keys();
        // Short keys are those of a document, which has few.
        let slips = if self.place.is_empty() { Slips::One } else { Slips::ByLength };
        keys.find(|key| meant(key, known, slips) == Some(name))
    }

    /// The list of models that it is in.
    pub(super) fn model(&self) -> &str {
        let own = self.place.rsplit('.').next().unwrap_or_default();
        own.split('[').next().unwrap_or_default()
    }

    pub(super) fn entry(&self, at: usize) -> Result<Node<'a>> {
        let entries = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        let value = entries.get(at).ok_or_else(|| {
            let expected = format!("more than {at} entries");
            Error::value(self.path, self.place.clone(), expected, entries.len().to_string().as_bytes())
        })?;
        Ok(Node { path: self.path, place: format!("{}[{at}]", self.place), value })
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = Node<'a>> + '_ {
        let entries: &'a [Value] = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        entries.iter().enumerate().map(|(at, value)| Node {
            path: self.path,
            place: format!("{}[{at}]", self.place),
            value,
        })
    }

    pub(super) fn error(&self, expected: &str) -> Error {
        let shown = if self.value.is_array() || self.value.is_object() {
            "something else".to_owned()
        } else {
            self.value.to_string()
        };
        Error::value(self.path, self.place.clone(), expected, shown.as_bytes())
    }

    pub(super) fn number(&self) -> Result<f64> {
        self.value.as_f64().filter(|number| number.is_finite()).ok_or_else(|| self.error("a number"))
    }

    pub(super) fn whole(&self) -> Result<usize> {
        let whole = self.value.as_u64().and_then(|number| usize::try_from(number).ok());
        whole.ok_or_else(|| self.error("a whole number from 0"))
    }

    pub(super) fn numbers<const N: usize>(&self) -> Result<[f64; N]> {
        let entries = self.value.as_array().filter(|entries| entries.len() == N);
        let entries = entries.ok_or_else(|| self.error(&format!("{N} numbers")))?;
        let mut numbers = [0.0; N];
        for (number, value) in numbers.iter_mut().zip(entries) {
            *number = value
                .as_f64()
                .filter(|x| x.is_finite())
                .ok_or_else(|| self.error(&format!("{N} numbers")))?;
        }
        Ok(numbers)
    }

    pub(super) fn vector(&self) -> Result<Vector3<f64>> {
        Ok(Vector3::from(self.numbers::<3>()?))
    }

    pub(super) fn matrix(&self) -> Result<Matrix3<f64>> {
        Ok(Matrix3::from_row_slice(&self.numbers::<9>()?))
    }

    /// A matrix that turns and does nothing else, within the rounding of its digits.
    pub(super) fn rotation(&self) -> Result<Matrix3<f64>> {
        let matrix = self.matrix()?;
        let off = (matrix * matrix.transpose() - Matrix3::identity()).amax();
        if off < 1e-3 && matrix.determinant() > 0.0 { Ok(matrix) } else { Err(self.error("a rotation")) }
    }
}
