//! Single precision: amplitudes near 1, directions and places in fixed point, lattices in turns.

use std::ops::Range;
use std::sync::Arc;

use nanobragg::physics::geometry;
use nanobragg::plan::FactorMode;
use nanobragg::shapes::{Coordinate, Star};

use super::fixed::{DIRECTION_BITS, fixed};
use super::places::Places;
use super::{Encoded, Units};
use crate::error::Error;
use crate::layout::{FrameDouble, OrientationSingle, SourceSingle, flag};

impl Encoded<'_> {
    pub(super) fn fill_single(&mut self, amplitude: f64, known: &mut Option<Places>) -> Result<(), Error> {
        self.check_bound()?;
        let plan = self.plan;
        let crystal = &plan.crystal.shape;
        let cells: f64 = crystal.cells.iter().product();
        let amplitude = if amplitude > 0.0 { amplitude } else { 1.0 };
        let peak = (amplitude * cells) * (amplitude * cells);
        let most = peak.max(plan.background.per_term).max(plan.background.start);
        let close = plan.detector.close_distance;
        let pixel = if plan.detector.point_pixel { 1.0 } else { plan.detector.pixel_size };
        let omega = pixel * pixel / (close * close);
        let sum = if plan.factors.omega == FactorMode::Once { most } else { most * omega };
        self.units = Units {
            f_latt: cells,
            f_cell: amplitude,
            sum,
            omega,
            scattering: -1.0 / self.wavelength,
            lattice: self.wavelength,
        };

        let mut frame = self.frame();
        frame.background_start /= sum;
        frame.background_per_term /= most;
        frame.default_f /= amplitude;
        frame.intensity = peak / most;
        self.limit_resolution(&mut frame);
        match crystal.shape.coordinate() {
            Coordinate::Rows => {}
            Coordinate::Ball { .. } => {
                let radii = crystal.cells.map(|n| n * crystal.fudge.sqrt());
                let bits = radii.iter().fold(0.0f64, |most, r| most.max(*r)).log2().floor() as i32 + 1;
                let bits = bits.clamp(-12, 19);
                let [a, b, c] =
                    radii.map(|r| (r * 2f64.powi(31 - bits)).round().min(f64::from(i32::MAX)) as u32);
                (frame.radius_a, frame.radius_b, frame.radius_c) = (a, b, c);
                frame.radius_shift = (19 - bits) as u32;
            }
            Coordinate::Star { radius_sqr, .. } => {
                let star = self.star();
                let factor: f64 = star.factors.iter().product();
                sharpen_stars(&mut frame, &star, factor * (crystal.fudge / radius_sqr).sqrt());
            }
        }
        frame.half_b /= self.wavelength * self.wavelength;
        self.permutation.wide = !self.turns_are_small();
        if !self.permutation.placed {
            let places = Places::of(plan, &self.tiles, known.take());
            match places.unit {
                Some(unit) => {
                    frame.place_unit = unit;
                    self.places = Arc::clone(&places.bytes);
                }
                None => self.permutation.placed = true,
            }
            *known = Some(places);
        }
        self.frame = bytemuck::bytes_of(&frame.narrowed()).to_vec();
        self.sources = bytemuck::cast_slice(&self.sources_single()).to_vec();
        Ok(())
    }

    /// The resolution limit as that of |v|², v = q λ₀.
    fn limit_resolution(&self, frame: &mut FrameDouble) {
        if frame.flags & flag::DMIN == 0 {
            return;
        }
        let limit = (self.wavelength / self.plan.dmin).powi(2);
        if limit < 64.0 {
            frame.dmin = limit;
            frame.dmin_low = (limit * 2f64.powi(44)).round() as u64 as u32 as i32;
        } else {
            // Beyond twice the beam's and the diffracted ray's lengths: nothing is cut off.
            frame.flags &= !flag::DMIN;
        }
    }

    fn sources_single(&self) -> Vec<SourceSingle> {
        let one = |source: &nanobragg::plan::SourcePlan<f64>| {
            let i = &source.incident;
            let (b, e) = self.polarization_axes(i);
            let [high_x, high_y, high_z, low_x, low_y, low_z] = fixed(i, DIRECTION_BITS);
            let scaled = self.wavelength / source.wavelength * 2f64.powi(24);
            let ratio = scaled.round();
            SourceSingle {
                high_x: high_x as i32,
                high_y: high_y as i32,
                high_z: high_z as i32,
                low_x,
                low_y,
                low_z,
                ratio: ratio as u32,
                ratio_rest: ((scaled - ratio) * 2f64.powi(-24)) as f32,
                incident_x: i.x as f32,
                incident_y: i.y as f32,
                incident_z: i.z as f32,
                wavelength: source.wavelength as f32,
                weight: source.weight as f32,
                b_x: b.x as f32,
                b_y: b.y as f32,
                b_z: b.z as f32,
                e_x: e.x as f32,
                e_y: e.y as f32,
                e_z: e.z as f32,
            }
        };
        self.plan.sources.iter().map(one).collect()
    }

    pub(super) fn orientations_single(&self, range: Range<usize>) -> Vec<u8> {
        let orientations = &self.plan.orientations;
        let domains = orientations.domains.len().max(1);
        let turned = |number: usize| {
            let lattice = orientations.lattice(number / domains, number % domains);
            let mut turned = OrientationSingle::default();
            for (axis, vector) in lattice.vectors.iter().enumerate() {
                for (at, x) in vector.iter().enumerate() {
                    let alpha = x / self.wavelength;
                    let whole = (alpha * 1024.0).round();
                    turned.whole[axis][at] = whole as i32;
                    turned.rest[axis][at] = ((alpha - whole / 1024.0) * 2f64.powi(32)) as f32;
                    turned.alpha[axis][at] = alpha as f32;
                }
            }
            turned
        };
        let turned: Vec<OrientationSingle> = range.map(turned).collect();
        bytemuck::cast_slice(&turned).to_vec()
    }

    /// Whether what single precision adds to the whole numbers of turns stays below 2²² in all pixels: there, adding a number
    /// rounds it. It is at most |v| times the rest of α, 2²¹ √3, and |α| times the rest of v, 2⁹ √3.
    fn turns_are_small(&self) -> bool {
        let plan = self.plan;
        let edges = plan.crystal.lattice.vectors.map(|v| v.norm() / self.wavelength);
        let alpha = edges.iter().fold(0.0f64, |most, &edge| most.max(edge));
        let most = 3f64.sqrt() * (self.longest_scattering() * 2f64.powi(21) + alpha * 2f64.powi(9));
        most < 2f64.powi(22) * (1.0 - 1e-6)
    }

    /// Upper bound of |v|, the scattering vector of any pixel times the shortest wavelength.
    fn longest_scattering(&self) -> f64 {
        let (plan, detector) = (self.plan, &self.plan.detector);
        let beams = || plan.sources.iter().map(|source| source.incident);
        let longest_beam = beams().map(|beam| beam.norm()).fold(0.0, f64::max);
        if detector.curved {
            return 1.0 + longest_beam;
        }
        let (rows, columns) = (&self.tiles.rows, &self.tiles.columns);
        let at = |number: usize| detector.pixel_size * number as f64;
        let depths = [0, plan.layers.count.saturating_sub(1)].map(|layer| plan.layers.depth_of(layer));
        let mut longest = 0.0f64;
        for slow in [rows.start, rows.end] {
            for fast in [columns.start, columns.end] {
                for depth in depths {
                    let corner = detector.sdet * at(slow) + detector.fdet * at(fast) + detector.pix0;
                    let direction = (corner + detector.odet * depth).normalize();
                    for beam in beams() {
                        // A cone about the beam cuts a plane in what is convex while it is narrower than a half-space: where the
                        // corners are in front of the crystal, no pixel in between is at a larger angle than they are.
                        if direction.dot(&beam) <= 0.0 || direction.dot(&beam).is_nan() {
                            return 1.0 + longest_beam;
                        }
                        longest = longest.max((beam - direction).norm());
                    }
                }
            }
        }
        longest
    }

    pub(super) fn placed_single(&self, tiles: Range<usize>) -> Vec<u8> {
        let mut words: Vec<u32> = Vec::new();
        self.each_place(tiles, |position: &geometry::Position<f64>| {
            words.extend(fixed(&position.diffracted, DIRECTION_BITS));
            words.push((position.distance as f32).to_bits());
        });
        bytemuck::cast_slice(&words).to_vec()
    }
}

/// The vectors times `radius`, in which a spot's edge, or what its exponent is counted in, is 1, as integers and rests.
fn sharpen_stars(frame: &mut FrameDouble, star: &Star<f64>, radius: f64) {
    let stars = star.vectors.map(|star| star * radius);
    let largest = stars.iter().flat_map(|star| star.iter()).fold(0.0f64, |most, x| most.max(x.abs()));
    let exponent = (largest.log2().floor() as i32 + 1).clamp(-12, super::bound::STAR_EXPONENT);
    let unit = 2f64.powi(exponent - 14);
    let whole = stars.map(|star| star.map(|x| (x / unit).round()));
    let rest = [0, 1, 2].map(|axis: usize| stars[axis] - whole[axis] * unit);
    let [a, b, c] = &stars;
    (frame.a_star_x, frame.a_star_y, frame.a_star_z) = (a.x, a.y, a.z);
    (frame.b_star_x, frame.b_star_y, frame.b_star_z) = (b.x, b.y, b.z);
    (frame.c_star_x, frame.c_star_y, frame.c_star_z) = (c.x, c.y, c.z);
    let [a, b, c] = &rest;
    (frame.star_rest_ax, frame.star_rest_ay, frame.star_rest_az) = (a.x, a.y, a.z);
    (frame.star_rest_bx, frame.star_rest_by, frame.star_rest_bz) = (b.x, b.y, b.z);
    (frame.star_rest_cx, frame.star_rest_cy, frame.star_rest_cz) = (c.x, c.y, c.z);
    let [a, b, c] = whole.map(|star| star.map(|x| x as i32));
    (frame.star_whole_ax, frame.star_whole_ay, frame.star_whole_az) = (a.x, a.y, a.z);
    (frame.star_whole_bx, frame.star_whole_by, frame.star_whole_bz) = (b.x, b.y, b.z);
    (frame.star_whole_cx, frame.star_whole_cy, frame.star_whole_cz) = (c.x, c.y, c.z);
    frame.star_exponent = exponent;
}
