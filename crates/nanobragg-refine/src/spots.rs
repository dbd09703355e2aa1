//! Strong spots of an image.

use std::collections::BTreeSet;

use crate::median::median;
use crate::photons::{PanelPhotons, Photons};

/// Where a spot is, and what of it was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Its panel.
    pub panel: usize,
    /// Its brightest pixel, slow axis.
    pub slow: usize,
    /// Its brightest pixel, fast axis.
    pub fast: usize,
    /// Photons of that pixel above the background around it.
    pub height: f64,
    /// Median of the pixels around it, photons.
    pub background: f64,
}

/// Around which spots a refinement has boxes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Reflections {
    /// Strong spots of the image.
    #[default]
    Strong,
    /// Spots at these places, weak ones included: the panel, and pixels from the outer corner of its first one, along fast and slow.
    At(Vec<(usize, [f64; 2])>),
    /// Where the start has reflections, weak ones included.
    Predicted,
}

/// Standard deviations over the background from which on a local maximum is a spot.
const SIGNIFICANCE: f64 = 6.0;

/// Local maxima of `photons` that stand out of the median of the ring at `radius` pixels around them, strongest first.
pub fn find(photons: &Photons, radius: usize) -> Vec<Spot> {
    let noise_sqr = photons.readout_noise * photons.readout_noise;
    strongest_first(photons, |panel, photons| find_on(panel, photons, radius, noise_sqr))
}

/// What `on` gives of each panel, of all panels the strongest first.
fn strongest_first(photons: &Photons, on: impl Fn(usize, &PanelPhotons) -> Vec<Spot>) -> Vec<Spot> {
    let panels = photons.panels.iter().enumerate();
    let mut found: Vec<Spot> = panels.flat_map(|(panel, photons)| on(panel, photons)).collect();
    found.sort_by(|one, other| other.height.total_cmp(&one.height));
    found
}

fn find_on(panel: usize, photons: &PanelPhotons, radius: usize, noise_sqr: f64) -> Vec<Spot> {
    let least = SIGNIFICANCE * (0.25 + noise_sqr).sqrt();
    let mut found = Vec::new();
    let mut ring = Vec::new();
    for slow in 2..photons.slow.saturating_sub(2) {
        for fast in 2..photons.fast.saturating_sub(2) {
            let Some(top) = photons.at(slow, fast).filter(|&top| top >= least) else { continue };
            if !is_highest(photons, slow, fast, top, 1) || !is_highest(photons, slow, fast, top, radius / 2) {
                continue;
            }
            around(photons, slow, fast, radius, &mut ring);
            if ring.len() < 4 * radius {
                continue;
            }
            let Some(background) = median(&mut ring) else { continue };
            let height = top - background;
            if height > SIGNIFICANCE * (background.max(0.25) + noise_sqr).sqrt() && height > SIGNIFICANCE {
                found.push(Spot { panel, slow, fast, height, background });
            }
        }
    }
    found
}

/// Spots at given places, in pixels from the outer corner of the first one of a panel, along fast and slow: strongest first. Those beyond the
/// panel are left out, and of several in a pixel all but one.
pub fn placed(photons: &Photons, places: &[(usize, [f64; 2])], radius: usize) -> Vec<Spot> {
    strongest_first(photons, |panel, photons| placed_on(panel, photons, places, radius))
}

/// The pixel that has the place `at` of a panel of `size` pixels; `None` beyond it. Both along fast and slow.
pub(crate) fn pixel_at(at: [f64; 2], size: [usize; 2]) -> Option<[usize; 2]> {
    let is_inside = at.into_iter().zip(size).all(|(at, size)| at >= 0.0 && at < size as f64);
    is_inside.then(|| at.map(|at| at as usize))
}

fn placed_on(panel: usize, photons: &PanelPhotons, places: &[(usize, [f64; 2])], radius: usize) -> Vec<Spot> {
    let own = places.iter().filter(|(there, _)| *there == panel);
    let own = own.filter_map(|&(_, at)| pixel_at(at, [photons.fast, photons.slow]));
    let pixels: BTreeSet<(usize, usize)> = own.map(|[fast, slow]| (slow, fast)).collect();
    let mut ring = Vec::new();
    let spot = |(slow, fast): (usize, usize)| {
        around(photons, slow, fast, radius, &mut ring);
        let background = median(&mut ring)?;
        let rows = slow.saturating_sub(1)..=slow + 1;
        let near = rows
            .flat_map(|row| (fast.saturating_sub(1)..=fast + 1).filter_map(move |at| photons.at(row, at)));
        let top = near.fold(f64::NEG_INFINITY, f64::max);
        top.is_finite().then_some(Spot { panel, slow, fast, height: top - background, background })
    };
    pixels.into_iter().filter_map(spot).collect()
}

/// The pixels at `radius` around one, into `ring`.
fn around(photons: &PanelPhotons, slow: usize, fast: usize, radius: usize, ring: &mut Vec<f64>) {
    ring.clear();
    let columns = fast.saturating_sub(radius)..=fast + radius;
    let sides = [fast.checked_sub(radius), Some(fast + radius)];
    for row in slow.saturating_sub(radius)..=slow + radius {
        if row.abs_diff(slow) == radius {
            ring.extend(columns.clone().filter_map(|column| photons.at(row, column)));
        } else {
            ring.extend(sides.iter().flatten().filter_map(|&column| photons.at(row, column)));
        }
    }
}

/// Whether no pixel within `reach` is brighter; of equal ones the first counts.
fn is_highest(photons: &PanelPhotons, slow: usize, fast: usize, top: f64, reach: usize) -> bool {
    (slow.saturating_sub(reach)..=slow + reach).all(|row| {
        (fast.saturating_sub(reach)..=fast + reach).all(|column| {
            photons
                .at(row, column)
                .is_none_or(|other| other < top || (other == top && (row, column) >= (slow, fast)))
        })
    })
}
