//! How many phi steps, mosaic domains, wavelengths and directions are enough for the photons of a reflection.
//!
//! A pixel is a sum over samples that stands for an integral. Along the scattered ray a reflection is passed in steps: the
//! sum of equal steps δ (1/Å) is off by Poisson's formula, relative to the integral, by a wave of amplitude 2 A(k / δ) for
//! each whole k, where A, the [overlap](crate::shapes::overlap::Overlap) of the crystal with itself, is the transform of the
//! reflection's profile. What blurs the reflection damps the waves as far as it is itself finely sampled; n samples at random
//! leave 1 / n of their square. [`Site`] has the widths, from the derivatives of the distance from the sphere of reflection.
//!
//! Judged is the root mean square over reflections at the worst of a grid of points of the region, which is where the
//! resolution is highest. Numbers that are asked for hold it below a wanted error; numbers that are given are warned of
//! above a tolerated one, so that nothing is said of what is nearly enough.

mod lines;
mod site;

use nalgebra::Vector3;

use self::lines::Lines;
use self::site::{Beam, Site};
use super::choose::mosaic::Mosaic;
use super::detector::UnitFrame;
use super::{CrystalPlan, DetectorPlan, Region, SourcePlan, Warning};
use crate::model::{Experiment, Mosaicity, Rotation, Steps};
use crate::physics::rotation::about_axis;
use crate::shapes::overlap::{Crystal, Overlap};

/// Relative error of a reflection's photons by steps of equal width.
const STEPS_WANTED: f64 = 0.02;
const STEPS_TOLERATED: f64 = 0.05;
/// The same by domains, which are drawn at random: four times as many halve it.
const DOMAINS_WANTED: f64 = 0.05;
const DOMAINS_TOLERATED: f64 = 0.1;
/// Unevenness of a spot by its domains, over that of the photons.
const SPOT_OVER_PHOTONS: f64 = 4.0;

/// What decides how many samples are enough.
pub(super) struct Enough {
    sites: Vec<Site>,
    overlap: Overlap,
    /// Angle by which the crystal turns.
    turned: f64,
    sources: usize,
    /// Whether phi steps and domains are to be chosen: of these every shortage is said.
    chosen: [bool; 2],
}

impl Enough {
    pub(super) fn new(
        detector: &DetectorPlan<f64>,
        region: &Region,
        sources: &[SourcePlan<f64>],
        crystal: &CrystalPlan<f64>,
        frame: &UnitFrame,
        experiment: &Experiment,
    ) -> Self {
        let (rotation, dmin) = (experiment.rotation, experiment.rendering.dmin.map(|dmin| dmin * 1e10));
        let beam = Beam::of(sources);
        let middle = rotation.start() + 0.5 * rotation.range();
        let stars = &crystal.lattice.map(|v| about_axis(v, &frame.spindle_axis, middle)).reciprocal().vectors;
        let shape = &crystal.shape;
        let overlap = shape.shape.visit(Crystal { cells: &shape.cells, fudge: shape.fudge, stars });
        let sites = site::across(detector, region, &beam, &overlap, &frame.spindle_axis, dmin);
        let domains_are = matches!(experiment.crystal.mosaicity(), Mosaicity::Enough { .. });
        let chosen = [rotation.most_steps().is_some(), domains_are];
        Enough {
            sites,
            overlap,
            turned: rotation.step().abs() * rotation.steps() as f64,
            sources: sources.len(),
            chosen,
        }
    }

    /// Mosaic domains that are enough, at most `most`.
    pub(super) fn domains(&self, spread: f64, most: usize) -> usize {
        if spread <= 0.0 { 1 } else { self.domains_error(spread, 1).1.clamp(1, most.max(1)) }
    }

    /// Phi steps that are enough with `mosaic`, at most `most`.
    pub(super) fn phi_steps(&self, mosaic: &Mosaic, most: usize) -> usize {
        self.steps_error(1, mosaic, STEPS_WANTED).1.clamp(1, most.max(1))
    }

    /// A warning for each number that is too small; `lines` are the sources of one direction of a grid, `listed` those of a list.
    pub(super) fn warnings(
        &self,
        rotation: &Rotation,
        mosaic: &Mosaic,
        grids: [Steps; 2],
        lines: &[SourcePlan<f64>],
        listed: &[SourcePlan<f64>],
    ) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let used = rotation.steps();
        let (error, needed) = self.steps_error(used, mosaic, STEPS_WANTED);
        if needed > used && (error > STEPS_TOLERATED || self.chosen[0]) {
            warnings.push(Warning::FewPhiSteps { used, needed, width: rotation.step().abs(), error });
        }
        let used = mosaic.domains;
        if mosaic.spread > 0.0 {
            let (error, needed) = self.domains_error(mosaic.spread, used);
            if needed > used && (error > DOMAINS_TOLERATED || self.chosen[1]) {
                warnings.push(Warning::FewDomains { used, needed, error });
            }
        }
        let samples = mosaic.domains * rotation.steps();
        let spots = Lines { enough: self, spread: mosaic.spread, samples };
        warnings.extend(spots.of_list(listed));
        if !lines.is_empty() {
            warnings.extend(spots.of_spectrum(lines));
            warnings.extend(spots.of_directions(grids));
        }
        warnings
    }

    /// The relative error of a reflection's photons by `count` phi steps, and the number that brings it down to `wanted`.
    fn steps_error(&self, count: usize, mosaic: &Mosaic, wanted: f64) -> (f64, usize) {
        let samples = self.sources * mosaic.domains;
        let at = |site: &Site, count: usize| {
            let step = self.turned / count as f64;
            let blur = Blur { mosaic: site.mosaic(mosaic.spread), sources: site.sources, swept: 0.0 };
            self.aliasing(site, step * site.rate, &blur, samples)
        };
        self.worst(count, wanted, at)
    }

    /// The error of `count` samples at the worst site, and the number of them that brings it down to `wanted` everywhere.
    fn worst(&self, count: usize, wanted: f64, error: impl Fn(&Site, usize) -> f64) -> (f64, usize) {
        const MOST: usize = 1 << 40;
        let worst = |count: usize| {
            let all = self.sites.iter().map(|site| (error(site, count), site));
            all.max_by(|a, b| a.0.total_cmp(&b.0))
        };
        let Some((found, mut site)) = worst(count) else { return (0.0, count) };
        let (mut at, mut needed) = (found, count);
        while at > wanted && needed < MOST {
            let mut high = needed;
            while error(site, high) > wanted && high < MOST {
                (needed, high) = (high, high * 2);
            }
            while high - needed > 1 {
                let middle = needed + (high - needed) / 2;
                if error(site, middle) > wanted { needed = middle } else { high = middle }
            }
            needed = high;
            let Some(next) = worst(needed) else { break };
            (at, site) = next;
        }
        (found, needed)
    }

    /// The root mean square of the relative error of a reflection's photons by equal steps of `step` 1/Å along the
    /// scattered ray, of which each is taken by `samples` others at random.
    fn aliasing(&self, site: &Site, step: f64, blur: &Blur, samples: usize) -> f64 {
        const MOST_WAVES: u32 = 1000;
        if step <= 0.0 {
            return 0.0;
        }
        let mut sum = 0.0;
        for wave in 1..=MOST_WAVES {
            let distance = f64::from(wave) / step;
            let amplitude = self.overlap.at(&(site.scattered * distance));
            if amplitude < 1e-4 {
                break;
            }
            let damped = blur.damping(distance).powi(2);
            sum += amplitude * amplitude * (damped + (1.0 - damped) / samples.max(1) as f64);
        }
        (2.0 * sum).sqrt()
    }

    /// The relative error by `count` domains, and the number that brings it down to what is wanted.
    ///
    /// A domain's reflection of variance a² lies b² off its mean: the mean of n has the relative variance
    /// (⟨f²⟩ / ⟨f⟩² - 1) / n, where ⟨f²⟩ / ⟨f⟩² = (a² + b²) / (a √(a² + 2 b²)) of normal distributions. Photons of a whole reflection
    /// are f along the scattered ray; spots are f across it as well.
    fn domains_error(&self, spread: f64, count: usize) -> (f64, usize) {
        let variance = |site: &Site| {
            let swept = self.turned * site.rate;
            let along = site.size.powi(2) + site.sources.powi(2) + swept * swept / 12.0;
            let photons = peakedness(along, site.mosaic(spread).powi(2));
            let spot = photons * peakedness(site.across, site.mosaic_across(spread).powi(2));
            (photons - 1.0).max((spot - 1.0) / SPOT_OVER_PHOTONS.powi(2))
        };
        let worst = self.sites.iter().map(variance).fold(0.0, f64::max);
        let needed = (worst / DOMAINS_WANTED.powi(2)).ceil().min(1e15) as usize;
        ((worst / count as f64).sqrt(), needed.max(1))
    }
}

/// What blurs a reflection along the scattered ray, in 1/Å.
struct Blur {
    /// Standard deviation by mosaic domains.
    mosaic: f64,
    /// Standard deviation by directions and wavelengths.
    sources: f64,
    /// What the rotation sweeps.
    swept: f64,
}

impl Blur {
    /// What is left of a wave of this many Å: exp(-2 π² σ² x²) of domains, and of a box of the same standard deviation of
    /// sources, and of the box that the rotation sweeps.
    fn damping(&self, distance: f64) -> f64 {
        use std::f64::consts::PI;
        let of_box = |width: f64| (1.0 / (PI * width * distance)).min(1.0);
        let domains = (-2.0 * (PI * self.mosaic * distance).powi(2)).exp();
        domains * of_box(12.0_f64.sqrt() * self.sources) * of_box(self.swept)
    }
}

/// ⟨f²⟩ / ⟨f⟩² of a normal distribution of variance `one` at a distance of variance `many`.
fn peakedness(one: f64, many: f64) -> f64 {
    (one + many) / (one * (one + 2.0 * many)).sqrt()
}

/// A unit vector across two others.
fn across(a: &Vector3<f64>, b: &Vector3<f64>) -> Vector3<f64> {
    a.cross(b).normalize()
}
