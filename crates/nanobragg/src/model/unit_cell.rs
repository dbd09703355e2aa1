//! The unit cell.

use std::f64::consts::PI;

use crate::check::positive;
use crate::error::{Error, PlanCause};
use crate::real::{Real, real};
use crate::units::{deg, to_deg};

/// Edges and angles of a cell that spans a volume.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitCell {
    edges: [f64; 3],
    angles: [f64; 3],
}

impl UnitCell {
    /// A cell from its edges in Ångström and its angles in degrees.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for an edge that is not positive,
    /// [`NoVolume`](crate::ErrorKind::NoVolume) for angles that no three axes make.
    ///
    /// ```
    /// use nanobragg::model::UnitCell;
    ///
    /// let cell = UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?;
    /// assert_eq!(cell.edges(), [70.0, 80.0, 90.0]);
    /// let flat = UnitCell::new(70.0, 80.0, 90.0, 10.0, 10.0, 170.0).unwrap_err();
    /// assert_eq!(flat.kind().code(), "plan.no-volume");
    /// # Ok::<(), nanobragg::Error>(())
    /// ```
    pub fn new(a: f64, b: f64, c: f64, alpha_deg: f64, beta_deg: f64, gamma_deg: f64) -> Result<Self, Error> {
        UnitCell::from_radians([a, b, c], [alpha_deg, beta_deg, gamma_deg].map(deg))
    }

    /// A cell from its edges in Ångström and its angles in radians.
    ///
    /// # Errors
    /// Those of [`UnitCell::new`].
    pub fn from_radians(edges: [f64; 3], angles: [f64; 3]) -> Result<Self, Error> {
        for edge in edges {
            positive("an edge of the unit cell (A)", edge)?;
        }
        let skew = skew(angles);
        let volume = 2.0 * edges[0] * edges[1] * edges[2] * skew.abs().sqrt();
        let possible = skew > 0.0 && angles.iter().all(|&angle| angle > 0.0 && angle < PI);
        if !possible || !volume.is_finite() || volume == 0.0 {
            let [alpha, beta, gamma] = angles.map(|angle| crate::format::short(to_deg(angle)));
            let what = format!("the unit cell with angles {alpha} {beta} {gamma}");
            return Err(PlanCause::NoVolume(what).into());
        }
        Ok(UnitCell { edges, angles })
    }

    /// Edges a, b, c in Ångström.
    pub const fn edges(&self) -> [f64; 3] {
        self.edges
    }

    /// Angles α, β, γ in radians.
    pub const fn angles(&self) -> [f64; 3] {
        self.angles
    }
}

/// sin s sin(s - α) sin(s - β) sin(s - γ) with s = (α + β + γ) / 2: positive where the angles span a volume.
pub(crate) fn skew<R: Real>([alpha, beta, gamma]: [R; 3]) -> R {
    let half = (alpha + beta + gamma) / real(2.0);
    half.sin() * (half - alpha).sin() * (half - beta).sin() * (half - gamma).sin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn what_no_cell_has_is_refused() {
        let of = |edge, angle| UnitCell::new(edge, 80.0, 90.0, angle, 90.0, 90.0).map_err(|e| e.kind());
        for edge in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(of(edge, 90.0), Err(ErrorKind::OutOfRange), "{edge}");
        }
        for angle in [0.0, 180.0, 181.0, -90.0, f64::NAN] {
            assert_eq!(of(70.0, angle), Err(ErrorKind::NoVolume), "{angle}");
        }
        assert_eq!(of(1e-200, 1e-150), Err(ErrorKind::NoVolume));
    }
}
