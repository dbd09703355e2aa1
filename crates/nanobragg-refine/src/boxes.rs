//! Shoeboxes: the pixels around spots, with a plane of background and a scale for each.

use nanobragg::image::Pixel;
use nanobragg::nest::{Needs, Scattering, Sink, Term, TermIndex, pixel};
use nanobragg::plan::Plan;

use crate::panels::Panels;
use crate::photons::{PanelPhotons, Photons};
use crate::saturated::Saturated;
use crate::spots::Spot;

/// Pixels over which a plane's slopes count.
const SLOPE_LENGTH: f64 = 10.0;
/// Shells of resolution among which boxes are shared out.
const SHELLS: usize = 10;

/// What a box has of its own, besides pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxFit {
    /// Its panel.
    pub panel: usize,
    /// Center, slow axis.
    pub slow: usize,
    /// Center, fast axis.
    pub fast: usize,
    /// The node nearest to the center.
    pub hkl: [i32; 3],
    /// Resolution at the center, Å.
    pub d_angstrom: f64,
    /// Photons of the background: at the center, and per 10 pixels along fast and slow.
    pub plane: [f64; 3],
    /// Logarithm of the factor on the model's photons.
    pub ln_scale: f64,
    /// Root mean square of residuals over their standard deviations.
    pub rms_z: f64,
    /// Photons of the model without the background.
    pub model_photons: f64,
    /// Photons of the data without the background.
    pub data_photons: f64,
}

impl BoxFit {
    /// Adds to its background, and to the logarithm of its scale.
    pub(crate) fn move_by(&mut self, by: [f64; 4]) {
        self.plane.iter_mut().zip(by).for_each(|(value, by)| *value += by);
        self.ln_scale += by[3];
    }
}

/// Shoeboxes.
#[derive(Clone, Debug)]
pub struct Boxes {
    pub(crate) pixels: Vec<[u32; 2]>,
    /// The box of each pixel.
    pub(crate) group: Vec<u32>,
    /// Photons of each pixel.
    pub(crate) data: Vec<f64>,
    /// Columns of the plane of each pixel's box.
    pub(crate) columns: [Vec<f64>; 3],
    pub(crate) boxes: Vec<BoxFit>,
    pub(crate) readout_noise: f64,
    /// Pixels of the image that are left out.
    pub(crate) saturated: Saturated,
    /// Whether the image has a pixel that can be used.
    pub(crate) is_measured: bool,
}

impl Boxes {
    /// Boxes of 2 `radius` + 1 pixels around the strongest `spots`, at most `most` of them, shared out among shells of resolution. A
    /// pixel belongs to the nearest center; a box that keeps less than a third of its pixels is left out, and so is the direct beam,
    /// which is no reflection. Those of a panel stand together.
    pub(crate) fn around(
        panels: &Panels,
        photons: &Photons,
        spots: &[Spot],
        radius: usize,
        most: usize,
    ) -> Self {
        let indexed = spots.iter().map(|spot| {
            let indexed = Indexed::of(panels.get(spot.panel), spot.slow, spot.fast);
            (*spot, indexed)
        });
        let mut chosen = share_out(indexed.filter(|(_, indexed)| indexed.hkl != [0; 3]).collect(), most);
        chosen.sort_by_key(|(spot, _)| spot.panel);
        let mut all = Boxes {
            saturated: photons.saturated,
            is_measured: !photons.is_empty(),
            ..Boxes::empty(photons.readout_noise)
        };
        for own in chosen.chunk_by(|(one, _), (other, _)| one.panel == other.panel) {
            let panel = own.first().and_then(|(spot, _)| photons.panels.get(spot.panel));
            panel.into_iter().for_each(|photons| all.add(photons, own, radius));
        }
        all
    }

    /// Adds those of the spots `chosen` of a panel.
    fn add(&mut self, photons: &PanelPhotons, chosen: &[(Spot, Indexed)], radius: usize) {
        const NOBODY: u32 = u32::MAX;
        let mut owner = vec![NOBODY; photons.values.len()];
        let far = |spot: &Spot, slow: usize, fast: usize| {
            spot.slow.abs_diff(slow).pow(2) + spot.fast.abs_diff(fast).pow(2)
        };
        let square = |spot: &Spot| {
            let rows = spot.slow.saturating_sub(radius)..(spot.slow + radius + 1).min(photons.slow);
            let columns = spot.fast.saturating_sub(radius)..(spot.fast + radius + 1).min(photons.fast);
            rows.flat_map(move |slow| columns.clone().map(move |fast| (slow, fast)))
        };
        for (number, (spot, _)) in chosen.iter().enumerate() {
            for (slow, fast) in square(spot) {
                let held = &mut owner[slow * photons.fast + fast];
                let nearer = match chosen.get(*held as usize) {
                    Some((other, _)) => far(spot, slow, fast) < far(other, slow, fast),
                    None => true,
                };
                if nearer && photons.at(slow, fast).is_some() {
                    *held = number as u32;
                }
            }
        }
        let least = (2 * radius + 1).pow(2) / 3;
        for (number, (spot, Indexed { hkl, scattering, .. })) in chosen.iter().enumerate() {
            let own = |&(slow, fast): &(usize, usize)| owner[slow * photons.fast + fast] == number as u32;
            if square(spot).filter(own).count() < least {
                continue;
            }
            for (slow, fast) in square(spot).filter(own) {
                let along = |at: usize, center: usize| (at as f64 - center as f64) / SLOPE_LENGTH;
                self.pixels.push([slow as u32, fast as u32]);
                self.group.push(self.boxes.len() as u32);
                self.data.push(photons.values[slow * photons.fast + fast]);
                let plane = [1.0, along(fast, spot.fast), along(slow, spot.slow)];
                self.columns.iter_mut().zip(plane).for_each(|(column, value)| column.push(value));
            }
            self.boxes.push(BoxFit {
                panel: spot.panel,
                slow: spot.slow,
                fast: spot.fast,
                hkl: *hkl,
                d_angstrom: 1e10 / scattering,
                plane: [spot.background, 0.0, 0.0],
                ln_scale: 0.0,
                rms_z: 0.0,
                model_photons: 0.0,
                data_photons: 0.0,
            });
        }
    }

    /// No boxes.
    pub(crate) fn empty(readout_noise: f64) -> Self {
        Boxes {
            pixels: Vec::new(),
            group: Vec::new(),
            data: Vec::new(),
            columns: Default::default(),
            boxes: Vec::new(),
            readout_noise,
            saturated: Saturated::default(),
            is_measured: true,
        }
    }

    /// The number of boxes.
    pub fn len(&self) -> usize {
        self.boxes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.boxes.is_empty()
    }

    /// The number of pixels.
    pub fn pixels(&self) -> usize {
        self.pixels.len()
    }

    /// The background of a pixel, by its place in the list.
    pub(crate) fn background(&self, at: usize, boxes: &[BoxFit]) -> f64 {
        let plane = &boxes[self.group[at] as usize].plane;
        self.columns.iter().zip(plane).map(|(column, value)| column[at] * value).sum()
    }

    /// Drops the boxes that are not to be kept. Which pixels stay, by their places before.
    pub(crate) fn keep(&mut self, kept: &[bool]) -> Vec<bool> {
        let mut number = 0;
        let new: Vec<Option<u32>> = kept
            .iter()
            .map(|&kept| {
                number += u32::from(kept);
                kept.then(|| number - 1)
            })
            .collect();
        let stays: Vec<bool> = self.group.iter().map(|&group| kept[group as usize]).collect();
        retain(&mut self.pixels, &stays);
        retain(&mut self.data, &stays);
        self.columns.iter_mut().for_each(|column| retain(column, &stays));
        self.group = self.group.iter().filter_map(|&group| new[group as usize]).collect();
        retain(&mut self.boxes, kept);
        stays
    }
}

fn retain<T>(values: &mut Vec<T>, stays: &[bool]) {
    let mut stays = stays.iter();
    values.retain(|_| stays.next().copied().unwrap_or(false));
}

/// At most `most` of `spots`, the same number of each shell as far as there are, then the strongest of the others.
fn share_out(spots: Vec<(Spot, Indexed)>, most: usize) -> Vec<(Spot, Indexed)> {
    let volumes: Vec<f64> = spots.iter().map(|(_, indexed)| indexed.scattering.powi(3)).collect();
    let largest = volumes.iter().fold(f64::MIN_POSITIVE, |most: f64, &volume| most.max(volume));
    let mut room = [most.div_ceil(SHELLS); SHELLS];
    let mut taken = vec![false; spots.len()];
    for (taken, volume) in taken.iter_mut().zip(&volumes) {
        let shell = ((volume / largest * SHELLS as f64) as usize).min(SHELLS - 1);
        if let Some(left) = room[shell].checked_sub(1) {
            (room[shell], *taken) = (left, true);
        }
    }
    let mut count = taken.iter().filter(|&&taken| taken).count();
    for taken in &mut taken {
        if !*taken && count < most {
            (*taken, count) = (true, count + 1);
        }
    }
    let chosen = spots.into_iter().zip(taken).filter(|(_, taken)| *taken);
    chosen.map(|(spot, _)| spot).take(most).collect()
}

/// What the first term of a pixel says of where it is in reciprocal space.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Indexed {
    /// The nearest node.
    pub hkl: [i32; 3],
    /// Distance from it along the indices.
    pub offset: [f64; 3],
    /// Length of the scattering vector, 1/m.
    pub scattering: f64,
    known: bool,
}

impl Indexed {
    /// Those of the center of a pixel.
    pub fn of(plan: &Plan, slow: usize, fast: usize) -> Self {
        let mut indexed = Indexed::default();
        pixel(plan, Pixel { slow, fast }, &mut indexed);
        indexed
    }
}

impl Sink<f64> for Indexed {
    const NEEDS: Needs = Needs::ALL_TERMS;

    fn source(&mut self, _at: TermIndex, scattering: &Scattering<'_, f64>) {
        if !self.known {
            self.scattering = scattering.vector.norm();
        }
    }

    fn term(&mut self, _at: TermIndex, term: &Term<'_, f64>) {
        if !self.known {
            (self.hkl, self.offset, self.known) = (term.indices.nearest_i32(), term.indices.offset(), true);
        }
    }
}
