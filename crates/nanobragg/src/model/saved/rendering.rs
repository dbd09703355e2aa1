//! Parts of what is rendered: a mask as runs, quirks by their names.

use serde::{Deserialize, Serialize};

use super::Parts;
use crate::check::{MOST_PIXELS, limited, ranged};
use crate::error::Error;
use crate::model::{Mask, Quirk, Quirks};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MaskParts {
    fast: usize,
    slow: usize,
    /// Pixels in scan order that are left out, are rendered, are left out ..., by turns.
    runs: Vec<usize>,
}

impl Parts for MaskParts {
    type Whole = Mask;

    fn of(mask: &Mask) -> Self {
        let mut runs = Vec::new();
        let (mut kept, mut length) = (false, 0);
        for &keep in mask.keep.iter() {
            if keep != kept {
                runs.push(length);
                (kept, length) = (keep, 0);
            }
            length += 1;
        }
        runs.push(length);
        MaskParts { fast: mask.fast, slow: mask.slow, runs }
    }

    fn whole(self) -> Result<Mask, Error> {
        let MaskParts { fast, slow, runs } = self;
        // Before there is memory for them.
        limited("pixels of a mask", fast as f64 * slow as f64, MOST_PIXELS)?;
        let count = runs.iter().map(|&run| run as f64).sum();
        let whole = count == fast as f64 * slow as f64;
        ranged("the number of values in the mask", count, "one for each of its pixels", whole)?;
        let values =
            (0..).zip(runs).flat_map(|(at, run): (usize, usize)| std::iter::repeat_n(at % 2 == 1, run));
        Ok(Mask { fast, slow, keep: values.collect() })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct QuirkList(Vec<Quirk>);

impl Parts for QuirkList {
    type Whole = Quirks;

    fn of(quirks: &Quirks) -> Self {
        QuirkList(quirks.iter().collect())
    }

    fn whole(self) -> Result<Quirks, Error> {
        Ok(self.0.into_iter().fold(Quirks::NONE, Quirks::with))
    }
}
