//! From photons to what a detector reads out: a pipeline of stages, one module a stage.
//!
//! A [`Readout`] is a list of [`Stage`]s in the order of physics: photons are scaled, detected with the noise of
//! their number, become counts on a pedestal, are cut off and rounded, and pixels that were not measured are marked.
//! [`Readout::read`] takes every pixel of the region of interest through all stages. The noise of a pixel depends on the
//! seed, the panel and the pixel alone, so that rows are read out at once; under the quirk `poisson_single_precision`
//! the stream of random numbers is one for the image, in scan order.
//!
//! ```
//! use nanobragg::readout::{Readout, Rounding, Scale, Stage};
//!
//! let stages = vec![Stage::Scale(Scale::Given(0.5)), Stage::Saturation(255), Stage::Rounding(Rounding::Down)];
//! assert_eq!(Readout::new(stages)?, Readout::levels(0.5));
//! assert!(Readout::new(vec![Stage::Saturation(255), Stage::Poisson]).is_err());
//! # Ok::<(), nanobragg::Error>(())
//! ```

mod adc;
mod lanes;
mod line;
mod mask;
mod poisson;
mod presets;
mod reading;
mod saturation;
mod scale;
mod single_stream;

pub use adc::Rounding;
pub use mask::UNMEASURED;
pub use poisson::poisson;
pub use reading::Reading;
pub use saturation::{BYTE, MOST, WORD};
pub use scale::Scale;
pub use single_stream::Deviates;

use crate::error::{Error, ReadoutCause};
use crate::image::Image;
use crate::level::Level;
use crate::plan::Plan;

/// One step from photons to counts.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Stage {
    /// Counts per photon.
    Scale(Scale),
    /// The number of photons gets its noise, from the plan's seed.
    Poisson,
    /// Counts of a dark pixel.
    Offset(f64),
    /// The largest count: what is above is cut off.
    Saturation(i32),
    /// How counts become whole.
    Rounding(Rounding),
    /// What stands where nothing was measured: outside the region of interest, and where the mask says so.
    Mask(i32),
}

impl Stage {
    /// Name in messages.
    fn name(self) -> &'static str {
        match self {
            Stage::Scale(_) => "scale",
            Stage::Poisson => "poisson",
            Stage::Offset(_) => "offset",
            Stage::Saturation(_) => "saturation",
            Stage::Rounding(_) => "rounding",
            Stage::Mask(_) => "mask",
        }
    }

    /// Place in the order of physics. What saturates may be the input of the converter or the counter behind it.
    fn rank(self) -> u8 {
        match self {
            Stage::Scale(_) => 0,
            Stage::Poisson => 1,
            Stage::Offset(_) => 2,
            Stage::Saturation(_) | Stage::Rounding(_) => 3,
            Stage::Mask(_) => 4,
        }
    }
}

/// From photons to counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Readout {
    stages: Vec<Stage>,
}

/// Counts that were read out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// Counts, slow-major, none negative but those of [`Stage::Mask`].
    pub pixels: Vec<i32>,
    /// Pixels that were cut off.
    pub saturated: usize,
    /// Sum of the photons that were detected; zero without [`Stage::Poisson`].
    pub photons: f64,
}

impl Readout {
    /// A readout of these stages.
    ///
    /// # Errors
    /// [`ErrorKind::StageOrder`](crate::ErrorKind::StageOrder): a stage comes twice, or after one that physics has after
    /// it.
    pub fn new(stages: Vec<Stage>) -> Result<Self, Error> {
        for (at, after) in stages.iter().enumerate() {
            for before in stages.iter().take(at) {
                if before.rank() > after.rank() || before.name() == after.name() {
                    return Err(ReadoutCause { before: before.name(), after: after.name() }.into());
                }
            }
        }
        Ok(Readout { stages })
    }

    /// The stages, in order.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// Whether photons get noise.
    pub fn has_noise(&self) -> bool {
        self.stages.contains(&Stage::Poisson)
    }

    /// Counts of a dark pixel.
    pub fn offset(&self) -> f64 {
        let offset = |stage: &Stage| if let Stage::Offset(offset) = stage { Some(*offset) } else { None };
        self.stages.iter().find_map(offset).unwrap_or(0.0)
    }

    /// Counts per photon of a detector whose brightest pixel has `brightest` photons.
    pub fn factor(&self, brightest: f32) -> f64 {
        let scale = |stage: &Stage| if let Stage::Scale(scale) = stage { Some(*scale) } else { None };
        self.stages.iter().find_map(scale).map_or(1.0, |scale| scale.factor(brightest))
    }

    /// Counts of `image`, which `plan` gave. `brightest` is the brightest pixel of the detector, for
    /// [`Scale::Brightest`]. The same counts on any number of threads.
    pub fn read(&self, plan: &Plan, image: &Image, brightest: f32) -> Counts {
        self.start(plan, image, brightest).rows(image.slow())
    }

    /// [`Readout::read`], band after band.
    pub fn start<'a>(&'a self, plan: &'a Plan, image: &'a Image, brightest: f32) -> Reading<'a> {
        Reading::new(self, plan, image, brightest)
    }

    /// Reads out the region's part of row `slow` into `counts`; `detect` gives means their noise, from the column on that it
    /// is told. `values` is memory to work in.
    fn row(
        &self,
        source: &Source<'_>,
        slow: usize,
        counts: &mut [i32],
        values: &mut Vec<f64>,
        detect: impl FnMut(usize, &mut [f64]),
    ) -> Row {
        let mut sums = Row { saturated: 0, photons: 0.0 };
        let (_, columns) = source.plan.region.ranges();
        let photons = source.image.row(slow).and_then(|row| row.get(columns.clone()));
        if let (Some(photons), Some(counts)) = (photons, counts.get_mut(columns.clone())) {
            let stages = &self.stages;
            let sums = &mut sums;
            source.level.run(line::Line { stages, source, slow, photons, counts, values, detect, sums });
        }
        sums
    }
}

/// What is read out.
struct Source<'a> {
    plan: &'a Plan,
    image: &'a Image,
    brightest: f32,
    /// What stands where nothing was measured.
    mark: Option<i32>,
    level: Level,
}

/// Sums over a row.
struct Row {
    saturated: usize,
    photons: f64,
}

impl Counts {
    /// The counts in 16 bits; what does not fit becomes the largest.
    pub fn words(&self) -> Vec<u16> {
        let mut words = Vec::new();
        self.words_into(&mut words);
        words
    }

    /// As [`Self::words`], in place of what `words` holds.
    pub fn words_into(&self, words: &mut Vec<u16>) {
        words.resize(self.pixels.len(), 0);
        for (word, &count) in words.iter_mut().zip(&self.pixels) {
            *word = count.clamp(0, u16::MAX.into()) as u16;
        }
    }

    /// The counts in 8 bits; what does not fit becomes the largest.
    pub fn bytes(&self) -> Vec<u8> {
        self.pixels.iter().map(|&count| u8::try_from(count.max(0)).unwrap_or(u8::MAX)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Experiment, Mask, PixelGrid, Roi, UnitCell};

    fn plan(change: impl FnOnce(&mut Experiment)) -> Plan {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
        experiment.detector.pixels = PixelGrid::new(4, 3, 1e-3);
        change(&mut experiment);
        experiment.plan().unwrap()
    }

    fn image(pixels: [f32; 12]) -> Image {
        Image::from_pixels(4, pixels.to_vec()).unwrap()
    }

    #[test]
    fn counts_are_the_deviates_of_the_noise_image() {
        let plan = plan(|_| {});
        let image = image([0.0, 1.0, 5.0, 11.0, 13.0, 100.0, 1000.0, 3e4, 3e4, 2.0, 2.0, 0.5]);
        let counts = Readout::counted().read(&plan, &image, 0.0);
        let noisy = Readout::noisy(40.0).read(&plan, &image, 0.0);
        let with_offset: Vec<i32> = counts.pixels.iter().map(|&count| count + 40).collect();
        assert_eq!(with_offset, noisy.pixels);
        assert_eq!(counts.photons, counts.pixels.iter().map(|&count| f64::from(count)).sum::<f64>());
    }

    #[test]
    fn what_was_not_rendered_is_marked() {
        let keep = (0..12).map(|at| at != 5).collect::<Vec<_>>().into();
        let plan = plan(|experiment| {
            experiment.rendering.mask = Some(Mask { fast: 4, slow: 3, keep });
            experiment.rendering.roi = Roi::new((1, 3), (1, 2));
        });
        let image = image([7.0; 12]);
        let rounded = Readout::rounded(2.0).read(&plan, &image, 0.0).pixels;
        assert_eq!(rounded, [-1, -1, -1, -1, -1, -1, 14, 14, -1, 14, 14, 14]);
        let noisy = Readout::counted().read(&plan, &image, 0.0).pixels;
        assert!(noisy.iter().zip(&rounded).all(|(noisy, rounded)| (*noisy < 0) == (*rounded < 0)));
        // 16-bit images have no mark: a masked pixel holds the offset, one outside the region nothing.
        let scaled = Readout::scaled(Scale::Given(1.0), 40.0).read(&plan, &image, 0.0).pixels;
        assert_eq!(scaled, [0, 0, 0, 0, 0, 47, 47, 47, 0, 47, 47, 47]);
    }

    #[test]
    fn counts_are_rounded_and_cut() {
        let plan = plan(|_| {});
        let mut pixels = [0.0; 12];
        pixels[..5].copy_from_slice(&[0.49, 0.5, 1.5, 1e30, f32::NAN]);
        let image = image(pixels);
        let counts = Readout::rounded(1.0).read(&plan, &image, 0.0);
        assert_eq!(counts.pixels[..5], [0, 1, 2, MOST, 0]);
        assert_eq!(counts.saturated, 1);
        let scaled = Readout::scaled(Scale::Given(1.0), 0.0).read(&plan, &image, 0.0);
        assert_eq!((&scaled.words()[..5], scaled.saturated), (&[0, 1, 2, 65535, 0][..], 1));
        assert_eq!(Readout::levels(1.0).read(&plan, &image, 0.0).bytes()[..5], [0, 0, 1, 255, 0]);
    }

    #[test]
    fn the_brightest_pixel_sets_the_scale_where_none_is_given() {
        let plan = plan(|_| {});
        let image = image([2.0; 12]);
        let readout = Readout::scaled(Scale::Brightest, 0.0);
        assert_eq!(readout.read(&plan, &image, 4.0).pixels[0], 27500);
        assert_eq!(readout.read(&plan, &image, 0.0).pixels[0], 2);
    }

    #[test]
    fn stages_keep_the_order_of_physics() {
        let refused = |stages: &[Stage]| Readout::new(stages.to_vec()).unwrap_err().to_string();
        assert_eq!(
            refused(&[Stage::Mask(-1), Stage::Offset(1.0)]),
            "readout: the stage offset cannot follow mask"
        );
        refused(&[Stage::Poisson, Stage::Poisson]);
        for preset in [
            Readout::scaled(Scale::Brightest, 40.0),
            Readout::noisy(40.0),
            Readout::counted(),
            Readout::rounded(1.0),
            Readout::levels(1.0),
        ] {
            assert_eq!(Readout::new(preset.stages().to_vec()).unwrap(), preset);
        }
    }
}
