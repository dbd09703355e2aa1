//! From axes, a point and a distance to the plane of pixels.

use nalgebra::Vector3;

use super::{DetectorParameters, PlacementParameters};
use crate::model::Pivot;
use crate::physics::geometry::Panel;
use crate::physics::rotation::{about_axis, about_xyz, dot};
use crate::real::{Real, is_plain_zero, real, vector};

/// Axes before rotations, with the lengths that the quirks leave them.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Axes {
    pub beam: Vector3<f64>,
    pub fdet: Vector3<f64>,
    pub sdet: Vector3<f64>,
    pub odet: Vector3<f64>,
    pub twotheta: Vector3<f64>,
}

/// What of a detector is chosen, not measured.
#[derive(Clone, Debug)]
pub(in crate::plan) struct DetectorChoice {
    pub axes: Axes,
    pub pivot: Pivot,
    pub pixel_size: f64,
    pub curved: bool,
    pub point_pixel: bool,
}

impl DetectorChoice {
    /// The plane of pixels, and the cosine between the beam and the detector's normal after its tilt.
    pub fn place<R: Real>(&self, parameters: &DetectorParameters<R>) -> (Panel<R>, R) {
        let Axes { beam, fdet, sdet, odet, twotheta } = &self.axes;
        let [beam, fast, slow, out, axis] = [beam, fdet, sdet, odet, twotheta].map(vector::<R, f64>);
        let tilt = parameters.tilt;
        let mut ratio = dot(&beam, &about_xyz(&out, tilt));
        if ratio.is_zero() {
            ratio = real(f64::MIN_POSITIVE);
        }
        let swing = |v: &Vector3<R>| about_axis(&about_xyz(v, tilt), &axis, parameters.twotheta);
        let [fdet, sdet, odet] = [&fast, &slow, &out].map(swing);
        let origin = |at: [R; 2], f: &Vector3<R>, s: &Vector3<R>, distance: R, o: &Vector3<R>| {
            Vector3::from_fn(|i, _| -at[0] * f[i] - at[1] * s[i] + distance * o[i])
        };
        let about_pivot = |point: [R; 2], close_distance: R| match self.pivot {
            Pivot::Sample => swing(&origin(point, &fast, &slow, close_distance, &out)),
            Pivot::Beam => origin(point, &fdet, &sdet, close_distance / ratio, &beam),
        };
        let mut pix0 = match parameters.placement {
            PlacementParameters::Origin(origin) => origin,
            PlacementParameters::Near { point, distance } => about_pivot(point, distance),
            PlacementParameters::Beam { point, distance } => about_pivot(point, (ratio * distance).abs()),
        };
        let DetectorParameters { shift, turn, .. } = *parameters;
        for (step, along) in shift.into_iter().zip([&fdet, &sdet, &beam]) {
            if !is_plain_zero(step) {
                pix0 += along * step;
            }
        }
        let [fdet, sdet, odet, pix0] = [fdet, sdet, odet, pix0].map(|v| about_xyz(&v, turn));
        let close_distance = dot(&pix0, &odet);
        let panel = Panel {
            beam,
            fdet,
            sdet,
            odet,
            pix0,
            distance: close_distance / ratio,
            close_distance,
            pixel_size: real(self.pixel_size),
            curved: self.curved,
            point_pixel: self.point_pixel,
        };
        (panel, ratio)
    }
}
