//! Whether a detector can be: axes at right angles, and a front that faces the crystal.

use nalgebra::Vector3;

use super::Warning;
use crate::check::ranged;
use crate::error::Error;
use crate::model::{Quirk, Quirks};
use crate::physics::geometry::Panel;
use crate::physics::rotation::{dot, magnitude};
use crate::units::to_deg;

/// Cosine of the angle between axes that are taken for normal to each other: vectors are written with few digits.
const NORMAL: f64 = 1e-3;

/// Refuses a detector that cannot be; where the C program's vectors are copied, it is warned of. The edges of a
/// `measured` panel need not be at right angles.
///
/// # Errors
/// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange).
pub(super) fn check(
    panel: &Panel<f64>,
    measured: bool,
    quirks: Quirks,
    warnings: &mut Vec<Warning>,
) -> Result<(), Error> {
    let as_c_does = quirks.has(Quirk::TwothetaAxisLength);
    let Panel { fdet, sdet, odet, close_distance, .. } = panel;
    let pairs = [
        ("the angle between the detector's fast and slow axes (deg)", fdet, sdet, measured),
        ("the angle between the detector's fast axis and its normal (deg)", fdet, odet, false),
        ("the angle between the detector's slow axis and its normal (deg)", sdet, odet, false),
    ];
    for (what, a, b, free) in pairs {
        let cosine = cosine(a, b);
        if free || cosine.abs() <= NORMAL {
            continue;
        }
        let angle_deg = to_deg(cosine.clamp(-1.0, 1.0).acos());
        if !as_c_does {
            ranged(what, angle_deg, "90", false)?;
        }
        warnings.push(Warning::ObliqueAxes { what, angle_deg });
    }
    if *close_distance < 0.0 {
        if !as_c_does {
            let what = "the distance from the crystal to the detector's plane along its normal (m)";
            ranged(what, *close_distance, "positive: the normal points away from the crystal", false)?;
        }
        warnings.push(Warning::HitFromBehind { close_distance: *close_distance });
    }
    Ok(())
}

fn cosine(a: &Vector3<f64>, b: &Vector3<f64>) -> f64 {
    dot(a, b) / (magnitude(a) * magnitude(b))
}
