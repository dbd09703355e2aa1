//! Directions and wavelengths of incidence.

use nalgebra::Vector3;

use super::detector::UnitFrame;
use super::place::{SourceChoice, Wavelength};
use crate::error::{Error, PlanCause};
use crate::model::{Beam, Grid, Quirk, Quirks};
use crate::physics::rotation::{about_axis, unitize};
use crate::real::{Real, real, vector};

/// One source: a direction, a wavelength, a weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SourcePlan<T: Real> {
    /// Direction of incidence i.
    pub incident: Vector3<T>,
    /// Wavelength in meters.
    pub wavelength: T,
    /// Factor on the terms of the source; 1 for all unless sources are weighted.
    pub weight: T,
}

impl<T: Real> SourcePlan<T> {
    /// The source for a central wavelength in meters.
    pub(super) fn placed(source: &SourceChoice, central: T) -> Self {
        SourcePlan {
            incident: vector(&source.incident),
            wavelength: source.wavelength.place(central),
            weight: real(source.weight),
        }
    }
}

/// The sources, and the number of directions of the divergence grid.
pub(super) fn sources(
    beam: &Beam,
    frame: &UnitFrame,
    quirks: Quirks,
    horizontal: Grid,
    vertical: Grid,
    dispersion: Grid,
) -> Result<(Vec<SourceChoice>, usize), Error> {
    let origin = crate::model::source_origin(&frame.beam);
    if let Some(listed) = &beam.sources {
        if listed.is_empty() {
            return Err(PlanCause::NoSources.into());
        }
        let total: f64 = listed.iter().map(|source| source.weight.unwrap_or(1.0)).sum();
        let sources = listed.iter().map(|source| {
            let position = Vector3::from_fn(|axis, _| source.position[axis].unwrap_or(origin[axis]));
            let (direction, length) = unitize(&position);
            if length == 0.0 {
                return Err(Error::from(PlanCause::NoDirection("position of a source")));
            }
            let weight = if quirks.has(Quirk::SourceWeightsIgnored) || total == 0.0 {
                1.0
            } else {
                source.weight.unwrap_or(1.0) * listed.len() as f64 / total
            };
            let wavelength = source.wavelength.map_or(Wavelength::OfCentral(1.0), Wavelength::Own);
            let placed = wavelength.place(beam.wavelength);
            super::check::positive("the wavelength of a source (m)", placed)?;
            Ok(SourceChoice { incident: -direction, wavelength, weight })
        });
        return Ok((sources.collect::<Result<_, _>>()?, 0));
    }

    let lines = lines(beam, dispersion)?;
    let mut sources = Vec::new();
    let mut directions = 0;
    for (hdiv, vdiv) in grid(horizontal, vertical, beam.divergence.round) {
        directions += 1;
        let incident = if quirks.has(Quirk::VectorsAsGiven) && hdiv == 0.0 && vdiv == 0.0 {
            frame.beam
        } else {
            let raised = about_axis(&origin, &frame.polar, vdiv);
            -unitize(&about_axis(&raised, &frame.vertical, hdiv)).0
        };
        sources.extend(lines.iter().map(|&(wavelength, weight)| SourceChoice {
            incident,
            wavelength,
            weight,
        }));
    }
    if sources.is_empty() {
        return Err(PlanCause::NoSources.into());
    }
    Ok((sources, directions))
}

/// Wavelengths and weights of every direction; weights have the mean 1, because the sum is divided by the number of terms.
fn lines(beam: &Beam, dispersion: Grid) -> Result<Vec<(Wavelength, f64)>, Error> {
    let lines: Vec<(Wavelength, f64)> = match &beam.spectrum {
        None => {
            let factor = |tic: usize| 1.0 + dispersion.step * tic as f64 - dispersion.range / 2.0;
            (0..dispersion.count).map(|tic| (Wavelength::OfCentral(factor(tic)), 1.0)).collect()
        }
        Some(given) => {
            let total: f64 = given.iter().map(|line| line.weight).sum();
            super::check::positive("the sum of the weights of the spectrum", total)?;
            let scale = given.len() as f64 / total;
            given.iter().map(|line| (Wavelength::Own(line.wavelength), line.weight * scale)).collect()
        }
    };
    for &(wavelength, weight) in &lines {
        let placed = wavelength.place(beam.wavelength);
        super::check::positive("the shortest wavelength of the spectrum (m)", placed)?;
        super::check::ranged("a weight of the spectrum", weight, "not negative", weight >= 0.0)?;
    }
    Ok(lines)
}

/// Horizontal and vertical angles of the grid; `round` keeps those inside the ellipse of the two ranges.
fn grid(horizontal: Grid, vertical: Grid, round: bool) -> impl Iterator<Item = (f64, f64)> {
    let angle = |grid: Grid, tic: usize| grid.step * tic as f64 - grid.range / 2.0;
    let radius_sqr = |grid: Grid, angle: f64| {
        let even = (1 - (grid.count % 2) as i64) as f64;
        (angle * angle - grid.step * grid.step / 4.0 * even) / grid.range / grid.range
    };
    let all = (0..horizontal.count)
        .flat_map(move |h| (0..vertical.count).map(move |v| (angle(horizontal, h), angle(vertical, v))));
    all.filter(move |&(hdiv, vdiv)| {
        // A range of zero makes the radius 0/0: the comparison is false then, and the direction stays.
        let outside = (radius_sqr(horizontal, hdiv) + radius_sqr(vertical, vdiv)) * 4.0 > 1.1;
        !(round && outside)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SpectralLine;

    fn directions(h: usize, v: usize, round: bool) -> usize {
        let axis = |count: usize| {
            if count == 1 {
                Grid { range: 0.0, step: 0.0, count }
            } else {
                Grid { range: 0.004, step: 0.004 / (count - 1) as f64, count }
            }
        };
        grid(axis(h), axis(v), round).count()
    }

    #[test]
    fn round_grids_lose_their_corners() {
        assert_eq!(directions(3, 3, false), 9);
        assert_eq!(directions(3, 3, true), 5);
        assert_eq!(directions(4, 4, true), 12);
    }

    #[test]
    fn the_weights_of_a_spectrum_have_the_mean_one() {
        let line = |wavelength, weight| SpectralLine { wavelength, weight };
        let one = Grid { range: 0.0, step: 0.0, count: 1 };
        let of = |spectrum| {
            let lines = lines(&Beam { spectrum: Some(spectrum), ..Beam::default() }, one)?;
            Ok::<_, Error>(
                lines.iter().map(|&(own, weight)| line(own.place(1.0), weight)).collect::<Vec<_>>(),
            )
        };
        assert_eq!(
            of(vec![line(1e-10, 1.0), line(2e-10, 3.0)]).unwrap(),
            [line(1e-10, 0.5), line(2e-10, 1.5)]
        );
        assert!(of(vec![line(1e-10, 0.0)]).is_err() && of(vec![line(-1e-10, 1.0)]).is_err());
        assert!(of(vec![line(1e-10, 2.0), line(1e-10, -1.0)]).is_err() && of(vec![]).is_err());
    }

    #[test]
    fn a_line_of_directions_is_not_cut() {
        assert_eq!(directions(5, 1, true), 5);
        assert_eq!(directions(1, 1, true), 1);
    }
}
