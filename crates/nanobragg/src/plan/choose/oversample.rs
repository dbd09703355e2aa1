//! Sub-pixels.

use crate::check::limited;
use crate::error::Error;
use crate::model::Rendering;
use crate::plan::Warning;

/// Sub-pixels along a pixel's edge that resolve the fringes of a crystal whose longest edge is `edge`: three a reciprocal
/// pixel. Lengths in meters.
pub(in crate::plan) fn recommended(edge: f64, wavelength: f64, distance: f64, pixel: f64) -> f64 {
    let reciprocal_pixel = wavelength * distance / pixel;
    (3.0 * edge / reciprocal_pixel).ceil().max(1.0)
}

/// Sub-pixels along a pixel's edge: those that are asked for, or those `recommended` for a crystal whose longest edge is
/// `edge`, as far as that many may be chosen.
pub(in crate::plan) fn chosen(
    rendering: &Rendering,
    recommended: f64,
    edge: f64,
    warnings: &mut Vec<Warning>,
) -> Result<f64, Error> {
    let oversample = match rendering.oversample {
        Some(asked) => f64::from(asked.get()),
        None => rendering.most_chosen.map_or(recommended, |most| recommended.min(f64::from(most.get()))),
    };
    limited("sub-pixels along a pixel's edge", oversample, 10_000.0)?;
    if oversample < recommended {
        let used = oversample as usize;
        warnings.push(Warning::Undersampled { used, needed: recommended, longest_edge: edge });
    }
    Ok(oversample)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    #[test]
    fn what_is_asked_for_counts_and_too_few_are_told() {
        let needed = recommended(3.5e-7, 1e-10, 0.1, 1e-4);
        assert_eq!(needed, 11.0);
        let chosen = |oversample, most_chosen| {
            let mut warnings = Vec::new();
            let (oversample, most_chosen) = (NonZeroU32::new(oversample), NonZeroU32::new(most_chosen));
            let rendering = Rendering { oversample, most_chosen, ..Rendering::default() };
            (chosen(&rendering, needed, 3.5e-7, &mut warnings).unwrap(), warnings.len())
        };
        // 0 stands for what is not given.
        assert_eq!([chosen(0, 100), chosen(20, 100), chosen(1, 100)], [(11.0, 0), (20.0, 0), (1.0, 1)]);
        assert_eq!([chosen(0, 10), chosen(20, 10), chosen(0, 0)], [(10.0, 1), (20.0, 0), (11.0, 0)]);
    }
}
