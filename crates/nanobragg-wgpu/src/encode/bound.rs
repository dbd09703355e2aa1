//! Whether single precision holds its word for an experiment.

use std::f64::consts::PI;

use nanobragg::backend::Unsupported;
use nanobragg::shapes::Coordinate;

use super::Encoded;
use crate::error::Error;

/// Largest error of a pixel, relative to the brightest, that single precision may have.
pub(crate) const SINGLE_MAX: f64 = 1e-4;

/// Largest binary exponent of a reciprocal vector in units of a spot's radius: beyond, the integers of the distance
/// from a node have too few digits.
pub(super) const STAR_EXPONENT: i32 = 16;

impl Encoded<'_> {
    /// Compares the error of an index with the width of a fringe or a spot.
    ///
    /// The error of h (in turns) has three parts: the two products in single precision, each rounded to 2⁻²⁴ of
    /// at most 2⁻²³ |α| and |v| 2⁻¹¹, summed over three components, the last integer's half, and the direction's
    /// 2⁻⁴⁴, times |α|. Relative to the brightest pixel, which need not lie on a node, fringes of N cells change by π
    /// N, and those of a ball by π N √fudge. A smooth spot changes by 1.5 over its radius
    /// where it is steepest, relative to its peak, and by 25 relative to itself where only exp(-50) of it is left. A
    /// spot with an edge has it where the same error decides the sides of as many terms.
    pub(super) fn check_bound(&self) -> Result<(), Error> {
        let plan = self.plan;
        let crystal = &plan.crystal.shape;
        let refuse = |reason: String| Err(Unsupported::PrecisionRange { reason }.into());
        let edges = plan.crystal.lattice.vectors.map(|v| v.norm() / self.wavelength);
        let alpha = edges.iter().fold(0.0f64, |most, &edge| most.max(edge));
        let reach = plan.sources.iter().map(|source| 1.0 + source.incident.norm()).fold(0.0, f64::max);
        if reach >= 4.0 {
            return refuse("a beam vector is longer than 3".to_owned());
        }
        if alpha >= 2f64.powi(18) {
            return refuse(format!(
                "an edge of the cell is {alpha:.0} wavelengths long, 262144 are the limit"
            ));
        }
        if crystal.cells.iter().any(|&n| n >= 2f64.powi(31)) {
            return refuse("a side of the crystal has more than 2^31 cells".to_owned());
        }
        let coordinate = crystal.shape.coordinate();
        if coordinate != Coordinate::Rows && crystal.fudge <= 0.0 {
            return refuse(format!("fudge is {}, which is not positive", crystal.fudge));
        }
        let index = 3f64.sqrt() * 2f64.powi(-24) * (2f64.powi(-23) * alpha + reach * 2f64.powi(-11))
            + 2f64.powi(-33)
            + 2f64.powi(-44) * alpha;
        let most = crystal.cells.iter().fold(0.0f64, |most, &n| most.max(n));
        let root = crystal.fudge.abs().sqrt();
        let slope = match coordinate {
            Coordinate::Rows => PI * most,
            Coordinate::Ball { .. } => {
                if most * root * 0.87 >= 8192.0 {
                    return refuse(format!("a crystal of {most} cells has fringes beyond its counters"));
                }
                PI * most * root
            }
            Coordinate::Star { radius_sqr, .. } => {
                let star = self.star();
                let longest = star.vectors.iter().fold(0.0f64, |most, v| most.max(v.norm()));
                let sharpness = root * longest * star.factors.iter().product::<f64>();
                if sharpness >= 2f64.powi(STAR_EXPONENT) * radius_sqr.sqrt() {
                    let radius = 1.0 / sharpness;
                    return refuse(format!("a spot's radius is {radius:.1e} of the distance between spots"));
                }
                25.0 * sharpness
            }
        };
        let error = 3f64.sqrt() * slope * index;
        if error > SINGLE_MAX {
            return Err(Unsupported::PrecisionBound { error, limit: SINGLE_MAX }.into());
        }
        Ok(())
    }
}
