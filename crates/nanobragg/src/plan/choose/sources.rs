//! Directions and wavelengths of incidence.

use nalgebra::Vector3;

use crate::error::{Error, PlanCause};
use crate::model::{Beam, Divergence, Incidence, Outline, Quirk, Quirks, Source, Spectrum, Steps};
use crate::physics::rotation::{about_axis, unitize};
use crate::plan::detector::UnitFrame;
use crate::plan::place::{SourceChoice, Wavelength};

/// The sources, and the number of directions of the divergence grid.
pub(in crate::plan) fn sources(
    beam: &Beam,
    frame: &UnitFrame,
    quirks: Quirks,
) -> Result<(Vec<SourceChoice>, usize), Error> {
    let origin = crate::model::source_origin(&frame.beam);
    let (spectrum, divergence) = match beam.incidence() {
        Incidence::Grid { spectrum, divergence } => (spectrum, divergence),
        Incidence::Sources(listed) => return Ok((listed_sources(listed, &origin, quirks)?, 0)),
    };
    let lines = lines(spectrum);
    let mut sources = Vec::new();
    let mut directions = 0;
    for (hdiv, vdiv) in grid(divergence) {
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

fn listed_sources(
    listed: &[Source],
    origin: &Vector3<f64>,
    quirks: Quirks,
) -> Result<Vec<SourceChoice>, Error> {
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
        Ok(SourceChoice { incident: -direction, wavelength, weight })
    });
    sources.collect()
}

/// Wavelengths and weights of every direction; weights have the mean 1, because the sum is divided by the number of terms.
fn lines(spectrum: &Spectrum) -> Vec<(Wavelength, f64)> {
    match spectrum {
        Spectrum::Line => vec![(Wavelength::OfCentral(1.0), 1.0)],
        Spectrum::Band(steps) => {
            let factor = |tic: usize| 1.0 + steps.step() * tic as f64 - steps.range() / 2.0;
            (0..steps.count()).map(|tic| (Wavelength::OfCentral(factor(tic)), 1.0)).collect()
        }
        Spectrum::Lines(given) => {
            let total: f64 = given.iter().map(|line| line.weight).sum();
            let scale = given.len() as f64 / total;
            given.iter().map(|line| (Wavelength::Own(line.wavelength), line.weight * scale)).collect()
        }
    }
}

/// Horizontal and vertical angles of the grid.
fn grid(divergence: &Divergence) -> impl Iterator<Item = (f64, f64)> {
    let Divergence { horizontal, vertical, outline } = *divergence;
    let radius_sqr = |steps: Steps, angle: f64| {
        let even = (1 - (steps.count() % 2) as i64) as f64;
        (angle * angle - steps.step() * steps.step() / 4.0 * even) / steps.range() / steps.range()
    };
    let all = (0..horizontal.count())
        .flat_map(move |h| (0..vertical.count()).map(move |v| (horizontal.at(h), vertical.at(v))));
    all.filter(move |&(hdiv, vdiv)| {
        // A range of zero makes the radius 0/0: the comparison is false then, and the direction stays.
        let outside = (radius_sqr(horizontal, hdiv) + radius_sqr(vertical, vdiv)) * 4.0 > 1.1;
        !(outline == Outline::Ellipse && outside)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SpectralLine;

    fn directions(h: usize, v: usize, outline: Outline) -> usize {
        let axis = |count: usize| if count == 1 { Steps::ONE } else { Steps::across(0.004, count).unwrap() };
        grid(&Divergence { horizontal: axis(h), vertical: axis(v), outline }).count()
    }

    #[test]
    fn round_grids_lose_their_corners() {
        assert_eq!(directions(3, 3, Outline::Rectangle), 9);
        assert_eq!(directions(3, 3, Outline::Ellipse), 5);
        assert_eq!(directions(4, 4, Outline::Ellipse), 12);
    }

    #[test]
    fn the_weights_of_a_spectrum_have_the_mean_one() {
        let line = |wavelength, weight| SpectralLine { wavelength, weight };
        let of = lines(&Spectrum::Lines(vec![line(1e-10, 1.0), line(2e-10, 3.0)]));
        let of: Vec<_> = of.into_iter().map(|(own, weight)| line(own.place(1.0), weight)).collect();
        assert_eq!(of, [line(1e-10, 0.5), line(2e-10, 1.5)]);
    }

    #[test]
    fn a_line_of_directions_is_not_cut() {
        assert_eq!(directions(5, 1, Outline::Ellipse), 5);
        assert_eq!(directions(1, 1, Outline::Ellipse), 1);
    }
}
