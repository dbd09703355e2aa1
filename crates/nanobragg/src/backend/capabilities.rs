//! What a backend can do, and what is wanted of it.

use super::{Precision, Unsupported};
use crate::plan::Plan;

/// What a backend can do, whatever the plan. Whether it renders a certain one is said by
/// [`Backend::supports`](super::Backend::supports).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Name as users write it.
    pub name: &'static str,
    /// Precisions, its own choice first.
    pub precisions: Vec<Precision>,
    /// What it makes besides the image of the spots.
    pub products: Products,
    /// Whether it keeps the order of terms where a quirk asks for it.
    pub order: bool,
    /// Bytes of the largest table that it takes; `None` where memory is the limit.
    pub table_bytes: Option<u64>,
}

/// What is made besides the image of the spots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Products {
    /// Which node lights each pixel up.
    pub labels: bool,
    /// Photons before they are rounded to single precision.
    pub doubles: bool,
}

impl Products {
    /// What is in one or the other.
    pub const fn or(self, other: Products) -> Products {
        Products { labels: self.labels || other.labels, doubles: self.doubles || other.doubles }
    }

    /// Whether all of these are among those that a backend makes.
    ///
    /// # Errors
    /// [`Unsupported::NoProduct`].
    pub fn within(self, made: Products) -> Result<(), Unsupported> {
        let lacking = [
            (self.labels && !made.labels, "labels"),
            (self.doubles && !made.doubles, "photons in double precision"),
        ];
        match lacking.into_iter().find(|(lacks, _)| *lacks) {
            Some((_, product)) => Err(Unsupported::NoProduct(product)),
            None => Ok(()),
        }
    }

    /// Whether `plan` has these: under a quirk that multiplies running sums, nodes have no share of their own.
    ///
    /// # Errors
    /// [`Unsupported::RunningSumFactors`].
    pub fn of(self, plan: &Plan) -> Result<(), Unsupported> {
        let ordered = self.labels && plan.factors.depend_on_order();
        if ordered { Err(Unsupported::RunningSumFactors) } else { Ok(()) }
    }
}

/// What is wanted of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Want {
    /// The precision; `None` for the backend's own choice.
    pub precision: Option<Precision>,
    /// What is made besides the image of the spots.
    pub products: Products,
}

impl Want {
    /// The same in another precision.
    pub fn with_precision(mut self, precision: Precision) -> Self {
        self.precision = Some(precision);
        self
    }

    /// The same with these products besides the spots.
    pub fn with_products(mut self, products: Products) -> Self {
        self.products = products;
        self
    }

    /// Whether a backend has the precision and makes the products.
    ///
    /// # Errors
    /// [`Unsupported::NoPrecision`], [`Unsupported::NoProduct`].
    pub fn within(&self, capabilities: &Capabilities) -> Result<(), Unsupported> {
        match self.precision {
            Some(precision) if !capabilities.precisions.contains(&precision) => {
                Err(Unsupported::NoPrecision(precision))
            }
            _ => self.products.within(capabilities.products),
        }
    }
}
