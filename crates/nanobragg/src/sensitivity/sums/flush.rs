//! What sources, sub-pixels and pixels add when they end.

use nalgebra::Vector3;

use super::Sensitive;
use crate::nest::TermIndex;
use crate::nest::block::{BlockFinished, BlockSourceDone, LANES, Lanes, PolarAxes};
use crate::nest::kept::{sets_capture, sets_omega};
use crate::physics::absorption;
use crate::plan::FactorMode;

pub(super) fn at(lanes: &[Lanes; 3], i: usize) -> Vector3<f64> {
    Vector3::new(lanes[0].0[i], lanes[1].0[i], lanes[2].0[i])
}

pub(super) fn add(lanes: &mut [Lanes], i: usize, v: &Vector3<f64>) {
    for (into, x) in lanes.iter_mut().zip(v.iter()) {
        into.0[i] += x;
    }
}

fn put(lanes: &mut [Lanes; 3], i: usize, v: &Vector3<f64>) {
    for (into, x) in lanes.iter_mut().zip(v.iter()) {
        into.0[i] = *x;
    }
}

/// The derivative of the logarithm of the polarization factor by the direction `d`, for a beam along `i`: of
/// p = [1 + (d·i)² - K ((d·E)² - (d·B)²)] / 2.
struct PolarSlope {
    axes: PolarAxes,
    factor: f64,
}

impl PolarSlope {
    // @stage polar_slope
    fn at(&self, d: &Vector3<f64>) -> Vector3<f64> {
        let [incident, across, field] = &self.axes;
        let (along, e, b) = (d.dot(incident), d.dot(field), d.dot(across));
        let p = 0.5 * (1.0 + along * along - self.factor * (e * e - b * b));
        // Where it vanishes it is least, and the terms that it multiplies are zero.
        if p <= 0.0 {
            return Vector3::zeros();
        }
        (incident * along - (field * e - across * b) * self.factor) / p
    }
}

impl Sensitive {
    fn moves(&self) -> bool {
        let groups = &self.task.layout.groups;
        groups.position || groups.beam
    }

    /// How the polarization factor of the source depends on directions, where it enters so.
    fn polar_slope(&self, entering: FactorMode) -> Option<PolarSlope> {
        let factor = self.task.kahn.filter(|_| self.task.factors.polar == entering)?.factor;
        Some(PolarSlope { axes: *self.task.polar_axes.get(self.here.source)?, factor })
    }

    /// Notes how factors that this sub-pixel sets once depend on where it is.
    pub(super) fn note_factors(&mut self, at: TermIndex) {
        let factors = self.task.factors;
        if !self.task.layout.groups.position {
            return;
        }
        if self.task.layout.curved {
            self.note_curved_factors(at);
            return;
        }
        if factors.omega == FactorMode::Once && sets_omega(&factors, at) {
            for i in 0..LANES {
                let slope = self.omega_slope(i);
                put(&mut self.once.omega, i, &slope);
            }
        }
        if factors.capture == FactorMode::Once && sets_capture(&factors, &self.task.layers, at) {
            for i in 0..LANES {
                let slope = self.capture_slope(i);
                put(&mut self.once.capture, i, &slope);
            }
        }
    }

    /// Notes how the polarization factor that a source sets once, in the pixels of `set`, depends on directions.
    pub(super) fn note_polarization(&mut self, set: &[bool; LANES]) {
        let Some(slope) = self.polar_slope(FactorMode::Once).filter(|_| self.moves()) else { return };
        for i in (0..LANES).filter(|&i| set[i]) {
            let d = at(&self.here.diffracted, i);
            let by_direction = slope.at(&d);
            let across = (by_direction - d * d.dot(&by_direction)) / self.here.distance.0[i];
            if self.task.layout.curved {
                self.note_curved_polarization(i, &across);
            }
            let [force, torque, beam] = &mut self.once.polar;
            put(force, i, &across);
            put(torque, i, &d.cross(&by_direction));
            put(beam, i, &-d.cross(&by_direction));
        }
    }

    /// The derivative of ln Ω by a shift of the detector: odet / plane - 3 X / R².
    // @stage omega_slope
    fn omega_slope(&self, i: usize) -> Vector3<f64> {
        let panel = &self.task.panel;
        let (d, distance) = (at(&self.here.diffracted, i), self.here.distance.0[i]);
        if panel.point_pixel {
            return d * (-2.0 / distance);
        }
        let plane = self.task.layers.plane_of(self.here.subpixel.layer, panel.close_distance);
        panel.odet / plane - d * (3.0 / distance)
    }

    /// The derivative of the logarithm of the capture fraction by a shift of the detector, through ρ = d · odet.
    // @stage capture_slope
    fn capture_slope(&self, i: usize) -> Vector3<f64> {
        let (layers, odet) = (&self.task.layers, &self.task.panel.odet);
        if !layers.absorbing {
            return Vector3::zeros();
        }
        let (d, distance) = (at(&self.here.diffracted, i), self.here.distance.0[i]);
        let layer = self.here.subpixel.layer;
        let rho = d.dot(odet);
        let by_rho = absorption::slope_of_logarithm(layer, layers.spacing, layers.mu, rho);
        (odet - d * rho) * (by_rho / distance)
    }

    /// Takes the sums of a source over to the groups that are no sums over terms.
    // @stage end_source
    pub(super) fn end_source(&mut self, done: &BlockSourceDone<'_>) {
        let (task, starts) = (std::sync::Arc::clone(&self.task), self.starts);
        let groups = &task.layout.groups;
        self.end_damping(done);
        if groups.wavelength
            && task.follows.get(self.here.source) == Some(&true)
            && let Some(sum) = self.rows.get_mut(starts.wavelength)
        {
            for i in 0..LANES {
                sum.0[i] -= at(&self.by_q, i).dot(&at(done.q, i));
            }
        }
        if groups.water
            && let Some(sum) = self.rows.get_mut(starts.water)
        {
            for i in 0..LANES {
                sum.0[i] += task.water_per_source * done.weight.0[i];
            }
        }
        if let Some(number) = groups.weights.iter().position(|&number| number == self.here.source)
            && let Some(sum) = self.rows.get_mut(starts.weights + number)
        {
            for i in 0..LANES {
                sum.0[i] += (done.sum.0[i] - self.before_source.0[i]) / self.here.source_weight;
            }
        }
        if !self.moves() {
            return;
        }
        let polar = self.polar_slope(FactorMode::PerTerm);
        let incident = Vector3::from(self.here.incident);
        let inverse = self.here.wavelength.recip();
        for i in 0..LANES {
            let d = at(&self.here.diffracted, i);
            let by_scattered = at(&self.by_q, i) * inverse;
            let by_polar = match &polar {
                Some(slope) => slope.at(&d) * (done.sum.0[i] - self.before_source.0[i]),
                None => Vector3::zeros(),
            };
            let by_direction = by_scattered + by_polar;
            let across = by_direction - d * d.dot(&by_direction);
            if task.layout.curved {
                add(&mut self.by_point, i, &(across / self.here.distance.0[i]));
            } else if groups.position
                && let Some(rows) = Self::group::<6>(&mut self.rows, starts.position)
            {
                let (force, torque) = rows.split_at_mut(3);
                add(force, i, &(across / self.here.distance.0[i]));
                add(torque, i, &d.cross(&by_direction));
            }
            if groups.beam
                && let Some(rows) = Self::group::<3>(&mut self.rows, starts.beam)
            {
                add(rows, i, &-(incident.cross(&by_scattered) + d.cross(&by_polar)));
            }
        }
    }

    /// What the B factor does: spots T go as exp(-B q² / 2), so that dT/dB = -q² T / 2 and dT/dq = -B T q.
    fn end_damping(&mut self, done: &BlockSourceDone<'_>) {
        let (b_factor, wanted) = (self.task.b_factor, self.task.layout.groups.damping);
        if b_factor == 0.0 && !wanted {
            return;
        }
        for i in 0..LANES {
            let q = at(done.q, i);
            let water = self.task.water_per_source * done.weight.0[i];
            let spots = done.sum.0[i] - self.before_source.0[i] - water;
            for axis in 0..3 {
                self.by_q[axis].0[i] -= b_factor * spots * q[axis];
            }
            if wanted && let Some(sum) = self.rows.get_mut(self.starts.damping) {
                sum.0[i] -= 0.5 * q.dot(&q) * spots;
            }
        }
    }

    /// Takes the sums of a sub-pixel over, if one has begun.
    pub(super) fn end_subpixel(&mut self, sum: &Lanes) {
        let factors = self.task.factors;
        if !self.here.begun || !self.task.layout.groups.position {
            return;
        }
        if self.task.layout.curved {
            self.end_curved(sum);
            return;
        }
        let by_omega = factors.omega == FactorMode::PerTerm;
        let by_capture = factors.capture == FactorMode::PerTerm && self.task.layers.absorbing;
        for i in 0..LANES {
            let amount = sum.0[i] - self.before_subpixel.0[i];
            let mut slope = Vector3::zeros();
            if by_omega {
                slope += self.omega_slope(i);
            }
            if by_capture {
                slope += self.capture_slope(i);
            }
            if let Some(rows) = Self::group::<6>(&mut self.rows, self.starts.position) {
                add(&mut rows[..3], i, &(slope * amount));
            }
        }
    }

    /// Makes photons of all sums.
    pub(super) fn finish(&mut self, finished: &BlockFinished<'_>) {
        let (task, starts) = (std::sync::Arc::clone(&self.task), self.starts);
        let groups = &task.layout.groups;
        if groups.water
            && let Some(sum) = self.rows.get_mut(starts.water)
        {
            for i in 0..LANES {
                sum.0[i] += task.water_start;
            }
        }
        let mut factor = Lanes::splat(task.scale);
        finished.kept.weigh_photons(&task.factors, &mut factor);
        if let Some(scatter) = &mut self.scatter {
            scatter.finish(&factor);
        }
        for row in &mut self.rows {
            for i in 0..LANES {
                row.0[i] *= factor.0[i];
            }
        }
        if !self.moves() {
            return;
        }
        for i in 0..LANES {
            let photons = finished.sum.0[i] * factor.0[i];
            if task.layout.curved {
                self.finish_curved(i, photons);
            } else if groups.position
                && let Some(rows) = Self::group::<6>(&mut self.rows, starts.position)
            {
                let (force, torque) = rows.split_at_mut(3);
                for slope in [&self.once.omega, &self.once.capture, &self.once.polar[0]] {
                    add(force, i, &(at(slope, i) * photons));
                }
                add(torque, i, &(at(&self.once.polar[1], i) * photons));
            }
            if groups.beam
                && let Some(rows) = Self::group::<3>(&mut self.rows, starts.beam)
            {
                add(rows, i, &(at(&self.once.polar[2], i) * photons));
            }
        }
    }
}
