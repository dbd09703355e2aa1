//! Wavelengths and directions of incidence: whether their spots run into each other.

use super::site::Site;
use super::{Blur, Enough, STEPS_TOLERATED, STEPS_WANTED};
use crate::model::Steps;
use crate::plan::{SourcePlan, Warning};

/// Steps between spots, in breadths of a spot, up to which nothing is said: the sum of normal distributions as far apart as
/// they are broad at half their height is even to 6 %, 1.25 times as far to 20 %.
const APART_TOLERATED: f64 = 1.25;

/// Fewer sources of a list are lines on purpose.
const FEWEST_LISTED: usize = 4;
/// More are not looked at one by one, which takes the square of their number.
const MOST_LISTED: usize = 300;

/// How far a relative step of wavelength moves the spot of a reflection that turns: 2 tan θ / λ.
fn streak(site: &Site) -> f64 {
    2.0 * ((1.0 - site.cosine) / (1.0 + site.cosine)).sqrt() * site.inverse
}

pub(super) struct Lines<'a> {
    pub enough: &'a Enough,
    pub spread: f64,
    /// Domains times phi steps.
    pub samples: usize,
}

impl Lines<'_> {
    /// A warning where the lines of a spectrum leave gaps. By Bragg's law a relative step δ of
    /// wavelength is 2 tan θ δ along the streak of a reflection that turns, and (1 - cos 2θ) δ / λ along the scattered ray
    /// of one that stands still.
    pub(super) fn of_spectrum(&self, spectrum: &[SourcePlan<f64>]) -> Option<Warning> {
        let mut lines: Vec<f64> =
            spectrum.iter().filter(|line| line.weight > 0.0).map(|line| line.wavelength).collect();
        lines.sort_by(f64::total_cmp);
        let (first, last) = (*lines.first()?, *lines.last()?);
        let gap = lines.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max) / (0.5 * (first + last));
        let along = |site: &Site| (1.0 - site.cosine) * site.inverse;
        let used = lines.len();
        let needed = self.needed(used, gap * (used - 1) as f64, gap, streak, along)?;
        Some(Warning::FewWavelengths { used, needed })
    }

    /// The same of a grid of directions, whose steps are those of the spots, at most.
    pub(super) fn of_directions(&self, grids: [Steps; 2]) -> Option<Warning> {
        let [horizontal, vertical] = grids.map(|grid| {
            let step = if grid.count() > 1 { grid.step() } else { 0.0 };
            let (apart, along) = (|site: &Site| site.inverse, |site: &Site| site.sine);
            self.needed(grid.count(), step * (grid.count() - 1) as f64, step, apart, along)
        });
        let used = [grids[0].count(), grids[1].count()];
        (horizontal.is_some() || vertical.is_some()).then(|| Warning::FewDirections {
            used,
            needed: [horizontal.unwrap_or(used[0]), vertical.unwrap_or(used[1])],
        })
    }

    /// A warning where sources of a list lie so far apart that each has spots of its own. What ties them together is the shortest
    /// tree, by Prim's method, of which the middle step counts: a few lines, or groups of sources, may be apart on purpose.
    pub(super) fn of_list(&self, listed: &[SourcePlan<f64>]) -> Option<Warning> {
        let lit: Vec<&SourcePlan<f64>> = listed.iter().filter(|source| source.weight > 0.0).collect();
        let sites = &self.enough.sites;
        let most = |of: &dyn Fn(&Site) -> f64| sites.iter().map(of).fold(0.0, f64::max);
        let by_angle = most(&|site| site.inverse / site.radial);
        let by_wavelength = most(&|site| streak(site) / site.radial);
        let breadths = |one: &SourcePlan<f64>, other: &SourcePlan<f64>| {
            let angle = (one.incident - other.incident).norm();
            let step =
                (one.wavelength - other.wavelength).abs() / (0.5 * (one.wavelength + other.wavelength));
            angle * by_angle + step * by_wavelength
        };
        let mut inside = *lit.first().filter(|_| (FEWEST_LISTED..=MOST_LISTED).contains(&lit.len()))?;
        let mut outside: Vec<(&SourcePlan<f64>, f64)> =
            lit[1..].iter().map(|source| (*source, f64::INFINITY)).collect();
        let mut steps = Vec::new();
        while !outside.is_empty() {
            outside.iter_mut().for_each(|(source, near)| *near = near.min(breadths(inside, source)));
            let nearest = outside.iter().enumerate().min_by(|a, b| a.1.1.total_cmp(&b.1.1))?.0;
            let (source, near) = outside.swap_remove(nearest);
            inside = source;
            steps.push(near);
        }
        steps.sort_by(f64::total_cmp);
        let apart = *steps.get(steps.len() / 2)?;
        (apart > APART_TOLERATED).then_some(Warning::FewSources { used: lit.len(), apart })
    }

    /// How many of `used` samples over `range`, the farthest of which are a `gap` apart, would do, if they are too few:
    /// `apart` and `along` say how far a step moves a spot, and the reflection along the scattered ray.
    fn needed(
        &self,
        used: usize,
        range: f64,
        gap: f64,
        apart: impl Fn(&Site) -> f64,
        along: impl Fn(&Site) -> f64,
    ) -> Option<usize> {
        if used < 2 || gap <= 0.0 {
            return None;
        }
        let enough = self.enough;
        let steps = |finest: f64| ((range / finest).ceil() as usize).saturating_add(1);
        let apart = enough.sites.iter().map(|site| apart(site) / site.radial).fold(0.0, f64::max);
        let by_pixel = if apart * gap > APART_TOLERATED { steps(1.0 / apart) } else { used };
        let error = |site: &Site, count: usize| {
            let step = gap * (used - 1) as f64 / (count - 1).max(1) as f64;
            let swept = enough.turned * site.rate;
            let blur = Blur { mosaic: site.mosaic(self.spread), sources: 0.0, swept };
            enough.aliasing(site, step * along(site), &blur, self.samples)
        };
        let (found, by_photons) = enough.worst(used, STEPS_WANTED, error);
        let by_photons = if found > STEPS_TOLERATED { by_photons } else { used };
        Some(by_pixel.max(by_photons)).filter(|needed| *needed > used)
    }
}
