//! Photons and derivatives of pixels that are integrated by a few points.
//!
//! A detector adds up what falls on a pixel's area. The centers of n × n sub-pixels spread less than the area does, by a part 1 / n² of its
//! variance, so that spots which are narrower than a pixel come out too narrow and a crystal too small for it. Chebyshev's points, which
//! have equal weights too, integrate polynomials of degree n (n + 1 where n is even) without error.

use nanobragg::backend::{Control, Differentiate};
use nanobragg::gradient::{Derivatives, Parameter};
use nanobragg::plan::{Parameters, Plan};

use crate::error::Error;

/// Nodes of Chebyshev's quadrature for two to five points on the interval from −1 to 1.
const NODES: [&[f64]; 4] = [
    &[-0.577_350_269_189_625_8, 0.577_350_269_189_625_8],
    &[-0.707_106_781_186_547_5, 0.0, 0.707_106_781_186_547_5],
    &[-0.794_654_472_291_766_1, -0.187_592_474_085_079_9, 0.187_592_474_085_079_9, 0.794_654_472_291_766_1],
    &[
        -0.832_497_487_000_981_9,
        -0.374_541_409_553_581_2,
        0.0,
        0.374_541_409_553_581_2,
        0.832_497_487_000_981_9,
    ],
];

/// Nodes along an edge that are chosen from, and how fine the spots may be for which they are ([`fineness`]): the gaps between nodes are
/// at most 1.7 standard deviations of a Gaussian spot. More than five are thirds of [`NODES`], side by side.
const CHOICES: [(usize, f64); 7] =
    [(2, 4.0), (3, 6.0), (4, 7.5), (5, 9.5), (6, 12.0), (9, 18.0), (MOST, 24.0)];
const MOST: usize = 12;

/// A pixel's edge over the width of a spot of the longest edge of the crystal: the sub-pixels that resolve its fringes.
fn fineness(plan: &Plan) -> f64 {
    let (pixel, distance) = (plan.detector.pixel_size, distance(plan));
    3.0 * plan.crystal.longest_edge() * pixel / (plan.parameters().wavelength * distance)
}

/// The distance along the beam, or of the nearest corner or the middle of a panel that the beam meets farther away or not at all.
fn distance(plan: &Plan) -> f64 {
    let (panel, region) = (&plan.detector.panel, &plan.region);
    let edges = [region.image_fast, region.image_slow].map(|pixels| pixels as f64 * panel.pixel_size);
    let at = |fast: f64, slow: f64| {
        (panel.pix0 + panel.fdet * (fast * edges[0]) + panel.sdet * (slow * edges[1])).norm()
    };
    let places = [at(0.0, 0.0), at(1.0, 0.0), at(0.0, 1.0), at(1.0, 1.0), at(0.5, 0.5)];
    let nearest = places.into_iter().fold(f64::INFINITY, f64::min);
    if plan.detector.distance > 0.0 { plan.detector.distance.min(nearest) } else { nearest }
}

/// Points along a pixel's edge that integrate the spots of `plan`: two where they are as wide as a pixel, more where they are narrower.
pub(crate) fn points(plan: &Plan) -> usize {
    let fineness = fineness(plan);
    CHOICES.iter().find(|(_, most)| fineness <= *most).map_or(MOST, |(count, _)| *count)
}

/// Whether the most points are enough for the spots of `plan`.
pub(crate) fn suffice(plan: &Plan) -> bool {
    CHOICES.iter().any(|(_, most)| fineness(plan) <= *most)
}

/// `count` nodes, all of the same weight, on the interval from −1 to 1.
fn nodes(count: usize) -> Vec<f64> {
    if let Some(nodes) = count.checked_sub(2).and_then(|number| NODES.get(number)) {
        return nodes.to_vec();
    }
    let parts = count.div_ceil(3).max(1);
    let width = 1.0 / parts as f64;
    let middle = |part: usize| (2 * part + 1) as f64 * width - 1.0;
    (0..parts).flat_map(|part| NODES[1].iter().map(move |node| middle(part) + width * node)).collect()
}

/// Derivatives of the pixels `parts` of panels along `directions`, direction by direction, then their photons. With `points` each pixel is
/// the mean of `points` × `points` points, else what the plan's own sub-pixels make it. `place` makes the plan of a panel at parameters.
pub(crate) fn rows<'a>(
    place: &dyn Fn(usize, &Parameters) -> Plan,
    parameters: &Parameters,
    directions: &[Vec<(Parameter, f64)>],
    points: Option<usize>,
    parts: impl Iterator<Item = (usize, &'a [[u32; 2]])>,
    backend: &dyn Differentiate,
    control: &Control<'_>,
) -> Result<Vec<Vec<f64>>, Error> {
    let mut all: Vec<Vec<f64>> = vec![Vec::new(); directions.len() + 1];
    for (panel, pixels) in parts {
        let place = |parameters: &Parameters| place(panel, parameters);
        let rows = rows_of(&place, parameters, directions, points, pixels, backend, control)?;
        for (all, row) in all.iter_mut().zip(rows) {
            // Where there is one panel nothing is copied.
            if all.is_empty() { *all = row } else { all.extend(row) }
        }
    }
    Ok(all)
}

/// Those of the pixels of a panel.
fn rows_of(
    place: &dyn Fn(&Parameters) -> Plan,
    parameters: &Parameters,
    directions: &[Vec<(Parameter, f64)>],
    points: Option<usize>,
    pixels: &[[u32; 2]],
    backend: &dyn Differentiate,
    control: &Control<'_>,
) -> Result<Vec<Vec<f64>>, Error> {
    let mut sums = vec![vec![0.0; pixels.len()]; directions.len() + 1];
    let Some(points) = points else {
        let plan = place(parameters);
        Derivatives::along(&plan, directions)?.add_rows(backend, pixels, 1.0, &mut sums, control)?;
        return Ok(sums);
    };
    let nodes = &nodes(points);
    let half = 0.5 * place(parameters).detector.pixel_size;
    let part = 1.0 / (nodes.len() * nodes.len()) as f64;
    for slow in nodes {
        for fast in nodes {
            let mut parameters = *parameters;
            parameters.detector.shift[0] += half * fast;
            parameters.detector.shift[1] += half * slow;
            let plan = at_centers(place(&parameters));
            Derivatives::along(&plan, directions)?.add_rows(backend, pixels, part, &mut sums, control)?;
        }
    }
    Ok(sums)
}

/// The same with one point a pixel, its center.
fn at_centers(mut plan: Plan) -> Plan {
    plan.steps /= (plan.oversample * plan.oversample) as f64;
    plan.oversample = 1;
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_spread_as_a_pixel_does() {
        for (points, _) in CHOICES {
            let nodes = nodes(points);
            assert_eq!(nodes.len(), points);
            let count = nodes.len() as f64;
            let moment = |power: i32| nodes.iter().map(|node| node.powi(power)).sum::<f64>() / count;
            assert!(moment(1).abs() < 1e-15 && (moment(2) - 1.0 / 3.0).abs() < 1e-15);
            assert!(!(4..=5).contains(&nodes.len()) || (moment(4) - 0.2).abs() < 1e-14);
        }
    }
}
