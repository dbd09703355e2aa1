//! Measured photons.

use nanobragg::plan::Plan;

use crate::error::{Cause, Error};
use crate::saturated::Saturated;

/// How counts become photons, and which were not measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counting {
    /// Counts per photon.
    pub gain: f64,
    /// Counts of a dark pixel.
    pub pedestal: f64,
    /// The smallest count that stands for more than was counted; `None` for no limit.
    pub saturation: Option<f64>,
    /// Standard deviation of the electronics in photons.
    pub readout_noise: f64,
    /// Whether counts of −1 and −2 mark pixels that were not measured, as some formats have it.
    pub flagged: bool,
}

impl Default for Counting {
    fn default() -> Self {
        Counting { gain: 1.0, pedestal: 0.0, saturation: None, readout_noise: 0.0, flagged: false }
    }
}

impl Counting {
    /// Whether a count of −1 or −2 marks a pixel that was not measured, where counts are so.
    pub fn is_flag(&self, count: f64) -> bool {
        self.flagged && (count == -1.0 || count == -2.0)
    }

    /// Whether a count is the saturation or above it.
    pub fn is_saturated(&self, count: f64) -> bool {
        self.saturation.is_some_and(|limit| count >= limit)
    }
}

/// A measured image in photons, of one panel or several.
#[derive(Clone, Debug, PartialEq)]
pub struct Photons {
    /// Each panel.
    pub(crate) panels: Vec<PanelPhotons>,
    /// Standard deviation of the electronics in photons.
    pub(crate) readout_noise: f64,
    /// Pixels at the saturation or above it.
    pub(crate) saturated: Saturated,
}

/// What a panel has measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PanelPhotons {
    /// Pixels along the fast axis.
    pub(crate) fast: usize,
    /// Pixels along the slow axis.
    pub(crate) slow: usize,
    /// Photons, slow-major.
    pub(crate) values: Vec<f64>,
    /// Whether a pixel can be used.
    pub(crate) usable: Vec<bool>,
    /// Pixels at the saturation or above it.
    saturated: usize,
}

impl Photons {
    /// The photons of `counts` (slow-major, `fast` to a row) on the detector of `plan`. Left out is what the plan does not render, what is
    /// not finite, what is flagged (−1 and −2, where counts are so), and what is saturated.
    ///
    /// # Errors
    /// [`ErrorKind::Size`](crate::ErrorKind::Size) where the image has another size than the detector.
    pub fn new(plan: &Plan, fast: usize, counts: &[f64], counting: &Counting) -> Result<Self, Error> {
        Photons::of_panels([(plan, fast, counts)], counting)
    }

    /// The same of the panels of a detector: of each its plan, the pixels of a row, and the counts.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn of_panels<'a>(
        panels: impl IntoIterator<Item = (&'a Plan, usize, &'a [f64])>,
        counting: &Counting,
    ) -> Result<Self, Error> {
        let panel = |(plan, fast, counts)| PanelPhotons::new(plan, fast, counts, counting);
        let panels = panels.into_iter().map(panel).collect::<Result<Vec<_>, Error>>()?;
        let pixels = panels.iter().map(|panel| panel.saturated).sum();
        let saturated = Saturated { pixels, limit: counting.saturation.unwrap_or(f64::INFINITY) };
        Ok(Photons { panels, readout_noise: counting.readout_noise, saturated })
    }

    /// Whether no pixel can be used.
    pub(crate) fn is_empty(&self) -> bool {
        !self.panels.iter().any(|panel| panel.usable.contains(&true))
    }
}

impl PanelPhotons {
    fn new(plan: &Plan, fast: usize, counts: &[f64], counting: &Counting) -> Result<Self, Error> {
        let region = &plan.region;
        let slow = counts.len().checked_div(fast).unwrap_or(0);
        if fast != region.image_fast || slow != region.image_slow || counts.len() != fast * slow {
            let detector = [region.image_fast, region.image_slow];
            return Err(Cause::Size { data: [fast, slow], detector }.into());
        }
        let mut saturated = 0;
        let usable = counts.iter().enumerate().map(|(at, &count)| {
            let is_measured =
                count.is_finite() && !counting.is_flag(count) && region.renders(at / fast, at % fast);
            let is_saturated = is_measured && counting.is_saturated(count);
            saturated += usize::from(is_saturated);
            is_measured && !is_saturated
        });
        let usable = usable.collect();
        Ok(PanelPhotons {
            fast,
            slow,
            usable,
            saturated,
            values: counts.iter().map(|count| (count - counting.pedestal) / counting.gain).collect(),
        })
    }

    /// The photons of a pixel that can be used.
    pub(crate) fn at(&self, slow: usize, fast: usize) -> Option<f64> {
        let at = slow * self.fast + fast;
        (fast < self.fast && *self.usable.get(at)?).then(|| self.values[at])
    }
}
