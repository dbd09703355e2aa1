//! A readout of an image, band after band.

use rayon::prelude::*;

use super::poisson::Photons;
use super::{Counts, Deviates, Readout, Row, Source, Stage};
use crate::image::Image;
use crate::level::Level;
use crate::model::Quirk;
use crate::plan::Plan;

/// A readout of an image that goes on band after band, from the first row to the last: who writes counts as they come
/// need not hold them all.
pub struct Reading<'a> {
    readout: &'a Readout,
    source: Source<'a>,
    noise: Noise,
    /// The first row of the next band.
    next: usize,
}

/// What gives photons their noise.
enum Noise {
    /// One stream for the image, in scan order: the quirk `poisson_single_precision`.
    InOrder(Box<Deviates>),
    /// A stream for each pixel.
    ByPixel(Photons),
}

impl<'a> Reading<'a> {
    pub(super) fn new(readout: &'a Readout, plan: &'a Plan, image: &'a Image, brightest: f32) -> Self {
        let mark = readout.stages.iter().find_map(|stage| match stage {
            Stage::Mask(mark) => Some(*mark),
            _ => None,
        });
        let stream = &plan.resolved.noise;
        let in_order = readout.has_noise() && plan.resolved.quirks.has(Quirk::PoissonSinglePrecision);
        let noise = if in_order {
            Noise::InOrder(Box::new(Deviates::of(stream)))
        } else {
            Noise::ByPixel(Photons::of(stream))
        };
        Reading {
            readout,
            source: Source { plan, image, brightest, mark, level: Level::detect() },
            noise,
            next: 0,
        }
    }

    /// The counts of the next `rows` rows, or of those that are left; the same on any number of threads.
    pub fn rows(&mut self, rows: usize) -> Counts {
        let mut counts = Counts::default();
        self.rows_into(rows, &mut counts);
        counts
    }

    /// As [`Self::rows`], into `counts`, whose memory is reused and whose contents are replaced.
    pub fn rows_into(&mut self, rows: usize, counts: &mut Counts) {
        let Reading { readout, source, noise, next } = self;
        let image = source.image;
        let width = image.fast();
        let first = *next;
        let rows = rows.min(image.slow().saturating_sub(first));
        *next += rows;
        let (rendered, _) = source.plan.region.ranges();
        let pixels = &mut counts.pixels;
        let same = pixels.len() == rows * width;
        if !(same && source.plan.region.is_whole()) {
            pixels.clear();
            pixels.resize(rows * width, source.mark.unwrap_or(0));
        }
        let read: Vec<Row> = match noise {
            Noise::InOrder(deviates) => {
                let lines =
                    (first..).zip(pixels.chunks_mut(width)).filter(|(slow, _)| rendered.contains(slow));
                let mut values = Vec::new();
                let mut line = |(slow, counts)| {
                    readout.row(source, slow, counts, &mut values, |_, means| {
                        // A mean in single precision, as an image holds it.
                        means.iter_mut().for_each(|mean| *mean = deviates.deviate(*mean as f32).into());
                    })
                };
                lines.map(&mut line).collect()
            }
            Noise::ByPixel(photons) => {
                let lines = pixels.par_chunks_mut(width).enumerate();
                let lines = lines.map(|(row, counts)| (first + row, counts));
                let line = |values: &mut Vec<f64>, (slow, counts): (usize, &mut [i32])| {
                    readout
                        .row(source, slow, counts, values, |start, means| photons.detect(slow, start, means))
                };
                lines.filter(|(slow, _)| rendered.contains(slow)).map_init(Vec::new, line).collect()
            }
        };
        // In the order of rows, which the sum of the photons depends on beyond 2⁵³.
        counts.saturated = read.iter().map(|row| row.saturated).sum();
        counts.photons = read.iter().fold(0.0, |sum, row| sum + row.photons);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Experiment, PixelGrid, Preset, Quirks, Roi, UnitCell};

    #[test]
    fn bands_are_parts_of_the_whole() {
        for preset in [Preset::Exact, Preset::Reference] {
            let mut experiment =
                Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
            experiment.detector.pixels = PixelGrid::new(5, 7, 1e-3);
            experiment.rendering.roi = Roi::new((1, 4), (1, 5));
            experiment.quirks = Quirks::from(preset);
            let plan = experiment.plan().unwrap();
            let image = Image::from_pixels(5, (0..35).map(|at| at as f32 * 3.7).collect()).unwrap();
            for readout in [Readout::counted(), Readout::noisy(40.0), Readout::rounded(2.0)] {
                let whole = readout.read(&plan, &image, 0.0);
                let mut reading = readout.start(&plan, &image, 0.0);
                let bands = [2, 0, 1, 3, 10, 10].map(|rows| reading.rows(rows));
                assert_eq!(bands[5].pixels, []);
                let mut reading = readout.start(&plan, &image, 0.0);
                let mut again = Counts { pixels: vec![-7; 15], saturated: 99, photons: 5.0 };
                for (rows, band) in [2, 0, 1, 3, 10].into_iter().zip(&bands) {
                    reading.rows_into(rows, &mut again);
                    assert_eq!(again, *band);
                }
                let pixels: Vec<i32> = bands.iter().flat_map(|band| band.pixels.clone()).collect();
                assert_eq!(pixels, whole.pixels);
                assert_eq!(bands.iter().map(|band| band.photons).sum::<f64>(), whole.photons);
            }
        }
    }
}
