//! What a refinement found.

use nanobragg::model::Shape;
use nanobragg::nalgebra::DMatrix;
use nanobragg::plan::{Parameters, Plan};

use crate::boxes::{BoxFit, Boxes};
use crate::step::Step;
use crate::warning::Warning;

/// A prior's part of the target at three standard deviations.
pub(crate) const FAR: f64 = 4.5;

/// How a refinement ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It converged.
    Converged,
    /// It was out of steps.
    NotConverged,
    /// The caller stopped it; what it found is the best so far.
    Canceled,
    /// It ended far from what was known beforehand of a parameter: at least three standard deviations.
    AgainstPrior,
    /// The end is no better than the start.
    NotBetter,
}

impl Verdict {
    /// A name that stays.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Converged => "converged",
            Verdict::NotConverged => "not_converged",
            Verdict::Canceled => "canceled",
            Verdict::AgainstPrior => "against_prior",
            Verdict::NotBetter => "not_better",
        }
    }
}

impl Verdict {
    /// What is said of an image that ended so by itself, and then together with others as `together` says.
    pub(crate) fn with(self, together: Verdict) -> Verdict {
        match self {
            Verdict::Converged | Verdict::NotBetter => together,
            alone => alone,
        }
    }
}

/// A free number as it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// The unit of its value and its deviations.
    pub unit: &'static str,
    /// Where it started; a rotation starts at zero.
    pub start: f64,
    /// Where it ended.
    pub value: f64,
    /// Standard deviation: the larger of the next two where boxes suffice for both, else that of the Fisher matrix times √max(1, χ²); and that
    /// of the draw of domains added in squares. No number where a refinement was stopped before spots were as narrow as at the end.
    pub esd: f64,
    /// Standard deviation by the Fisher matrix.
    pub esd_fisher: f64,
    /// Standard deviation by the scatter of the boxes (sandwich).
    pub esd_sandwich: f64,
    /// Standard deviation by the draw of the mosaic domains: what another draw of as many would change, in all images that share it. No number
    /// where it was not looked at: where a refinement was stopped, or its equations have no solution.
    pub esd_domains: f64,
    /// Standard deviation of what was known of it beforehand, in its unit; `None` where nothing was.
    pub prior: Option<f64>,
    /// Half the squared distance from the start in standard deviations of what was known beforehand: its part of the target.
    pub prior_share: f64,
}

impl Found {
    /// Makes its standard deviations no numbers.
    pub(crate) fn forget_deviations(&mut self) {
        (self.esd, self.esd_fisher, self.esd_sandwich) = (f64::NAN, f64::NAN, f64::NAN);
    }
}

/// The pixels of a refinement, and what is expected of them. Photons.
#[derive(Clone, Debug, Default)]
pub struct Fitted {
    /// The pixels, as [slow, fast].
    pub pixels: Vec<[u32; 2]>,
    /// The box of each, by its number.
    pub group: Vec<u32>,
    /// What was measured.
    pub data: Vec<f64>,
    /// What the start expects.
    pub start: Vec<f64>,
    /// What the end expects.
    pub model: Vec<f64>,
    /// Its background.
    pub background: Vec<f64>,
    /// Variance of what the end expects.
    pub variance: Vec<f64>,
}

/// What a refinement found.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The refined numbers of the plan.
    pub parameters: Parameters,
    /// The plan with these numbers; of several panels that of the first.
    pub plan: Plan,
    /// The plans of the other panels.
    pub others: Vec<Plan>,
    /// The shape that was refined.
    pub shape: Shape,
    /// Points along a pixel's edge that the end is evaluated with.
    pub points: usize,
    /// Whether spots are wide enough for these points; always so where the sub-pixels of the plan are meant.
    pub points_suffice: bool,
    /// Each free number; those that images share, and that were held while structure factors were refined, come last.
    pub found: Vec<Found>,
    /// Correlations of these numbers; those that were held have none.
    pub correlation: DMatrix<f64>,
    /// Each box.
    pub boxes: Vec<BoxFit>,
    /// Each pixel of these boxes.
    pub fitted: Fitted,
    /// The pixels that were used.
    pub(crate) remaining: Boxes,
    /// Boxes that were left out as outliers.
    pub dropped: Vec<BoxFit>,
    /// Boxes whose nearest node is another one than at the start, by their number.
    pub reindexed: Vec<usize>,
    /// Every trial.
    pub history: Vec<Step>,
    /// Pixels.
    pub pixels: usize,
    /// χ² per pixel at the start.
    pub chi2_start: f64,
    /// χ² per pixel.
    pub chi2: f64,
    /// χ² per pixel with numbers of cells rounded to whole ones.
    pub chi2_whole_cells: f64,
    /// Cosine of model and data without background, between 0 and 1.
    pub overlap: f64,
    /// Root mean square of the logarithms of the boxes' scales.
    pub box_scale_scatter: f64,
    /// Standard deviation of the logarithm of a box's scale that this was found with: what was asked for, and beside structure
    /// factors the scatter of boxes about their reflections.
    pub box_scale: f64,
    /// How it ended.
    pub verdict: Verdict,
}

impl Outcome {
    /// The plan of a panel with the refined numbers; `None` where there is no such panel.
    pub fn panel(&self, panel: usize) -> Option<&Plan> {
        self.panels().nth(panel)
    }

    /// The plan of each panel with the refined numbers.
    pub fn panels(&self) -> impl Iterator<Item = &Plan> {
        std::iter::once(&self.plan).chain(&self.others)
    }

    /// What a user should know of it.
    pub fn warnings(&self) -> Vec<Warning> {
        let poor = self.chi2 > Warning::POOR_CHI2;
        let boxes = self.reindexed.len();
        [
            poor.then_some(Warning::PoorFit { chi2: self.chi2 }),
            (!self.points_suffice).then_some(Warning::FewPoints { points: self.points }),
            (boxes > 0).then_some(Warning::Reindexed { boxes }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
