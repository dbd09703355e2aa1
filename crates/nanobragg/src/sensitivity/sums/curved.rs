//! Positions on a curved detector: derivatives by the numbers of its panel.

use nalgebra::Vector3;

use super::flush::at;
use super::{Sensitive, ZERO};
use crate::nest::TermIndex;
use crate::nest::block::{LANES, Lanes, Place};
use crate::nest::kept::{sets_capture, sets_omega};
use crate::physics::{absorption, geometry};
use crate::plan::FactorMode;
use crate::sensitivity::bent::ByPoint;
use crate::sensitivity::{BENT, BentSlopes};

impl Sensitive {
    /// Takes over where on the panel the sub-pixel is.
    pub(super) fn place(&mut self, place: Place<'_>) {
        let (task, at) = (&self.task, self.here.subpixel);
        let size = task.panel.pixel_size / task.oversample as f64;
        let center = |pixel: usize, sub: usize| geometry::subpixel_center(pixel, sub, task.oversample, size);
        let [fasts, slows] = &mut self.here.on_panel;
        for i in 0..LANES {
            let [slow, fast] = place.pixel(i);
            fasts.0[i] = center(fast, at.sub_fast);
            slows.0[i] = center(slow, at.sub_slow);
        }
        self.by_point = [ZERO; 3];
    }

    /// Notes how factors that this sub-pixel sets once depend on the panel.
    pub(super) fn note_curved_factors(&mut self, at: TermIndex) {
        let factors = self.task.factors;
        let by_omega = factors.omega == FactorMode::Once && sets_omega(&factors, at);
        let by_capture = factors.capture == FactorMode::Once && sets_capture(&factors, &self.task.layers, at);
        for i in 0..LANES {
            if by_omega {
                self.note(0, i, &self.by_factors(i, true, false));
            }
            if by_capture {
                self.note(1, i, &self.by_factors(i, false, true));
            }
        }
    }

    /// Notes what the logarithm of the polarization factor, set once, changes by with the point.
    pub(super) fn note_curved_polarization(&mut self, i: usize, by_point: &Vector3<f64>) {
        self.note(2, i, &ByPoint { point: *by_point, odet: Vector3::zeros(), close: 0.0 });
    }

    fn note(&mut self, factor: usize, i: usize, by: &ByPoint) {
        let slopes = self.bent(i, by);
        let into = &mut self.once.curved[factor];
        into.resize(BENT, ZERO);
        into.iter_mut().zip(slopes.numbers()).for_each(|(into, slope)| into.0[i] = slope);
    }

    /// Takes the sums of a sub-pixel over.
    pub(super) fn end_curved(&mut self, sum: &Lanes) {
        let factors = self.task.factors;
        let by_omega = factors.omega == FactorMode::PerTerm;
        let by_capture = factors.capture == FactorMode::PerTerm;
        for i in 0..LANES {
            let amount = sum.0[i] - self.before_subpixel.0[i];
            let ByPoint { point, odet, close } = self.by_factors(i, by_omega, by_capture);
            let point = point * amount + at(&self.by_point, i);
            let slopes = self.bent(i, &ByPoint { point, odet: odet * amount, close: close * amount });
            self.add_curved(i, slopes.numbers());
        }
    }

    /// Takes over what factors that enter once change by, of finished photons.
    pub(super) fn finish_curved(&mut self, i: usize, photons: f64) {
        let once = std::mem::take(&mut self.once.curved);
        for slopes in &once {
            self.add_curved(i, slopes.iter().map(|slopes| slopes.0[i] * photons));
        }
        self.once.curved = once;
    }

    fn add_curved(&mut self, i: usize, slopes: impl Iterator<Item = f64>) {
        if let Some(rows) = Self::group::<BENT>(&mut self.rows, self.starts.position) {
            rows.iter_mut().zip(slopes).for_each(|(sum, slope)| sum.0[i] += slope);
        }
    }

    fn bent(&self, i: usize, by: &ByPoint) -> BentSlopes {
        let [fast, slow] = &self.here.on_panel;
        let depth = self.task.layers.depth_of(self.here.subpixel.layer);
        BentSlopes::of(&self.task.panel, [fast.0[i], slow.0[i], depth], by)
    }

    /// The derivatives of ln Ω, where it counts, and of the logarithm of the capture fraction.
    fn by_factors(&self, i: usize, omega: bool, capture: bool) -> ByPoint {
        let (panel, layers) = (&self.task.panel, &self.task.layers);
        let (d, distance) = (at(&self.here.diffracted, i), self.here.distance.0[i]);
        let mut by = ByPoint { point: Vector3::zeros(), odet: Vector3::zeros(), close: 0.0 };
        let layer = self.here.subpixel.layer;
        if omega && panel.point_pixel {
            by.point -= d * (2.0 / distance);
        } else if omega {
            by.point -= d * (3.0 / distance);
            by.close = layers.plane_of(layer, panel.close_distance).recip();
        }
        if capture && layers.absorbing {
            let rho = d.dot(&panel.odet);
            let by_rho = absorption::slope_of_logarithm(layer, layers.spacing, layers.mu, rho);
            by.point += (panel.odet - d * rho) * (by_rho / distance);
            by.odet += d * by_rho;
        }
        by
    }
}
