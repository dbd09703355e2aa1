//! A number that is not likely to be meant as it stands.

use std::fmt;

/// A number outside of what is likely for it. `Display` asks for the unit that it may have been meant in.
#[derive(Clone, Debug, PartialEq)]
pub struct Unlikely {
    /// The number as it was written.
    pub written: String,
    /// The unit that it is taken in.
    pub unit: &'static str,
    /// The least and the largest number that are likely, in that unit.
    pub likely: [f64; 2],
    /// A unit in which it would be likely.
    pub meant: Option<&'static str>,
}

impl fmt::Display for Unlikely {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unlikely { written, unit, likely: [from, to], meant } = self;
        match meant {
            Some(other) => {
                write!(f, "{written} {unit}: {written} {other}? (usual values are {from} to {to} {unit})")
            }
            None => write!(f, "{written} {unit}: usual values are {from} to {to} {unit}"),
        }
    }
}
