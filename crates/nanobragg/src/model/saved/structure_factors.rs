//! Parts of the structure factors.

use serde::{Deserialize, Serialize};

use super::Parts;
use crate::error::Error;
use crate::model::{IndexBox, StructureFactors};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactorParts {
    default_f: f64,
    #[serde(default)]
    table: Option<Table>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    min: [i32; 3],
    max: [i32; 3],
    /// Number of reflections that the table was filled from.
    loaded: u64,
    /// Of every index from `min` to `max`, l fastest.
    amplitudes: Vec<f64>,
}

impl Parts for FactorParts {
    type Whole = StructureFactors;

    fn of(factors: &StructureFactors) -> Self {
        let table = factors.bounds().map(|bounds| Table {
            min: bounds.min,
            max: bounds.max,
            loaded: factors.loaded(),
            amplitudes: bounds.indices().map(|hkl| factors.nearest(hkl)).collect(),
        });
        FactorParts { default_f: factors.default_f(), table }
    }

    fn whole(self) -> Result<StructureFactors, Error> {
        let FactorParts { default_f, table } = self;
        let Some(Table { min, max, loaded, amplitudes }) = table else {
            return Ok(StructureFactors::uniform(default_f));
        };
        StructureFactors::from_amplitudes(IndexBox { min, max }, default_f, loaded, &amplitudes)
    }
}
