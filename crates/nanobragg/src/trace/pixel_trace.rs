//! The trace of a pixel in memory.

use super::Quantity;

/// Every intermediate of one pixel, in the order of evaluation. Rotated cells come last.
///
/// Scalars and vectors are in the unit of their [`Quantity`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PixelTrace {
    slow: usize,
    fast: usize,
    entries: Vec<(Quantity, Value)>,
}

/// The value of a quantity.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A number.
    Scalar(f64),
    /// x, y, z.
    Vector([f64; 3]),
    /// Fractional h, k, l.
    Indices([f64; 3]),
    /// Whole h, k, l.
    WholeIndices([i64; 3]),
    /// Yes or no.
    Switch(bool),
    /// Structure factors around indices.
    Grid(Box<Grid>),
    /// A phi step.
    PhiStep(Box<PhiStep>),
    /// The rotated cell of a phi step.
    RotatedCell(RotatedCell),
}

/// 4 × 4 × 4 structure factors, which interpolation uses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Values, h slowest, in electrons.
    pub values: [[[f64; 4]; 4]; 4],
    /// h, k, l of the first one.
    pub origin: [i64; 3],
}

impl Grid {
    /// The four indices along each axis.
    pub fn axes(&self) -> [[i64; 4]; 3] {
        self.origin.map(|first| [0, 1, 2, 3].map(|n| first + n))
    }
}

/// A phi step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhiStep {
    /// Which of several terms of the step it is; none where it stands for them all.
    pub term: Option<TermNumbers>,
    /// Number of the step.
    pub number: u64,
    /// Spindle angle.
    pub phi_deg: f64,
    /// Fractional k.
    pub k: f64,
    /// Lattice factor along b.
    pub f_latt_b: f64,
    /// Lattice factor of the crystal.
    pub f_latt: f64,
    /// Scattering vector, 1/Å.
    pub scattering_per_angstrom: [f64; 3],
    /// y components of a*, b*, c*, 1/Å.
    pub star_y_per_angstrom: [f64; 3],
    /// Volume of the cell, Å³.
    pub volume_cubic_angstrom: f64,
}

/// Which source, sub-pixel (slow axis first), layer and mosaic domain a term belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermNumbers {
    /// Source.
    pub source: u64,
    /// Sub-pixel.
    pub subpixel: u64,
    /// Sensor layer.
    pub layer: u64,
    /// Mosaic domain.
    pub domain: u64,
}

/// The cell of a phi step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RotatedCell {
    /// Number of the step.
    pub number: u64,
    /// y components of a, b, c.
    pub y_angstrom: [f64; 3],
}

impl PixelTrace {
    /// A trace of pixel (`slow`, `fast`) with nothing in it.
    pub(super) fn new(slow: usize, fast: usize) -> Self {
        PixelTrace { slow, fast, entries: Vec::new() }
    }

    pub(super) fn push(&mut self, quantity: Quantity, value: Value) {
        self.entries.push((quantity, value));
    }

    /// Slow coordinate of the pixel.
    pub fn slow(&self) -> usize {
        self.slow
    }

    /// Fast coordinate of the pixel.
    pub fn fast(&self) -> usize {
        self.fast
    }

    /// Everything, in the order of evaluation.
    pub fn entries(&self) -> &[(Quantity, Value)] {
        &self.entries
    }

    /// The value of `quantity`, the first where it has several; none where the evaluation did not come to it.
    pub fn value(&self, quantity: Quantity) -> Option<&Value> {
        self.entries.iter().find(|(found, _)| *found == quantity).map(|(_, value)| value)
    }

    /// The value of `quantity`, where that is a number.
    pub fn scalar(&self, quantity: Quantity) -> Option<f64> {
        match self.value(quantity)? {
            Value::Scalar(value) => Some(*value),
            _ => None,
        }
    }

    /// The value of `quantity`, where that is a vector.
    pub fn vector(&self, quantity: Quantity) -> Option<[f64; 3]> {
        match self.value(quantity)? {
            Value::Vector(value) => Some(*value),
            _ => None,
        }
    }

    /// The phi steps.
    pub fn phi_steps(&self) -> impl Iterator<Item = &PhiStep> {
        self.entries.iter().filter_map(|(_, value)| match value {
            Value::PhiStep(step) => Some(&**step),
            _ => None,
        })
    }
}
